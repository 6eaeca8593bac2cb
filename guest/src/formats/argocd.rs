//! Argo CD: `Application`, `ApplicationSet`, and `.argocd-source.yaml`.
//!
//! A source holds images in `kustomize.images`, in `helm.parameters`, in
//! `helm.valuesObject`, and in `helm.values`, a string with YAML in it. Sources
//! are found wherever they are, in the template of an `ApplicationSet` too.

mod parameters;

use super::{Document, Format, walk};
use crate::image::Written;
use crate::place::{Fields, Place};
use crate::yaml::NodeRef;

/// The format.
pub(super) const FORMAT: Format = Format {
    name: "argocd",
    recognises,
    places,
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

/// `targetRevision` of a source; with a `chart`, it is the version of a chart.
fn is_revision(node: NodeRef<'_>) -> bool {
    node.key()
        .and_then(NodeRef::as_str)
        .is_some_and(|key| matches!(key, "targetRevision" | "revision"))
}

/// Returns every mapping that is a source: it has `kustomize` or `helm`.
fn sources(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if node
            .own("kustomize")
            .or(node.own("helm"))
            .is_some_and(NodeRef::is_mapping)
        {
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
