//! What the sandbox lets the engine read.

pub use towpath_surface::access::{AccessError, Commit, Entry, EntryKind};

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

    /// Returns commits from the revision backwards, newest first: at most
    /// `limit`, after the first `skip`. Fewer are the end of the history; a
    /// repository without history has none.
    ///
    /// # Errors
    /// When the history cannot be reached.
    fn history(&mut self, skip: u32, limit: u32) -> Result<Vec<Commit>, AccessError> {
        let _ = (skip, limit);
        Ok(Vec::new())
    }
}
