//! Editing: operations on nodes become replacements of bytes, and are proved.
//!
//! Only the bytes that have to change do: quoting, indentation, line endings,
//! comments and all else stay as the author wrote them. The result is read
//! again, and exactly what was asked for must differ; see `prove.rs`.

mod block;
mod flow;
mod insert;
mod remove;
mod render;
mod scalar;

use super::NodeRef;
use super::prove::{self, Expected};
use super::tree::{File, NodeId};
use crate::error::{Failure, Kind};
use crate::plan::Edit;
use std::collections::BTreeMap;
use std::ops::Range;

/// One thing to change in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Gives a scalar (null included) another value. The style stays, unless
    /// the value cannot be written in it; a plain scalar is quoted as
    /// [`ScalarKind`] tells. Anchor and tag stay.
    SetScalar {
        /// The scalar, not a key.
        node: NodeId,
        /// The new text.
        value: String,
        /// What the value is.
        kind: ScalarKind,
    },
    /// Replaces a part of a scalar's text, for text that is YAML itself. In a
    /// block scalar only the lines that it is on change.
    ReplaceText {
        /// The scalar.
        node: NodeId,
        /// The bytes of [`NodeRef::as_str`] to replace.
        range: Range<usize>,
        /// The new text.
        text: String,
    },
    /// Gives an entry another key, and keeps its place, value and comment.
    RenameKey {
        /// The key.
        key: NodeId,
        /// The new key.
        to: String,
    },
    /// Adds an entry to a mapping; `{}` and an empty value are one, too.
    InsertEntry {
        /// The mapping.
        mapping: NodeId,
        /// Where among its entries.
        place: Place,
        /// The new key, which the mapping does not have.
        key: String,
        /// The new value.
        value: Value,
    },
    /// Removes an entry with its lines and the comment at their end; comments
    /// on lines of their own around it stay.
    RemoveEntry {
        /// The mapping.
        mapping: NodeId,
        /// The key, which the mapping has once.
        key: String,
    },
    /// Adds an item at the end of a list; `[]` and an empty value are one, too.
    AppendItem {
        /// The list.
        sequence: NodeId,
        /// The new item.
        item: Value,
    },
}

/// What the value of a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// Text for every reader: quoted when some reader would take it for a
    /// number, a boolean, null or a date.
    Text,
    /// What it looks like, if the old value was not text either: `3` for a
    /// number or for nothing stays bare. A spelling that a reader would not keep
    /// (`1.10`, `007`, `yes`) is text. A new entry counts as nothing.
    AsGiven,
}

/// Where an entry is added to a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After the last entry.
    End,
    /// After the entry of this key.
    After(NodeId),
    /// Before the entry of this key.
    Before(NodeId),
}

/// A value to insert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A single value.
    Scalar(String, ScalarKind),
    /// Keys and values, in order.
    Mapping(Vec<(String, Self)>),
    /// Items, in order.
    Sequence(Vec<Self>),
}

impl Value {
    /// Creates a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Scalar(text.into(), ScalarKind::Text)
    }

    /// Creates a mapping of texts.
    pub fn texts<K: Into<String>, V: Into<String>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entry = |(key, value): (K, V)| (key.into(), Self::text(value));
        Self::Mapping(entries.into_iter().map(entry).collect())
    }
}

/// What is permitted beyond the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditOptions {
    /// Which shared values may change, everywhere at once.
    pub sharing: Sharing,
}

/// Which values that are shared through anchors may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// None.
    #[default]
    Refuse,
    /// Those that are written where they were found, and repeated elsewhere.
    Definitions,
    /// Those that were found through an alias or a merge, too.
    Everywhere,
}

/// Plans the smallest edits that carry out `operations`, and proves them.
///
/// An operation that changes nothing adds no edit. The edits are in ascending
/// order and disjoint.
///
/// # Errors
/// - `SharedValue`: other places would change, too.
/// - `Contradiction`: a key on the way is there twice.
/// - `Template`: the node is in unquoted `{{ }}`.
/// - `InvalidKey`: the node cannot hold the value, or operations contradict.
/// - `Internal`: the result is not what was intended. Nothing is edited then.
pub fn edit(file: &File, operations: &[Operation]) -> Result<Vec<Edit>, Failure> {
    edit_with(file, operations, EditOptions::default())
}

/// Plans edits like [`edit`], with options.
///
/// # Errors
/// Like [`edit`].
pub fn edit_with(
    file: &File,
    operations: &[Operation],
    options: EditOptions,
) -> Result<Vec<Edit>, Failure> {
    let mut draft = Draft {
        file,
        options,
        splices: Vec::new(),
        expected: Expected::default(),
    };
    for operation in operations {
        draft.add(operation)?;
    }
    draft.replace_texts(operations)?;
    let edits = join(file, draft.splices)?;
    if edits.is_empty() {
        return Ok(edits);
    }
    prove::prove(file, &edits, &draft.expected)?;
    Ok(edits)
}

/// A replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// Of all that is inserted at a place, the value of the key before it is
    /// the first.
    pub(super) fills: bool,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
            fills: false,
        }
    }
}

/// The edits so far, and what they should bring about.
struct Draft<'a> {
    file: &'a File,
    options: EditOptions,
    splices: Vec<Splice>,
    expected: Expected<'a>,
}

impl<'a> Draft<'a> {
    fn add(&mut self, operation: &'a Operation) -> Result<(), Failure> {
        match operation {
            Operation::SetScalar { node, value, kind } => {
                let node = self.value(*node)?;
                self.set_scalar(node, value, *kind)
            }
            // Several may be for one scalar, so they are done at the end.
            Operation::ReplaceText { node, .. } => self.value(*node).map(|_| ()),
            Operation::RenameKey { key, to } => {
                let key = self.target(*key)?;
                self.rename(key, to)
            }
            Operation::InsertEntry {
                mapping,
                place,
                key,
                value,
            } => {
                let mapping = self.value(*mapping)?;
                self.insert_entry(mapping, *place, (key, value))
            }
            Operation::RemoveEntry { mapping, key } => {
                let mapping = self.value(*mapping)?;
                self.remove_entry(mapping, key)
            }
            Operation::AppendItem { sequence, item } => {
                let sequence = self.value(*sequence)?;
                self.append_item(sequence, item)
            }
        }
    }

    /// Returns the value that an operation is for, if it may be changed.
    fn value(&self, id: NodeId) -> Result<NodeRef<'a>, Failure> {
        let node = self.target(id)?;
        match node.is_key_node() {
            true => Err(refused(node, "is a key, not a value")),
            false => Ok(node),
        }
    }

    /// Returns the node that an operation is for, if it may be changed.
    fn target(&self, id: NodeId) -> Result<NodeRef<'a>, Failure> {
        let node = self.file.node(id);
        if node.kind().is_none() {
            return Err(Failure::new(
                Kind::Internal,
                format!("{id:?} is of another file"),
            ));
        }
        if let Some(failure) = node.contradiction() {
            return Err(failure);
        }
        if node.is_in_template() {
            return Err(template_failure(node));
        }
        let end = node.followed();
        let permitted = match self.options.sharing {
            Sharing::Refuse => false,
            Sharing::Definitions => end.via.is_none(),
            Sharing::Everywhere => true,
        };
        match node.shared() {
            Some(places) if !permitted => Err(node.shared_failure(&places)),
            _ => Ok(NodeRef { via: None, ..end }),
        }
    }

    /// Carries out the replacements of text, all those of a scalar at once.
    fn replace_texts(&mut self, operations: &'a [Operation]) -> Result<(), Failure> {
        let mut by_node = BTreeMap::<NodeId, Vec<(Range<usize>, &str)>>::new();
        for operation in operations {
            if let Operation::ReplaceText { node, range, text } = operation {
                let node = self.file.node(*node).followed().id;
                by_node.entry(node).or_default().push((range.clone(), text));
            }
        }
        for (node, replacements) in by_node {
            self.replace_text(self.file.node(node), replacements)?;
        }
        Ok(())
    }

    fn rename(&mut self, key: NodeRef<'a>, to: &str) -> Result<(), Failure> {
        if !key.is_key_node() || !key.is_scalar() {
            return Err(refused(key, "is not the key of an entry"));
        }
        self.refuse_second_key(key.parent().unwrap_or(key), to)?;
        self.write_scalar(key, to, ScalarKind::Text)
    }

    fn refuse_second_key(&self, mapping: NodeRef<'a>, key: &str) -> Result<(), Failure> {
        match mapping.own(key) {
            Some(_) => Err(refused(mapping, &format!("has a key {key:?} already"))),
            None => Ok(()),
        }
    }
}

/// Describes a node that cannot be edited as asked.
fn refused(node: NodeRef<'_>, why: &str) -> Failure {
    let path = node.path();
    let path = if path.is_empty() {
        "the document"
    } else {
        &path
    };
    Failure::new(Kind::InvalidKey, format!("{path} {why}")).at(node.location())
}

/// Describes a node that belongs to a template engine.
fn template_failure(node: NodeRef<'_>) -> Failure {
    Failure::new(
        Kind::Template,
        format!("{} is a template in {{{{ }}}}", node.path()),
    )
    .at(node.location())
    .hint("Change the values that the template is given.")
}

/// Orders the splices and joins those that touch.
fn join(file: &File, mut splices: Vec<Splice>) -> Result<Vec<Edit>, Failure> {
    splices.retain(|splice| file.text.get(splice.range.clone()) != Some(&splice.text));
    // What is inserted at a place comes before what replaces the text there.
    splices.sort_by_key(|splice| (splice.range.start, !splice.fills, splice.range.end));
    let mut edits = Vec::<Edit>::new();
    for splice in splices {
        let Range { start, end } = splice.range;
        let old = file.text.as_bytes().get(start..end).unwrap_or_default();
        match edits.last_mut() {
            Some(last) if start < last.end => {
                let message = "two changes are asked for at the same place";
                return Err(Failure::new(Kind::InvalidKey, message).at(file.location(start)));
            }
            Some(last) if start == last.end => {
                last.end = end;
                last.old.extend_from_slice(old);
                last.replacement.extend_from_slice(splice.text.as_bytes());
            }
            _ => {
                let replacement = splice.text.into_bytes();
                edits.push(Edit {
                    start,
                    end,
                    old: old.to_vec(),
                    replacement,
                });
            }
        }
    }
    Ok(edits)
}
