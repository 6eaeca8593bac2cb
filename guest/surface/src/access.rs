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

/// Which files are read: one revision of one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View {
    /// The address of another repository; that of the request if none.
    pub repository: Option<String>,
    /// A branch, a tag or a whole commit id; the branch of the request if none.
    pub revision: Option<String>,
}

/// A branch or a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// The full name, for example `refs/tags/release/2.7.0`.
    pub name: String,
    /// The commit that it leads to, in hexadecimal; through an annotated tag, too.
    pub commit: String,
}

/// Which part of a history is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Files and directories; only commits that change something in one of them
    /// count. All commits count when there are none.
    pub paths: Vec<String>,
    /// How many of the newest of those commits are passed over.
    pub skip: u32,
    /// How many come at most.
    pub limit: u32,
}

/// What a commit did to one file, in comparison with its first parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathChange {
    /// The path of the file.
    pub path: String,
    /// The object id of its content before, in hexadecimal; `None` when it was added.
    pub before: Option<String>,
    /// The object id of its content after; `None` when it was removed.
    pub after: Option<String>,
}

/// One commit on the first-parent line of the branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// The name of the commit, in hexadecimal.
    pub id: String,
    /// When it was committed, in seconds since 1970-01-01 UTC.
    pub time: i64,
    /// Who made it, as `NAME <EMAIL>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// What it did to the files at or below the paths that were asked for,
    /// sorted by path; empty when no paths were.
    pub changes: Vec<PathChange>,
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
