//! What commits did to the files at some paths.
//!
//! A stretch of the first-parent line comes without any files. Then the
//! directories that lead to the paths are compared, level by level: those of
//! one level, of all commits of the stretch, travel together, and none that is
//! the same before and after. What was compared is dropped.
//!
//! Servers keep the whole history of a branch ready, and have to look for a part
//! of it. So where the first stretch is not enough, or where it is clear that it
//! would not be, the whole history comes with all its directories; where that is
//! very much, the start of it, which is the newest part.

mod compare;

use super::objects::{Lookup, Objects};
use super::remote::{Commit, Remote};
use super::transport::{Filters, Scope, Want};
use super::{Error, Result};
use compare::{Comparison, Paths};
use gix::hash::ObjectId;
use gix::objs::Kind;
use std::collections::{BTreeSet, HashMap};

/// A commit with what it did to the files that were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    /// The commit.
    pub(crate) commit: Commit,
    /// What it did, sorted by path.
    pub(crate) changes: Vec<Changed>,
}

/// What a commit did to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The path of the file.
    pub(crate) path: String,
    /// Its content before; none when the commit added it.
    pub(crate) before: Option<ObjectId>,
    /// Its content after; none when the commit removed it.
    pub(crate) after: Option<ObjectId>,
}

/// The history of some paths, as far as it was walked.
pub(crate) struct PathLog {
    tip: ObjectId,
    paths: Vec<String>,
    /// The commits that changed something, newest first.
    found: Vec<Logged>,
    /// The next commit to look at; none at the end of the history.
    next: Option<ObjectId>,
    /// How many commits the next stretch has.
    step: usize,
}

impl PathLog {
    /// Commits of the first stretch; every next one is four times as long.
    const FIRST: usize = 64;
    /// Commits of the longest stretch.
    const LONGEST: usize = 4096;
    /// Bytes of commits and directories that a stretch should not exceed.
    const MEMORY: u64 = 24 << 20;
    /// The same of a stretch whose directories come at once: servers take longer for
    /// larger ones than they save.
    const WHOLE: u64 = 5 << 20;
    /// Objects that are named in one request.
    const NAMED: usize = 4096;
    /// Who asks for as many commits looks far back.
    const MANY: usize = 512;

    fn new(tip: ObjectId, paths: &[String]) -> Self {
        Self {
            tip,
            paths: paths.to_vec(),
            found: Vec::new(),
            next: Some(tip),
            step: Self::FIRST,
        }
    }

    /// Walks on until `wanted` commits were found or the history ends.
    fn walk(&mut self, remote: &mut Remote, wanted: usize) -> Result<()> {
        let paths = Paths::new(&self.paths);
        while let Some(next) = self.next.filter(|_| self.found.len() < wanted) {
            let is_far = wanted > Self::MANY || next != self.tip;
            let past = if is_far {
                remote.fetch_past(self.tip)?
            } else {
                Past::Unknown
            };
            let mut stretch = match past {
                Past::Whole => Stretch::fetch(remote, next, Self::LONGEST)?,
                Past::Start if remote.knows_directory_of(next)? => {
                    Stretch::fetch(remote, next, Self::MANY)?
                }
                Past::Start => Stretch::fetch_whole(remote, next, self.step)?,
                Past::Unknown => Stretch::fetch(remote, next, self.step)?,
            };
            let compared = stretch.compare(remote, &paths)?;
            self.next = stretch.next;
            let length = stretch.line.len() as u64;
            let room = if stretch.is_whole {
                Self::WHOLE
            } else {
                Self::MEMORY
            };
            let fitting = room * length / stretch.bytes.max(1);
            let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
            self.step = (self.step * 4)
                .min(fitting.max(Self::FIRST))
                .min(Self::LONGEST);
            let logged = stretch.line.into_iter().zip(compared);
            let logged = logged.map(|(commit, changes)| Logged { commit, changes });
            self.found
                .extend(logged.filter(|logged| !logged.changes.is_empty()));
        }
        Ok(())
    }
}

/// Some commits in a row, with what is compared of them.
struct Stretch {
    /// The commits, newest first.
    line: Vec<Commit>,
    /// The tree before the last one; none when it is the first of all.
    base: Option<ObjectId>,
    /// The commit after the last one.
    next: Option<ObjectId>,
    /// What was fetched for it and is still needed.
    objects: Objects,
    /// Bytes of all that was fetched for it.
    bytes: u64,
    /// Whether all of its directories came at once.
    is_whole: bool,
}

/// How much of the history of a commit came at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// All.
    Whole,
    /// What is newest.
    Start,
    /// Nothing, or nobody asked for it.
    Unknown,
}

impl Stretch {
    fn new(remote: &Remote, start: ObjectId) -> Self {
        Self {
            line: Vec::new(),
            base: None,
            next: Some(start),
            objects: remote.objects.like(),
            bytes: 0,
            is_whole: false,
        }
    }

    /// Fetches `length` commits from `start` backwards, and the one before them.
    fn fetch(remote: &mut Remote, start: ObjectId, length: usize) -> Result<Self> {
        Self::new(remote, start).fill(remote, length)
    }

    /// Does as [`Self::fetch`] does, and fetches all directories as well, unless that
    /// is very much: as differences between them they are far smaller than one by one.
    fn fetch_whole(remote: &mut Remote, start: ObjectId, length: usize) -> Result<Self> {
        let mut stretch = Self::new(remote, start);
        let commits = u32::try_from(length + 1).unwrap_or(u32::MAX);
        let (ids, scope) = (vec![start], Scope::Stretch(commits));
        match remote.fetch_into(&Want { ids, scope }, &mut stretch.objects) {
            Ok(()) => stretch.is_whole = true,
            // Level by level it is less at a time.
            Err(Error::TooLarge { .. } | Error::Protocol { .. }) => {}
            Err(error) => return Err(error),
        }
        stretch.fill(remote, length)
    }

    /// Takes the commits from the start on, and fetches those that are missing.
    fn fill(self, remote: &mut Remote, length: usize) -> Result<Self> {
        let mut stretch = self;
        let mut asked = None;
        while let Some(id) = stretch.next {
            if let Some(commit) = stretch.commit(remote, id)? {
                if stretch.line.len() == length {
                    stretch.base = Some(commit.tree);
                    break;
                }
                stretch.next = commit.parents.first().copied();
                stretch.line.push(commit);
            } else if asked == Some(id) {
                // A shallow repository ends here: what its last commit did is not known.
                stretch.next = None;
                stretch.base = stretch.line.pop().map(|last| last.tree);
            } else {
                let missing = u32::try_from(length + 1 - stretch.line.len()).unwrap_or(u32::MAX);
                let scope = Scope::History(missing);
                let ids = vec![id];
                match remote.fetch_into(&Want { ids, scope }, &mut stretch.objects) {
                    // The server's own repository may be a shallow one.
                    Err(Error::Protocol { .. }) if !stretch.line.is_empty() => {}
                    fetched => fetched?,
                }
                asked = Some(id);
            }
        }
        stretch.count();
        Ok(stretch)
    }

    /// Compares every commit with the one before it.
    fn compare(&mut self, remote: &mut Remote, paths: &Paths) -> Result<Vec<Vec<Changed>>> {
        let trees: Vec<_> = self.line.iter().map(|commit| Some(commit.tree)).collect();
        let before = trees.iter().skip(1).copied().chain([self.base]);
        let mut comparison = Comparison::new(paths, before.zip(trees.iter().copied()));
        while !comparison.is_done() {
            self.fetch_directories(remote, comparison.directories())?;
            let hash = remote.objects.hash();
            let compared = comparison.descend(hash, |id| {
                let found = self.objects.get(&id).or_else(|| remote.objects.get(&id));
                found.map(|object| object.data)
            });
            compared.map_err(|id| match self.look_up(remote, id) {
                Lookup::Missing => remote.not_sent(id),
                Lookup::Found(_) => remote.damaged(id, "not a directory"),
                Lookup::TooLarge(_) => remote.too_large(id),
            })?;
            if self.is_whole {
                continue;
            }
            self.count();
            if remote.filters() >= Filters::Coarse {
                self.objects = remote.objects.like();
            }
        }
        self.keep_contents(remote, comparison.changes());
        Ok(comparison.into_changes())
    }

    fn fetch_directories(
        &mut self,
        remote: &mut Remote,
        ids: impl Iterator<Item = ObjectId>,
    ) -> Result<()> {
        let is_missing = |id: &ObjectId| {
            let is_there = self.objects.contains(id) || remote.objects.contains(id);
            !is_there
        };
        let mut ids: Vec<_> = ids.filter(is_missing).collect();
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(PathLog::NAMED) {
            let ids = ids.to_vec();
            let scope = Scope::Nothing;
            remote.fetch_into(&Want { ids, scope }, &mut self.objects)?;
        }
        Ok(())
    }

    /// A server that leaves nothing out does not always send single files later.
    fn keep_contents<'c>(&self, remote: &mut Remote, changes: impl Iterator<Item = &'c Changed>) {
        if remote.filters() != Filters::None {
            return;
        }
        for id in changes.flat_map(|change| change.before.iter().chain(&change.after)) {
            if let Some(object) = self.objects.get(id) {
                remote.objects.insert(*id, object);
            }
        }
    }

    fn look_up(&self, remote: &Remote, id: ObjectId) -> Lookup {
        match self.objects.look_up(&id) {
            Lookup::Missing => remote.objects.look_up(&id),
            found => found,
        }
    }

    fn commit(&self, remote: &Remote, id: ObjectId) -> Result<Option<Commit>> {
        match self.objects.get_kind(&id, Kind::Commit) {
            Some(object) => remote.parse_commit(id, &object).map(Some),
            None => remote.commit(id),
        }
    }

    fn count(&mut self) {
        self.bytes += self.objects.size();
    }
}

impl Remote {
    /// How many histories are remembered.
    const LOGS: usize = 8;

    /// How many contents of each file are fetched together with it. The planner
    /// asks for as many at first.
    const LATELY: usize = 4;

    /// Fetches the whole history of a commit, or as much of it as is taken, once.
    fn fetch_past(&mut self, tip: ObjectId) -> Result<Past> {
        if let Some(known) = self.pasts.get(&tip) {
            return Ok(*known);
        }
        let mut past = Past::Unknown;
        if !matches!(self.filters(), Filters::None | Filters::Exact) {
            let (ids, scope) = (vec![tip], Scope::Past);
            past = match self.fetch(&Want { ids, scope }) {
                Ok(()) => Past::Whole,
                // Servers begin with the commits and what is newest.
                Err(Error::TooLarge { .. }) if self.knows_parent(tip)? => Past::Start,
                // The server's own repository may be a shallow one.
                Err(Error::TooLarge { .. } | Error::Protocol { .. }) => Past::Unknown,
                Err(error) => return Err(error),
            };
        }
        self.pasts.insert(tip, past);
        Ok(past)
    }

    fn knows_directory_of(&self, id: ObjectId) -> Result<bool> {
        let commit = self.commit(id)?;
        Ok(commit.is_some_and(|commit| self.objects.contains(&commit.tree)))
    }

    fn knows_parent(&self, id: ObjectId) -> Result<bool> {
        let commit = self.commit(id)?;
        let parent = commit.and_then(|commit| commit.parents.first().copied());
        Ok(parent.is_some_and(|parent| self.objects.contains(&parent)))
    }

    /// Returns what files held lately and is not there yet, as far as their history
    /// was walked: whoever walks it before reading the files asks for that next.
    pub(crate) fn past_contents(&self, tip: ObjectId, paths: &[&str]) -> BTreeSet<ObjectId> {
        let mut seen: HashMap<_, _> = paths.iter().map(|path| (*path, 0)).collect();
        let log = self.logs.iter().rev().find(|log| log.tip == tip);
        let commits = log.into_iter().flat_map(|log| &log.found);
        let contents = commits.flat_map(|logged| &logged.changes).filter(|change| {
            let of_file = seen.get_mut(change.path.as_str());
            of_file.is_some_and(|count| {
                *count += 1;
                *count <= Self::LATELY
            })
        });
        let before = contents.filter_map(|change| change.before);
        before.filter(|id| !self.objects.contains(id)).collect()
    }

    /// Returns the commits, along the first parents from `tip`, that changed a
    /// file at or below one of `paths`: at most `limit`, after the first `skip`.
    ///
    /// # Errors
    /// When the server does not send what has to be compared.
    pub(crate) fn path_log(
        &mut self,
        tip: ObjectId,
        paths: &[String],
        (skip, limit): (u32, u32),
    ) -> Result<impl Iterator<Item = &Logged>> {
        let mut known = self.logs.iter();
        let known = known.position(|log| log.tip == tip && log.paths == paths);
        let mut log = match known {
            Some(index) => self.logs.swap_remove(index),
            None => PathLog::new(tip, paths),
        };
        let walked = log.walk(self, skip.saturating_add(limit) as usize);
        if self.logs.len() >= Self::LOGS {
            self.logs.remove(0);
        }
        self.logs.push(log);
        walked?;
        let found = self.logs.last().into_iter().flat_map(|log| &log.found);
        Ok(found.skip(skip as usize).take(limit as usize))
    }
}
