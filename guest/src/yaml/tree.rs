//! The tree of a file: nodes in the order of the text, each with its place.

use super::lines::Lines;
use super::node::NodeRef;
use std::ops::Range;

/// A file that was read: its text and its tree.
#[derive(Clone, Debug)]
pub struct File {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) lines: Lines,
    pub(super) tree: Tree,
    pub(super) json: bool,
}

impl File {
    /// Returns the path that the file was read from.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the whole text, with byte order mark and line endings as they are.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file is JSON, and has to stay it.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Returns the documents; a file of comments has none.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = NodeRef<'_>> {
        self.tree
            .documents
            .iter()
            .map(|document| NodeRef::new(self, document.root))
    }

    /// Returns the root of a document, from 0.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<NodeRef<'_>> {
        self.tree
            .documents
            .get(index)
            .map(|document| NodeRef::new(self, document.root))
    }

    /// Returns every node in the order of the text, keys too, each once:
    /// aliases are not followed.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..self.tree.nodes.len()).map(|index| NodeRef::new(self, NodeId::new(index)))
    }

    /// Returns the node of this number.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef::new(self, id)
    }

    /// Returns every key that repeats an earlier one of its mapping.
    pub fn duplicate_keys(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.tree
            .duplicates
            .iter()
            .map(|id| NodeRef::new(self, *id))
    }

    /// Returns every comment from its `#` to the end of its line, in order.
    pub fn comments(&self) -> impl Iterator<Item = &str> {
        self.tree.comments.iter().map(|span| self.slice(*span))
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// A document of a file.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its value; an empty document holds an empty scalar.
    pub(super) root: NodeId,
    /// Whether it begins with `---`.
    pub(super) explicit: bool,
}

/// Names a node of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A range of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: cut(start),
            end: cut(end),
        }
    }

    /// Returns the first byte.
    #[must_use]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Returns the first byte after the last.
    #[must_use]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Returns the range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes; also the scalar of which nothing is written.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// The text of a scalar: as it is in the file, or decoded.
#[derive(Clone, Debug)]
pub(super) enum Text {
    /// The bytes of the file are the text.
    Source(Span),
    /// The text, where it is written otherwise.
    Decoded(Box<str>),
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    /// A single value.
    Scalar {
        /// Its text.
        text: Text,
        /// How it is written.
        style: ScalarStyle,
    },
    /// A list; its items are `children[span]`.
    Sequence {
        /// Whether it is `[…]`.
        flow: bool,
        /// The range of its items.
        children: Span,
    },
    /// A mapping; its keys and values alternate in `children[span]`.
    Mapping {
        /// Whether it is `{…}`.
        flow: bool,
        /// The range of its keys and values.
        children: Span,
    },
    /// `*name`, for another node.
    Alias {
        /// The node with the anchor.
        target: NodeId,
    },
}

/// A node and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What it is.
    pub(super) kind: NodeKind,
    /// Its bytes, without anchor and tag. Block scalars begin at their `|` or
    /// `>`; a value of which nothing is written is the empty range after its
    /// indicator; block collections end with their last child.
    pub(super) span: Span,
    /// The collection it is in, or `NONE`.
    pub(super) parent: NodeId,
    /// The index among the parent's children; for a root that of the document.
    pub(super) position: u32,
    /// The first node after it and its descendants.
    pub(super) next: NodeId,
}

/// The nodes of a file, numbered in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    pub(super) documents: Vec<Document>,
    /// In the order of the text.
    pub(super) comments: Vec<Span>,
    /// The nodes with an anchor, ascending, with the place of `&name`.
    pub(super) anchors: Vec<(NodeId, Span)>,
    /// The nodes with a tag, ascending, with its place.
    pub(super) tags: Vec<(NodeId, Span)>,
    /// Every alias as target and alias, ascending.
    pub(super) aliases: Vec<(NodeId, NodeId)>,
    /// The values without even a `:` before them, ascending.
    pub(super) unannounced: Vec<NodeId>,
    /// The mappings that are an unquoted `{{ … }}`, ascending.
    pub(super) templates: Vec<NodeId>,
    /// The keys that repeat an earlier one of their mapping, ascending.
    pub(super) duplicates: Vec<NodeId>,
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    pub(super) fn children(&self, id: NodeId) -> &[NodeId] {
        match self.node(id).map(|node| &node.kind) {
            Some(NodeKind::Sequence { children, .. } | NodeKind::Mapping { children, .. }) => {
                self.children.get(children.range()).unwrap_or_default()
            }
            _ => &[],
        }
    }

    pub(super) fn span(&self, id: NodeId) -> Span {
        self.node(id).map(|node| node.span).unwrap_or_default()
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)
            .map(|node| node.parent)
            .filter(|parent| *parent != NodeId::NONE)
    }

    pub(super) fn anchor(&self, id: NodeId) -> Option<Span> {
        property(&self.anchors, id)
    }

    pub(super) fn tag(&self, id: NodeId) -> Option<Span> {
        property(&self.tags, id)
    }

    /// Returns the aliases of an anchored node.
    pub(super) fn aliases_of(&self, target: NodeId) -> impl Iterator<Item = NodeId> {
        let first = self.aliases.partition_point(|(node, _)| *node < target);
        let rest = self.aliases.get(first..).unwrap_or_default();
        rest.iter()
            .take_while(move |(node, _)| *node == target)
            .map(|(_, alias)| *alias)
    }
}

fn property(list: &[(NodeId, Span)], id: NodeId) -> Option<Span> {
    let index = list.binary_search_by_key(&id, |(node, _)| *node).ok()?;
    list.get(index).map(|(_, span)| *span)
}
