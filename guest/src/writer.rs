//! What one place becomes: operations on its file, and what is said about them.

use crate::formats::Document;
use crate::plan::{Change, Problem};
use crate::yaml::edit::{self, Operation, ScalarKind, Value};
use crate::yaml::quote::{is_canonical, is_number, is_typed};
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

/// Collects what one place becomes.
pub(crate) struct Writer<'p, 'a> {
    document: Document<'a>,
    /// The image that the place is of, if any.
    image: Option<&'p str>,
    pub(crate) applied: Applied,
}

impl<'p, 'a> Writer<'p, 'a> {
    pub(crate) fn new(document: Document<'a>, image: Option<&'p str>) -> Self {
        Self {
            document,
            image,
            applied: Applied::default(),
        }
    }

    /// Gives a value another text; says so too when it has it already.
    pub(crate) fn set(&mut self, node: NodeRef<'a>, new: &str, reason: &str) {
        let old = node.as_str().map(str::to_owned);
        let same = old.as_deref() == Some(new);
        let mut reasons = vec![reason.to_owned()];
        if !same {
            self.set_scalar(node, new);
            reasons.extend(quoted(node, new, ScalarKind::Text));
        }
        reasons.retain(|reason| !reason.is_empty());
        let key = self.document.key(node);
        self.change(node, key, (old, Some(new.to_owned())), &reasons.join("; "));
    }

    pub(crate) fn set_scalar(&mut self, node: NodeRef<'a>, new: &str) {
        self.applied.operations.push(Operation::SetScalar {
            node: node.id(),
            value: new.to_owned(),
            kind: ScalarKind::Text,
        });
    }

    /// Adds a key to a mapping, after one of the keys `after`, the first that is there.
    pub(crate) fn insert(&mut self, map: NodeRef<'a>, after: &[&str], key: &str, value: &str) {
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
        let path = self.path(map, key);
        self.change(map, path, (None, Some(value.to_owned())), "added");
    }

    /// Takes an entry away.
    pub(crate) fn remove(&mut self, map: NodeRef<'a>, node: NodeRef<'a>, reason: &str) {
        let Some(name) = node.key().and_then(NodeRef::as_str) else {
            return;
        };
        self.applied.operations.push(Operation::RemoveEntry {
            mapping: map.id(),
            key: name.to_owned(),
        });
        let key = self.document.key(node);
        let old = node.as_str().map(str::to_owned);
        self.change(node, key, (old, None), reason);
    }

    /// Lets an entry give way to another one at its place.
    pub(crate) fn replace(&mut self, node: NodeRef<'a>, key: &str, value: &str, reason: &str) {
        let Some(name) = node.key() else { return };
        self.applied.operations.push(Operation::RenameKey {
            key: name.id(),
            to: key.to_owned(),
        });
        self.set_scalar(node, value);
        let path = self.document.key(node);
        let old = node.as_str().map(str::to_owned);
        self.change(node, path, (old, None), reason);
        let parent = node.parent().unwrap_or(self.document.root);
        let path = self.path(parent, key);
        self.change(node, path, (None, Some(value.to_owned())), "added");
    }

    /// Records a change.
    pub(crate) fn change(
        &mut self,
        node: NodeRef<'a>,
        key: String,
        (old, new): (Option<String>, Option<String>),
        reason: &str,
    ) {
        let reason = if old == new { "" } else { reason };
        self.applied.changes.push(Change {
            at: self.document.locate(node),
            key,
            image: self.image.map(str::to_owned),
            old,
            new,
            reason: reason.to_owned(),
        });
    }

    /// Returns the key path of an entry of a mapping.
    pub(crate) fn path(&self, map: NodeRef<'a>, key: &str) -> String {
        let map = self.document.key(map);
        if map.is_empty() {
            key.to_owned()
        } else {
            format!("{map}.{key}")
        }
    }
}

/// Says why a value that had no quotes gets some, when that is for its type.
pub(crate) fn quoted(node: NodeRef<'_>, new: &str, kind: ScalarKind) -> Option<String> {
    let old = node.as_str().unwrap_or_default();
    let was_plain = node.scalar_style() == Some(ScalarStyle::Plain);
    let may_be_bare = kind == ScalarKind::AsGiven && is_typed(old) && is_canonical(new);
    if !was_plain || node.tag().is_some() || !is_typed(new) || may_be_bare {
        return None;
    }
    let what = if is_number(new) {
        "a number"
    } else {
        "something else than text"
    };
    Some(format!(
        "quoted, because YAML readers would take {new} for {what}"
    ))
}
