//! The planner's view of a deployment repository: the only thing it can ask.

pub use towpath_surface::access::{AccessError, Commit, Entry, EntryKind};

/// A read-only view of a deployment repository at one revision.
///
/// Paths are relative to the root of the repository, separated by `/`, without
/// `.` or `..` components.
pub trait Repository {
    /// Returns everything below a directory, sorted bytewise by path; `""` is
    /// the root. Directories themselves are not listed.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be reached.
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError>;

    /// Returns the contents of files, in the order of `paths`.
    ///
    /// Files that are asked for together travel together.
    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>>;

    /// Returns commits from the revision backwards, newest first: at most
    /// `limit`, after the first `skip`. Fewer are the end of the history; a
    /// repository without history has none.
    ///
    /// # Errors
    /// When the history cannot be reached.
    fn history(&self, skip: u32, limit: u32) -> Result<Vec<Commit>, AccessError> {
        let _ = (skip, limit);
        Ok(Vec::new())
    }
}
