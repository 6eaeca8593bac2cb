//! Argo CD: `Application`, `ApplicationSet`, and `.argocd-source.yaml`.
//!
//! A source holds images in `kustomize.images`, in `helm.parameters`, in
//! `helm.valuesObject`, and in `helm.values`, a string with YAML in it. Sources
//! are found wherever they are, in the template of an `ApplicationSet` too.

mod parameters;

use super::{Document, Format, walk};
use crate::dependency::{Dependency, Followed, chart_names, repository_names};
use crate::image::Written;
use crate::place::{Fields, Place};
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "argocd",
    recognises,
    places,
    dependencies,
    is_revision,
};

fn recognises(document: Document<'_>) -> bool {
    let kind = document.text("kind");
    let application = matches!(kind, Some("Application" | "ApplicationSet"));
    (application && document.is_of_group("argoproj.io"))
        || document.file_name().starts_with(".argocd-source")
}

fn places<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    if document.outer.is_some() {
        walk::values(document, document.root, places);
    } else {
        walk::object(document, places);
        for source in sources(document.root) {
            source_places(document, source, places);
        }
    }
}

/// Adds the strings that hold values for Helm.
pub(super) fn embedded<'a>(document: Document<'a>, strings: &mut Vec<NodeRef<'a>>) {
    if recognises(document) {
        let values = |source: NodeRef<'a>| source.get("helm")?.get("values");
        strings.extend(sources(document.root).into_iter().filter_map(values));
    }
}

/// Every mapping with a `repoURL` that is a source, of whatever is deployed.
fn dependencies<'a>(document: Document<'a>, dependencies: &mut Vec<Dependency<'a>>) {
    if document.outer.is_some() {
        return;
    }
    let Some(spec) = document.root.get("spec") else {
        return;
    };
    sources_below(document, spec, dependencies);
}

/// Adds the sources in a tree.
pub(super) fn sources_below<'a>(
    document: Document<'a>,
    root: NodeRef<'a>,
    dependencies: &mut Vec<Dependency<'a>>,
) {
    for map in mappings(root) {
        let text = |key: &str| map.get(key).and_then(NodeRef::as_str);
        let Some(url) = text("repoURL").filter(|_| is_source(map)) else {
            continue;
        };
        let found = match text("chart").filter(|chart| !chart.is_empty()) {
            Some(chart) => (Followed::Chart, chart_names(Some(url), chart)),
            None => (Followed::Repository, repository_names(url, text("path"))),
        };
        dependencies.push(Dependency::field(
            document,
            found,
            map,
            ("targetRevision", "repoURL"),
        ));
    }
}

/// Whether a mapping is a source: by where it stands, or by what it has. What a
/// generator reads is none.
fn is_source(map: NodeRef<'_>) -> bool {
    let around = map.key().or_else(|| map.parent()?.key());
    map.get("targetRevision").is_some()
        || matches!(
            around.and_then(NodeRef::as_str),
            Some("source" | "sources" | "drySource")
        )
}

/// `targetRevision` of a source; with a `chart`, it is the version of a chart.
fn is_revision(node: NodeRef<'_>) -> bool {
    node.key()
        .and_then(NodeRef::as_str)
        .is_some_and(|key| matches!(key, "targetRevision" | "revision"))
}

/// Returns every mapping that is a source: it has `kustomize` or `helm`.
fn sources(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let is_source = |node: &NodeRef<'_>| {
        let section = node.own("kustomize").or(node.own("helm"));
        section.is_some_and(NodeRef::is_mapping)
    };
    mappings(root).into_iter().filter(is_source).collect()
}

/// Returns every mapping in a tree.
fn mappings(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if node.is_mapping() {
            found.push(node);
        }
        let children = node.entries().map(|(_, value)| value).chain(node.items());
        // An alias leads to a place that is visited by itself.
        open.extend(children.filter(|child| child.followed() == *child));
    }
    found.reverse();
    found
}

fn source_places<'a>(document: Document<'a>, source: NodeRef<'a>, places: &mut Vec<Place<'a>>) {
    let list = |section: &str, key: &str| source.get(section)?.get(key);
    let arguments = list("kustomize", "images");
    for argument in arguments.into_iter().flat_map(NodeRef::items) {
        places.extend(argument_place(document, argument));
    }
    if let Some(parameters) = list("helm", "parameters") {
        parameters::places(document, parameters, places);
    }
}

/// Returns the place of `name=new-name:tag@digest`.
fn argument_place<'a>(document: Document<'a>, argument: NodeRef<'a>) -> Option<Place<'a>> {
    let text = argument.as_str()?;
    let (name, right) = match text.split_once('=') {
        Some((name, right)) => (Some(name), right),
        None => (None, text),
    };
    let written = Written::split(right);
    if name.is_none() && written.is_none() {
        return None;
    }
    let names = name.into_iter().chain(written.map(|written| written.name));
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.dedup();
    Some(Place {
        document,
        container: None,
        names,
        fields: Fields::Argument(argument),
    })
}
