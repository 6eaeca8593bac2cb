//! Paths as users write them.

use crate::error::{Failure, Kind};

/// Returns a path in the form that the repository takes: without `.`, doubled
/// slashes, or a slash at an end; the root is empty.
///
/// # Errors
/// `OutsideRepository`, for an absolute path, for one with `..` and for one
/// into the folder of git itself, which a working copy has.
pub(crate) fn normal(path: &str) -> Result<String, Failure> {
    let outside = path.starts_with(['/', '\\'])
        || path.split(['/', '\\']).any(|part| part == "..")
        || path.chars().any(char::is_control)
        || has_drive(path);
    if outside {
        return Err(Failure::new(
            Kind::OutsideRepository,
            format!("{path:?} leaves the repository"),
        )
        .hint("Paths are relative to the root of the repository, without `..`."));
    }
    if path
        .split('/')
        .any(|part| part.eq_ignore_ascii_case(".git"))
    {
        return Err(Failure::new(
            Kind::OutsideRepository,
            format!("{path:?} is a file of git itself"),
        )
        .hint("Name a file that is committed."));
    }
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// Returns the path that `reference`, found in a file of `directory`, leads to;
/// `None` when that is not in the repository.
pub(crate) fn join(directory: &str, reference: &str) -> Option<String> {
    let mut parts: Vec<_> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    if reference.starts_with('/') {
        return None;
    }
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the directory of a file; empty for one in the root.
pub(crate) fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Whether a path begins with the name of a drive: `C:`.
fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && chars.next() == Some(':')
}
