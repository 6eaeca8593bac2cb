//! Compose files: the `image` of each service; the service is the container.

use super::{Document, Format, no_dependencies, no_revision, walk};
use crate::place::Place;
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "compose",
    recognises,
    places,
    dependencies: no_dependencies,
    is_revision: no_revision,
};

fn recognises(document: Document<'_>) -> bool {
    let name = document.file_name();
    let named = name.starts_with("docker-compose")
        || name.starts_with("compose.")
        || name.starts_with("docker-stack");
    document.outer.is_none()
        && named
        && document
            .root
            .get("services")
            .is_some_and(NodeRef::is_mapping)
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    walk::values(document, document.root, places);
}
