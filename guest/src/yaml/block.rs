//! Block scalars: `|` and `>`, their header and their lines.

use super::build::past_blanks;
use super::tree::Span;

/// The parts of a block scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlockScalar {
    /// From the `|` or `>` to the end of the last line, without its ending.
    /// Blank lines after the text belong to it only when they are kept (`+`).
    pub(super) span: Span,
    /// The first byte after the indicators of the header.
    pub(super) header_end: usize,
    /// The first byte of the first line of the text, before its indentation.
    pub(super) body: usize,
    /// The number of spaces before each line; 0 when there is no text.
    pub(super) indentation: usize,
    /// The header says how many spaces there are.
    pub(super) explicit: bool,
    /// The line breaks at the end are all kept (`+`).
    pub(super) keep: bool,
}

impl BlockScalar {
    /// Finds the parts of a block scalar whose text the parser saw at `seen`,
    /// after whatever ends at `from`.
    pub(super) fn find(text: &str, from: usize, seen: Span) -> Option<Self> {
        let start = indicator(text, from, b"|>")?;
        let rest = text.get(start + 1..)?;
        let indicators = rest
            .bytes()
            .take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9'));
        let header_end = start + 1 + indicators.count();
        let flags = text.get(start..header_end)?;
        let line = text.get(header_end..)?.find(['\n', '\r']);
        let body = line.map_or(text.len(), |length| line_break(text, header_end + length));
        let keep = flags.contains('+');
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
        Some(Self {
            span: Span::new(start, end),
            header_end,
            body,
            indentation,
            explicit: flags.bytes().any(|byte| byte.is_ascii_digit()),
            keep,
        })
    }
}

/// Finds the first of `wanted` after other indicators, properties and comments.
pub(super) fn indicator(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let mut place = from;
    loop {
        place = past_blanks(text, place);
        match text.as_bytes().get(place)? {
            byte if wanted.contains(byte) => return Some(place),
            b':' | b'-' | b'?' => place += 1,
            b'&' | b'!' => {
                let rest = text.get(place..)?;
                place += rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            }
            _ => return None,
        }
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

/// Returns the first byte after the line break at `place`.
fn line_break(text: &str, place: usize) -> usize {
    let rest = text.get(place..).unwrap_or_default();
    place
        + if rest.starts_with("\r\n") {
            2
        } else {
            rest.len().min(1)
        }
}

/// Returns the first byte of the line that holds `place`.
pub(super) fn line_start(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    start.max(if text.starts_with(super::lines::BOM) {
        3.min(place)
    } else {
        0
    })
}
