//! What is a text at all: encodings, pointers, templates.

use super::MAX_BYTES;
use super::lines::Lines;
use crate::error::{Failure, Kind};
use crate::plan::Location;

/// Returns the text of a file that may be YAML.
pub(super) fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Failure> {
    let whole = || Location {
        path: path.to_owned(),
        ..Location::default()
    };
    if bytes.len() > MAX_BYTES {
        let message = format!("{path:?} has {} bytes, more than {MAX_BYTES}", bytes.len());
        return Err(Failure::new(Kind::Limit, message).at(whole()));
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Err(
            Failure::new(Kind::NotAFile, format!("{path:?} is a Git LFS pointer"))
                .at(whole())
                .hint("Keep files that are edited in the repository itself, not in LFS."),
        );
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(
            Failure::new(Kind::InvalidFile, format!("{path:?} is UTF-16, not UTF-8"))
                .at(whole())
                .hint("Convert the file to UTF-8."),
        );
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = String::from_utf8_lossy(valid);
        fault(path, &valid, valid.len(), "is not UTF-8").hint("Convert the file to UTF-8.")
    })?;
    match text.bytes().position(is_control) {
        Some(offset) => Err(fault(path, text, offset, "holds a control character")),
        None => Ok(text),
    }
}

/// Describes what is wrong at a place of a file that is not YAML.
pub(super) fn fault(path: &str, text: &str, offset: usize, what: &str) -> Failure {
    failure(Kind::InvalidFile, (path, text, offset), what)
}

/// Describes a template.
pub(super) fn template(path: &str, text: &str, offset: usize) -> Failure {
    let what = "is a template, not YAML: it holds an unquoted {{ }}";
    failure(Kind::Template, (path, text, offset), what)
        .hint("Change the values that the template is given, or quote the braces.")
}

fn failure(kind: Kind, (path, text, offset): (&str, &str, usize), what: &str) -> Failure {
    let (line, column) = Lines::new(text).line_and_column(offset, text);
    let at = Location {
        path: path.to_owned(),
        line,
        column,
    };
    Failure::new(kind, format!("{path:?} {what}")).at(at)
}

/// Returns the place of the first `{{` that is neither quoted nor in a comment.
///
/// A guess by lines, for a text that is not YAML: the reason is probably there.
pub(super) fn template_mark(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some(place) = line.find("{{") {
            let before = line.get(..place).unwrap_or_default();
            if !before.contains(['"', '\'', '#']) {
                return Some(start + place);
            }
        }
        start += line.len();
    }
    None
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}
