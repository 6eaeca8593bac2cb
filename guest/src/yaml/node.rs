//! Reading the tree.

use super::tree::{File, NodeId, NodeKind, ScalarStyle, Span, Text};
use std::fmt;

/// A node of a file, for reading.
///
/// Aliases and merges (`<<`) are followed, and the node that is reached
/// remembers it: see [`NodeRef::shared`].
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    pub(super) file: &'a File,
    pub(super) id: NodeId,
    /// The first alias on the way here.
    pub(super) via: Option<NodeId>,
}

impl<'a> NodeRef<'a> {
    pub(super) fn new(file: &'a File, id: NodeId) -> Self {
        Self {
            file,
            id,
            via: None,
        }
    }

    /// Returns the name of the node, for edits. That of an alias is its own,
    /// not that of the node it stands for.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Returns the file.
    #[must_use]
    pub fn file(self) -> &'a File {
        self.file
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_sequence(self) -> bool {
        matches!(self.followed().kind(), Some(NodeKind::Sequence { .. }))
    }

    /// Whether it is a mapping.
    #[must_use]
    pub fn is_mapping(self) -> bool {
        matches!(self.followed().kind(), Some(NodeKind::Mapping { .. }))
    }

    /// Whether it is a scalar, null included.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        matches!(self.followed().kind(), Some(NodeKind::Scalar { .. }))
    }

    /// Whether it is written as `[…]` or `{…}`.
    #[must_use]
    pub fn is_flow(self) -> bool {
        matches!(
            self.followed().kind(),
            Some(NodeKind::Sequence { flow: true, .. } | NodeKind::Mapping { flow: true, .. })
        )
    }

    /// Whether it is null: nothing, `~` or `null`, not quoted and not tagged.
    #[must_use]
    pub fn is_null(self) -> bool {
        let node = self.followed();
        let null = |text| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        node.scalar_style() == Some(ScalarStyle::Plain)
            && node.raw_text().is_some_and(null)
            && node.file.tree.tag(node.id).is_none()
    }

    /// Returns the text of a scalar as it is meant, without quotes, escapes
    /// and folds; `None` for null.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        if self.is_null() {
            None
        } else {
            self.followed().raw_text()
        }
    }

    /// Returns how a scalar is written.
    #[must_use]
    pub fn scalar_style(self) -> Option<ScalarStyle> {
        match self.followed().kind()? {
            NodeKind::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// Returns the tag as it is written, for example `!!str`.
    #[must_use]
    pub fn tag(self) -> Option<&'a str> {
        let node = self.followed();
        node.file
            .tree
            .tag(node.id)
            .map(|span| node.file.slice(span))
    }

    /// Returns the name of its anchor, without `&`.
    #[must_use]
    pub fn anchor(self) -> Option<&'a str> {
        let span = self.file.tree.anchor(self.id)?;
        self.file.slice(span).strip_prefix('&')
    }

    /// Returns its bytes as they are, without anchor and tag.
    #[must_use]
    pub fn source(self) -> &'a str {
        self.file.slice(self.span())
    }

    /// Returns its place in bytes, without anchor and tag.
    #[must_use]
    pub fn span(self) -> Span {
        self.file.tree.span(self.id)
    }

    /// Returns the number of its document, from 0.
    #[must_use]
    pub fn document_index(self) -> usize {
        let documents = &self.file.tree.documents;
        documents
            .partition_point(|document| document.root <= self.id)
            .saturating_sub(1)
    }

    /// Returns the number of items of a list or of entries of a mapping.
    #[must_use]
    pub fn len(self) -> usize {
        let node = self.followed();
        let children = node.file.tree.children(node.id).len();
        if node.is_mapping() {
            children / 2
        } else {
            children
        }
    }

    /// Whether it has neither items nor entries.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the items of a list; none for anything else.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        let node = self.followed();
        let items = if node.is_sequence() {
            node.file.tree.children(node.id)
        } else {
            &[]
        };
        items.iter().map(move |id| node.at(*id))
    }

    /// Returns the keys and values of a mapping as they are written, `<<` too;
    /// none for anything else.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Self, Self)> + ExactSizeIterator {
        let node = self.followed();
        let all = if node.is_mapping() {
            node.file.tree.children(node.id)
        } else {
            &[]
        };
        all.chunks_exact(2).map(move |pair| {
            let child = |index: usize| pair.get(index).copied().unwrap_or(node.id);
            (node.at(child(0)), node.at(child(1)))
        })
    }

    /// Returns the value of a key, its own or a merged one. Of duplicate keys
    /// it is the last: [`NodeRef::contradiction`] tells.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        /// Merges that one look-up follows; real files have a handful.
        const MOST_MERGES: usize = 1000;
        let mut open = vec![self.followed()];
        for _ in 0..MOST_MERGES {
            let node = open.pop()?;
            if let Some((_, value)) = node.entries().rev().find(|(name, _)| name.is_key(key)) {
                return Some(value);
            }
            // Of several merges the first wins: it is taken from the end.
            open.extend(node.merges().rev());
        }
        None
    }

    /// Returns the value of a key that is written in this mapping itself.
    #[must_use]
    pub fn own(self, key: &str) -> Option<Self> {
        self.entries()
            .rev()
            .find(|(name, _)| name.is_key(key))
            .map(|(_, value)| value)
    }

    /// Returns the collection that it is in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.file.tree.parent(self.id).map(|parent| self.at(parent))
    }

    /// Returns the key of a value.
    #[must_use]
    pub fn key(self) -> Option<Self> {
        let parent = self.parent()?;
        let position = self.position().checked_sub(1)?;
        let is_value = parent.is_mapping() && position.is_multiple_of(2);
        let key = parent.file.tree.children(parent.id).get(position)?;
        is_value.then_some(self.at(*key))
    }

    /// Whether it is the key of an entry.
    #[must_use]
    pub fn is_key_node(self) -> bool {
        self.parent().is_some_and(Self::is_mapping) && self.position().is_multiple_of(2)
    }

    /// Returns the index of a list's item, from 0.
    #[must_use]
    pub fn index(self) -> Option<usize> {
        self.parent()
            .filter(|parent| parent.is_sequence())
            .map(|_| self.position())
    }

    /// Returns the node itself, or the node that an alias stands for.
    #[must_use]
    pub fn followed(self) -> Self {
        match self.kind() {
            Some(NodeKind::Alias { target }) => Self {
                id: *target,
                via: self.via.or(Some(self.id)),
                ..self
            },
            _ => self,
        }
    }

    pub(super) fn kind(self) -> Option<&'a NodeKind> {
        self.file.tree.node(self.id).map(|node| &node.kind)
    }

    /// Returns the text of a scalar, null or not, that is not an alias.
    pub(super) fn raw_text(self) -> Option<&'a str> {
        match self.kind()? {
            NodeKind::Scalar {
                text: Text::Source(span),
                ..
            } => Some(self.file.slice(*span)),
            NodeKind::Scalar {
                text: Text::Decoded(text),
                ..
            } => Some(text),
            _ => None,
        }
    }

    /// Whether it is this key.
    pub(super) fn is_key(self, key: &str) -> bool {
        self.followed().raw_text() == Some(key)
    }

    /// Whether it ends with a block scalar, whose text the lines below could be.
    pub(super) fn ends_with_block_scalar(self) -> bool {
        let last = self.last();
        matches!(
            last.kind(),
            Some(NodeKind::Scalar {
                style: ScalarStyle::Literal | ScalarStyle::Folded,
                ..
            })
        )
    }

    /// Whether it ends with a block scalar to which blank lines below belong.
    pub(super) fn keeps_blank_lines(self) -> bool {
        let header = self.last().source().lines().next().unwrap_or_default();
        let indicators = header.split(' ').next().unwrap_or_default();
        self.ends_with_block_scalar() && indicators.contains('+')
    }

    /// Returns the last of its descendants, or itself.
    fn last(self) -> Self {
        let next = self
            .file
            .tree
            .node(self.id)
            .map_or(0, |node| node.next.index());
        self.at(NodeId::new(next.saturating_sub(1)))
    }

    /// Returns the index among its parent's children.
    pub(super) fn position(self) -> usize {
        self.file
            .tree
            .node(self.id)
            .map_or(0, |node| node.position as usize)
    }

    /// Returns another node, reached through this one.
    pub(super) fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    /// Returns the mappings that are merged into this one, in order.
    pub(super) fn merges(self) -> impl DoubleEndedIterator<Item = Self> {
        let merge = self
            .entries()
            .filter(|(key, _)| key.is_merge())
            .map(|(_, value)| value);
        let several = |value: Self| value.is_sequence().then(|| value.items());
        merge.flat_map(move |value| {
            let one = if value.is_sequence() {
                None
            } else {
                Some(value)
            };
            one.into_iter()
                .chain(several(value).into_iter().flatten())
                .map(Self::merged)
        })
    }

    fn is_merge(self) -> bool {
        self.raw_text() == Some("<<") && self.scalar_style() == Some(ScalarStyle::Plain)
    }

    /// Returns what this node stands for, marked as reached through it.
    fn merged(self) -> Self {
        let node = self.followed();
        Self {
            via: node.via.or(Some(self.id)),
            ..node
        }
    }
}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.path(), self.source())
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.file, other.file) && self.id == other.id
    }
}

impl Eq for NodeRef<'_> {}
