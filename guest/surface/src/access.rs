//! What a read of the repository gives back.

use std::fmt;

/// One path below a listed directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path from the root of the repository.
    pub path: String,
    /// What is there.
    pub kind: EntryKind,
}

/// What kind of thing a listed path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link.
    Symlink,
    /// A submodule: a commit of another repository.
    Submodule,
}

/// One commit on the first-parent line of the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The name of the commit, in hexadecimal.
    pub id: String,
    /// When it was committed, in seconds since 1970-01-01 UTC.
    pub time: i64,
    /// Who made it, as `NAME <EMAIL>`.
    pub author: String,
    /// The whole message.
    pub message: String,
}

/// Why a path could not be listed or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// Nothing is at this path.
    NotFound,
    /// A directory, symbolic link or submodule is at this path, or a file where a
    /// directory is wanted; the text names which.
    NotAFile(String),
    /// The file is larger than the host serves; its size in bytes.
    TooLarge(u64),
    /// The path leaves the repository or may not be read.
    Denied(String),
    /// The host could not reach the repository.
    Unavailable(String),
}

impl AccessError {
    /// What [`Self::NotAFile`] holds when a file was listed as if it were a directory.
    pub const FILE: &str = "file";
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::NotAFile(what) if what == Self::FILE => f.write_str("a file, not a directory"),
            Self::NotAFile(what) => write!(f, "{what}, not a file"),
            Self::TooLarge(size) => write!(f, "too large ({size} bytes)"),
            Self::Denied(why) | Self::Unavailable(why) => f.write_str(why),
        }
    }
}
