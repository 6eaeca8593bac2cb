//! What has another value in another environment: names, paths, namespaces,
//! clusters. All else is copied as it is.

use crate::error::Failure;
use crate::files::Loaded;
use crate::formats::Document;
use crate::names;
use crate::plan::{Change, FileChange};
use crate::writer::Writer;
use crate::yaml::NodeRef;
use crate::yaml::edit::edit;

/// From one environment to another.
pub(super) struct Renaming<'r> {
    pub(super) old: &'r str,
    pub(super) new: &'r str,
    pub(super) namespace: Option<&'r str>,
    pub(super) cluster: Option<&'r str>,
    /// Whether an `Application` goes on to deploy what it does.
    pub(super) keeps_paths: bool,
}

impl Renaming<'_> {
    /// Returns a path of the old environment as one of the new one: where its
    /// name stands for itself.
    pub(super) fn path(&self, path: &str) -> String {
        self.text(path)
    }

    fn text(&self, text: &str) -> String {
        names::replaced(text, self.old, self.new)
    }
}

/// Returns the bytes of a file for the new environment, and what is different.
pub(super) fn renamed(
    loaded: &Loaded,
    renaming: &Renaming<'_>,
) -> Result<(Vec<u8>, Vec<Change>), Failure> {
    let mut operations = Vec::new();
    let mut changes = Vec::new();
    for document in Document::all(&loaded.file) {
        for (node, new) in values(document, renaming) {
            if node.as_str() == Some(new.as_str()) || node.followed() != node {
                continue;
            }
            let mut writer = Writer::new(document, None);
            writer.set(node, &new, "");
            operations.extend(writer.applied.operations);
            changes.extend(writer.applied.changes);
        }
    }
    let change = FileChange {
        path: loaded.path().to_owned(),
        edits: edit(&loaded.file, &operations)?,
        ..FileChange::default()
    };
    let before = loaded.file.text().as_bytes();
    let after = change.apply(before).unwrap_or_else(|| before.to_vec());
    Ok((after, changes))
}

/// Returns the values that are those of an environment, with the new ones.
fn values<'a>(document: Document<'a>, renaming: &Renaming<'_>) -> Vec<(NodeRef<'a>, String)> {
    let mut found = Vec::new();
    let format = document.format().map(|format| format.name);
    match format {
        Some("argocd") => application(document.root, renaming, &mut found),
        Some("kustomization") => {
            let namespace = document.root.own("namespace").into_iter();
            found.extend(namespace.map(|node| (node, named(node, renaming, renaming.namespace))));
            for key in ["namePrefix", "nameSuffix"] {
                found.extend(
                    document
                        .root
                        .own(key)
                        .map(|node| (node, named(node, renaming, None))),
                );
            }
        }
        Some("manifest" | "flux") => {
            let metadata = document.root.own("metadata");
            let namespace = metadata.and_then(|metadata| metadata.own("namespace"));
            found.extend(namespace.map(|node| (node, named(node, renaming, renaming.namespace))));
        }
        _ => {}
    }
    found
}

fn named(node: NodeRef<'_>, renaming: &Renaming<'_>, given: Option<&str>) -> String {
    let old = node.as_str().unwrap_or_default();
    given.map_or_else(|| renaming.text(old), str::to_owned)
}

/// Finds the name, the paths, the namespace and the cluster of an `Application`.
fn application<'a>(
    root: NodeRef<'a>,
    renaming: &Renaming<'_>,
    found: &mut Vec<(NodeRef<'a>, String)>,
) {
    let name = root
        .own("metadata")
        .and_then(|metadata| metadata.own("name"));
    found.extend(name.map(|node| (node, named(node, renaming, None))));
    let Some(spec) = root.own("spec") else { return };
    let several = spec.own("sources").into_iter().flat_map(NodeRef::items);
    let sources = spec.own("source").into_iter().chain(several);
    for source in sources.filter(|_| !renaming.keeps_paths) {
        found.extend(
            source
                .own("path")
                .map(|node| (node, named(node, renaming, None))),
        );
        let files = source.own("helm").and_then(|helm| helm.own("valueFiles"));
        let files = files.into_iter().flat_map(NodeRef::items);
        found.extend(files.map(|node| (node, named(node, renaming, None))));
    }
    let Some(destination) = spec.own("destination") else {
        return;
    };
    let namespace = destination.own("namespace");
    found.extend(namespace.map(|node| (node, named(node, renaming, renaming.namespace))));
    let Some(cluster) = renaming.cluster else {
        return;
    };
    let key = if cluster.contains("://") {
        "server"
    } else {
        "name"
    };
    found.extend(destination.own(key).map(|node| (node, cluster.to_owned())));
}
