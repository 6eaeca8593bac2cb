//! New entries and items in flow style, and in JSON.

use super::insert::New;
use super::render::Inline;
use super::scalar::lead;
use super::{Draft, Splice, Value, refused};
use crate::error::Failure;
use crate::yaml::between::past_blanks;
use crate::yaml::prove::Inserted;
use crate::yaml::quote::Context;
use crate::yaml::{NodeRef, ScalarStyle, Span};

impl<'a> Draft<'a> {
    /// Writes `new` into a flow collection before the child of this index.
    pub(super) fn insert_flow(
        &mut self,
        collection: NodeRef<'a>,
        before: usize,
        new: &str,
    ) -> Result<(), Failure> {
        let file = collection.file;
        if !file.slice(collection.span()).starts_with(['{', '[']) {
            return Err(refused(collection, "is a single pair, which holds no more"));
        }
        let children = children(collection);
        if let Some(next) = children.get(before) {
            let start = next.start();
            let gap = match own_line(collection, start) {
                Some(indentation) => {
                    format!(
                        ",{}{indentation}",
                        file.lines.ending_near(start, &file.text)
                    )
                }
                None => inline(collection).comma().to_owned(),
            };
            self.splices
                .push(Splice::new(start..start, format!("{new}{gap}")));
            return Ok(());
        }
        let Some(last) = children.last() else {
            return Err(refused(collection, "is empty"));
        };
        let end = last.end();
        let Some(indentation) = own_line(collection, last.start()) else {
            let comma = inline(collection).comma();
            self.splices
                .push(Splice::new(end..end, format!("{comma}{new}")));
            return Ok(());
        };
        let ending = file.lines.ending_near(last.start(), &file.text);
        let next = past_blanks(&file.text, end);
        let comma = file
            .text
            .get(next..)
            .is_some_and(|rest| rest.starts_with(','));
        let place = if comma { next + 1 } else { end };
        let inserted = self.expected.inserted.get(&collection.id);
        let at_end = |inserted: &Inserted<'_>| inserted.before == before;
        let others = inserted.is_some_and(|all| all.iter().filter(|new| at_end(new)).count() > 1);
        let line = match (comma, others) {
            (true, _) => format!("{ending}{indentation}{new},"),
            (false, true) => format!(",{ending}{indentation}{new}"),
            (false, false) => {
                self.splices.push(Splice::new(end..end, ","));
                format!("{ending}{indentation}{new}")
            }
        };
        // Comments and blanks stay on the line of the value that they follow.
        let line_end = file.lines.end_of(place, &file.text);
        let code = file.comment_after(place).map_or(line_end, Span::start);
        let rest = file.text.get(place..code).unwrap_or_default();
        let place = if rest.trim().is_empty() {
            line_end
        } else {
            place
        };
        self.splices.push(Splice::new(place..place, line));
        Ok(())
    }

    /// Begins a collection on the line of its place.
    pub(super) fn start_inline(&mut self, node: NodeRef<'a>, new: &New<'_>) -> Result<(), Failure> {
        let written = match new.key {
            Some(key) => entry(node, key, new.value),
            None => item(node, new.value),
        };
        let span = node.span();
        if !node.is_scalar() {
            let inside = span.start() + 1..span.end().saturating_sub(1);
            let blank = node.file.text.get(inside.clone()).unwrap_or_default();
            if !blank.trim().is_empty() {
                return Err(refused(node, "holds a comment"));
            }
            let comma = if new.earlier > 0 {
                inline(node).comma()
            } else {
                ""
            };
            if new.earlier == 0 {
                self.splices.push(Splice::new(inside.clone(), ""));
            }
            let place = inside.end;
            self.splices
                .push(Splice::new(place..place, format!("{comma}{written}")));
            return Ok(());
        }
        if new.earlier > 0 {
            return Err(refused(
                node,
                "is empty and is given several values one by one",
            ));
        }
        let written = match new.key {
            Some(_) => format!("{{{written}}}"),
            None => format!("[{written}]"),
        };
        let lead = if span.is_empty() { lead(node)? } else { "" };
        self.splices
            .push(Splice::new(span.range(), format!("{lead}{written}")));
        Ok(())
    }
}

/// Writes an entry for a flow mapping, in its style.
pub(super) fn entry(mapping: NodeRef<'_>, key: &str, value: &Value) -> String {
    inline(mapping).entry(key, value)
}

/// Writes an item for a flow list, in its style.
pub(super) fn item(list: NodeRef<'_>, value: &Value) -> String {
    inline(list).value(value)
}

/// Returns the places of the entries or items, with anchors and tags.
pub(super) fn children(collection: NodeRef<'_>) -> Vec<Span> {
    let whole = |first: NodeRef<'_>, last: NodeRef<'_>| {
        Span::new(
            first.outer_span().start(),
            last.span().end().max(first.span().end()),
        )
    };
    match collection.is_mapping() {
        true => collection
            .entries()
            .map(|(key, value)| whole(key, value))
            .collect(),
        false => collection.items().map(|item| whole(item, item)).collect(),
    }
}

/// Returns the blanks before a child that begins its line, after another line
/// of the same collection.
pub(super) fn own_line(collection: NodeRef<'_>, start: usize) -> Option<&str> {
    let file = collection.file;
    let line = file.lines.start_of(start);
    let before = file.text.get(line..start)?;
    let blank = before.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    (blank && line > collection.span().start()).then_some(before)
}

/// Finds how a flow collection separates.
fn inline(collection: NodeRef<'_>) -> Inline<'_> {
    let file = collection.file;
    let between = |first: NodeRef<'_>, next: NodeRef<'_>| {
        file.text.get(first.span().end()..next.outer_span().start())
    };
    let mut around = Some(collection);
    let mut compact = None;
    let mut quoted = file.json;
    // An empty collection separates like the one around it.
    while let (Some(node), None) = (around, compact) {
        if let Some((key, value)) = node.entries().next().filter(|_| node.is_flow()) {
            compact = Some(file.json && between(key, value) == Some(":"));
            quoted |= key.scalar_style() == Some(ScalarStyle::DoubleQuoted);
        }
        around = node.parent();
    }
    Inline {
        file,
        context: Context::Flow,
        compact: compact.unwrap_or(false),
        quoted,
    }
}
