//! Paths that a user may have meant.

use super::{access_failure, directory};
use crate::error::Failure;
use crate::image::nearest_paths;
use crate::repository::{AccessError, Repository};
use std::collections::BTreeSet;

/// The largest number of paths that are compared.
const MAX_PATHS: usize = 2_000;

/// Describes a path that cannot be read; one that is not there with what is near.
pub(super) fn failure(path: &str, error: &AccessError, repository: &dyn Repository) -> Failure {
    let failure = access_failure(path, error);
    if *error != AccessError::NotFound {
        return failure;
    }
    let known = around(path, repository);
    let near = nearest_paths(path, known.iter().map(String::as_str));
    let near: Vec<_> = near.iter().map(|path| format!("{path:?}")).collect();
    if near.is_empty() {
        failure
    } else {
        failure.hint(format!("Did you mean {}?", near.join(" or ")))
    }
}

/// Returns the files and directories below the nearest directory that is there.
fn around(path: &str, repository: &dyn Repository) -> BTreeSet<String> {
    let mut place = directory(path);
    let entries = loop {
        match repository.list(place) {
            Ok(entries) => break entries,
            Err(_) if place.is_empty() => return BTreeSet::new(),
            Err(_) => place = directory(place),
        }
    };
    let mut paths = BTreeSet::new();
    for entry in entries.into_iter().take(MAX_PATHS) {
        let mut above = directory(&entry.path);
        while above.len() > place.len() && paths.insert(above.to_owned()) {
            above = directory(above);
        }
        paths.insert(entry.path);
    }
    paths
}
