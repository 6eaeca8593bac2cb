//! From what the user pointed at to places in files.

mod absent;
mod ambiguous;
mod policy;

pub(crate) use absent::{no_such_image, not_selected};
pub(crate) use ambiguous::{one_each, rivals};
pub(crate) use policy::{Marked, Marker, Part, marked};

use crate::dependency::Dependency;
use crate::error::{Failure, Kind};
use crate::files::Loaded;
use crate::formats::Document;
use crate::place::Place;
use crate::request::Selection;
use crate::yaml::NodeRef;

/// Narrows the places that match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector<'r> {
    document: Option<DocumentName<'r>>,
    container: Option<&'r str>,
    /// A text in the comment on the line.
    pub(crate) marker: Option<Marker<'r>>,
}

/// Which documents are meant.
#[derive(Clone, Debug)]
enum DocumentName<'r> {
    /// `KIND`, `KIND/NAME` or `KIND/NAME/NAMESPACE`.
    Named {
        kind: &'r str,
        name: Option<&'r str>,
        namespace: Option<&'r str>,
    },
    /// `#NUMBER`, for documents without a kind or a name.
    Numbered(usize),
}

impl<'r> Selector<'r> {
    /// Parses what the user wrote.
    pub(crate) fn parse(selection: &'r Selection) -> Result<Self, Failure> {
        let document = selection
            .document
            .as_deref()
            .map(DocumentName::parse)
            .transpose()?;
        for (option, value) in [
            ("--container", &selection.container),
            ("--marker", &selection.marker),
        ] {
            if value
                .as_deref()
                .is_some_and(|value| value.trim().is_empty())
            {
                return Err(Failure::new(Kind::Usage, format!("{option} is empty")));
            }
        }
        Ok(Self {
            document,
            container: selection.container.as_deref(),
            marker: selection.marker.as_deref().map(Marker::new),
        })
    }

    /// Whether a document is selected.
    pub(crate) fn admits_document(&self, document: Document<'_>) -> bool {
        self.document.as_ref().is_none_or(|name| name.is(document))
    }

    /// Whether documents are selected by what they are.
    pub(crate) fn selects_documents(&self) -> bool {
        self.document.is_some()
    }

    /// Whether a value is selected by the comment on its line.
    pub(crate) fn admits_node(&self, node: NodeRef<'_>) -> bool {
        self.marker.as_ref().is_none_or(|marker| {
            node.comment_on_line()
                .is_some_and(|comment| marker.is_in(comment))
        })
    }

    fn admits(&self, place: &Place<'_>) -> bool {
        self.container
            .is_none_or(|name| place.container == Some(name))
            && (self.marker.is_none()
                || place.nodes().into_iter().any(|node| self.admits_node(node)))
    }

    /// Returns the charts and repositories that files follow, with the index of
    /// the file.
    pub(crate) fn dependencies<'a>(&self, files: &'a [Loaded]) -> Vec<(usize, Dependency<'a>)> {
        let mut found = Vec::new();
        for (index, loaded) in files.iter().enumerate() {
            let documents = Document::all(&loaded.file).into_iter();
            for document in documents.filter(|document| self.admits_document(*document)) {
                let dependencies = document.dependencies().into_iter();
                let admitted = dependencies.filter(|one| self.admits_node(one.node()));
                found.extend(admitted.map(|dependency| (index, dependency)));
            }
        }
        found
    }

    /// Returns the places of files, with the index of the file.
    pub(crate) fn places<'a>(&self, files: &'a [Loaded]) -> Vec<(usize, Place<'a>)> {
        let mut places = Vec::new();
        for (index, loaded) in files.iter().enumerate() {
            for document in documents(loaded) {
                if self.admits_document(document) {
                    let found = document
                        .places()
                        .into_iter()
                        .filter(|place| self.admits(place));
                    places.extend(found.map(|place| (index, place)));
                }
            }
        }
        places
    }
}

impl<'r> DocumentName<'r> {
    fn parse(text: &'r str) -> Result<Self, Failure> {
        let number = text
            .strip_prefix('#')
            .and_then(|number| number.parse().ok());
        if let Some(number) = number.filter(|number| *number > 0) {
            return Ok(Self::Numbered(number));
        }
        let parts: Vec<_> = text.split('/').collect();
        let (kind, name, namespace) = match parts[..] {
            [kind] => (kind, None, None),
            [kind, name] => (kind, Some(name), None),
            [kind, name, namespace] => (kind, Some(name), Some(namespace)),
            _ => ("", None, None),
        };
        if kind.is_empty() || kind.starts_with('#') || parts.iter().any(|part| part.is_empty()) {
            return Err(
                Failure::new(Kind::Usage, format!("invalid document `{text}`")).hint(
                    "Write `KIND`, `KIND/NAME`, `KIND/NAME/NAMESPACE`, or `#2` for the second one.",
                ),
            );
        }
        Ok(Self::Named {
            kind,
            name,
            namespace,
        })
    }

    fn is(&self, document: Document<'_>) -> bool {
        match self {
            Self::Numbered(number) => document.outer_root().document_index() + 1 == *number,
            Self::Named {
                kind,
                name,
                namespace,
            } => {
                document.text("kind") == Some(*kind)
                    && name.is_none_or(|name| document.metadata("name") == Some(name))
                    && namespace
                        .is_none_or(|namespace| document.metadata("namespace") == Some(namespace))
            }
        }
    }
}

/// Returns the documents of a file, and those inside of its strings.
pub(crate) fn documents(loaded: &Loaded) -> Vec<Document<'_>> {
    let mut documents = Document::all(&loaded.file);
    let roots = documents.clone();
    for (string, inner) in &loaded.embedded {
        let string = loaded.file.node(*string);
        let around = roots
            .iter()
            .rev()
            .find(|document| document.root.id() <= string.id());
        let outer = around.map(|document| (string, document.root));
        documents.extend(inner.documents().map(|root| Document { root, outer }));
    }
    documents
}
