//! A directory as a deployment repository: for the command and for tests.
//!
//! Nothing here is compiled into the engine of the launcher.

use crate::plan::FileChange;
use crate::repository::{AccessError, Entry, EntryKind, Repository};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The largest file that is served, in bytes.
const MAX_BYTES: u64 = crate::yaml::MAX_BYTES as u64;

/// A directory of the file system; symbolic links in it are not followed.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// Serves the directory at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Writes files, each of which is replaced as a whole.
    ///
    /// No file is replaced before the new contents of all are on the disk.
    ///
    /// # Errors
    /// When a file cannot be written, or is not the one that the edits were
    /// made for.
    pub fn apply(&self, files: &[FileChange]) -> io::Result<()> {
        let mut written = Vec::new();
        let result = files
            .iter()
            .try_for_each(|file| self.write_aside(file, &mut written))
            .and_then(|()| {
                written
                    .iter()
                    .try_for_each(|(aside, path)| fs::rename(aside, path))
            });
        if result.is_err() {
            for (aside, _) in &written {
                // What was renamed already is not there any more.
                let _ = fs::remove_file(aside);
            }
        }
        result
    }

    /// Writes the new contents next to the file.
    fn write_aside(
        &self,
        file: &FileChange,
        written: &mut Vec<(PathBuf, PathBuf)>,
    ) -> io::Result<()> {
        let path = self.regular_file(&file.path).map_err(|error| {
            io::Error::other(format!("cannot write \"{}\": {error}", file.path))
        })?;
        let after = file.apply(&fs::read(&path)?).ok_or_else(|| {
            io::Error::other(format!("\"{}\" was changed by someone else", file.path))
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = path.with_file_name(format!(".{name}.towpath"));
        let mut output = fs::File::create_new(&aside)?;
        written.push((aside, path.clone()));
        output.write_all(&after)?;
        // WASI has no permissions; everywhere else they are kept.
        if let Ok(metadata) = fs::metadata(&path) {
            let _ = output.set_permissions(metadata.permissions());
        }
        output.sync_all()
    }

    /// Returns the path of a regular file that is reached without symbolic links.
    fn regular_file(&self, path: &str) -> Result<PathBuf, AccessError> {
        let mut place = self.root.clone();
        for component in path.split('/') {
            if matches!(component, "" | "." | "..") || component.contains('\\') {
                return Err(AccessError::Denied(
                    "the path leaves the repository".to_owned(),
                ));
            }
            place.push(component);
            let metadata = fs::symlink_metadata(&place).map_err(access_error)?;
            if metadata.file_type().is_symlink() {
                return Err(AccessError::NotAFile("a symbolic link".to_owned()));
            }
        }
        let metadata = fs::symlink_metadata(&place).map_err(access_error)?;
        if metadata.is_dir() {
            Err(AccessError::NotAFile("a directory".to_owned()))
        } else if !metadata.is_file() {
            Err(AccessError::NotAFile("a special file".to_owned()))
        } else if metadata.len() > MAX_BYTES {
            Err(AccessError::TooLarge(metadata.len()))
        } else {
            Ok(place)
        }
    }
}

impl Repository for Directory {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let place = if directory.is_empty() {
            self.root.clone()
        } else {
            match self.regular_file(directory) {
                Err(AccessError::NotAFile(what)) if what == "a directory" => {
                    self.root.join(directory)
                }
                Err(error) => return Err(error),
                Ok(_) => return Err(AccessError::NotAFile(AccessError::FILE.to_owned())),
            }
        };
        let mut entries = Vec::new();
        list(&place, directory, &mut entries).map_err(access_error)?;
        entries.sort_unstable_by(|one: &Entry, other| one.path.cmp(&other.path));
        Ok(entries)
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path: &String| fs::read(self.regular_file(path)?).map_err(access_error);
        paths.iter().map(read).collect()
    }
}

/// Lists everything below a directory but the files of git itself.
fn list(place: &Path, prefix: &str, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(place)? {
        let entry = entry?;
        // A name that is not UTF-8 cannot be asked for.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name == ".git" {
            continue;
        }
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let file_type = entry.file_type()?;
        let kind = if file_type.is_symlink() {
            EntryKind::Symlink
        } else if file_type.is_dir() && entry.path().join(".git").exists() {
            EntryKind::Submodule
        } else if file_type.is_dir() {
            list(&entry.path(), &path, entries)?;
            continue;
        } else {
            EntryKind::File
        };
        entries.push(Entry { path, kind });
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn access_error(error: io::Error) -> AccessError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => AccessError::NotFound,
        io::ErrorKind::PermissionDenied => AccessError::Denied(error.to_string()),
        _ => AccessError::Unavailable(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
