//! A repository with a history, in memory, for the tests of what reads it.

use crate::repository::{
    AccessError, Commit, Entry, EntryKind, Log, PathChange, Ref, Repository, View,
};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Files by path.
type Files = BTreeMap<String, String>;

/// Commits, the oldest first, with the files after each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    commits: Vec<(Commit, Files)>,
    /// Names of commits.
    tags: BTreeMap<String, usize>,
    /// How often contents were asked for.
    asked: Cell<usize>,
}

impl Past {
    /// Adds a commit; every line of `changes` is `PATH: TEXT`, or `PATH` alone
    /// when it goes. `;` stands for the end of a line of the text.
    pub(crate) fn commit(mut self, message: &str, changes: &str) -> Self {
        let mut files = self.files().cloned().unwrap_or_default();
        let changes = changes.lines().map(str::trim);
        for change in changes.filter(|change| !change.is_empty()) {
            match change.split_once(": ") {
                Some((path, text)) => {
                    files.insert(path.to_owned(), format!("{}\n", text.replace(';', "\n")));
                }
                None => drop(files.remove(change)),
            }
        }
        let number = self.commits.len() + 1;
        let commit = Commit {
            id: format!("{number:040x}"),
            time: 1_700_000_000 + 3600 * i64::try_from(number).unwrap(),
            author: "Jo Doe <jo@example.org>".to_owned(),
            message: message.to_owned(),
            changes: Vec::new(),
        };
        self.commits.push((commit, files));
        self
    }

    /// Names the newest commit.
    pub(crate) fn tag(mut self, name: &str) -> Self {
        self.tags.insert(name.to_owned(), self.commits.len());
        self
    }

    /// Returns how often contents were asked for by their ids.
    pub(crate) fn asked(&self) -> usize {
        self.asked.get()
    }

    fn files(&self) -> Option<&Files> {
        self.commits.last().map(|(_, files)| files)
    }
}

/// A content is its own id.
fn id(text: Option<&String>) -> Option<String> {
    text.cloned()
}

fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    directory.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Repository for Past {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let files = self.files().ok_or(AccessError::NotFound)?;
        if files.contains_key(directory) {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let paths = files.keys().filter(|path| is_below(path, directory));
        let entries: Vec<_> = paths
            .map(|path| Entry {
                path: path.clone(),
                kind: EntryKind::File,
            })
            .collect();
        match entries.is_empty() {
            true => Err(AccessError::NotFound),
            false => Ok(entries),
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path| {
            let text = self.files().and_then(|files| files.get(path));
            text.map(|text| text.clone().into_bytes())
                .ok_or(AccessError::NotFound)
        };
        paths.iter().map(read).collect()
    }

    fn log(&self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        let nothing = Files::new();
        let mut found = Vec::new();
        for (index, (commit, after)) in self.commits.iter().enumerate().rev() {
            let before = match index {
                0 => &nothing,
                _ => &self.commits[index - 1].1,
            };
            let mut paths: Vec<_> = before.keys().chain(after.keys()).collect();
            paths.sort();
            paths.dedup();
            let changes = paths
                .into_iter()
                .filter(|path| log.paths.iter().any(|root| is_below(path, root)))
                .filter(|path| before.get(*path) != after.get(*path))
                .map(|path| PathChange {
                    path: path.clone(),
                    before: id(before.get(path)),
                    after: id(after.get(path)),
                });
            let commit = Commit {
                changes: changes.collect(),
                ..commit.clone()
            };
            found.extend((!commit.changes.is_empty()).then_some(commit));
        }
        let found = found.into_iter().skip(log.skip as usize);
        Ok(found.take(log.limit as usize).collect())
    }

    fn blobs(&self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.asked.set(self.asked.get() + 1);
        ids.iter().map(|id| Ok(id.clone().into_bytes())).collect()
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        let refs = self.tags.iter().map(|(name, count)| Ref {
            name: format!("refs/tags/{name}"),
            commit: format!("{count:040x}"),
        });
        Ok(refs.filter(|one| one.name.starts_with(prefix)).collect())
    }

    fn commit(&self) -> Result<Option<String>, AccessError> {
        Ok(self.commits.last().map(|(commit, _)| commit.id.clone()))
    }

    fn at(&self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        let name = view.revision.as_deref().unwrap_or_default();
        let count = self.tags.get(name).ok_or(AccessError::NotFound)?;
        Ok(Box::new(Self {
            commits: self.commits[..*count].to_vec(),
            tags: self.tags.clone(),
            asked: Cell::new(0),
        }))
    }
}
