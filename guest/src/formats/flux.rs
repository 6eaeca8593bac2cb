//! Flux: the `Kustomization` of Flux, `HelmRelease`, `OCIRepository`, `GitRepository`.
//!
//! The objects of the image controllers name images to watch, not to run.

use super::{Document, Format, kustomization, walk};
use crate::dependency::{
    Dependency, Followed, GIT_FIELDS, OCI_FIELDS, Version, chart_names, repository_names,
};
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "flux",
    recognises,
    places,
    dependencies,
    is_revision,
};

fn recognises(document: Document<'_>) -> bool {
    document.is_of_group("toolkit.fluxcd.io")
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    if document.is_of_group("image.toolkit.fluxcd.io") {
        return;
    }
    let Some(spec) = document.root.get("spec") else {
        return;
    };
    match document.text("kind") {
        Some("Kustomization") => {
            if let Some(images) = spec.get("images") {
                kustomization::entries(document, images, places);
            }
        }
        Some("OCIRepository") => places.extend(oci_place(document, spec)),
        _ => walk::values(document, spec, places),
    }
}

fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    let Some(spec) = document.root.get("spec") else {
        return;
    };
    let fields = match document.text("kind") {
        Some("HelmRelease") => {
            let chart = spec.get("chart").and_then(|chart| chart.get("spec"));
            dependencies.extend(chart.and_then(|chart| chart_version(document, chart)));
            return;
        }
        Some("HelmChart") => {
            dependencies.extend(chart_version(document, spec));
            return;
        }
        Some("GitRepository") => GIT_FIELDS,
        Some("OCIRepository") => OCI_FIELDS,
        _ => return,
    };
    if let Some(url) = spec.get("url").and_then(NodeRef::as_str) {
        dependencies.push(Dependency {
            document,
            followed: Followed::Repository,
            names: repository_names(url, None),
            version: Version::Reference { spec, fields },
        });
    }
}

/// Returns the dependency that `chart` with `version` is.
fn chart_version<'a>(document: Document<'a>, spec: NodeRef<'a>) -> Option<Dependency<'a>> {
    let source = || spec.get("sourceRef")?.get("name")?.as_str();
    let names = chart_names(source(), spec.get("chart")?.as_str()?);
    Some(Dependency::field(
        document,
        (Followed::Chart, names),
        spec,
        ("version", "chart"),
    ))
}

/// `ref` of a source, and the version of a chart.
fn is_revision(node: NodeRef<'_>) -> bool {
    let key = |node: NodeRef<'_>| node.key().and_then(NodeRef::as_str).map(str::to_owned);
    let parent = node.parent().and_then(key);
    matches!(
        (parent.as_deref(), key(node).as_deref()),
        (
            Some("ref"),
            Some("branch" | "tag" | "semver" | "commit" | "name")
        ) | (Some("spec"), Some("version"))
    )
}

/// Returns the place of an artifact in a registry.
fn oci_place<'a>(document: Document<'a>, spec: NodeRef<'a>) -> Option<Place<'a>> {
    let url = spec.get("url")?;
    let name = url.as_str()?.strip_prefix("oci://")?;
    let reference = spec.get("ref")?;
    Some(Place {
        document,
        container: None,
        names: vec![name.to_owned()],
        fields: Fields::Apart(Apart {
            style: Style::Artifact,
            map: reference,
            registry: None,
            name: Field::new("url", None),
            tag: Field::new("tag", reference.get("tag")),
            digest: Field::new("digest", reference.get("digest")),
        }),
    })
}
