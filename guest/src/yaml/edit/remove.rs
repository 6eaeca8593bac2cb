//! Removing entries.

use super::flow::{children, own_line};
use super::{Draft, Splice, refused};
use crate::error::Failure;
use crate::yaml::between::past_blanks;
use crate::yaml::{NodeId, NodeRef, Span};

impl<'a> Draft<'a> {
    pub(super) fn remove_entry(&mut self, mapping: NodeRef<'a>, key: &str) -> Result<(), Failure> {
        if let Some(duplicate) = mapping.duplicate(key) {
            return Err(duplicate.duplicate_failure());
        }
        let mut entries = mapping.entries();
        let Some(index) = entries.position(|(name, _)| name.is_key(key)) else {
            return Err(refused(mapping, &format!("has no key {key:?} to remove")));
        };
        let Some((name, value)) = mapping.entries().nth(index) else {
            return Ok(());
        };
        refuse_used_anchors(name, value)?;
        self.expected.removed.insert(name.id);
        let gone = mapping
            .entries()
            .filter(|(key, _)| self.expected.removed.contains(&key.id));
        if gone.count() == mapping.len() {
            return Err(refused(mapping, "would lose its only entry"));
        }
        if mapping.is_flow() {
            return self.remove_flow(mapping, index);
        }
        self.splices.push(match index {
            0 if !begins_line(mapping) => first_behind_dash(mapping, value),
            _ => lines_of(name, value),
        });
        Ok(())
    }

    fn remove_flow(&mut self, mapping: NodeRef<'a>, index: usize) -> Result<(), Failure> {
        let file = mapping.file;
        let all = children(mapping);
        let child = |index: usize| all.get(index).copied();
        let Some(gone) = child(index) else {
            return Ok(());
        };
        let text = &file.text;
        let after = past_blanks(text, gone.end());
        let comma = text.get(after..).is_some_and(|rest| rest.starts_with(','));
        let before = index.checked_sub(1).and_then(child);
        let end = if comma { after + 1 } else { gone.end() };
        let line_end = file.comment_after(end).map_or(end, Span::end);
        let alone = text.get(line_end..file.lines.end_of(line_end, text));
        let alone = alone.is_some_and(|rest| rest.trim().is_empty());
        if let (Some(_), true) = (own_line(mapping, gone.start()), alone) {
            let start = file.lines.start_of(gone.start());
            self.splices
                .push(Splice::new(start..file.lines.next_of(line_end, text), ""));
            if let (Some(before), false) = (before, comma) {
                self.remove_comma(before.end());
            }
            return Ok(());
        }
        let range = match (child(index + 1), before) {
            (Some(next), _) => gone.start()..next.start(),
            (None, Some(before)) => before.end()..gone.end(),
            (None, None) => gone.start()..end,
        };
        if text
            .get(range.clone())
            .is_some_and(|part| part.contains('#'))
        {
            let comments = &file.tree.comments;
            if comments
                .iter()
                .any(|comment| range.contains(&comment.start()))
            {
                return Err(refused(mapping, "holds comments that would be lost"));
            }
        }
        self.splices.push(Splice::new(range, ""));
        Ok(())
    }

    /// Removes the comma after the entry that becomes the last.
    fn remove_comma(&mut self, end: usize) {
        let comma = past_blanks(&self.file.text, end);
        if self
            .file
            .text
            .get(comma..)
            .is_some_and(|rest| rest.starts_with(','))
        {
            self.splices.push(Splice::new(comma..comma + 1, ""));
        }
    }
}

/// Refuses to remove an anchor that is used elsewhere.
fn refuse_used_anchors(key: NodeRef<'_>, value: NodeRef<'_>) -> Result<(), Failure> {
    let tree = &key.file.tree;
    let next = tree.node(value.id).map_or(value.id, |node| node.next);
    let inside = key.id..next;
    let first = tree.anchors.partition_point(|(node, _)| *node < key.id);
    let anchored = tree.anchors.get(first..).unwrap_or_default();
    for (node, _) in anchored
        .iter()
        .take_while(|(node, _)| inside.contains(node))
    {
        let uses = tree
            .aliases_of(*node)
            .filter(|alias| !inside.contains(alias));
        let places: Vec<_> = uses.map(|alias| key.at(alias).location()).collect();
        if !places.is_empty() {
            return Err(value.shared_failure(&places));
        }
    }
    Ok(())
}

/// Whether a block mapping begins its line.
fn begins_line(mapping: NodeRef<'_>) -> bool {
    let file = mapping.file;
    let start = mapping.span().start();
    let before = file
        .text
        .get(file.lines.start_of(start)..start)
        .unwrap_or_default();
    before.bytes().all(|byte| byte == b' ')
}

/// Removes the lines of an entry.
fn lines_of(key: NodeRef<'_>, value: NodeRef<'_>) -> Splice {
    let file = key.file;
    let text = &file.text;
    let start = file.lines.start_of(key.outer_span().start());
    let mut end = file
        .lines
        .next_of(value.span().end().max(key.span().end()), text);
    let before = key
        .id
        .index()
        .checked_sub(1)
        .map(|before| key.at(NodeId::new(before)));
    if before.is_some_and(NodeRef::keeps_blank_lines) {
        // They would become part of the text that the entry followed.
        end += blank_lines(text.get(end..).unwrap_or_default());
    }
    let unfinished = end == text.len() && !text.ends_with(['\n', '\r']);
    let above = file.lines.line_of(start).checked_sub(1);
    match above.and_then(|line| file.lines.start(line)) {
        // The line ending before goes with the last line, so that the file
        // still ends without one; but not when it is part of a text.
        Some(above) if unfinished && !before.is_some_and(NodeRef::ends_with_block_scalar) => {
            Splice::new(file.lines.end_of(above, text)..end, "")
        }
        _ => Splice::new(start..end, ""),
    }
}

/// Returns the length of the blank lines at the start of a text.
fn blank_lines(text: &str) -> usize {
    let blank = |line: &&str| line.trim_matches([' ', '\r', '\n']).is_empty();
    text.split_inclusive('\n')
        .take_while(blank)
        .map(str::len)
        .sum()
}

/// Removes the first entry of a mapping that stands behind a `-`: what follows
/// takes its place.
fn first_behind_dash(mapping: NodeRef<'_>, value: NodeRef<'_>) -> Splice {
    let file = mapping.file;
    let next = file.lines.next_of(value.span().end(), &file.text);
    let rest = file.text.get(next..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    Splice::new(mapping.span().start()..next + blanks, "")
}
