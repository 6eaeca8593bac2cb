//! Block scalars: another text in the same header, indentation and chomping.

use super::Splice;
use super::scalar::unfaithful;
use crate::error::Failure;
use crate::yaml::block::BlockScalar;
use crate::yaml::quote::is_printable;
use crate::yaml::{NodeRef, ScalarStyle};
use std::ops::Range;

/// Returns the replacement that gives a block scalar another text.
pub(super) fn rewrite(node: NodeRef<'_>, value: &str) -> Result<Splice, Failure> {
    let block = layout(node)?;
    let old = node.raw_text().unwrap_or_default();
    let content = value.trim_end_matches('\n');
    if tail(value) != tail(old) || content.is_empty() {
        return Err(another_tail(node, old));
    }
    refuse_indented(node, &block, content)?;
    let folded = node.scalar_style() == Some(ScalarStyle::Folded);
    let text = lines(node, &block, content, folded)?;
    let written = |line: &&_| !crate::yaml::block::Line::is_blank(line);
    let start = block.lines.first().map_or(0, |line| line.start);
    let end = block
        .lines
        .iter()
        .rev()
        .find(written)
        .map_or(start, |line| line.end);
    let splice = trimmed(&node.file.text, start..end, &text);
    Ok(splice.unwrap_or_else(|| Splice::new(start..start, "")))
}

/// Returns the replacements of parts of a block scalar's text, in order.
pub(super) fn replace(
    node: NodeRef<'_>,
    replacements: &[(Range<usize>, &str)],
    value: &str,
) -> Result<Vec<Splice>, Failure> {
    if node.scalar_style() == Some(ScalarStyle::Folded) {
        return rewrite(node, value).map(|splice| vec![splice]);
    }
    let block = layout(node)?;
    refuse_indented(node, &block, value)?;
    let old = node.raw_text().unwrap_or_default();
    let more_at_end = tail(value) > tail(old) || !value.is_empty() && tail(value) == value.len();
    if more_at_end && !keeps_line_breaks(node) {
        return Err(another_tail(node, old));
    }
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old.match_indices('\n').map(|(place, _)| place + 1))
        .filter(|start| *start < old.len())
        .collect();
    if starts.len() != block.lines.len() {
        return Err(unfaithful(node, "with lines that cannot be told apart"));
    }
    let mut splices = Vec::new();
    let mut rest = replacements;
    while !rest.is_empty() {
        let (count, first, last) = same_lines(rest, &starts);
        let (now, later) = rest.split_at(count);
        splices.extend(replace_lines(node, &block, (now, &starts), (first, last))?);
        rest = later;
    }
    Ok(splices)
}

/// Returns how many line breaks are after a text.
fn tail(text: &str) -> usize {
    text.len() - text.trim_end_matches('\n').len()
}

fn another_tail(node: NodeRef<'_>, old: &str) -> Failure {
    let why = format!("which keeps {} line breaks after its text", tail(old));
    unfaithful(node, &why)
}

/// Whether the header keeps all line breaks after the text.
fn keeps_line_breaks(node: NodeRef<'_>) -> bool {
    let header = node.source().bytes().skip(1);
    let mut indicators = header.take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'));
    indicators.any(|byte| byte == b'+')
}

/// Returns how many of the replacements are on common lines, and those lines.
fn same_lines(replacements: &[(Range<usize>, &str)], starts: &[usize]) -> (usize, usize, usize) {
    let line = |offset: usize| {
        starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    };
    let mut count = 0;
    let mut lines = None;
    for (range, _) in replacements {
        let (first, last) = lines.unwrap_or((line(range.start), 0));
        if count > 0 && line(range.start) > last {
            break;
        }
        lines = Some((first, last.max(line(range.end))));
        count += 1;
    }
    let (first, last) = lines.unwrap_or_default();
    (count, first, last)
}

/// Writes the lines from `first` to `last` of a literal block anew.
fn replace_lines(
    node: NodeRef<'_>,
    block: &BlockScalar,
    (replacements, starts): (&[(Range<usize>, &str)], &[usize]),
    (first, last): (usize, usize),
) -> Result<Option<Splice>, Failure> {
    let old = node.raw_text().unwrap_or_default();
    let start = starts.get(first).copied().unwrap_or(0);
    let end = starts.get(last + 1).copied().unwrap_or(old.len());
    let shifted: Vec<_> = replacements
        .iter()
        .map(|(range, new)| (range.start - start..range.end - start, *new))
        .collect();
    let part = old.get(start..end).unwrap_or_default();
    let Some(new) = super::scalar::replaced(part, &shifted) else {
        return Err(unfaithful(node, "without such a text"));
    };
    let (Some(from), Some(to)) = (block.lines.get(first), block.lines.get(last)) else {
        return Err(unfaithful(node, "without such lines"));
    };
    let text = &node.file.text;
    if new.is_empty() {
        // The lines go, with the line ending before or after them.
        let before = first.checked_sub(1).and_then(|line| block.lines.get(line));
        let after = block.lines.get(last + 1);
        let start = before.map_or(from.start, |line| line.end);
        let end = if before.is_some() {
            to.end
        } else {
            after.map_or(to.end, |line| line.start)
        };
        return Ok(Some(Splice::new(start..end, "")));
    }
    let content = match part.strip_suffix('\n') {
        Some(_) => new.strip_suffix('\n'),
        None => Some(&*new),
    };
    let Some(content) = content else {
        return Err(unfaithful(node, "whose last line break would be lost"));
    };
    let written = lines(node, block, content, false)?;
    Ok(trimmed(text, from.start..to.end, &written))
}

/// Writes text as lines of a block scalar, without the last line ending.
fn lines(
    node: NodeRef<'_>,
    block: &BlockScalar,
    content: &str,
    folded: bool,
) -> Result<String, Failure> {
    if !content.chars().all(|c| c == '\n' || is_printable(c)) {
        return Err(unfaithful(node, "which cannot hold control characters"));
    }
    let ending = node
        .file
        .lines
        .ending_near(node.span().start(), &node.file.text);
    let mut text = String::new();
    let mut lines = content.split('\n').peekable();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            text.extend(std::iter::repeat_n(' ', block.indentation));
            text.push_str(line);
        }
        if lines.peek().is_some() {
            text.push_str(ending);
            if folded && !line.is_empty() {
                text.push_str(ending);
            }
        }
    }
    Ok(text)
}

/// Refuses text whose own blanks would be taken for indentation.
fn refuse_indented(node: NodeRef<'_>, block: &BlockScalar, content: &str) -> Result<(), Failure> {
    let blank = [' ', '\t'];
    let indented = if node.scalar_style() == Some(ScalarStyle::Folded) {
        content.split('\n').any(|line| line.starts_with(blank))
    } else {
        let first = content.trim_start_matches('\n');
        first.starts_with(blank) && !(block.explicit && first.starts_with(' '))
    };
    match indented {
        true => Err(unfaithful(
            node,
            "which cannot hold lines that begin with blanks",
        )),
        false => Ok(()),
    }
}

fn layout(node: NodeRef<'_>) -> Result<BlockScalar, Failure> {
    BlockScalar::layout(node).ok_or_else(|| unfaithful(node, "without lines"))
}

/// Returns the replacement without what stays the same at both ends.
fn trimmed(text: &str, range: Range<usize>, new: &str) -> Option<Splice> {
    let old = text.get(range.clone()).unwrap_or_default();
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let prefix: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old, new) = (old.get(prefix..)?, new.get(prefix..)?);
    let suffix: usize = old
        .chars()
        .rev()
        .zip(new.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let new = new.get(..new.len() - suffix)?;
    Some(Splice::new(range.start + prefix..range.end - suffix, new))
}
