//! Files are replaced all or none: new ones are written beside them first.

use super::EditedFile;
use crate::git::{Error, Result};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process;

/// Files that are ready to take the place of others.
pub(super) struct Replacement<'a> {
    files: Vec<Fresh<'a>>,
}

/// A file that is written, under another name.
struct Fresh<'a> {
    edited: &'a EditedFile,
    place: PathBuf,
    fresh: PathBuf,
    /// Whether it has taken the place.
    put: bool,
}

impl<'a> Replacement<'a> {
    /// Writes the new files beside the old ones, with their modes.
    pub(super) fn prepare(root: &Path, files: &'a [EditedFile]) -> Result<Self> {
        // What was written goes again when this is dropped.
        let mut replacement = Self { files: Vec::new() };
        for edited in files {
            let place = root.join(&edited.path);
            let fresh = beside(&place);
            let written = write(&fresh, &edited.after, &place);
            replacement.files.push(Fresh {
                edited,
                place,
                fresh,
                put: false,
            });
            written.map_err(|error| failed(edited, &error))?;
        }
        Ok(replacement)
    }

    /// Puts the new files in place. Nothing is, when one of them cannot be.
    pub(super) fn put(&mut self) -> Result<()> {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            let put = put(file);
            if put.is_err() {
                self.take_back();
                return put;
            }
        }
        Ok(())
    }

    /// Puts back what was in the place of the files that were put.
    pub(super) fn take_back(&mut self) {
        for file in self.files.iter_mut().filter(|file| file.put) {
            // There is no better answer to a second failure than the first one.
            let old = write(&file.fresh, &file.edited.before, &file.place);
            if old
                .and_then(|()| fs::rename(&file.fresh, &file.place))
                .is_ok()
            {
                file.put = false;
            }
        }
    }
}

impl Drop for Replacement<'_> {
    fn drop(&mut self) {
        for file in self.files.iter().filter(|file| !file.put) {
            let _ = fs::remove_file(&file.fresh);
        }
    }
}

/// Puts one file in place, unless somebody has changed it meanwhile.
fn put(file: &mut Fresh<'_>) -> Result<()> {
    let read = fs::read(&file.place).map_err(|error| failed(file.edited, &error))?;
    if read != file.edited.before {
        return Err(Error::Dirty {
            what: format!("\"{}\" (modified meanwhile)", file.edited.path),
        });
    }
    fs::rename(&file.fresh, &file.place).map_err(|error| failed(file.edited, &error))?;
    file.put = true;
    Ok(())
}

/// Writes a file that has mode and owner of another one.
fn write(path: &Path, bytes: &[u8], like: &Path) -> io::Result<()> {
    let metadata = fs::metadata(like)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.set_permissions(metadata.permissions())?;
    drop(file);
    // Only the superuser can give files away; nobody else has to.
    let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
    Ok(())
}

/// Returns a name in the same folder that nothing else has.
fn beside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.towpath-{}", process::id()))
}

fn failed(edited: &EditedFile, error: &io::Error) -> Error {
    Error::NotWritten {
        path: edited.path.clone(),
        reason: error.to_string(),
    }
}
