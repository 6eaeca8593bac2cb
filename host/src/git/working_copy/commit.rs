//! A commit of some files of a working copy, with nothing else that is staged.

use super::{EditedFile, Replacement, WorkingCopy, as_committed, read_index};
use crate::git::local::write_objects;
use crate::git::snapshot::Snapshot;
use crate::git::wire::words;
use crate::git::{Change, CommitDetails, Error, NewCommit, Result};
use crate::repository::Repository as _;
use gix::hash::ObjectId;
use gix::index::entry::{Stage, Stat};
use gix::index::fs::Metadata;
use gix::lock::acquire::Fail;
use gix::objs::Kind;
use gix::refs::Target;
use gix::refs::transaction::{self, LogChange, PreviousValue, RefEdit, RefLog};
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// What tells in git's own folder that something is not finished.
const UNFINISHED: &[(&str, &str)] = &[
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
];

impl WorkingCopy {
    /// Replaces the files and makes a commit of them.
    pub(super) fn commit_files(
        &mut self,
        files: &[EditedFile],
        details: &CommitDetails,
    ) -> Result<ObjectId> {
        self.expect_settled()?;
        // From here on, no other git changes the index.
        let lock = gix::lock::File::acquire_to_update_resource(
            self.repository.index_path(),
            Fail::Immediately,
            None,
            0,
        );
        let mut lock = lock.map_err(|error| self.not_committed(words::text_of(&error)))?;
        self.index = read_index(&self.repository, &self.root.display().to_string())?;
        self.expect_clean(files)?;
        let (commit, blobs) = self.make(files, details)?;
        write_objects(&self.repository, &commit.objects)
            .map_err(|error| self.not_committed(words::text_of(&error)))?;
        let mut replacement = Replacement::prepare(&self.root, files)?;
        replacement.put()?;
        let recorded = self.record(files, &blobs, &mut lock);
        let moved = recorded.and_then(|()| self.move_head(&commit, details));
        if let Err(error) = moved {
            replacement.take_back();
            return Err(error);
        }
        let finished = lock.commit();
        finished.map_err(|error| self.not_committed(error.error.to_string()))?;
        Ok(commit.id)
    }

    /// A commit in the middle of a merge would be one of the merge.
    fn expect_settled(&self) -> Result<()> {
        let folder = self.repository.git_dir();
        let unfinished = UNFINISHED
            .iter()
            .find(|(name, _)| folder.join(name).exists());
        match unfinished {
            None => Ok(()),
            Some((_, what)) => Err(Error::Unfinished {
                path: self.root.display().to_string(),
                what,
            }),
        }
    }

    /// Makes the commit in memory, and the object of each of the files.
    fn make(
        &mut self,
        files: &[EditedFile],
        details: &CommitDetails,
    ) -> Result<(NewCommit, Vec<ObjectId>)> {
        let empty = || Error::Empty {
            url: self.root.display().to_string(),
        };
        let tip = self.head.clone().ok_or_else(empty)?;
        let hash = self.repository.object_hash();
        let mut snapshot = Snapshot::new(&mut self.remote, tip);
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        let committed = snapshot.read(&paths);
        let (mut changes, mut blobs) = (Vec::new(), Vec::new());
        for (file, committed) in files.iter().zip(committed) {
            let content = as_committed(&file.before, &committed.unwrap_or_default(), &file.after);
            // The caller has seen that it is clean.
            let content = content.unwrap_or_else(|| file.after.clone());
            blobs.extend(gix::objs::compute_hash(hash, Kind::Blob, &content).ok());
            changes.push(Change {
                path: file.path.clone(),
                content: Some(content),
            });
        }
        let commit = snapshot.commit(&changes, details)?;
        match commit {
            Some(commit) if blobs.len() == files.len() => Ok((commit, blobs)),
            _ => Err(self.not_committed("the files are as they were".to_owned())),
        }
    }

    /// Writes the index with the new files, and leaves what else is staged.
    fn record(
        &mut self,
        files: &[EditedFile],
        blobs: &[ObjectId],
        lock: &mut gix::lock::File,
    ) -> Result<()> {
        for (file, id) in files.iter().zip(blobs) {
            let stat = stat(&self.root.join(&file.path));
            let stat = stat.map_err(|reason| self.not_committed(reason))?;
            let path = file.path.as_str().into();
            let entry = self
                .index
                .entry_mut_by_path_and_stage(path, Stage::Unconflicted);
            if let Some(entry) = entry {
                (entry.id, entry.stat) = (*id, stat);
            }
        }
        // It is of the directories as they were.
        self.index.remove_tree();
        let options = gix::index::write::Options::default();
        let written = lock.with_mut(|out| {
            let mut out = BufWriter::new(out);
            let written = self.index.write_to(&mut out, options);
            written.map_err(std::io::Error::other)?;
            out.flush()
        });
        written.map_err(|error| self.not_committed(error.to_string()))
    }

    /// Moves the branch that is checked out, if it is still where it was.
    fn move_head(&self, commit: &NewCommit, details: &CommitDetails) -> Result<()> {
        let subject = details.message.lines().next().unwrap_or_default();
        let expected = match self.head() {
            Some(head) => PreviousValue::MustExistAndMatch(Target::Object(head)),
            None => PreviousValue::MustNotExist,
        };
        let edit = RefEdit {
            change: transaction::Change::Update {
                log: LogChange {
                    mode: RefLog::AndReference,
                    force_create_reflog: false,
                    message: format!("commit: {subject}").into(),
                },
                expected,
                new: Target::Object(commit.id),
            },
            name: "HEAD".try_into().expect("it is the name of a ref"),
            deref: true,
        };
        let time = format!("{} +0000", details.time);
        let committer = gix::actor::SignatureRef {
            name: details.committer.name.as_str().into(),
            email: details.committer.email.as_str().into(),
            time: &time,
        };
        let moved = self.repository.edit_references_as([edit], Some(committer));
        moved
            .map(drop)
            .map_err(|error| self.not_committed(words::text_of(&error)))
    }

    fn not_committed(&self, reason: String) -> Error {
        Error::NotWritten {
            path: self.root.display().to_string(),
            reason: format!("no commit can be made: {reason}"),
        }
    }
}

/// Returns what the index remembers of a file, to see whether it was changed.
fn stat(path: &Path) -> Result<Stat, String> {
    let found = Metadata::from_path_no_follow(path).map_err(|error| error.to_string())?;
    Stat::from_fs(&found).map_err(|error| error.to_string())
}
