//! What the sandbox lets the engine read.

/// A read-only view of a repository at one revision, as
/// `guest/wit/repository.wit` describes it.
pub trait Repository: Send {
    /// Returns everything below a directory, sorted bytewise by path.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be reached.
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError>;

    /// Returns the contents of files, in the order of `paths`.
    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>>;
}

/// One path below a listed directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path from the root of the repository, separated by `/`.
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

/// Why a path could not be listed or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// Nothing is at this path.
    NotFound,
    /// A directory, symbolic link or submodule is at this path; the text names which.
    NotAFile(String),
    /// The file is larger than is served; its size in bytes.
    TooLarge(u64),
    /// The path leaves the repository or may not be read.
    Denied(String),
    /// The repository could not be reached.
    Unavailable(String),
}
