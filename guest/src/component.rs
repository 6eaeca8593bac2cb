//! The adapter to the component model: the only file that sees generated bindings.
//!
//! Every function converts at the edge and calls the library.

mod requests;

use crate::{error, report, repository};

mod bindings {
    #![expect(
        unsafe_code,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    wit_bindgen::generate!({ world: "promotion-engine", path: "wit" });
    use super::Component;
    export!(Component);
}

use bindings::exports::towpath::promotion::planner as wit;
use bindings::towpath::promotion::repository as host;

towpath_surface::conversions!(wit);

struct Component;

impl wit::Guest for Component {
    fn prepare(request: wit::Request) -> Result<wit::Preparation, wit::Failure> {
        crate::prepare(&request.into(), &HostRepository::of_request())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn inspect(request: wit::Request) -> Result<wit::Inspection, wit::Failure> {
        crate::inspect(&request.into(), &HostRepository::of_request())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn decide(request: wit::Request) -> Result<wit::Plan, wit::Failure> {
        crate::plan(&request.into(), &HostRepository::of_request())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn describe(plan: wit::Plan, delivery: wit::Delivery) -> wit::Report {
        report::report(&plan.into(), &delivery.into()).into()
    }
}

/// A repository that the host serves, at one revision.
struct HostRepository(host::View);

impl HostRepository {
    fn of_request() -> Self {
        Self(host::View {
            repository: None,
            revision: None,
        })
    }
}

impl repository::Repository for HostRepository {
    fn list(&self, directory: &str) -> Result<Vec<repository::Entry>, repository::AccessError> {
        all(host::list(&self.0, directory))
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, repository::AccessError>> {
        each(host::read(&self.0, paths))
    }

    fn log(
        &self,
        log: &repository::Log,
    ) -> Result<Vec<repository::Commit>, repository::AccessError> {
        let query = host::LogQuery {
            paths: log.paths.clone(),
            skip: log.skip,
            limit: log.limit,
        };
        all(host::log(&self.0, &query))
    }

    fn blobs(&self, ids: &[String]) -> Vec<Result<Vec<u8>, repository::AccessError>> {
        each(host::blobs(&self.0, ids))
    }

    fn refs(&self, prefix: &str) -> Result<Vec<repository::Ref>, repository::AccessError> {
        all(host::refs(&self.0, prefix))
    }

    fn commit(&self) -> Result<Option<String>, repository::AccessError> {
        host::revision(&self.0).map_err(Into::into)
    }

    fn at(
        &self,
        view: &repository::View,
    ) -> Result<Box<dyn repository::Repository + '_>, repository::AccessError> {
        Ok(Box::new(Self(host::View {
            repository: view.repository.clone(),
            revision: view.revision.clone(),
        })))
    }
}

/// Converts a list that came from the host.
fn all<T, U: From<T>>(
    answer: Result<Vec<T>, host::AccessError>,
) -> Result<Vec<U>, repository::AccessError> {
    match answer {
        Ok(items) => Ok(items.into_iter().map(Into::into).collect()),
        Err(error) => Err(error.into()),
    }
}

/// Converts the files that came from the host, or why they did not.
fn each(
    files: Vec<Result<Vec<u8>, host::AccessError>>,
) -> Vec<Result<Vec<u8>, repository::AccessError>> {
    files
        .into_iter()
        .map(|result| result.map_err(Into::into))
        .collect()
}

impl From<host::Commit> for repository::Commit {
    fn from(commit: host::Commit) -> Self {
        Self {
            id: commit.id,
            time: commit.time,
            author: commit.author,
            message: commit.message,
            changes: commit.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<host::PathChange> for repository::PathChange {
    fn from(change: host::PathChange) -> Self {
        Self {
            path: change.path,
            before: change.before,
            after: change.after,
        }
    }
}

impl From<host::Reference> for repository::Ref {
    fn from(reference: host::Reference) -> Self {
        Self {
            name: reference.name,
            commit: reference.commit,
        }
    }
}

impl From<host::Entry> for repository::Entry {
    fn from(entry: host::Entry) -> Self {
        Self {
            path: entry.path,
            kind: match entry.kind {
                host::EntryKind::File => repository::EntryKind::File,
                host::EntryKind::Symlink => repository::EntryKind::Symlink,
                host::EntryKind::Submodule => repository::EntryKind::Submodule,
            },
        }
    }
}

impl From<host::AccessError> for repository::AccessError {
    fn from(error: host::AccessError) -> Self {
        match error {
            host::AccessError::NotFound => Self::NotFound,
            host::AccessError::NotAFile(what) => Self::NotAFile(what),
            host::AccessError::TooLarge(size) => Self::TooLarge(size),
            host::AccessError::Denied(why) => Self::Denied(why),
            host::AccessError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<error::Failure> for wit::Failure {
    fn from(failure: error::Failure) -> Self {
        error::Failure::verdict(failure).into()
    }
}
