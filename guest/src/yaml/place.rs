//! Places: lines, columns, and the comments next to values.

use super::between::indicator;
use super::node::NodeRef;
use super::tree::{File, NodeId, NodeKind, ScalarStyle, Span};
use crate::plan::Location;

impl<'a> NodeRef<'a> {
    /// Returns where it is.
    #[must_use]
    pub fn location(self) -> Location {
        self.file.location(self.span().start())
    }

    /// Returns the text of the comment at the end of its line, without `#` and
    /// blanks around it. The line of a block collection is that of its key.
    #[must_use]
    pub fn comment_on_line(self) -> Option<&'a str> {
        let block = matches!(
            self.kind(),
            Some(NodeKind::Sequence { flow: false, .. } | NodeKind::Mapping { flow: false, .. })
        );
        let style = self.kind().and_then(|kind| match kind {
            NodeKind::Scalar { style, .. } => Some(*style),
            _ => None,
        });
        let place = match style {
            Some(ScalarStyle::Literal | ScalarStyle::Folded) => self.span().start(),
            _ if block => self.key()?.span().end(),
            _ => self.span().end(),
        };
        let comment = self.file.comment_after(place)?;
        Some(self.file.slice(comment).trim_start_matches('#').trim())
    }

    /// Returns its bytes with anchor, tag and the `?` of a key.
    pub(super) fn outer_span(self) -> Span {
        let tree = &self.file.tree;
        let span = self.span();
        let properties = [tree.anchor(self.id), tree.tag(self.id)];
        let start = properties.into_iter().flatten().map(Span::start).min();
        let start = start.unwrap_or(span.start()).min(span.start());
        Span::new(self.question_mark(start).unwrap_or(start), span.end())
    }

    /// Returns the place of the `?` before a key.
    fn question_mark(self, start: usize) -> Option<usize> {
        let parent = self.parent().filter(|_| self.is_key_node())?;
        let before = NodeId::new(self.id.index().checked_sub(1)?);
        let from = match before == parent.id {
            true => parent.span().start(),
            false => self.file.tree.span(before).end(),
        };
        indicator(&self.file.text, from, b"?").filter(|place| *place < start)
    }

    /// Returns the number of characters before it on its line.
    pub(super) fn column(self) -> usize {
        let start = self.span().start();
        let line = self.file.lines.start_of(start);
        self.file
            .text
            .get(line..start)
            .map_or(0, |before| before.chars().count())
    }
}

impl File {
    /// Returns where a byte is.
    #[must_use]
    pub fn location(&self, offset: usize) -> Location {
        let (line, column) = self.lines.line_and_column(offset, &self.text);
        Location {
            path: self.path.clone(),
            line,
            column,
        }
    }

    /// Returns the comment after `place` on its line.
    pub(super) fn comment_after(&self, place: usize) -> Option<Span> {
        let comments = &self.tree.comments;
        let next = comments.partition_point(|comment| comment.start() < place);
        let end = self.lines.end_of(place, &self.text);
        comments
            .get(next)
            .copied()
            .filter(|comment| comment.start() < end)
    }
}
