//! Manifests of Kubernetes: whatever has an `apiVersion` and a `kind`.
//!
//! Images of containers are found in every kind, also in kinds of others, and
//! so are images at other keys that say so: `image`, `imageName`. What the
//! cluster writes itself (`status`) is left alone.

use super::{Document, Format, no_revision, walk};
use crate::dependency::{Dependency, Followed, chart_names};
use crate::place::Place;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "manifest",
    recognises,
    places,
    dependencies,
    is_revision: no_revision,
};

fn recognises(document: Document<'_>) -> bool {
    document.outer.is_none()
        && document.text("apiVersion").is_some()
        && document.text("kind").is_some()
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    if document.text("kind") == Some("CustomResourceDefinition") {
        return;
    }
    walk::object(document, places);
}

/// The chart of a generator of kustomize.
fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    if document.text("kind") != Some("HelmChartInflationGenerator") {
        return;
    }
    let own = ["name", "chartName"]
        .into_iter()
        .find_map(|key| document.text(key));
    let version = if document.text("chartVersion").is_some() {
        "chartVersion"
    } else {
        "version"
    };
    if let Some(name) = own {
        let repository = document.text("repo").or(document.text("chartRepo"));
        dependencies.push(Dependency::field(
            document,
            (Followed::Chart, chart_names(repository, name)),
            document.root,
            (version, "name"),
        ));
    }
}
