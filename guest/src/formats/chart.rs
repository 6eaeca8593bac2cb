//! `Chart.yaml` of Helm: the versions of the charts that it depends on, and no
//! images. Its own version and its `appVersion` are set by key path.

use super::{Document, Format, no_revision};
use crate::dependency::{Dependency, Followed, chart_names};
use crate::place::Place;
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "chart",
    recognises,
    places,
    dependencies,
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

/// The lock file repeats the versions, with a digest over all of them: Helm
/// writes it.
fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    if document.file_name() == "Chart.lock" {
        return;
    }
    let list = document.root.get("dependencies");
    for map in list.into_iter().flat_map(NodeRef::items) {
        let text = |key: &str| map.get(key).and_then(NodeRef::as_str);
        let Some(name) = text("name") else { continue };
        let mut names = chart_names(text("repository"), name);
        names.extend(text("alias").map(str::to_owned));
        dependencies.push(Dependency::field(
            document,
            (Followed::Chart, names),
            map,
            ("version", "name"),
        ));
    }
}
