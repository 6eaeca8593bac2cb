//! From what is asked to operations on a file.

use super::{Fields, Place, Style, apart, reference, version_text};
use crate::error::Failure;
use crate::image::ImageUpdate;
use crate::plan::{Change, Problem};
use crate::request::Permits;
use crate::yaml::edit::{self, Operation, ScalarKind, Value};
use crate::yaml::quote::{Context, double, plain_is_text};
use crate::yaml::{NodeRef, ScalarStyle};

/// What one place becomes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Applied {
    /// The operations on the file, or on the YAML in a string of it.
    pub(crate) operations: Vec<Operation>,
    /// What changes, and what already is as asked.
    pub(crate) changes: Vec<Change>,
    /// What will bite.
    pub(crate) warnings: Vec<Problem>,
    /// The version before.
    pub(crate) old: Option<String>,
    /// The version after.
    pub(crate) new: String,
}

/// Decides what a place becomes.
///
/// # Errors
/// When the place cannot hold what is asked.
pub(crate) fn apply(
    place: &Place<'_>,
    update: &ImageUpdate,
    permits: Permits,
) -> Result<Applied, Failure> {
    let mut draft = Draft::new(place, update);
    match &place.fields {
        Fields::Reference(node) => reference::reference(&mut draft, *node, update),
        Fields::Argument(node) => reference::argument(&mut draft, *node, update),
        Fields::Apart(parts) => apart::apart(&mut draft, parts, update, permits)?,
    }
    Ok(draft.finish())
}

/// Collects what a place becomes.
pub(super) struct Draft<'p, 'a> {
    pub(super) place: &'p Place<'a>,
    pub(super) image: &'p str,
    applied: Applied,
}

impl<'p, 'a> Draft<'p, 'a> {
    pub(super) fn new(place: &'p Place<'a>, update: &'p ImageUpdate) -> Self {
        Self {
            place,
            image: update.name.as_str(),
            applied: Applied {
                old: version_text(place.version()),
                new: update.version(),
                ..Applied::default()
            },
        }
    }

    pub(super) fn finish(self) -> Applied {
        self.applied
    }

    /// Gives a value another text.
    pub(super) fn set(&mut self, node: NodeRef<'a>, new: &str, reason: &str) {
        let key = self.place.document.key(node);
        let old = node.as_str().map(str::to_owned);
        if old.as_deref() == Some(new) {
            self.keep(node, key, new);
            return;
        }
        self.set_scalar(node, new);
        self.change(node, key, (old, Some(new.to_owned())), reason);
    }

    /// Keeps a value, but makes text of a number where only text will do.
    fn keep(&mut self, node: NodeRef<'a>, key: String, text: &str) {
        let is_text = node.scalar_style() != Some(ScalarStyle::Plain)
            || node.tag().is_some()
            || plain_is_text(text, Context::Block);
        let needs_text =
            matches!(&self.place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize);
        let old = Some(text.to_owned());
        if is_text || !needs_text {
            self.change(node, key, (old.clone(), old), "");
        } else {
            self.set_scalar(node, text);
            let quoted = Some(double(text));
            self.change(node, key, (old, quoted), "a number is no tag");
        }
    }

    fn set_scalar(&mut self, node: NodeRef<'a>, new: &str) {
        self.applied.operations.push(Operation::SetScalar {
            node: node.id(),
            value: new.to_owned(),
            kind: ScalarKind::Text,
        });
    }

    /// Adds a key to a mapping, after one of the keys `after`, the first that is there.
    pub(super) fn insert(&mut self, map: NodeRef<'a>, after: &[&str], key: &str, value: &str) {
        let place = |name: &&str| {
            let mut keys = map.entries().map(|(key, _)| key);
            keys.find(|key| key.as_str() == Some(name))
        };
        let place = after.iter().find_map(place);
        self.applied.operations.push(Operation::InsertEntry {
            mapping: map.id(),
            place: place.map_or(edit::Place::End, |key| edit::Place::After(key.id())),
            key: key.to_owned(),
            value: Value::text(value),
        });
        let path = format!("{}.{key}", self.place.document.key(map));
        self.change(map, path, (None, Some(value.to_owned())), "added");
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, map: NodeRef<'a>, node: NodeRef<'a>, reason: &str) {
        let Some(name) = node.key().and_then(NodeRef::as_str) else {
            return;
        };
        self.applied.operations.push(Operation::RemoveEntry {
            mapping: map.id(),
            key: name.to_owned(),
        });
        let key = self.place.document.key(node);
        let old = node.as_str().map(str::to_owned);
        self.change(node, key, (old, None), reason);
    }

    /// Lets an entry give way to another one at its place.
    pub(super) fn replace(&mut self, node: NodeRef<'a>, key: &str, value: &str, reason: &str) {
        let Some(name) = node.key() else { return };
        self.applied.operations.push(Operation::RenameKey {
            key: name.id(),
            to: key.to_owned(),
        });
        self.set_scalar(node, value);
        let path = self.place.document.key(node);
        let old = node.as_str().map(str::to_owned);
        self.change(node, path.clone(), (old, None), reason);
        let parent = node.parent().map(|map| self.place.document.key(map));
        let path = format!("{}.{key}", parent.unwrap_or_default());
        self.change(node, path, (None, Some(value.to_owned())), "added");
    }

    /// Tells the user something that does not stop the change.
    pub(super) fn warn(&mut self, code: &str, message: String, hint: &str) {
        self.applied.warnings.push(Problem {
            code: code.to_owned(),
            message,
            at: Some(self.place.location()),
            hint: Some(hint.to_owned()),
        });
    }

    fn change(
        &mut self,
        node: NodeRef<'a>,
        key: String,
        (old, new): (Option<String>, Option<String>),
        reason: &str,
    ) {
        let reason = if old == new { "" } else { reason };
        self.applied.changes.push(Change {
            at: self.place.document.locate(node),
            key,
            image: Some(self.image.to_owned()),
            old,
            new,
            reason: reason.to_owned(),
        });
    }
}
