//! Remote bases of kustomize: `https://github.com/acme/config//base?ref=v1`.

use super::{Dependency, Followed, Version, repository_names};
use crate::formats::Document;
use crate::yaml::NodeRef;
use std::ops::Range;

/// The parameters that hold the revision; the first that is there counts.
const PARAMETERS: [&str; 2] = ["ref", "version"];

/// Returns the dependency that an address in a list of resources is.
pub(crate) fn remote_base<'a>(document: Document<'a>, node: NodeRef<'a>) -> Option<Dependency<'a>> {
    let text = node.as_str()?;
    let (url, _) = text.split_once('?').unwrap_or((text, ""));
    let (repository, path) = parts(url)?;
    Some(Dependency {
        document,
        followed: Followed::Repository,
        names: repository_names(repository, Some(path)),
        version: Version::Query(node),
    })
}

/// Takes the repository and the path in it apart, as kustomize does.
fn parts(url: &str) -> Option<(&str, &str)> {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..)?;
    if let Some(at) = rest.find("//") {
        return Some((
            url.get(..after_scheme + at)?,
            url.get(after_scheme + at + 2..)?,
        ));
    }
    if let Some(at) = rest.find(".git/") {
        let end = after_scheme + at + ".git".len();
        return Some((url.get(..end)?, url.get(end + 1..)?));
    }
    // Azure DevOps has `ORGANIZATION/PROJECT/_git/REPOSITORY`, others `OWNER/REPOSITORY`.
    let components = match rest.find("/_git/") {
        Some(at) => rest.get(..at)?.matches('/').count() + 3,
        None if is_scp_like(rest) && after_scheme == 0 => 2,
        None => 3,
    };
    let mut slashes = rest.match_indices('/').map(|(at, _)| after_scheme + at);
    match slashes.nth(components.checked_sub(1)?) {
        Some(end) => Some((url.get(..end)?, url.get(end + 1..)?)),
        None => Some((url, "")),
    }
}

/// Whether it is `USER@HOST:PATH`, where a colon comes before the path.
fn is_scp_like(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    host.contains(':')
}

/// Returns the revision in an address, and where it stands.
pub(super) fn revision(url: &str) -> Option<(Range<usize>, String)> {
    let query = url.find('?')? + 1;
    let find = |wanted: &&str| {
        let mut start = query;
        for parameter in url.get(query..)?.split('&') {
            if let Some((name, value)) = parameter.split_once('=')
                && name == *wanted
            {
                let from = start + name.len() + 1;
                return Some((from..from + value.len(), decoded(value)));
            }
            start += parameter.len() + 1;
        }
        None
    };
    PARAMETERS.iter().find_map(find)
}

/// Writes a revision as a part of a query.
pub(super) fn encoded(revision: &str) -> String {
    let mut text = String::with_capacity(revision.len());
    for byte in revision.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *first == b'%');
        let pair = pair.and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
