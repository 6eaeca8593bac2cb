//! A repository in memory.

use std::collections::BTreeMap;
use towpath_guest::repository::{AccessError, Entry, EntryKind, Repository};

/// A repository in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Repository for Memory {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        if self.files.contains_key(directory) {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let below = |path: &&String| {
            directory.is_empty()
                || path
                    .strip_prefix(directory)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let entry = |path: &String| Entry {
            path: path.clone(),
            kind: EntryKind::File,
        };
        Ok(self.files.keys().filter(below).map(entry).collect())
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path: &String| self.files.get(path).cloned().ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }
}
