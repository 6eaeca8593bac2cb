//! Files of kustomize: `kustomization.yaml`, and components.
//!
//! Images are the entries of `images`; charts those of `helmCharts`; and remote
//! bases follow a repository. What patches and generators hold is left alone.

use super::{Document, Format, no_revision, walk};
use crate::dependency::{Dependency, Followed, chart_names, remote_base};
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "kustomization",
    recognises,
    places,
    dependencies,
    is_revision: no_revision,
};

/// The names that a kustomization file can have, of which a directory has one.
pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a path is that of a kustomization file.
pub(crate) fn is_file(path: &str) -> bool {
    FILE_NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

pub(crate) fn recognises(document: Document<'_>) -> bool {
    if document.outer.is_some() {
        return false;
    }
    let kind = document.text("kind");
    let own_kind = matches!(kind, Some("Kustomization" | "Component"));
    let foreign =
        document.text("apiVersion").is_some() && !document.is_of_group("kustomize.config.k8s.io");
    (own_kind && document.is_of_group("kustomize.config.k8s.io"))
        || (FILE_NAMES.contains(&document.file_name()) && !foreign && (kind.is_none() || own_kind))
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    if let Some(images) = document.root.get("images") {
        entries(document, images, places);
    }
    for chart in document
        .root
        .get("helmCharts")
        .into_iter()
        .flat_map(NodeRef::items)
    {
        if let Some(values) = chart.get("valuesInline") {
            walk::values(document, values, places);
        }
    }
}

fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    let bases = reference_nodes(document.root);
    let bases = bases.filter(|node| node.as_str().is_some_and(is_remote));
    dependencies.extend(bases.filter_map(|node| remote_base(document, node)));
    let charts = document.root.get("helmCharts");
    for map in charts.into_iter().flat_map(NodeRef::items) {
        let text = |key: &str| map.get(key).and_then(NodeRef::as_str);
        if let Some(name) = text("name") {
            dependencies.push(Dependency::field(
                document,
                (Followed::Chart, chart_names(text("repo"), name)),
                map,
                ("version", "name"),
            ));
        }
    }
}

/// Returns what a kustomization is made of, as it is written: files,
/// directories and addresses.
pub(crate) fn references(root: NodeRef<'_>) -> impl Iterator<Item = &str> {
    reference_nodes(root).filter_map(NodeRef::as_str)
}

fn reference_nodes(root: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let lists = ["resources", "bases", "components"]
        .into_iter()
        .filter_map(move |key| root.get(key));
    lists.flat_map(NodeRef::items)
}

/// Whether a reference is an address, and not a path in the repository.
pub(crate) fn is_remote(reference: &str) -> bool {
    reference.contains("://")
        || reference.starts_with("gh:")
        || reference.starts_with("git::")
        || reference.contains("?ref=")
        || reference.starts_with("git@")
        || reference.starts_with("github.com/")
}

/// Adds the entries of a list of `name`, `newName`, `newTag` and `digest`.
pub(super) fn entries<'a>(
    document: Document<'a>,
    images: NodeRef<'a>,
    places: &mut Vec<Place<'a>>,
) {
    for entry in images.items() {
        let Some(name) = entry.get("name").and_then(NodeRef::as_str) else {
            continue;
        };
        let new_name = entry.get("newName");
        let mut names = vec![name.to_owned()];
        names.extend(
            new_name
                .and_then(NodeRef::as_str)
                .filter(|new| *new != name)
                .map(str::to_owned),
        );
        places.push(Place {
            document,
            container: None,
            names,
            fields: Fields::Apart(Apart {
                style: Style::Kustomize,
                map: entry,
                registry: None,
                name: Field::new("newName", new_name),
                tag: Field::new("newTag", entry.get("newTag")),
                digest: Field::new("digest", entry.get("digest")),
            }),
        });
    }
}
