//! Which files differ between many pairs of directories.

use super::Changed;
use crate::git::tree::{self, TreeEntry, TreeEntryKind};
use gix::hash::ObjectId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The paths that were asked for, name by name.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Whether everything from here on was asked for.
    whole: bool,
    below: BTreeMap<String, Self>,
}

impl Paths {
    /// Takes files and directories; the empty path is the root.
    pub(super) fn new(paths: &[String]) -> Self {
        let mut all = Self::default();
        for path in paths {
            let names = path.split('/').filter(|name| !name.is_empty());
            let end = names.fold(&mut all, |paths, name| {
                paths.below.entry(name.to_owned()).or_default()
            });
            end.whole = true;
        }
        all
    }
}

/// Which part of a directory is compared.
#[derive(Clone, Copy)]
enum Part<'p> {
    Whole,
    Only(&'p Paths),
}

impl<'p> Part<'p> {
    fn of(paths: &'p Paths) -> Self {
        match paths.whole {
            true => Self::Whole,
            false => Self::Only(paths),
        }
    }

    /// Returns the part below one name, if it has one.
    fn below(self, name: &str) -> Option<Self> {
        match self {
            Self::Whole => Some(self),
            Self::Only(paths) => paths.below.get(name).map(Self::of),
        }
    }
}

/// Two directories that differ.
struct Pair<'p> {
    /// The commit to which the difference belongs.
    commit: usize,
    /// The path of the directory.
    path: String,
    part: Part<'p>,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
}

/// Pairs of directories, compared level by level.
pub(super) struct Comparison<'p> {
    open: Vec<Pair<'p>>,
    changes: Vec<Vec<Changed>>,
}

impl<'p> Comparison<'p> {
    /// Starts with the root directories before and after every commit.
    pub(super) fn new(
        paths: &'p Paths,
        roots: impl Iterator<Item = (Option<ObjectId>, Option<ObjectId>)>,
    ) -> Self {
        let mut comparison = Self {
            open: Vec::new(),
            changes: Vec::new(),
        };
        for (commit, (before, after)) in roots.enumerate() {
            comparison.changes.push(Vec::new());
            comparison.open(Pair {
                commit,
                path: String::new(),
                part: Part::of(paths),
                before,
                after,
            });
        }
        comparison
    }

    fn open(&mut self, pair: Pair<'p>) {
        if pair.before != pair.after {
            self.open.push(pair);
        }
    }

    /// Returns whether everything was compared.
    pub(super) fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns the directories that are compared next, some of them repeatedly.
    pub(super) fn directories(&self) -> impl Iterator<Item = ObjectId> {
        let ids = self.open.iter().flat_map(|pair| [pair.before, pair.after]);
        // The empty directory is not always sent.
        ids.flatten().filter(|id| !id.is_empty_tree())
    }

    /// Compares one level; the error is a directory that `read` does not have
    /// or that is none.
    pub(super) fn descend(
        &mut self,
        hash: gix::hash::Kind,
        read: impl Fn(ObjectId) -> Option<Arc<[u8]>>,
    ) -> Result<(), ObjectId> {
        let read = |id: Option<ObjectId>| match id.filter(|id| !id.is_empty_tree()) {
            Some(id) => read(id).ok_or(id),
            None => Ok(Arc::from([])),
        };
        for pair in std::mem::take(&mut self.open) {
            let (before, after) = (read(pair.before)?, read(pair.after)?);
            let differences = tree::differences(&before, &after, hash);
            let damaged = pair.after.or(pair.before).unwrap_or(hash.null());
            for difference in differences.ok_or(damaged)? {
                self.take(&pair, difference);
            }
        }
        Ok(())
    }

    fn take(&mut self, pair: &Pair<'p>, difference: tree::Difference<'_>) {
        let name = std::str::from_utf8(difference.name).ok();
        // A name that no path can have cannot be asked for either.
        let Some(name) = name.filter(|name| tree::is_safe_name(name)) else {
            return;
        };
        let Some(part) = pair.part.below(name) else {
            return;
        };
        let path = match pair.path.as_str() {
            "" => name.to_owned(),
            directory => format!("{directory}/{name}"),
        };
        let id = |entry: &Option<TreeEntry>, is_directory: bool| {
            let entry = entry.as_ref();
            let entry =
                entry.filter(|entry| (entry.kind == TreeEntryKind::Directory) == is_directory);
            entry.map(|entry| entry.id)
        };
        let (before, after) = (id(&difference.before, false), id(&difference.after, false));
        if before != after && matches!(part, Part::Whole) {
            self.changes[pair.commit].push(Changed {
                path: path.clone(),
                before,
                after,
            });
        }
        self.open(Pair {
            commit: pair.commit,
            path,
            part,
            before: id(&difference.before, true),
            after: id(&difference.after, true),
        });
    }

    /// Returns what was found so far.
    pub(super) fn changes(&self) -> impl Iterator<Item = &Changed> {
        self.changes.iter().flatten()
    }

    /// Returns what was found for each commit, sorted by path.
    pub(super) fn into_changes(mut self) -> Vec<Vec<Changed>> {
        for changes in &mut self.changes {
            changes.sort_by(|a, b| a.path.cmp(&b.path));
        }
        self.changes
    }
}
