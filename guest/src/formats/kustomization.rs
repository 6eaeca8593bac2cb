//! Files of kustomize: `kustomization.yaml`, and components.
//!
//! Images are the entries of `images`. What patches and generators hold is
//! left alone.

use super::{Document, Format, no_revision, walk};
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "kustomization",
    recognises,
    places,
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

/// Returns what a kustomization is made of, as it is written: files,
/// directories and addresses.
pub(crate) fn references(root: NodeRef<'_>) -> impl Iterator<Item = &str> {
    let lists = ["resources", "bases", "components"]
        .into_iter()
        .filter_map(move |key| root.get(key));
    lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str)
}

/// Whether a reference is an address, and not a path in the repository.
pub(crate) fn is_remote(reference: &str) -> bool {
    reference.contains("://")
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
