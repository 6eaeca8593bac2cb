//! What the sandbox lets the engine read.

pub use towpath_surface::access::{AccessError, Entry, EntryKind};

/// A read-only view of a repository at one revision, as
/// `guest/wit/repository.wit` describes it.
pub trait Repository {
    /// Returns everything below a directory, sorted bytewise by path.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be reached.
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError>;

    /// Returns the contents of files, in the order of `paths`.
    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>>;
}
