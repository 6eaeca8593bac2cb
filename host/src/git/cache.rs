//! What is kept of a repository between runs: commits, directories and files
//! of the branch as it was, by object id, in one pack.
//!
//! Nothing in it is believed. The id of an object is computed from its bytes,
//! and where the branch is now is asked of the server: a cache that is old,
//! damaged or of another repository only saves nothing.

use super::objects::Objects;
use super::pack::{NewObject, Object, encode};
use super::tree::{self, TreeEntryKind};
use super::{RepositoryUrl, error::clean};
use gix::hash::ObjectId;
use gix::objs::{CommitRef, Kind};
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process;

/// Bytes of the objects that are kept, before they are compressed.
const LARGEST: usize = 32 << 20;
/// Commits that are kept, for the guard against older builds.
const MOST_COMMITS: usize = 2048;

/// The file that keeps objects of one repository.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    path: PathBuf,
    /// What was in the file, to leave it alone when nothing is new.
    known: BTreeSet<ObjectId>,
    /// Whether the file was read.
    loaded: bool,
}

impl Cache {
    /// Chooses the file for a repository; credentials have no part in its name.
    pub(crate) fn new(directory: &Path, url: &RepositoryUrl) -> Self {
        let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
        hasher.update(url.to_string().as_bytes());
        let name = hasher.try_finalize().map(|id| id.to_string());
        let name = name.unwrap_or_else(|_| "repository".to_owned());
        Self {
            path: directory.join(format!("{name}.pack")),
            known: BTreeSet::new(),
            loaded: false,
        }
    }

    /// Puts the objects of the file among those that are known, once.
    pub(crate) fn load(&mut self, objects: &mut Objects) {
        if std::mem::replace(&mut self.loaded, true) {
            return;
        }
        let size = fs::metadata(&self.path).map(|metadata| metadata.len());
        // It would not be ours.
        if !size.is_ok_and(|size| size <= 2 * LARGEST as u64) {
            return;
        }
        if let Ok(pack) = fs::read(&self.path) {
            self.known = objects.add_kept(pack);
        }
    }

    /// Writes what is known of a revision, unless that is in the file already.
    pub(crate) fn store(&mut self, tip: ObjectId, objects: &Objects) -> Result<(), String> {
        let kept = Selection::of(tip, objects);
        let ids: BTreeSet<ObjectId> = kept.iter().map(|object| object.id).collect();
        if ids.is_empty() || ids == self.known {
            return Ok(());
        }
        let written = encode(&kept, false, objects.hash()).and_then(|pack| self.write(&pack));
        written.map_err(|error| {
            let path = self.path.display();
            format!(
                "cannot write \"{path}\": {}",
                clean(error.to_string().as_bytes())
            )
        })?;
        self.known = ids;
        Ok(())
    }

    /// Replaces the file as a whole: a reader sees the old one or the new one.
    fn write(&self, pack: &[u8]) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let fresh = self.path.with_extension(format!("{}.new", process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let written = options
            .open(&fresh)
            .and_then(|mut file| file.write_all(pack))
            .and_then(|()| fs::rename(&fresh, &self.path));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    }
}

/// The objects of a revision that are worth keeping.
struct Selection<'a> {
    objects: &'a Objects,
    kept: Vec<NewObject>,
    seen: BTreeSet<ObjectId>,
    size: usize,
}

impl<'a> Selection<'a> {
    /// Selects commits, then directories from the root down, then files.
    fn of(tip: ObjectId, objects: &'a Objects) -> Vec<NewObject> {
        let mut selection = Self {
            objects,
            kept: Vec::new(),
            seen: BTreeSet::new(),
            size: 0,
        };
        if let Some(root) = selection.commits(tip) {
            let files = selection.directories(root);
            for id in files {
                selection.take(id, Kind::Blob);
            }
        }
        selection.kept
    }

    /// Takes the commits along the first parents; returns the root of the first.
    fn commits(&mut self, tip: ObjectId) -> Option<ObjectId> {
        let mut root = None;
        let mut next = Some(tip);
        while let Some(id) = next.filter(|_| self.kept.len() < MOST_COMMITS) {
            let Some(commit) = self.take(id, Kind::Commit) else {
                break;
            };
            let Ok(commit) = CommitRef::from_bytes(&commit.data, self.objects.hash()) else {
                break;
            };
            root = root.or_else(|| Some(commit.tree()));
            next = commit.parents().next();
        }
        root
    }

    /// Takes the directories that are known; returns the files that were read.
    fn directories(&mut self, root: ObjectId) -> Vec<ObjectId> {
        let mut files = Vec::new();
        let mut directories = VecDeque::from([root]);
        while let Some(id) = directories.pop_front() {
            let Some(directory) = self.take(id, Kind::Tree) else {
                continue;
            };
            let entries = tree::entries(&directory.data, self.objects.hash());
            for (_, entry) in entries.map_while(|entry| entry) {
                match entry.kind {
                    TreeEntryKind::Directory => directories.push_back(entry.id),
                    TreeEntryKind::File if self.objects.was_read(&entry.id) => {
                        files.push(entry.id);
                    }
                    _ => {}
                }
            }
        }
        files
    }

    /// Takes an object, if it is known, new and not too much.
    fn take(&mut self, id: ObjectId, kind: Kind) -> Option<Object> {
        if self.seen.contains(&id) {
            return None;
        }
        let object = self.objects.get_kind(&id, kind)?;
        if self.size + object.data.len() > LARGEST {
            return None;
        }
        self.size += object.data.len();
        self.seen.insert(id);
        self.kept.push(NewObject {
            id,
            kind,
            data: object.data.to_vec(),
            delta: None,
        });
        Some(object)
    }
}
