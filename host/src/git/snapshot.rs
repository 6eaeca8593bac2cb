//! One revision of one branch; what is not known yet is fetched when it is asked for.

mod walk;

use super::objects::Lookup;
use super::transport::{Filters, Scope, Want};
use super::tree::{self, TreeEntry, TreeEntryKind};
use super::{Error, Remote, Result, Tip};
use crate::git;
use crate::repository::{
    AccessError, Commit, Entry, EntryKind, Log, PathChange, Ref, Repository, View,
};
use gix::hash::ObjectId;
use gix::objs::Kind;
use std::collections::BTreeSet;
use std::sync::Arc;
pub(super) use walk::check_path;
use walk::{Step, Wish, components};

/// One revision of one branch.
pub struct Snapshot<'r> {
    pub(crate) remote: &'r mut Remote,
    tip: Tip,
}

impl<'r> Snapshot<'r> {
    pub(crate) fn new(remote: &'r mut Remote, tip: Tip) -> Self {
        Self { remote, tip }
    }

    /// Returns the branch and the commit.
    #[must_use]
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Returns the repository.
    #[must_use]
    pub fn remote(&mut self) -> &mut Remote {
        self.remote
    }

    /// Goes on to another commit; what both have in common is not fetched again.
    pub fn move_to(&mut self, tip: Tip) {
        self.tip = tip;
        self.remote.take_failure();
        self.remote.forget_revisions();
    }

    /// Returns why something could not be read, once: the reader of the files
    /// has only seen that they are unavailable.
    pub fn take_failure(&mut self) -> Option<Error> {
        self.remote.take_failure()
    }

    /// Gives an error its better reason: why something could not be read, not
    /// only that it could not.
    ///
    /// # Errors
    /// As `result`.
    pub fn explain<T, E: From<Error>>(&mut self, result: Result<T, E>) -> Result<T, E> {
        match (result, self.take_failure()) {
            (Err(_), Some(failure)) => Err(failure.into()),
            (result, _) => result,
        }
    }

    /// Returns the directory of the commit, fetching it if need be.
    pub(crate) fn root(&mut self) -> Result<ObjectId> {
        if let Some(commit) = self.remote.commit(self.tip.commit)? {
            return Ok(commit.tree);
        }
        // Most paths lead through a directory of the root.
        self.fetch(&Want {
            ids: vec![self.tip.commit],
            scope: Scope::Tip(2),
        })?;
        match self.remote.commit(self.tip.commit)? {
            Some(commit) => Ok(commit.tree),
            None => Err(self.remote.not_sent(self.tip.commit)),
        }
    }

    /// Fetches the files at `paths` and the directories that lead to them.
    pub(crate) fn ensure(&mut self, paths: &[&str]) -> Result<()> {
        self.lead_to(paths, Wish::Files)
    }

    fn lead_to(&mut self, paths: &[&str], wish: Wish) -> Result<()> {
        let root = self.root()?;
        let mut before = BTreeSet::new();
        loop {
            let missing = self.missing(root, paths)?;
            if missing.is_empty() {
                return Ok(());
            }
            let ids: BTreeSet<ObjectId> = missing.iter().map(|missing| missing.id).collect();
            if let Some(id) = ids.intersection(&before).next() {
                return Err(self.remote.not_sent(*id));
            }
            let (filters, cautious) = (self.remote.filters(), self.remote.cautious);
            let mut want = walk::request(&missing, filters, wish, cautious);
            if filters != Filters::Exact && missing.iter().all(walk::Missing::is_file) {
                let room = MOST_NAMED.saturating_sub(want.ids.len());
                let past = self.remote.past_contents(self.tip.commit, paths);
                want.ids.extend(past.into_iter().take(room));
            }
            if self.fetch_hopefully(&want)? {
                before = ids;
            }
        }
    }

    fn missing(&mut self, root: ObjectId, paths: &[&str]) -> Result<Vec<walk::Missing>> {
        let mut missing = Vec::new();
        for path in paths {
            if let Step::Missing(object) = self.resolve(root, path)? {
                missing.push(object);
            }
        }
        Ok(missing)
    }

    /// Follows a path as far as the directories are known.
    pub(crate) fn resolve(&mut self, root: ObjectId, path: &str) -> Result<Step> {
        let mut entry = TreeEntry {
            kind: TreeEntryKind::Directory,
            id: root,
        };
        let names: Vec<_> = components(path).collect();
        for (depth, name) in names.iter().enumerate() {
            if entry.kind != TreeEntryKind::Directory {
                return Ok(Step::NotFound);
            }
            let Some(index) = self.index(entry.id)? else {
                let below = names.len() - depth;
                return Ok(Step::missing_directory(entry.id, depth, below));
            };
            match index.get(name.as_bytes()) {
                Some(next) => entry = next,
                None => return Ok(Step::NotFound),
            }
        }
        let is_missing = !self.remote.objects.contains(&entry.id);
        if entry.kind == TreeEntryKind::File && is_missing {
            return Ok(Step::missing_file(entry.id));
        }
        Ok(Step::Found(entry))
    }

    /// Returns the entries of a directory, or nothing when it was not fetched.
    fn index(&mut self, id: ObjectId) -> Result<Option<Arc<tree::Index>>> {
        if let Some(index) = self.remote.indexes.get(&id) {
            return Ok(Some(Arc::clone(index)));
        }
        let Some(object) = self.tree(id)? else {
            return Ok(None);
        };
        let index = tree::Index::new(object, self.remote.objects.hash());
        let index = Arc::new(index.ok_or_else(|| self.remote.damaged(id, "not a directory"))?);
        self.remote.indexes.insert(id, Arc::clone(&index));
        Ok(Some(index))
    }

    /// Returns the bytes of a directory, or nothing when it was not fetched.
    fn tree(&self, id: ObjectId) -> Result<Option<Arc<[u8]>>> {
        match self.remote.objects.look_up(&id) {
            Lookup::Found(object) if object.kind == Kind::Tree => Ok(Some(object.data)),
            Lookup::Found(_) => Err(self.remote.damaged(id, "not a directory")),
            Lookup::TooLarge(_) => Err(self.remote.too_large(id)),
            // The empty directory is not always sent.
            Lookup::Missing if id.is_empty_tree() => Ok(Some(Arc::from([]))),
            Lookup::Missing => Ok(None),
        }
    }

    /// Returns whether there is a file at a path that was read, and it can be
    /// executed.
    pub(crate) fn is_executable(&mut self, path: &str) -> Result<bool> {
        let root = self.root()?;
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Step::Found(entry) = self.resolve(root, directory)? else {
            return Ok(false);
        };
        let tree = self.tree(entry.id)?.unwrap_or_else(|| Arc::from([]));
        let hash = self.remote.objects.hash();
        Ok(tree::is_executable(&tree, name.as_bytes(), hash))
    }

    fn fetch(&mut self, want: &Want) -> Result<()> {
        self.remote.fetch(want)
    }

    /// Fetches; returns whether that went well, and not much more than was hoped
    /// for turned out to be there.
    fn fetch_hopefully(&mut self, want: &Want) -> Result<bool> {
        match self.fetch(want) {
            Err(Error::TooLarge { .. }) if want.scope == Scope::Everything => {
                self.remote.cautious = true;
                Ok(false)
            }
            fetched => fetched.map(|()| true),
        }
    }

    /// Lists everything below a directory, level by level as far as it has to
    /// be fetched.
    fn list_below(&mut self, directory: &str) -> Result<Result<Vec<Entry>, AccessError>> {
        let root = self.root()?;
        self.lead_to(&[directory], Wish::Directory)?;
        let start = match self.resolve(root, directory)? {
            Step::Found(entry) if entry.kind == TreeEntryKind::Directory => entry.id,
            Step::Found(entry) => {
                return Ok(Err(AccessError::NotAFile(describe(entry.kind).to_owned())));
            }
            Step::Missing(missing) => return Err(self.remote.not_sent(missing.id)),
            Step::NotFound => return Ok(Err(AccessError::NotFound)),
        };
        let mut before = BTreeSet::new();
        loop {
            let mut listing = Listing::default();
            self.collect(start, directory, &mut listing)?;
            if listing.missing.is_empty() {
                listing.entries.sort_by(|a, b| a.path.cmp(&b.path));
                return Ok(Ok(listing.entries));
            }
            if let Some(id) = listing.missing.intersection(&before).next() {
                return Err(self.remote.not_sent(*id));
            }
            // Naming them all would be longer than having the known ones again,
            // except where nothing travels.
            let ids = match listing.missing.len() {
                65.. if self.remote.filters() != Filters::Exact => vec![start],
                _ => listing.missing.iter().copied().collect(),
            };
            let scope = match components(directory).count() {
                2.. if listing.entries.is_empty() && self.is_hopeful() => Scope::Everything,
                _ => Scope::Directories,
            };
            if self.fetch_hopefully(&Want { ids, scope })? {
                before = listing.missing;
            }
        }
    }

    /// Returns whether files are worth fetching before they are asked for.
    fn is_hopeful(&self) -> bool {
        !self.remote.cautious && self.remote.filters() < Filters::Exact
    }

    fn collect(&self, start: ObjectId, directory: &str, listing: &mut Listing) -> Result<()> {
        let mut directories = vec![(start, directory.to_owned())];
        while let Some((id, directory)) = directories.pop() {
            let Some(data) = self.tree(id)? else {
                listing.missing.insert(id);
                continue;
            };
            for entry in tree::entries(&data, self.remote.objects.hash()) {
                let entry = entry.ok_or_else(|| self.remote.damaged(id, "not a directory"));
                let (name, entry) = entry?;
                let name = std::str::from_utf8(name)
                    .ok()
                    .filter(|name| tree::is_safe_name(name));
                // A name that no path can have cannot be asked for either.
                let Some(name) = name else { continue };
                let path = match directory.as_str() {
                    "" => name.to_owned(),
                    directory => format!("{directory}/{name}"),
                };
                match entry.kind {
                    TreeEntryKind::Directory => directories.push((entry.id, path)),
                    kind => listing.entries.push(Entry {
                        path,
                        kind: entry_kind(kind),
                    }),
                }
            }
        }
        Ok(())
    }

    fn read_file(&mut self, root: ObjectId, path: &str) -> Result<Result<Vec<u8>, AccessError>> {
        let entry = match self.resolve(root, path)? {
            Step::Found(entry) => entry,
            Step::NotFound => return Ok(Err(AccessError::NotFound)),
            Step::Missing(missing) => return Err(self.remote.not_sent(missing.id)),
        };
        if entry.kind != TreeEntryKind::File {
            return Ok(Err(AccessError::NotAFile(describe(entry.kind).to_owned())));
        }
        self.remote.objects.mark_read(entry.id);
        self.content(entry.id)
    }

    fn read_files(&mut self, paths: &[String]) -> Result<Vec<Result<Vec<u8>, AccessError>>> {
        let allowed: Vec<&str> = paths
            .iter()
            .map(String::as_str)
            .filter(|path| check_path(path).is_ok())
            .collect();
        let root = self.root()?;
        self.ensure(&allowed)?;
        let read = paths.iter().map(|path| match check_path(path) {
            Ok(()) => self.read_file(root, path),
            Err(denied) => Ok(Err(denied)),
        });
        read.collect()
    }

    fn read_contents(&mut self, ids: &[String]) -> Result<Vec<Result<Vec<u8>, AccessError>>> {
        let parsed: Vec<_> = ids
            .iter()
            .map(|id| ObjectId::from_hex(id.as_bytes()).ok())
            .collect();
        let wanted: BTreeSet<_> = parsed.iter().flatten().copied().collect();
        let is_missing = |id: &ObjectId| !self.remote.objects.contains(id);
        let missing: Vec<_> = wanted.into_iter().filter(is_missing).collect();
        for ids in missing.chunks(MOST_NAMED) {
            self.fetch(&Want {
                ids: ids.to_vec(),
                scope: Scope::Nothing,
            })?;
        }
        let contents = parsed.into_iter().map(|id| match id {
            Some(id) => self.content(id),
            None => Ok(Err(AccessError::NotFound)),
        });
        contents.collect()
    }

    fn content(&self, id: ObjectId) -> Result<Result<Vec<u8>, AccessError>> {
        match self.remote.objects.look_up(&id) {
            Lookup::Found(object) if object.kind == Kind::Blob => Ok(Ok(object.data.to_vec())),
            Lookup::Found(_) => Err(self.remote.damaged(id, "not a file")),
            Lookup::TooLarge(size) => Ok(Err(AccessError::TooLarge(size))),
            Lookup::Missing => Err(self.remote.not_sent(id)),
        }
    }

    /// Returns commits with what they did to some paths.
    fn path_log(&mut self, log: &Log) -> Result<Vec<Commit>> {
        let tip = self.tip.commit;
        let logged = self
            .remote
            .path_log(tip, &log.paths, (log.skip, log.limit))?;
        let commits = logged.map(|logged| {
            let changes = logged.changes.iter().map(|change| PathChange {
                path: change.path.clone(),
                before: change.before.map(|id| id.to_string()),
                after: change.after.map(|id| id.to_string()),
            });
            told(&logged.commit, changes.collect())
        });
        Ok(commits.collect())
    }

    /// Returns commits without what they did.
    fn whole_log(&mut self, log: &Log) -> Result<Vec<Commit>> {
        let length = log.skip.saturating_add(log.limit);
        let history = self.remote.history(self.tip.commit, length)?;
        let history = history.into_iter().skip(log.skip as usize);
        Ok(history.map(|commit| told(&commit, Vec::new())).collect())
    }

    /// Tells the reader what was found, or remembers why nothing was.
    fn tell<T>(&mut self, found: Result<T>) -> Result<T, AccessError> {
        found.map_err(|error| self.remote.fail(error))
    }
}

impl Repository for Snapshot<'_> {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let directory = directory.trim_end_matches('/');
        if !directory.is_empty() {
            check_path(directory)?;
        }
        let listed = self.list_below(directory);
        self.tell(listed)?
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = self.read_files(paths);
        self.tell(read)
            .unwrap_or_else(|told| vec![Err(told); paths.len()])
    }

    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        for path in log.paths.iter().filter(|path| !path.is_empty()) {
            check_path(path)?;
        }
        let found = match log.paths.is_empty() {
            true => self.whole_log(log),
            false => self.path_log(log),
        };
        self.tell(found)
    }

    fn blobs(&mut self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = self.read_contents(ids);
        self.tell(read)
            .unwrap_or_else(|told| vec![Err(told); ids.len()])
    }

    fn refs(&mut self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        let named = self.remote.named(prefix);
        self.tell(named)
    }

    fn commit(&mut self) -> Result<Option<String>, AccessError> {
        Ok(Some(self.tip.commit.to_string()))
    }

    fn at(&mut self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        let (remote, is_own) = match &view.repository {
            Some(address) => (self.remote.other(address)?, false),
            None => (&mut *self.remote, true),
        };
        let tip = match view.revision.as_deref() {
            None if is_own => Ok(Some(self.tip.clone())),
            revision => remote.revision(revision),
        };
        match tip.map_err(|error| remote.fail(error))? {
            Some(tip) => Ok(Box::new(Snapshot::new(remote, tip))),
            None => Err(AccessError::NotFound),
        }
    }
}

/// Objects that are named in one request.
const MOST_NAMED: usize = 4096;

fn told(commit: &git::Commit, changes: Vec<PathChange>) -> Commit {
    Commit {
        id: commit.id.to_string(),
        time: commit.time,
        author: commit.author.clone(),
        message: commit.message.clone(),
        changes,
    }
}

#[derive(Default)]
struct Listing {
    entries: Vec<Entry>,
    missing: BTreeSet<ObjectId>,
}

fn describe(kind: TreeEntryKind) -> &'static str {
    match kind {
        TreeEntryKind::Directory => "directory",
        TreeEntryKind::File => "file",
        TreeEntryKind::Symlink => "symbolic link",
        TreeEntryKind::Submodule => "submodule",
    }
}

fn entry_kind(kind: TreeEntryKind) -> EntryKind {
    match kind {
        TreeEntryKind::Symlink => EntryKind::Symlink,
        TreeEntryKind::Submodule => EntryKind::Submodule,
        TreeEntryKind::Directory | TreeEntryKind::File => EntryKind::File,
    }
}
