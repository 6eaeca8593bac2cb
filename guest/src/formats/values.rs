//! Values for Helm, and every other YAML or JSON: images at keys that say so.

use super::{Document, Format, no_dependencies, no_revision, walk};
use crate::place::Place;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "values",
    recognises,
    places,
    dependencies: no_dependencies,
    is_revision: no_revision,
};

fn recognises(_: Document<'_>) -> bool {
    true
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    walk::values(document, document.root, places);
}
