//! Names that a user may have meant.

use super::docker_hub_name;
use std::collections::BTreeSet;

/// The largest number of names that are offered.
const OFFERED: usize = 3;

/// The largest number of names that are listed when none is near.
const LISTED: usize = 5;

/// Returns the names of `names` that a user who wrote `wanted` may have meant,
/// the most likely first.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<_> = names
        .into_iter()
        .filter_map(|name| Some((distance(wanted, name)?, name)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter()
        .map(|(_, name)| name)
        .take(OFFERED)
        .collect()
}

/// Returns the paths of `paths` that a user who wrote `wanted` may have meant,
/// the most likely first.
pub(crate) fn nearest_paths<'a>(
    wanted: &str,
    paths: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let limit = wanted.chars().count() / 3;
    let mut near: Vec<_> = paths
        .into_iter()
        .filter(|path| path.len().abs_diff(wanted.len()) <= limit)
        .filter_map(|path| Some((edits(wanted, path, limit)?, path)))
        .collect();
    near.sort_unstable();
    near.into_iter()
        .map(|(_, path)| path)
        .take(OFFERED)
        .collect()
}

/// Returns a hint: the names that a user who wrote `wanted` may have meant, or
/// else those that are there; `None` when there is none.
pub(crate) fn offered<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let names: BTreeSet<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
    let names: Vec<_> = names.into_iter().collect();
    hint(wanted, &names, LISTED)
}

/// Returns the hint for names in the order in which they are listed, `most` of them.
pub(crate) fn hint(wanted: &str, names: &[&str], most: usize) -> Option<String> {
    let near = nearest(wanted, names.iter().copied());
    let quoted = |name: &&str| format!("`{}`", name.escape_debug());
    if !near.is_empty() {
        let near: Vec<_> = near.iter().map(quoted).collect();
        return Some(format!("Did you mean {}?", near.join(" or ")));
    }
    let listed: Vec<_> = names.iter().take(most).map(quoted).collect();
    let more = names.len() - listed.len();
    match (&listed[..], more) {
        ([], _) => None,
        ([only], _) => Some(format!("There is only {only}.")),
        ([first @ .., last], 0) => Some(format!("There are {} and {last}.", first.join(", "))),
        (all, more) => Some(format!("There are {} and {more} more.", all.join(", "))),
    }
}

/// Returns how far two names are apart; `None` when nobody would confuse them.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    if docker_hub_name(wanted) == docker_hub_name(name) {
        return Some(0);
    }
    if last_component(wanted) == last_component(name) {
        return Some(1);
    }
    let limit = wanted.chars().count().min(name.chars().count()) / 3;
    let typing_errors = edits(wanted, name, limit);
    let in_last = edits(last_component(wanted), last_component(name), limit.min(2));
    match (typing_errors, in_last) {
        (Some(edits), _) => Some(1 + edits),
        (None, Some(edits)) => Some(10 + edits),
        (None, None) => None,
    }
}

fn last_component(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Returns how many typing errors make one text of the other, two letters in
/// the wrong order being one, when they are at most `limit`.
fn edits(a: &str, b: &str, limit: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = row[j] + usize::from(from != to);
            let mut least = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|edits| *edits <= limit)
}
