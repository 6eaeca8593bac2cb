//! The private key in a file, for its owner alone.

use crate::error::Error;
use crate::git::NewKey;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use towpath_surface::Kind;

/// The files of a key.
pub(super) struct Written {
    paths: [PathBuf; 2],
}

/// Writes the private key to a file and the public one beside it. Neither may
/// be there already.
pub(super) fn write(path: &str, key: &NewKey) -> Result<Written, Error> {
    let (private, public) = (PathBuf::from(path), PathBuf::from(format!("{path}.pub")));
    create(&private, key.private.expose())?;
    if let Err(error) = create(&public, &format!("{}\n", key.public)) {
        // Half a pair is of no use.
        let _ = fs::remove_file(&private);
        return Err(error);
    }
    Ok(Written {
        paths: [private, public],
    })
}

impl Written {
    /// Removes the files of a key that nobody knows.
    pub(super) fn take_back(&self) {
        for path in &self.paths {
            // What cannot be removed opens nothing.
            let _ = fs::remove_file(path);
        }
    }
}

fn create(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let path = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            let message = format!("the file \"{path}\" is there already");
            return Error::new(Kind::Usage, message)
                .hint("Name another one: a key is never written over.");
        }
        Error::new(Kind::NotWritten, format!("cannot write \"{path}\"")).cause(error)
    })
}
