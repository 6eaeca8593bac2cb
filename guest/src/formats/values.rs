//! Values for Helm, and every other YAML or JSON: images at keys that say so.

use super::{Document, Format, argocd, no_revision, walk};
use crate::dependency::Dependency;
use crate::place::Place;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "values",
    recognises,
    places,
    dependencies,
    is_revision: no_revision,
};

fn recognises(_: Document<'_>) -> bool {
    true
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    walk::values(document, document.root, places);
}

/// Values of charts that make Applications: what has a `repoURL` and a
/// `targetRevision` is a source there, too.
fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    if document.outer.is_none() {
        argocd::sources_below(document, document.root, dependencies);
    }
}
