//! The proof of an edit: the new bytes are read, and exactly the intended
//! nodes differ.
//!
//! All else must be equal: values, styles, tags, anchors, aliases, comments,
//! order and documents. Whatever a bug or an odd file does, the worst outcome
//! is an error that changes nothing.

use super::edit::{ScalarKind, Value};
use super::node::NodeRef;
use super::quote::is_typed;
use super::tree::{File, NodeId, NodeKind, ScalarStyle};
use crate::error::{Failure, Kind};
use crate::plan::{Edit, FileChange, FileState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What an edit should bring about.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected<'a> {
    /// Scalars with another text, keys too.
    pub(super) scalars: BTreeMap<NodeId, (String, ScalarKind)>,
    /// The keys of entries that are gone.
    pub(super) removed: BTreeSet<NodeId>,
    /// What is new in each collection.
    pub(super) inserted: BTreeMap<NodeId, Vec<Inserted<'a>>>,
}

/// Something new in a collection.
#[derive(Clone, Debug)]
pub(super) struct Inserted<'a> {
    /// The index of the entry or item that it comes before.
    pub(super) before: usize,
    /// The key, in a mapping.
    pub(super) key: Option<&'a str>,
    /// The value.
    pub(super) value: &'a Value,
}

/// Checks that `edits` bring about what is expected, and nothing else.
pub(super) fn prove(file: &File, edits: &[Edit], expected: &Expected<'_>) -> Result<(), Failure> {
    let change = FileChange {
        path: file.path.clone(),
        state: FileState::Edited,
        edits: edits.to_vec(),
    };
    let bytes = change.apply(file.text.as_bytes());
    let bytes = bytes.ok_or_else(|| unproved(file, "the edits overlap"))?;
    let after = super::parse(&file.path, &bytes).map_err(|failure| match failure.kind {
        Kind::Limit | Kind::NotAFile => failure,
        _ => unproved(file, &failure.problem.message),
    })?;
    let documents = |file: &File| {
        file.tree
            .documents
            .iter()
            .map(|document| document.explicit)
            .collect::<Vec<_>>()
    };
    if documents(file) != documents(&after) {
        return Err(unproved(file, "the documents would change"));
    }
    if !comments_are_kept(file, &after, edits) {
        return Err(unproved(file, "the comments would change"));
    }
    if file.json && is_json(&file.text) && !is_json(&after.text) {
        return Err(unproved(file, "it would no longer be JSON"));
    }
    compare(file, &after, expected)
}

fn compare(file: &File, after: &File, expected: &Expected<'_>) -> Result<(), Failure> {
    let mut actual = after.nodes();
    for wanted in Marks::new(file, expected) {
        match actual.next() {
            Some(node) if wanted.is(node) => {}
            Some(node) => {
                let what = format!("the value at {} would be another", shortened(&node.path()));
                return Err(unproved(file, &what));
            }
            None => return Err(unproved(file, "values would be lost")),
        }
    }
    match actual.next() {
        None => Ok(()),
        Some(node) => Err(unproved(
            file,
            &format!("the value at {} would be new", shortened(&node.path())),
        )),
    }
}

fn unproved(file: &File, what: &str) -> Failure {
    let message = format!(
        "the edit of {:?} is not what was asked for: {what}",
        file.path
    );
    Failure::new(Kind::Internal, message)
        .hint("Nothing was changed. Please report this, with the file if you can.")
}

/// Returns as much of a text as a message can hold.
fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    text.chars().take(MOST).collect()
}

fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches(super::lines::BOM);
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Whether the comments that no edit removes are there as before.
fn comments_are_kept(before: &File, after: &File, edits: &[Edit]) -> bool {
    let mut edits = edits.iter().peekable();
    let kept = before.tree.comments.iter().filter(|comment| {
        while edits.next_if(|edit| edit.end <= comment.start()).is_some() {}
        edits.peek().is_none_or(|edit| edit.start > comment.start())
    });
    kept.map(|comment| before.slice(*comment))
        .eq(after.comments())
}

/// A node as it should be.
struct Mark<'a> {
    shape: Shape<'a>,
    anchor: Option<&'a str>,
    tag: Option<&'a str>,
}

/// What a node should be.
enum Shape<'a> {
    /// A scalar that is as it was.
    Same { text: &'a str, style: ScalarStyle },
    /// A scalar with another text, in whatever style.
    New { text: &'a str, kind: ScalarKind },
    /// A list of this length, in flow style or not if that matters.
    Sequence { length: usize, flow: Option<bool> },
    /// A mapping with this number of entries.
    Mapping { length: usize, flow: Option<bool> },
    /// An alias, with its `*`.
    Alias { name: &'a str },
}

impl Mark<'_> {
    fn is(&self, node: NodeRef<'_>) -> bool {
        let tree = &node.file.tree;
        let slice = |span: Option<super::Span>| span.map(|span| node.file.slice(span));
        let shape = match (&self.shape, node.kind()) {
            (Shape::Same { text, style }, Some(NodeKind::Scalar { style: actual, .. })) => {
                style == actual && node.raw_text() == Some(text)
            }
            (Shape::New { text, kind }, Some(NodeKind::Scalar { style, .. })) => {
                node.raw_text() == Some(text) && reads_as(node, *kind, *style)
            }
            (Shape::Sequence { length, flow }, Some(NodeKind::Sequence { flow: actual, .. }))
            | (Shape::Mapping { length, flow }, Some(NodeKind::Mapping { flow: actual, .. })) => {
                node.len() == *length && flow.is_none_or(|flow| flow == *actual)
            }
            (Shape::Alias { name }, Some(NodeKind::Alias { .. })) => node.source() == *name,
            _ => false,
        };
        shape && self.anchor == slice(tree.anchor(node.id)) && self.tag == slice(tree.tag(node.id))
    }
}

/// Whether a new scalar is text, where it has to be.
fn reads_as(node: NodeRef<'_>, kind: ScalarKind, style: ScalarStyle) -> bool {
    let tagged = matches!(node.tag(), Some("!!str" | "!"));
    let text = || node.raw_text().is_some_and(|text| !is_typed(text));
    kind == ScalarKind::AsGiven || style != ScalarStyle::Plain || tagged || text()
}

/// The nodes of a file as they should be after the edit, in order.
struct Marks<'a> {
    file: &'a File,
    expected: &'a Expected<'a>,
    /// The next node of the file.
    next: NodeId,
    /// The collections with new children around the next node: where each
    /// ends, and what is still to be inserted.
    open: Vec<(NodeId, NodeId)>,
    /// What comes before the next node.
    queue: VecDeque<Mark<'a>>,
}

impl<'a> Marks<'a> {
    fn new(file: &'a File, expected: &'a Expected<'a>) -> Self {
        Self {
            file,
            expected,
            next: NodeId::new(0),
            open: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    /// Queues what is inserted before the child at `before` of a collection.
    fn insert(&mut self, collection: NodeId, before: impl Fn(usize) -> bool) {
        let all = self
            .expected
            .inserted
            .get(&collection)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for inserted in all.iter().filter(|inserted| before(inserted.before)) {
            self.queue.extend(inserted.key.map(new_text));
            queue_value(&mut self.queue, inserted.value);
        }
    }

    /// Returns the mark of a node of the file.
    fn mark(&self, node: NodeRef<'a>) -> Option<Mark<'a>> {
        let slice = |span: Option<super::Span>| span.map(|span| self.file.slice(span));
        let inserted = self.expected.inserted.get(&node.id).map_or(0, Vec::len);
        let shape = match node.kind()? {
            NodeKind::Alias { .. } => Shape::Alias {
                name: node.source(),
            },
            NodeKind::Sequence { flow, .. } => {
                let flow = (!node.is_empty() || inserted == 0).then_some(*flow);
                Shape::Sequence {
                    length: node.len() + inserted,
                    flow,
                }
            }
            NodeKind::Mapping { flow, .. } => {
                let removed = node
                    .entries()
                    .filter(|(key, _)| self.is_removed(key.id))
                    .count();
                // A mapping may change its style when nothing of it stays.
                let stays = node.len() > removed || inserted + removed == 0;
                let flow = stays.then_some(*flow);
                Shape::Mapping {
                    length: node.len() + inserted - removed,
                    flow,
                }
            }
            NodeKind::Scalar { .. } if inserted > 0 => self.converted(node.id, inserted),
            NodeKind::Scalar { style, .. } => match self.expected.scalars.get(&node.id) {
                Some((text, kind)) => Shape::New { text, kind: *kind },
                None => Shape::Same {
                    text: node.raw_text()?,
                    style: *style,
                },
            },
        };
        let tree = &self.file.tree;
        Some(Mark {
            shape,
            anchor: slice(tree.anchor(node.id)),
            tag: slice(tree.tag(node.id)),
        })
    }

    /// Returns the shape of a null that becomes a collection.
    fn converted(&self, id: NodeId, length: usize) -> Shape<'a> {
        let first = self.expected.inserted.get(&id).and_then(|all| all.first());
        match first.and_then(|inserted| inserted.key) {
            Some(_) => Shape::Mapping { length, flow: None },
            None => Shape::Sequence { length, flow: None },
        }
    }

    fn is_removed(&self, key: NodeId) -> bool {
        !self.expected.removed.is_empty() && self.expected.removed.contains(&key)
    }

    /// Queues the next node of the file, and what is inserted around it.
    fn advance(&mut self) -> bool {
        if let Some((collection, end)) = self.open.last().copied()
            && end == self.next
        {
            self.open.pop();
            let length = self.file.node(collection).len();
            self.insert(collection, |before| before >= length);
            return true;
        }
        let node = self.file.node(self.next);
        let Some(record) = self.file.tree.node(self.next) else {
            return false;
        };
        let parent = self.file.tree.parent(self.next);
        if let Some((collection, _)) = self.open.last().copied()
            && parent == Some(collection)
        {
            let position = node.position();
            let mapping = self.file.node(collection).is_mapping();
            if !mapping {
                self.insert(collection, |before| before == position);
            } else if position.is_multiple_of(2) {
                self.insert(collection, |before| before == position / 2);
            }
        }
        if self.is_removed(self.next) {
            let value = self.file.tree.node(record.next);
            self.next = value.map_or(record.next, |value| value.next);
            return true;
        }
        self.queue.extend(self.mark(node));
        let end = record.next;
        if self.expected.inserted.contains_key(&self.next) {
            self.open.push((self.next, end));
        }
        self.next = NodeId::new(self.next.index() + 1);
        true
    }
}

impl<'a> Iterator for Marks<'a> {
    type Item = Mark<'a>;

    fn next(&mut self) -> Option<Mark<'a>> {
        while self.queue.is_empty() {
            if !self.advance() {
                return None;
            }
        }
        self.queue.pop_front()
    }
}

fn new_text(text: &str) -> Mark<'_> {
    Mark {
        shape: Shape::New {
            text,
            kind: ScalarKind::Text,
        },
        anchor: None,
        tag: None,
    }
}

/// Queues a new value and all in it.
fn queue_value<'a>(queue: &mut VecDeque<Mark<'a>>, value: &'a Value) {
    let mut open = vec![(None, value)];
    while let Some((key, value)) = open.pop() {
        queue.extend(key.map(new_text));
        let shape = match value {
            Value::Scalar(text, kind) => Shape::New { text, kind: *kind },
            Value::Mapping(entries) => Shape::Mapping {
                length: entries.len(),
                flow: None,
            },
            Value::Sequence(items) => Shape::Sequence {
                length: items.len(),
                flow: None,
            },
        };
        queue.push_back(Mark {
            shape,
            anchor: None,
            tag: None,
        });
        match value {
            Value::Scalar(..) => {}
            Value::Mapping(entries) => {
                open.extend(
                    entries
                        .iter()
                        .rev()
                        .map(|(key, value)| (Some(&**key), value)),
                );
            }
            Value::Sequence(items) => open.extend(items.iter().rev().map(|item| (None, item))),
        }
    }
}
