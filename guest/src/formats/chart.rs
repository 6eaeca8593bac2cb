//! `Chart.yaml` of Helm: versions, which are set by key path, and no images.

use super::{Document, Format, no_revision};
use crate::place::Place;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "chart",
    recognises,
    places,
    is_revision: no_revision,
};

fn recognises(document: Document<'_>) -> bool {
    document.outer.is_none()
        && matches!(
            document.file_name(),
            "Chart.yaml" | "requirements.yaml" | "Chart.lock"
        )
}

fn places<'a>(_: Document<'a>, _: &mut Vec<Place<'a>>) {}
