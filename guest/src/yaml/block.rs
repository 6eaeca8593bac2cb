//! Block scalars: `|` and `>`, their header and their lines.

use super::between::{indicator, line_break, line_start};
use super::node::NodeRef;
use super::tree::Span;

/// The parts of a block scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlockScalar {
    /// The number of spaces before each line.
    pub(super) indentation: usize,
    /// The header says how many spaces there are.
    pub(super) explicit: bool,
    /// The lines of the text.
    pub(super) lines: Vec<Line>,
}

/// A line of a block scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its first byte, before the indentation.
    pub(super) start: usize,
    /// The first byte of its text.
    pub(super) text: usize,
    /// Its end, without line ending.
    pub(super) end: usize,
}

impl Line {
    /// Whether there is no text on it.
    pub(super) fn is_blank(&self) -> bool {
        self.text >= self.end
    }
}

/// Returns the place of a block scalar whose text the parser saw at `seen`,
/// after whatever ends at `from`: from the `|` or `>` to the end of the last
/// line, without its ending. Blank lines after the text belong to it only when
/// they are kept (`+`).
pub(super) fn find(text: &str, from: usize, seen: Span) -> Option<Span> {
    let start = indicator(text, from, b"|>")?;
    let (header_end, body) = header(text, start)?;
    let keep = text.get(start..header_end)?.contains('+');
    let written = seen.start() >= body && !seen.is_empty();
    let indentation = if written {
        seen.start() - line_start(text, seen.start())
    } else {
        0
    };
    let end = if keep || written {
        last_line(text, (body, seen.end()), indentation, keep).unwrap_or(header_end)
    } else {
        header_end
    };
    Some(Span::new(start, end))
}

/// Returns the end of a header's indicators and the start of the next line.
fn header(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = text.get(start + 1..)?;
    let indicators = rest
        .bytes()
        .take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'));
    let header_end = start + 1 + indicators.count();
    let line = text.get(header_end..)?.find(['\n', '\r']);
    let body = line.map_or(text.len(), |length| line_break(text, header_end + length));
    Some((header_end, body))
}

impl BlockScalar {
    /// Finds the lines of a block scalar that has a text.
    pub(super) fn layout(node: NodeRef<'_>) -> Option<Self> {
        let text = &node.file().text;
        let span = node.span();
        if !node.source().starts_with(['|', '>']) {
            return None;
        }
        let (header_end, body) = header(text, span.start())?;
        let flags = text.get(span.start()..header_end)?;
        let region = text.get(body..span.end())?;
        // The first line with text is written as it is, behind the indentation.
        let written = |line: &&str| line.contains(|c: char| !matches!(c, ' ' | '\r'));
        let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let source = region.split(['\n', '\r']).find(written)?;
        let meant = node.raw_text()?.split('\n').find(written)?;
        let indentation = spaces(source).checked_sub(spaces(meant))?;
        let mut lines = Vec::new();
        let mut start = body;
        loop {
            let rest = text.get(start..span.end())?;
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let indented = spaces(rest.get(..length)?).min(indentation);
            let end = start + length;
            lines.push(Line {
                start,
                text: start + indented,
                end,
            });
            if end >= span.end() {
                break;
            }
            start = line_break(text, end);
        }
        let explicit = flags.bytes().any(|byte| byte.is_ascii_digit());
        Some(Self {
            indentation,
            explicit,
            lines,
        })
    }
}

/// Returns the end of the last line of the text, without its ending.
fn last_line(
    text: &str,
    (body, seen): (usize, usize),
    indentation: usize,
    keep: bool,
) -> Option<usize> {
    // The parser's end may be in the indentation of a line that is not ours.
    let end = if seen == text.len() {
        seen
    } else {
        line_start(text, seen)
    };
    let region = text.get(body..end)?;
    let mut last = None;
    let mut start = 0;
    for line in region.split_inclusive(['\n', '\r']) {
        let code = line.trim_end_matches(['\n', '\r']);
        let blank = code.bytes().all(|byte| byte == b' ') && code.len() <= indentation;
        // The `\n` of `\r\n` arrives as a line of its own.
        let rest_of_break = line == "\n" && text.get(..body + start)?.ends_with('\r');
        if !rest_of_break && (keep || !blank) {
            last = Some(body + start + code.len());
        }
        start += line.len();
    }
    last
}
