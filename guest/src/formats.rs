//! What Towpath knows of the formats of files.
//!
//! A format says which documents are its own and where images stand in them.
//! How a place is changed does not depend on the format: see `place.rs`.
//! Each format is one file with the same skeleton, registered in `ALL`.

mod argocd;
mod chart;
mod compose;
mod flux;
pub(crate) mod kustomization;
mod manifest;
mod values;
mod walk;

pub(crate) use walk::normal;

use crate::dependency::Dependency;
use crate::place::Place;
use crate::plan::Location;
use crate::yaml::{File, KeyPath, NodeRef, ScalarStyle, Step};

/// What is known of one format.
pub(crate) struct Format {
    /// The name that the documentation uses.
    pub(crate) name: &'static str,
    /// Whether a document is of this format.
    recognises: fn(Document<'_>) -> bool,
    /// Adds the places where images stand.
    places: for<'a> fn(Document<'a>, &mut Vec<Place<'a>>),
    /// Adds the charts and repositories that are followed at a version.
    dependencies: for<'a> fn(Document<'a>, &mut Vec<Dependency<'a>>),
    /// Whether a value names a revision that is deployed: a branch, a tag or
    /// a range of versions.
    is_revision: fn(NodeRef<'_>) -> bool,
}

/// Every format; a document is of the first one that recognises it.
pub(crate) const ALL: &[Format] = &[
    kustomization::FORMAT,
    argocd::FORMAT,
    flux::FORMAT,
    chart::FORMAT,
    manifest::FORMAT,
    compose::FORMAT,
    values::FORMAT,
];

/// The longest list whose items are named; the look at it takes the square of
/// its length.
const MAX_ITEMS: usize = 1000;

/// Returns the names of the formats, as the documentation lists them.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|format| format.name)
}

/// A document: of a file, an item of a `List`, or YAML inside of a string.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    /// Its value.
    pub(crate) root: NodeRef<'a>,
    /// The string that it stands in, if any, and the document of that.
    pub(crate) outer: Option<(NodeRef<'a>, NodeRef<'a>)>,
}

impl<'a> Document<'a> {
    /// Returns the document of a root of a file.
    pub(crate) fn root(root: NodeRef<'a>) -> Self {
        Self { root, outer: None }
    }

    /// Returns the documents of a file.
    pub(crate) fn roots(file: &'a File) -> impl Iterator<Item = Self> {
        file.documents().map(Self::root)
    }

    /// Returns the documents of a file, and the items of every `List`.
    pub(crate) fn all(file: &'a File) -> Vec<Self> {
        let mut documents = Vec::new();
        for root in file.documents() {
            let is_list = root
                .get("kind")
                .and_then(NodeRef::as_str)
                .is_some_and(|kind| kind.ends_with("List"));
            match root.get("items") {
                Some(items) if is_list && items.is_sequence() => {
                    documents.extend(items.items().map(|root| Self { root, outer: None }));
                }
                _ => documents.push(Self { root, outer: None }),
            }
        }
        documents
    }

    /// Returns the format of the document.
    pub(crate) fn format(self) -> Option<&'static Format> {
        ALL.iter().find(|format| (format.recognises)(self))
    }

    /// Returns the places where images stand.
    pub(crate) fn places(self) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        if let Some(format) = self.format() {
            (format.places)(self, &mut places);
        }
        places
    }

    /// Returns the charts and repositories that are followed at a version.
    pub(crate) fn dependencies(self) -> Vec<Dependency<'a>> {
        let mut dependencies = Vec::new();
        if let Some(format) = self.format() {
            (format.dependencies)(self, &mut dependencies);
        }
        dependencies
    }

    /// Whether a value names a revision that is deployed.
    pub(crate) fn is_revision(self, node: NodeRef<'_>) -> bool {
        self.format()
            .is_some_and(|format| (format.is_revision)(node))
    }

    /// Returns the path of the file.
    pub(crate) fn path(self) -> &'a str {
        self.root.file().path()
    }

    /// Returns the last component of the path of the file.
    pub(crate) fn file_name(self) -> &'a str {
        let path = self.path();
        path.rsplit('/').next().unwrap_or(path)
    }

    /// Returns the text at a key of the root, for example of `kind`.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        self.outer_root().get(key)?.as_str()
    }

    /// Returns the text at a key of the metadata, for example of `name`.
    pub(crate) fn metadata(self, key: &str) -> Option<&'a str> {
        self.outer_root().get("metadata")?.get(key)?.as_str()
    }

    /// Whether the `apiVersion` is of this group, or of a group below it.
    pub(crate) fn is_of_group(self, group: &str) -> bool {
        let version = self.text("apiVersion").unwrap_or_default();
        let own = version.split('/').next().unwrap_or_default();
        own == group
            || own
                .strip_suffix(group)
                .is_some_and(|rest| rest.ends_with('.'))
    }

    /// Returns where a value of this document is.
    pub(crate) fn locate(self, node: NodeRef<'_>) -> Location {
        let inner = node.location();
        let Some((string, _)) = self.outer else {
            return inner;
        };
        let header = string.location();
        let line = match string.scalar_style() {
            // The text begins on the line after the `|`.
            Some(ScalarStyle::Literal) => header.line + inner.line,
            _ => header.line,
        };
        Location {
            line,
            column: 0,
            ..header
        }
    }

    /// Returns the key path of a value of this document.
    pub(crate) fn key(self, node: NodeRef<'_>) -> String {
        match self.outer {
            None => readable_path(node),
            Some((string, _)) => format!("{} > {}", readable_path(string), readable_path(node)),
        }
    }

    /// Returns the root that has the `kind` and the `metadata`.
    pub(crate) fn outer_root(self) -> NodeRef<'a> {
        self.outer.map_or(self.root, |(_, root)| root)
    }
}

/// Fields that tell the items of a list apart, the most telling first.
const TELLING: [&str; 7] = ["name", "chart", "ref", "path", "repoURL", "cluster", "env"];

/// Returns the key path of a node, in which items are named instead of counted
/// where a field of theirs leads to no other item.
fn readable_path(node: NodeRef<'_>) -> String {
    let mut steps = node.key_path().steps().to_vec();
    let mut around = Some(node);
    for step in steps.iter_mut().rev() {
        let Some(item) = around else { break };
        if let Some(list) = item
            .parent()
            .filter(|list| matches!(step, Step::Index(_)) && list.len() <= MAX_ITEMS)
        {
            let mut telling = TELLING
                .into_iter()
                .filter_map(|field| telling_step(list, item, field));
            *step = telling.next().unwrap_or_else(|| step.clone());
        }
        around = item.parent();
    }
    KeyPath::new(steps).to_string()
}

/// Returns the step to an item by a field that no other item has the same.
fn telling_step(list: NodeRef<'_>, item: NodeRef<'_>, field: &str) -> Option<Step> {
    let text = item.get(field)?.as_str()?;
    let mut same = list
        .items()
        .filter(|other| other.get(field).and_then(NodeRef::as_str) == Some(text));
    let is_only = same.next().is_some() && same.next().is_none();
    is_only.then(|| Step::Field(vec![field.to_owned()], text.to_owned()))
}

/// Returns the strings of a file that hold YAML of their own.
pub(crate) fn embedded(file: &File) -> Vec<NodeRef<'_>> {
    let mut strings = Vec::new();
    for document in Document::all(file) {
        argocd::embedded(document, &mut strings);
    }
    strings
}

/// For formats without charts and repositories.
fn no_dependencies<'a>(_: Document<'a>, _: &mut Vec<Dependency<'a>>) {}

/// For formats without revisions.
fn no_revision(_: NodeRef<'_>) -> bool {
    false
}
