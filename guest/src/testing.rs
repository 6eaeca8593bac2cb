//! A repository with a history, in memory, for scenarios.

use crate::error::Failure;
use crate::plan::{FileState, Plan};
use crate::repository::{
    AccessError, Commit, Entry, EntryKind, Log, PathChange, Ref, Repository, View,
};
use crate::request::{Intent, Request, Source, Wording};
use std::collections::BTreeMap;
use towpath_surface::facts::Facts;

type Tree = BTreeMap<String, Vec<u8>>;

/// One line of commits, with tags.
#[derive(Clone, Default)]
pub(crate) struct History {
    commits: Vec<(Commit, Tree)>,
    tags: Vec<(String, String)>,
    /// How many commits are read; all if none.
    at: Option<usize>,
    /// Another repository, by its address.
    pub(crate) other: Option<(String, Box<Self>)>,
}

impl History {
    /// Commits changes of files at an hour: a text, or none to remove the file.
    pub(crate) fn commit(
        &mut self,
        hour: i64,
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> String {
        let mut tree = self.tree().clone();
        for (path, content) in files {
            match content {
                Some(content) => drop(tree.insert((*path).to_owned(), content.as_bytes().to_vec())),
                None => drop(tree.remove(*path)),
            }
        }
        self.push(hour * 3600, message, tree)
    }

    fn push(&mut self, time: i64, message: &str, tree: Tree) -> String {
        let number = self.commits.len() + 1;
        let id = format!("{number:08x}{:032x}", number * 7919);
        let commit = Commit {
            id: id.clone(),
            time,
            author: "Ann <ann@example.com>".to_owned(),
            message: message.to_owned(),
            changes: Vec::new(),
        };
        self.commits.push((commit, tree));
        id
    }

    /// Adds a tag on the newest commit.
    pub(crate) fn tag(&mut self, name: &str) {
        let commit = self.commits.last().map(|(commit, _)| commit.id.clone());
        self.tags.push((name.to_owned(), commit.unwrap()));
    }

    /// Returns the text of a file of the newest commit.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let bytes = self.tree().get(path)?;
        Some(String::from_utf8(bytes.clone()).unwrap())
    }

    /// Commits a plan at an hour.
    pub(crate) fn apply(&mut self, hour: i64, plan: &Plan) {
        let mut tree = self.tree().clone();
        for file in &plan.files {
            let before = tree.get(&file.path).cloned();
            assert_eq!(
                before.is_none(),
                file.state == FileState::Added,
                "{}",
                file.path
            );
            match file.state {
                FileState::Removed => drop(tree.remove(&file.path)),
                _ => {
                    let after = file.apply(&before.unwrap_or_default()).unwrap();
                    tree.insert(file.path.clone(), after);
                }
            }
        }
        self.push(hour * 3600, &plan.message, tree);
    }

    /// Plans at an hour.
    pub(crate) fn plan(&self, hour: i64, intent: Intent) -> Result<Plan, Failure> {
        crate::plan(&request(hour, intent), self)
    }

    fn tree(&self) -> &Tree {
        static EMPTY: Tree = Tree::new();
        let read = self.seen().last();
        read.map_or(&EMPTY, |(_, tree)| tree)
    }

    fn seen(&self) -> &[(Commit, Tree)] {
        &self.commits[..self.at.unwrap_or(self.commits.len())]
    }
}

/// Returns a request at an hour.
pub(crate) fn request(hour: i64, intent: Intent) -> Request {
    Request {
        intent,
        source: Source::default(),
        facts: Facts {
            now: hour * 3600,
            ..Facts::default()
        },
        wording: Wording::default(),
    }
}

/// The id of a content is the content itself, in hexadecimal.
fn blob(content: &[u8]) -> String {
    content.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn changes(before: &Tree, after: &Tree, paths: &[String]) -> Vec<PathChange> {
    let below = |path: &str| {
        paths.iter().any(|root| {
            let rest = path.strip_prefix(root.as_str());
            root.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let mut all: Vec<&String> = before.keys().chain(after.keys()).collect();
    all.sort();
    all.dedup();
    let differs = |path: &&String| below(path) && before.get(*path) != after.get(*path);
    let change = |path: &String| PathChange {
        path: path.clone(),
        before: before.get(path).map(|content| blob(content)),
        after: after.get(path).map(|content| blob(content)),
    };
    all.into_iter().filter(differs).map(change).collect()
}

impl Repository for History {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        if self.tree().contains_key(directory) {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let prefix = match directory {
            "" => String::new(),
            name => format!("{name}/"),
        };
        let paths = self.tree().keys().filter(|path| path.starts_with(&prefix));
        let entries = paths.map(|path| Entry {
            path: path.clone(),
            kind: EntryKind::File,
        });
        let entries: Vec<_> = entries.collect();
        match entries.is_empty() {
            true => Err(AccessError::NotFound),
            false => Ok(entries),
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path| self.tree().get(path).cloned().ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }

    fn log(&self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        let empty = Tree::new();
        let seen = self.seen();
        let all = (0..seen.len()).rev().filter_map(|index| {
            let (commit, tree) = &seen[index];
            let before = index
                .checked_sub(1)
                .map_or(&empty, |parent| &seen[parent].1);
            let changes = changes(before, tree, &log.paths);
            let counts = log.paths.is_empty() || !changes.is_empty();
            counts.then(|| Commit {
                changes,
                ..commit.clone()
            })
        });
        Ok(all
            .skip(log.skip as usize)
            .take(log.limit as usize)
            .collect())
    }

    fn blobs(&self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let content = |id: &String| {
            let digits: Vec<_> = id.as_bytes().chunks(2).collect();
            let byte = |pair: &&[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            let bytes: Option<Vec<_>> = digits.iter().map(byte).collect();
            bytes.ok_or(AccessError::NotFound)
        };
        ids.iter().map(content).collect()
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        let refs = self.tags.iter().map(|(name, commit)| Ref {
            name: format!("refs/tags/{name}"),
            commit: commit.clone(),
        });
        Ok(refs.filter(|one| one.name.starts_with(prefix)).collect())
    }

    fn commit(&self) -> Result<Option<String>, AccessError> {
        Ok(self.seen().last().map(|(commit, _)| commit.id.clone()))
    }

    fn at(&self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        let mut history = match &view.repository {
            None => self.clone(),
            Some(address) => match &self.other {
                Some((own, other)) if own == address => (**other).clone(),
                _ => return Err(AccessError::NotFound),
            },
        };
        let Some(revision) = view.revision.as_deref().filter(|name| *name != "main") else {
            return Ok(Box::new(history));
        };
        let tag = history.tags.iter().find(|(name, _)| name == revision);
        let id = tag.map_or(revision, |(_, commit)| commit.as_str());
        let index = history
            .commits
            .iter()
            .position(|(commit, _)| commit.id == id);
        history.at = Some(index.ok_or(AccessError::NotFound)? + 1);
        Ok(Box::new(history))
    }
}
