//! From events to the tree.

use super::admit;
use super::between::{code_before, colon, dash, indicator, line_start};
use super::block;
use super::lines::{BOM, Lines};
use super::scan::{self, Event, Scanned};
use super::tree::{Document, File, Node, NodeId, NodeKind, ScalarStyle, Span, Text, Tree};
use super::{MAX_DEPTH, MAX_NODES};
use crate::error::{Failure, Kind};
use crate::plan::Location;
use std::borrow::Cow;

/// Reads the text of a file.
pub(super) fn file(path: &str, text: &str) -> Result<File, Failure> {
    let mut builder = Builder {
        path,
        text,
        cursor: if text.starts_with(BOM) { BOM.len() } else { 0 },
        ..Builder::default()
    };
    for scanned in scan::scan(text) {
        match scanned {
            Ok(scanned) => builder.add(scanned)?,
            Err(fault) => return Err(describe(path, text, &fault)),
        }
    }
    let mut tree = builder.tree;
    tree.comments
        .sort_unstable_by_key(|comment| comment.start());
    tree.comments.dedup();
    tree.aliases.sort_unstable();
    tree.duplicates.sort_unstable();
    Ok(File {
        path: path.to_owned(),
        text: text.to_owned(),
        lines: Lines::new(text),
        tree,
        json: is_json(path, text),
    })
}

fn describe(path: &str, text: &str, fault: &scan::Fault) -> Failure {
    if fault.limit {
        let message = format!("{path:?} is nested deeper than {MAX_DEPTH} levels");
        return limit(path, text, fault.offset, message);
    }
    match admit::template_mark(text) {
        Some(offset) => admit::template(path, text, offset),
        None => {
            let what = format!("is not valid YAML: {}", fault.message);
            admit::fault(path, text, fault.offset, &what)
        }
    }
}

fn limit(path: &str, text: &str, offset: usize, message: String) -> Failure {
    let (line, column) = Lines::new(text).line_and_column(offset, text);
    Failure::new(Kind::Limit, message).at(Location {
        path: path.to_owned(),
        line,
        column,
    })
}

/// Whether a file has to stay JSON: it is named so, or it is JSON as it is.
fn is_json(path: &str, text: &str) -> bool {
    let text = text.trim_start_matches(BOM).trim_start();
    path.ends_with(".json")
        || text.starts_with(['{', '['])
            && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A collection whose end has not been seen.
struct Open {
    id: NodeId,
    mapping: bool,
    flow: bool,
    /// Where its children begin in `Builder::pending`.
    first: usize,
}

#[derive(Default)]
struct Builder<'a> {
    path: &'a str,
    text: &'a str,
    tree: Tree,
    open: Vec<Open>,
    /// The children of the open collections, one after the other.
    pending: Vec<NodeId>,
    /// The node of each anchor, by the number that the parser gives it.
    anchored: Vec<NodeId>,
    /// The end of the last thing that was read.
    cursor: usize,
    /// The node that the next anchor belongs to.
    last: Option<NodeId>,
    /// Scratch space to find duplicate keys.
    keys: Vec<NodeId>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, scanned: Scanned<'a>) -> Result<(), Failure> {
        let Scanned { event, span, tag } = scanned;
        match event {
            Event::DocumentStart { explicit } => {
                let root = NodeId::new(self.tree.nodes.len());
                self.tree.documents.push(Document { root, explicit });
                // Without `---` the span is that of the first token.
                if explicit {
                    self.cursor = span.end();
                }
            }
            Event::DocumentEnd => self.cursor = self.cursor.max(span.end()),
            Event::Comment => self.tree.comments.push(span),
            Event::Scalar { text, style } => self.scalar(text, style, (span, tag))?,
            Event::Alias { anchor } => {
                let target = self.anchored.get(anchor).copied().unwrap_or(NodeId::NONE);
                let id = self.node(NodeKind::Alias { target }, span, None)?;
                self.tree.aliases.push((target, id));
                self.cursor = span.end();
            }
            Event::Anchor { anchor } => {
                if let Some(node) = self.last {
                    self.anchored.resize(anchor + 1, NodeId::NONE);
                    self.anchored.pop();
                    self.anchored.push(node);
                    self.tree.anchors.push((node, span));
                }
            }
            Event::SequenceStart { flow } => self.start(false, flow, (span, tag))?,
            Event::MappingStart { flow } => self.start(true, flow, (span, tag))?,
            Event::End => self.end(span),
        }
        Ok(())
    }

    /// Adds a node as the next child of the innermost open collection.
    fn node(&mut self, kind: NodeKind, span: Span, tag: Option<Span>) -> Result<NodeId, Failure> {
        if self.tree.nodes.len() >= MAX_NODES {
            let message = format!("{:?} has more than {MAX_NODES} values", self.path);
            return Err(limit(self.path, self.text, span.start(), message));
        }
        let id = NodeId::new(self.tree.nodes.len());
        let (parent, position) = match self.open.last() {
            Some(open) => (open.id, self.pending.len() - open.first),
            None => (NodeId::NONE, self.tree.documents.len().saturating_sub(1)),
        };
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let next = NodeId::new(id.index() + 1);
        self.tree.nodes.push(Node {
            kind,
            span,
            parent,
            position,
            next,
        });
        self.tree.tags.extend(tag.map(|tag| (id, tag)));
        if !self.open.is_empty() {
            self.pending.push(id);
        }
        self.last = Some(id);
        Ok(id)
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        (span, tag): (Span, Option<Span>),
    ) -> Result<(), Failure> {
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                block::find(self.text, self.cursor, span).unwrap_or(span)
            }
            ScalarStyle::Plain if span.is_empty() => self.empty(span.start(), tag.is_some()),
            _ => span,
        };
        let text = match style {
            // The parser calls the value that is not written `~`.
            ScalarStyle::Plain if span.is_empty() => Text::Source(span),
            _ => self.keep(text, span),
        };
        self.node(NodeKind::Scalar { text, style }, span, tag)?;
        self.cursor = self.cursor.max(span.end());
        Ok(())
    }

    /// Keeps a text by its place, if it is in the file as it is.
    fn keep(&self, text: Cow<'a, str>, span: Span) -> Text {
        let inner = Span::new(span.start() + 1, span.end().saturating_sub(1));
        for place in [span, inner] {
            if self.text.get(place.range()) == Some(&*text) {
                return Text::Source(place);
            }
        }
        Text::Decoded(text.into())
    }

    /// Returns the place of a value that is not written: after the indicator
    /// that announces it, before spaces and comments.
    fn empty(&mut self, seen: usize, tagged: bool) -> Span {
        let place = match self.open.last() {
            // With an anchor or tag the parser puts it after that.
            _ if tagged || self.follows_anchor(seen) => seen,
            Some(open) if open.mapping && (self.pending.len() - open.first) % 2 == 1 => {
                let colon = colon(self.text, self.cursor);
                let colon = colon.filter(|place| !self.is_outer(open, *place));
                if colon.is_none() {
                    let id = NodeId::new(self.tree.nodes.len());
                    self.tree.unannounced.push(id);
                }
                colon.unwrap_or(self.cursor)
            }
            Some(open) if open.mapping && !open.flow => {
                let question = indicator(self.text, self.cursor, b"?").map(|place| place + 1);
                let question = question.filter(|place| *place <= seen);
                question.unwrap_or(seen.max(self.cursor))
            }
            Some(open) if !open.mapping && !open.flow => {
                dash(self.text, self.cursor, seen).unwrap_or(seen)
            }
            _ => seen.max(self.cursor),
        };
        Span::new(place, place)
    }

    /// Whether a `:` that ends at `place` is that of a mapping around a block
    /// mapping, whose last key is a `?` without a value.
    fn is_outer(&self, open: &Open, place: usize) -> bool {
        let column = |place| place - line_start(self.text, place);
        let start = self.tree.span(open.id).start();
        let colon = place.saturating_sub(1);
        let before = self.text.get(line_start(self.text, colon)..colon);
        let begins = before.is_some_and(|before| before.trim().is_empty());
        // An anchor or a tag of the mapping may be on another line.
        let rest = self.text.get(start..).unwrap_or_default();
        !open.flow && begins && !rest.starts_with(['&', '!']) && column(colon) < column(start)
    }

    /// Whether what ends at `seen` is an anchor.
    fn follows_anchor(&self, seen: usize) -> bool {
        let code = code_before(self.text, self.cursor, seen);
        let word = code.rsplit([' ', '\t']).next().unwrap_or_default();
        // Behind a key in quotes no blank is needed.
        let word = word.strip_prefix(':').unwrap_or(word);
        word.starts_with('&')
            && self
                .text
                .get(..seen)
                .is_some_and(|text| text.ends_with(word))
    }

    fn start(
        &mut self,
        mapping: bool,
        flow: bool,
        (span, tag): (Span, Option<Span>),
    ) -> Result<(), Failure> {
        let braces = self
            .text
            .get(span.start()..)
            .is_some_and(|rest| rest.starts_with('{'));
        if mapping && braces && self.is_template(span) {
            self.tree
                .templates
                .extend(self.open.last().map(|outer| outer.id));
        }
        let start = match mapping || flow {
            true => span.start(),
            false => self.first_dash().unwrap_or(span.start()),
        };
        let span = Span::new(start, span.end().max(start));
        let children = Span::default();
        let kind = match mapping {
            true => NodeKind::Mapping { flow, children },
            false => NodeKind::Sequence { flow, children },
        };
        let id = self.node(kind, span, tag)?;
        self.open.push(Open {
            id,
            mapping,
            flow,
            first: self.pending.len(),
        });
        self.cursor = self.cursor.max(if flow { span.end() } else { start });
        Ok(())
    }

    /// Returns the place of the first `-` of a block sequence that begins. The
    /// parser's place is behind it when the `-` is not indented.
    fn first_dash(&self) -> Option<usize> {
        let from = match self.open.last() {
            Some(open) if !open.mapping => indicator(self.text, self.cursor, b"-")? + 1,
            _ => self.cursor,
        };
        indicator(self.text, from, b"-")
    }

    /// Whether a mapping that begins here is the inner one of `{{ … }}`.
    fn is_template(&self, span: Span) -> bool {
        self.open.last().is_some_and(|outer| {
            outer.mapping
                && outer.flow
                && self.pending.len() == outer.first
                && self.tree.span(outer.id).start() + 1 == span.start()
        })
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let first = self.tree.children.len();
        self.tree.children.extend(self.pending.drain(open.first..));
        let children = Span::new(first, self.tree.children.len());
        if open.mapping {
            self.find_duplicates(children);
        }
        self.cursor = self.cursor.max(if open.flow { span.end() } else { 0 });
        let next = NodeId::new(self.tree.nodes.len());
        let end = self.cursor;
        if let Some(node) = self.tree.nodes.get_mut(open.id.index()) {
            node.span = Span::new(node.span.start(), end);
            node.next = next;
            match &mut node.kind {
                NodeKind::Sequence {
                    children: range, ..
                }
                | NodeKind::Mapping {
                    children: range, ..
                } => *range = children,
                _ => {}
            }
        }
    }

    /// Notes the keys of a mapping that are there already.
    fn find_duplicates(&mut self, children: Span) {
        let mut keys = std::mem::take(&mut self.keys);
        let all = self.tree.children.get(children.range()).unwrap_or_default();
        keys.extend(
            all.iter()
                .step_by(2)
                .filter(|key| self.key_text(**key).is_some()),
        );
        keys.sort_by_key(|key| (self.key_text(*key), *key));
        let mut repeated = Vec::new();
        for pair in keys.windows(2) {
            if let [before, key] = pair
                && self.key_text(*before) == self.key_text(*key)
            {
                repeated.push(*key);
            }
        }
        self.tree.duplicates.append(&mut repeated);
        keys.clear();
        self.keys = keys;
    }

    fn key_text(&self, id: NodeId) -> Option<&str> {
        match &self.tree.node(id)?.kind {
            NodeKind::Scalar {
                text: Text::Source(span),
                ..
            } => self.text.get(span.range()),
            NodeKind::Scalar {
                text: Text::Decoded(text),
                ..
            } => Some(text),
            NodeKind::Alias { target } if *target < id => self.key_text(*target),
            _ => None,
        }
    }
}
