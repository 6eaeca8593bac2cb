//! What the sandbox lets the engine read.

pub use towpath_surface::access::{
    AccessError, Commit, Entry, EntryKind, Log, PathChange, Ref, View,
};

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

    /// Returns commits from the revision backwards along the first parents,
    /// newest first. Fewer than `log.limit` are the end of the history; a
    /// repository without history has none.
    ///
    /// # Errors
    /// When the history cannot be reached.
    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        let _ = log;
        Ok(Vec::new())
    }

    /// Returns the contents of files by their object ids, in the order of `ids`.
    fn blobs(&mut self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        ids.iter().map(|_| Err(AccessError::NotFound)).collect()
    }

    /// Returns the branches and tags whose full names begin with `prefix`,
    /// sorted by name.
    ///
    /// # Errors
    /// When they cannot be asked for.
    fn refs(&mut self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        let _ = prefix;
        Ok(Vec::new())
    }

    /// Returns the id of the commit that is read; there is none where there is
    /// no history.
    ///
    /// # Errors
    /// When it cannot be asked for.
    fn commit(&mut self) -> Result<Option<String>, AccessError> {
        Ok(None)
    }

    /// Returns another revision, or another repository, to be read.
    ///
    /// # Errors
    /// When there is no such revision, or it may not be read.
    fn at(&mut self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        let _ = view;
        Err(AccessError::Unavailable(
            "only one revision can be read here".to_owned(),
        ))
    }
}
