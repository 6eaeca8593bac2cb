//! What stands between values: indicators, blanks, comments, line breaks.

/// Returns the place after the `:` that follows a key, past blanks and comments.
pub(super) fn colon(text: &str, from: usize) -> Option<usize> {
    let place = past_blanks(text, from);
    let rest = text.get(place..)?.strip_prefix(':')?;
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', ',', ']', '}']);
    ends.then_some(place + 1)
}

/// Returns the place after the `-` of the item that the parser saw end at `seen`.
pub(super) fn dash(text: &str, from: usize, seen: usize) -> Option<usize> {
    let code = code_before(text, from, seen);
    let start = from.max(line_start(text, seen));
    Some(start + code.rfind('-')? + 1)
}

/// Returns the part of the line from `from` to `to` that is before its comment.
pub(super) fn code_before(text: &str, from: usize, to: usize) -> &str {
    let line = text
        .get(from.max(line_start(text, to))..to)
        .unwrap_or_default();
    let comment = line
        .match_indices('#')
        .map(|(place, _)| place)
        .find(|place| {
            place
                .checked_sub(1)
                .and_then(|at| line.get(at..*place))
                .is_none_or(is_blank)
        });
    line.get(..comment.unwrap_or(line.len()))
        .unwrap_or_default()
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Returns the first place that holds neither a blank nor a comment.
pub(super) fn past_blanks(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut place = from;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => place += 1,
            b'#' => {
                let rest = bytes.get(place..).unwrap_or_default();
                let line = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                place = line.map_or(bytes.len(), |length| place + length);
            }
            _ => break,
        }
    }
    place
}

/// Finds the first of `wanted` after other indicators, properties and comments.
pub(super) fn indicator(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let mut place = from;
    loop {
        place = past_blanks(text, place);
        match text.as_bytes().get(place)? {
            byte if wanted.contains(byte) => return Some(place),
            b':' | b'-' | b'?' | b',' => place += 1,
            b'&' | b'!' => {
                let rest = text.get(place..)?;
                place += rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            }
            _ => return None,
        }
    }
}

/// Returns the first byte after the line break at `place`.
pub(super) fn line_break(text: &str, place: usize) -> usize {
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
