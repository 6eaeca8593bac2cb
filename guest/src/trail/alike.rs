//! The versions of a text that is known but for one value.
//!
//! Most commits of a deployment repository change one version in a file. What the
//! file says then follows from what it said before, without reading it as a whole.
//! Only the plainest change is taken: one line that is a key with a version, whose
//! new text could be nothing else either. All other texts are read as they are.

use crate::environment::Version;
use crate::image::is_tag_text;
use memchr::{memchr, memchr_iter, memrchr};
use std::ops::Range;

/// Returns the versions of the text `new`, where they follow from those that are
/// `known` of the text `old` of the same file.
pub(super) fn versions<'v>(
    known: impl Iterator<Item = &'v Version>,
    old: &[u8],
    new: &[u8],
) -> Option<Vec<Version>> {
    let change = Change::between(old, new)?;
    let mut versions: Vec<_> = known.cloned().collect();
    let mut is_found = false;
    for version in &mut versions {
        if version.at.line != change.line {
            continue;
        }
        // One that is put together, as of tag and digest, is not this simple.
        if version.value.as_deref() != Some(change.before) {
            return None;
        }
        version.value = Some(change.after.to_owned());
        is_found = true;
    }
    is_found.then_some(versions)
}

/// A value that is all that two texts differ in.
#[derive(Debug, PartialEq, Eq)]
struct Change<'t> {
    /// Its line, from 1.
    line: u32,
    before: &'t str,
    after: &'t str,
}

impl<'t> Change<'t> {
    fn between(old: &'t [u8], new: &'t [u8]) -> Option<Self> {
        let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let line_start = memrchr(b'\n', &old[..start]).map_or(0, |end| end + 1);
        let (old_line, old_rest) = line(&old[line_start..]);
        let (new_line, new_rest) = line(&new[line_start..]);
        // A return alone ends a line, too.
        let mut returns = memchr_iter(b'\r', old);
        if old_rest != new_rest || returns.any(|at| old.get(at + 1) != Some(&b'\n')) {
            return None;
        }
        let (before, after) = (value(old_line)?, value(new_line)?);
        let around =
            |line: &'t [u8], value: &Range<usize>| (&line[..value.start], &line[value.end..]);
        if around(old_line, &before) != around(new_line, &after) {
            return None;
        }
        let lines = memchr_iter(b'\n', &old[..line_start]).count();
        Some(Self {
            line: u32::try_from(lines + 1).ok()?,
            before: std::str::from_utf8(&old_line[before]).ok()?,
            after: std::str::from_utf8(&new_line[after]).ok()?,
        })
    }
}

/// Splits a text behind its first line.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(memchr(b'\n', text).unwrap_or(text.len()))
}

/// Returns where the value of a line is, if the line is nothing but a key with a
/// version, and a comment.
fn value(line: &[u8]) -> Option<Range<usize>> {
    let count =
        |text: &[u8], is_in: fn(&u8) -> bool| text.iter().take_while(|byte| is_in(byte)).count();
    let indent = count(line, |byte| matches!(byte, b' ' | b'-'));
    let key = indent + count(&line[indent..], is_plain);
    let colon = line[key..].strip_prefix(b":").filter(|_| key > indent)?;
    let space = count(colon, |byte| *byte == b' ');
    let quote = colon[space..]
        .first()
        .filter(|byte| matches!(byte, b'"' | b'\''));
    let start = key + 1 + space + usize::from(quote.is_some());
    let end = start + count(&line[start..], is_plain);
    let mut rest = &line[end..];
    if let Some(quote) = quote {
        rest = rest.strip_prefix(&[*quote])?;
    }
    let comment = rest.trim_ascii_start();
    let is_end = comment.is_empty() || (comment.len() < rest.len() && comment[0] == b'#');
    let text = std::str::from_utf8(&line[start..end]).ok()?;
    (space > 0 && is_end && is_version(text)).then_some(start..end)
}

/// Whether a byte stands for itself everywhere in YAML.
fn is_plain(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Whether a text is a version, however it is looked at: no null, and a tag.
fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.contains(|char: char| char.is_ascii_digit())
        && is_tag_text(text)
}

#[cfg(test)]
mod tests;
