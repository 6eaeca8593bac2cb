//! Manifests of Kubernetes: whatever has an `apiVersion` and a `kind`.
//!
//! Images of containers are found in every kind, also in kinds of others, and
//! so are images at other keys that say so: `image`, `imageName`. What the
//! cluster writes itself (`status`) is left alone.

use super::{Document, Format, no_dependencies, no_revision, walk};
use crate::place::Place;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "manifest",
    recognises,
    places,
    dependencies: no_dependencies,
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
