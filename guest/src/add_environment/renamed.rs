//! What has another value in another environment: names, paths, namespaces,
//! clusters. All else is copied as it is.

use crate::error::Failure;
use crate::files::Loaded;
use crate::formats::Document;
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
}

impl Renaming<'_> {
    /// Returns a path of the old environment as one of the new one: where its
    /// name stands for itself.
    pub(super) fn path(&self, path: &str) -> String {
        self.text(path)
    }

    /// Puts the new name where the old one stands for itself: not within a word.
    fn text(&self, text: &str) -> String {
        let mut renamed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(self.old) {
            let (before, after) = rest.split_at(at);
            let after = after.get(self.old.len()..).unwrap_or_default();
            let is_part = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
            let before_it = before.chars().next_back().or(renamed.chars().next_back());
            let alone = !is_part(before_it) && !is_part(after.chars().next());
            renamed.push_str(before);
            renamed.push_str(if alone { self.new } else { self.old });
            rest = after;
        }
        renamed.push_str(rest);
        renamed
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
    for source in spec.own("source").into_iter().chain(several) {
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
