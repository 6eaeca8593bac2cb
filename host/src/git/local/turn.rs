//! Whose turn it is to move the refs of a repository on disk.
//!
//! Git's lock on a ref is a file beside it. It stays when its owner is killed, and
//! then the ref cannot be moved by anybody. So Towpath notes which refs it is about
//! to lock, and to which values, and has the operating system lock the note: that
//! lock ends with the process. Who gets it and finds the note still there knows that
//! its writer was killed, and which files are what it left: those that were made just
//! then, and have the value that it was going to write or none.
//!
//! The note is `towpath-push` in git's own folder, empty while nobody pushes.

use super::super::transport::RefUpdate;
use gix::hash::ObjectId;
use gix::refs::FullName;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};

/// The file of the note.
const NOTE: &str = "towpath-push";

/// How many bytes of a note are read.
const LONGEST_NOTE: u64 = 1 << 20;

/// How long others are waited for; then it goes on as without a note.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a lock without a value is watched: git's own get theirs at once.
const WATCH: Duration = Duration::from_secs(1);

/// How long after its note a lock was made, at most.
const HASTE: Duration = Duration::from_secs(1);

/// How long to sleep between two looks.
const NAP: Duration = Duration::from_millis(5);

/// The right to move refs, among all launchers, until it is dropped.
pub(super) struct Turn(File);

impl Turn {
    /// Waits for the turn, removes the locks that a killed launcher left, and notes
    /// what is to be moved. `None`: the note cannot be had, and things are as with git.
    pub(super) fn take(repository: &gix::Repository, updates: &[RefUpdate]) -> Option<Self> {
        let folder = repository.common_dir();
        let mut file = open(&folder.join(NOTE))?;
        wait(&file)?;
        remove_left(&mut file, folder)?;
        let null = repository.object_hash().null();
        let line = |update: &RefUpdate| format!("{} {}\n", update.new.unwrap_or(null), update.name);
        let lines = updates.iter().map(line);
        file.write_all(lines.collect::<String>().as_bytes()).ok()?;
        Some(Self(file))
    }

    /// Strikes the note out: no lock of this launcher is left.
    pub(super) fn end(self) {
        // A note that stays costs the next one a look.
        let _ = self.0.set_len(0);
    }
}

fn open(path: &Path) -> Option<File> {
    // Nothing is written where a link leads.
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return None;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).ok()
}

fn wait(file: &File) -> Option<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Some(()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(NAP),
            Err(_) => return None,
        }
    }
}

/// Removes the locks that the writer of the note left, and empties the note.
fn remove_left(file: &mut File, folder: &Path) -> Option<()> {
    let mut note = String::new();
    let read = (&*file).take(LONGEST_NOTE).read_to_string(&mut note);
    let noted = file.metadata().and_then(|metadata| metadata.modified());
    if let (Ok(1..), Ok(noted)) = (read, noted) {
        for (id, name) in note.lines().filter_map(entry) {
            remove_if_left(&folder.join(format!("{name}.lock")), Some(id), noted);
        }
        // Held while the value of a branch is looked up in it, and not written.
        remove_if_left(&folder.join("packed-refs.lock"), None, noted);
    }
    file.set_len(0).ok()?;
    file.rewind().ok()
}

fn entry(line: &str) -> Option<(ObjectId, FullName)> {
    let (id, name) = line.split_once(' ')?;
    let id = ObjectId::from_hex(id.as_bytes()).ok()?;
    Some((id, FullName::try_from(name).ok()?))
}

fn remove_if_left(lock: &Path, id: Option<ObjectId>, noted: SystemTime) {
    if is_left(lock, id, noted) {
        let _ = fs::remove_file(lock);
    }
}

/// Returns whether a lock is that of the writer of a note, who is gone.
fn is_left(lock: &Path, id: Option<ObjectId>, noted: SystemTime) -> bool {
    let deadline = Instant::now() + WATCH;
    loop {
        let made = fs::symlink_metadata(lock).and_then(|metadata| metadata.modified());
        let (Ok(made), Ok(value)) = (made, fs::read(lock)) else {
            return false;
        };
        if made < noted || made > noted + HASTE {
            return false;
        }
        if !value.is_empty() {
            return id.is_some_and(|id| value == format!("{id}\n").as_bytes());
        }
        if Instant::now() >= deadline {
            return true;
        }
        thread::sleep(NAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::{Directory, git};
    use std::path::PathBuf;

    const NEW: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    fn update(new: Option<&str>) -> [RefUpdate; 1] {
        [RefUpdate {
            name: "refs/heads/main".to_owned(),
            old: None,
            new: new.map(|id| ObjectId::from_hex(id.as_bytes()).unwrap()),
        }]
    }

    /// A launcher takes its turn and is killed; then there is a lock with this value.
    fn after_a_kill(value: &str, new: Option<&str>) -> (Directory, gix::Repository) {
        let directory = Directory::new();
        git(directory.path(), &["init", "--quiet", "--bare"]);
        let repository = gix::open(directory.path()).unwrap();
        drop(Turn::take(&repository, &update(new)).unwrap());
        fs::write(lock(&directory), value).unwrap();
        (directory, repository)
    }

    fn lock(directory: &Directory) -> PathBuf {
        directory.path().join("refs/heads/main.lock")
    }

    fn packed(directory: &Directory) -> PathBuf {
        directory.path().join("packed-refs.lock")
    }

    #[test]
    fn a_lock_of_a_killed_launcher_is_removed() {
        let cases = [
            (format!("{NEW}\n"), Some(NEW)),
            // Killed before it wrote the value.
            (String::new(), Some(NEW)),
            // The branch was to be deleted.
            (String::new(), None),
        ];
        for (value, new) in cases {
            let (directory, repository) = after_a_kill(&value, new);
            fs::write(packed(&directory), "").unwrap();
            Turn::take(&repository, &update(Some(NEW))).unwrap().end();
            assert!(!lock(&directory).exists(), "{value:?} {new:?}");
            assert!(!packed(&directory).exists(), "{value:?} {new:?}");
        }
    }

    #[test]
    fn a_lock_of_others_is_left_alone() {
        let other = format!("{}\n", NEW.replace('4', "5"));
        let (directory, repository) = after_a_kill(&other, Some(NEW));
        fs::write(packed(&directory), "# pack-refs with: peeled").unwrap();
        Turn::take(&repository, &update(Some(NEW))).unwrap().end();
        assert!(lock(&directory).exists());
        assert!(packed(&directory).exists());

        // The note was struck out: whoever holds the lock now is alive.
        fs::write(lock(&directory), format!("{NEW}\n")).unwrap();
        Turn::take(&repository, &update(Some(NEW))).unwrap().end();
        assert!(lock(&directory).exists());

        // Made before the launcher that was killed came.
        let (directory, repository) = after_a_kill(&format!("{NEW}\n"), Some(NEW));
        let file = File::options().write(true).open(lock(&directory)).unwrap();
        let early = SystemTime::now() - Duration::from_secs(60);
        file.set_modified(early).unwrap();
        Turn::take(&repository, &update(Some(NEW))).unwrap().end();
        assert!(lock(&directory).exists());
    }

    #[test]
    fn a_note_without_meaning_is_struck_out() {
        let (directory, repository) = after_a_kill("", None);
        let outside = directory.path().join("outside.lock");
        fs::write(&outside, "").unwrap();
        fs::remove_file(lock(&directory)).unwrap();
        let note = format!("\0\n{NEW}\n{NEW} refs/heads/../../outside\nx refs/heads/main\n");
        fs::write(directory.path().join(NOTE), note).unwrap();
        fs::write(lock(&directory), format!("{NEW}\n")).unwrap();
        Turn::take(&repository, &update(Some(NEW))).unwrap().end();
        assert!(lock(&directory).exists() && outside.exists());
        assert_eq!(fs::read(directory.path().join(NOTE)).unwrap(), b"");
    }

    #[test]
    fn turns_are_taken_one_after_the_other() {
        let (_directory, repository) = after_a_kill("", Some(NEW));
        let first = Turn::take(&repository, &update(Some(NEW))).unwrap();
        assert!(Turn::take(&repository, &update(Some(NEW))).is_none());
        first.end();
        assert!(Turn::take(&repository, &update(Some(NEW))).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_note_that_is_a_link_is_not_followed() {
        let directory = Directory::new();
        git(directory.path(), &["init", "--quiet", "--bare"]);
        let repository = gix::open(directory.path()).unwrap();
        let other = directory.path().join("other");
        fs::write(&other, "precious").unwrap();
        std::os::unix::fs::symlink(&other, directory.path().join(NOTE)).unwrap();
        assert!(Turn::take(&repository, &update(Some(NEW))).is_none());
        assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
    }
}
