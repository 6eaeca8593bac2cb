//! The repository that a request is for, with its target at the tip that the
//! commit will be made on.

use crate::git::Snapshot;
use crate::repository::{AccessError, Commit, Entry, Log, Ref, Repository, View};

/// Reads everything from the branch that was given, and the target from the
/// tip that the commit will be made on.
pub(super) struct Routed<'r, 'h, 't> {
    pub(super) home: &'r mut Snapshot<'h>,
    pub(super) target: &'r mut Snapshot<'t>,
    /// How the planner names the target.
    pub(super) view: &'r View,
}

impl Repository for Routed<'_, '_, '_> {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        self.home.list(directory)
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.home.read(paths)
    }

    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        self.home.log(log)
    }

    fn blobs(&mut self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.home.blobs(ids)
    }

    fn refs(&mut self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        self.home.refs(prefix)
    }

    fn commit(&mut self) -> Result<Option<String>, AccessError> {
        Repository::commit(self.home)
    }

    fn at(&mut self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        if view == self.view {
            Ok(Box::new(Lent(&mut *self.target)))
        } else {
            self.home.at(view)
        }
    }
}

/// A snapshot that belongs to somebody else.
struct Lent<'l>(&'l mut dyn Repository);

impl Repository for Lent<'_> {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        self.0.list(directory)
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.0.read(paths)
    }

    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        self.0.log(log)
    }

    fn blobs(&mut self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.0.blobs(ids)
    }

    fn refs(&mut self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        self.0.refs(prefix)
    }

    fn commit(&mut self) -> Result<Option<String>, AccessError> {
        self.0.commit()
    }

    fn at(&mut self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        self.0.at(view)
    }
}
