//! A clone with its files, as people have it at a desk.
//!
//! The planner reads the files as they are in the folder, as far as git tracks
//! them. A file with changes of its own is never written over.

mod commit;
mod replace;

use super::local::Local;
use super::snapshot::{Snapshot, check_path};
use super::wire::words;
use super::{Access, CommitDetails, Error, Identity, Limits, Remote, RepositoryUrl, Result, Tip};
use crate::repository::{AccessError, Commit, Entry, EntryKind, Log, Repository};
use gix::bstr::{BStr, ByteSlice as _};
use gix::hash::ObjectId;
use gix::index::entry::{Flags, Mode, Stage};
use gix::objs::Kind;
use replace::Replacement;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A clone with its files.
pub struct WorkingCopy {
    repository: gix::Repository,
    /// The folder of the files.
    root: PathBuf,
    /// The way from there to the directory that was named.
    prefix: String,
    /// What is checked out, and as long as there is no commit, nothing.
    head: Option<Tip>,
    branch: String,
    index: gix::index::File,
    /// Reads what is checked out, and makes commits on top of it.
    remote: Remote,
    limit: u64,
}

/// A file with its new bytes.
#[derive(Clone, Debug)]
pub struct EditedFile {
    /// The path from the root of the working copy, separated by `/`.
    pub path: String,
    /// The bytes that the new ones were made from.
    pub before: Vec<u8>,
    /// The new bytes.
    pub after: Vec<u8>,
}

impl WorkingCopy {
    /// Opens the clone that a directory is in.
    ///
    /// # Errors
    /// When there is none, or it has no files.
    pub fn open(directory: &Path) -> Result<Self> {
        let shown = directory.display().to_string();
        let missing = |words: String| Error::NoSuchRepository {
            url: shown.clone(),
            words,
        };
        let directory = fs::canonicalize(directory).map_err(|error| missing(error.to_string()))?;
        let repository =
            gix::discover(&directory).map_err(|error| missing(words::text_of(&error)))?;
        let root = repository.workdir().map(fs::canonicalize);
        let root = root
            .transpose()
            .map_err(|error| missing(error.to_string()))?;
        let prefix = root
            .as_deref()
            .and_then(|root| directory.strip_prefix(root).ok());
        let (Some(root), Some(prefix)) = (&root, prefix.and_then(Path::to_str)) else {
            return Err(Error::NoFiles { path: shown });
        };
        let (branch, head) = head(&repository).map_err(|error| missing(words::text_of(&error)))?;
        let index = read_index(&repository, &shown)?;
        let remote = remote(&repository, &shown)?;
        Ok(Self {
            root: root.clone(),
            prefix: prefix.to_owned(),
            repository,
            head,
            branch,
            index,
            remote,
            limit: Limits::default().object,
        })
    }

    /// Returns the folder of the files.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the way from the root to the directory that was named.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the branch that is checked out; `HEAD` when none is.
    #[must_use]
    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// Returns the commit that is checked out, if there is one.
    #[must_use]
    pub fn head(&self) -> Option<ObjectId> {
        self.head.as_ref().map(|tip| tip.commit)
    }

    /// Returns who makes commits here, as far as git was told.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        let author = self.repository.author()?.ok()?;
        Some(Identity {
            name: author.name.to_str().ok()?.to_owned(),
            email: author.email.to_str().ok()?.to_owned(),
        })
    }

    /// Replaces files, all or none, and with `details` makes a commit of them
    /// on top of what is checked out; returns it.
    ///
    /// # Errors
    /// When a file has changes that would be lost, or cannot be written. Then
    /// nothing is changed.
    pub fn apply(
        &mut self,
        files: &[EditedFile],
        details: Option<&CommitDetails>,
    ) -> Result<Option<ObjectId>> {
        if let Some(details) = details {
            return self.commit_files(files, details).map(Some);
        }
        self.expect_clean(files)?;
        Replacement::prepare(&self.root, files)?.put()?;
        Ok(None)
    }

    /// Refuses files that are not as they are in the commit.
    fn expect_clean(&mut self, files: &[EditedFile]) -> Result<()> {
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        let committed = match &self.head {
            Some(tip) => Snapshot::new(&mut self.remote, tip.clone()).read(&paths),
            None => paths.iter().map(|_| Err(AccessError::NotFound)).collect(),
        };
        let dirty = files.iter().zip(committed).filter_map(|(file, committed)| {
            let reason = match committed {
                Ok(committed) => self.why_dirty(file, &committed),
                Err(_) => Some("not committed yet"),
            };
            reason.map(|reason| format!("\"{}\" ({reason})", file.path))
        });
        let dirty: Vec<_> = dirty.collect();
        if dirty.is_empty() {
            Ok(())
        } else {
            Err(Error::Dirty {
                what: dirty.join(", "),
            })
        }
    }

    fn why_dirty(&self, file: &EditedFile, committed: &[u8]) -> Option<&'static str> {
        let hash = self.repository.object_hash();
        let id = gix::objs::compute_hash(hash, Kind::Blob, committed).ok();
        match self.index.entry_by_path(file.path.as_str().into()) {
            None => Some("removed from the index"),
            Some(entry) if entry.stage() != Stage::Unconflicted => Some("in conflict"),
            Some(entry) if Some(entry.id) != id => Some("staged"),
            Some(_) if as_committed(&file.before, committed, &file.before).is_none() => {
                Some("modified")
            }
            Some(_) => None,
        }
    }

    /// Reads a file of the folder, without following links.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, AccessError> {
        check_path(path)?;
        let unavailable = |error: io::Error| AccessError::Unavailable(error.to_string());
        let mut place = self.root.clone();
        let mut names = path.split('/').peekable();
        let mut way = String::new();
        while let Some(name) = names.next() {
            place.push(name);
            way.push_str(name);
            let found = match fs::symlink_metadata(&place) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(AccessError::NotFound);
                }
                Err(error) => return Err(unavailable(error)),
            };
            if found.is_symlink() {
                return Err(AccessError::NotAFile("symbolic link".to_owned()));
            }
            if self.is_submodule(&way) {
                return Err(AccessError::NotAFile("submodule".to_owned()));
            }
            match (names.peek(), found.is_dir()) {
                (Some(_), true) => way.push('/'),
                (Some(_), false) => return Err(AccessError::NotFound),
                (None, true) => return Err(AccessError::NotAFile("directory".to_owned())),
                (None, false) if found.len() > self.limit => {
                    return Err(AccessError::TooLarge(found.len()));
                }
                (None, false) => {}
            }
        }
        fs::read(&place).map_err(unavailable)
    }

    fn is_submodule(&self, path: &str) -> bool {
        let entry = self.index.entry_by_path(path.into());
        entry.is_some_and(|entry| entry.mode == Mode::COMMIT)
    }

    /// Returns the tracked files below a directory that are in the folder.
    fn tracked(&self, directory: &str) -> Vec<Entry> {
        let prefix = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let entries = self.index.prefixed_entries(BStr::new(&prefix));
        let entries = entries
            .unwrap_or_default()
            .iter()
            .filter(|entry| !entry.flags.contains(Flags::SKIP_WORKTREE) && entry.mode != Mode::DIR);
        let mut entries: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.path(&self.index).to_str().ok()?;
                check_path(path).ok()?;
                fs::symlink_metadata(self.root.join(path)).ok()?;
                Some(Entry {
                    path: path.to_owned(),
                    kind: kind(entry.mode),
                })
            })
            .collect();
        // A file in conflict has up to three entries.
        entries.dedup_by(|a, b| a.path == b.path);
        entries
    }
}

// The files of the folder are those of no commit.
impl Repository for WorkingCopy {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let directory = directory.trim_end_matches('/');
        if !directory.is_empty() {
            check_path(directory)?;
        }
        let entries = self.tracked(directory);
        if !entries.is_empty() || directory.is_empty() {
            return Ok(entries);
        }
        match self.index.entry_by_path(directory.into()) {
            Some(entry) if entry.mode == Mode::COMMIT => {
                Err(AccessError::NotAFile("submodule".to_owned()))
            }
            Some(entry) if entry.mode == Mode::SYMLINK => {
                Err(AccessError::NotAFile("symbolic link".to_owned()))
            }
            Some(_) => Err(AccessError::NotAFile("file".to_owned())),
            None => Err(AccessError::NotFound),
        }
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        paths.iter().map(|path| self.read_file(path)).collect()
    }

    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        match &self.head {
            Some(tip) => Snapshot::new(&mut self.remote, tip.clone()).log(log),
            None => Ok(Vec::new()),
        }
    }
}

/// Returns what is to be committed for a file in the folder, if what was
/// committed is what is in the folder: as it is, or with other line ends.
fn as_committed(before: &[u8], committed: &[u8], after: &[u8]) -> Option<Vec<u8>> {
    if before == committed {
        Some(after.to_vec())
    } else if before.replace("\r\n", "\n") == committed {
        Some(after.replace("\r\n", "\n"))
    } else {
        None
    }
}

fn kind(mode: Mode) -> EntryKind {
    match mode {
        Mode::SYMLINK => EntryKind::Symlink,
        Mode::COMMIT => EntryKind::Submodule,
        _ => EntryKind::File,
    }
}

/// Returns the branch that is checked out, and its commit.
fn head(repository: &gix::Repository) -> Result<(String, Option<Tip>), gix::Error> {
    let head = repository.head()?;
    let branch = match head.referent_name() {
        Some(name) => name.shorten().to_str_lossy().into_owned(),
        None => "HEAD".to_owned(),
    };
    let tip = head.id().map(|id| Tip {
        branch: branch.clone(),
        commit: id.detach(),
    });
    Ok((branch, tip))
}

fn read_index(repository: &gix::Repository, shown: &str) -> Result<gix::index::File> {
    let path = repository.index_path();
    if !path.exists() {
        let state = gix::index::State::new(repository.object_hash());
        return Ok(gix::index::File::from_state(state, path));
    }
    repository.open_index().map_err(|error| Error::Unsupported {
        url: shown.to_owned(),
        reason: format!("its index cannot be read: {}", words::text_of(&error)),
    })
}

/// Opens the commits of the clone as those of any repository.
fn remote(repository: &gix::Repository, shown: &str) -> Result<Remote> {
    let path = fs::canonicalize(repository.git_dir());
    let path = path.map_err(|error| Error::NoSuchRepository {
        url: shown.to_owned(),
        words: error.to_string(),
    })?;
    let url = RepositoryUrl::parse(&path.display().to_string())?;
    let local = Local::new(path, shown)?;
    Ok(Remote::new(url, Box::new(local), &Access::default()))
}
