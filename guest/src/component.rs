//! The adapter to the component model: the only file that sees generated bindings.
//!
//! Every function converts at the edge and calls the library.

use crate::{error, plan, report, repository, request};

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

struct Component;

impl wit::Guest for Component {
    fn decide(request: wit::Request) -> Result<wit::Plan, wit::Failure> {
        plan(&request.into(), &HostRepository::of_request())
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

impl From<wit::Request> for request::Request {
    fn from(request: wit::Request) -> Self {
        Self {
            intent: match request.intent {
                wit::Intent::Set(set) => request::Intent::Set(set.into()),
            },
            source: request::Source {
                environment: request.source.environment,
                repository: request.source.repository,
                revision: request.source.revision,
                run_url: request.source.run_url,
                build: request.source.build,
            },
        }
    }
}

impl From<wit::SetRequest> for request::SetRequest {
    fn from(set: wit::SetRequest) -> Self {
        Self {
            images: set.images,
            tag: set.tag,
            digest: set.digest,
            charts: set.charts,
            revisions: set.revisions,
            values: set
                .values
                .into_iter()
                .map(|wit::Assignment { key, value }| request::Assignment { key, value })
                .collect(),
            files: set.files,
            directories: set.directories,
            ignore: set.ignore,
            selection: request::Selection {
                document: set.selection.document,
                container: set.selection.container,
                marker: set.selection.marker,
            },
            permits: set.permits.into(),
            message: set.message,
        }
    }
}

impl From<wit::Permits> for request::Permits {
    fn from(permits: wit::Permits) -> Self {
        Self {
            all: permits.all,
            create: permits.create,
            moving_tags: permits.moving_tags,
            moving_revisions: permits.moving_revisions,
            docker_hub_names: permits.docker_hub_names,
            downgrade: permits.downgrade,
        }
    }
}

impl From<plan::Plan> for wit::Plan {
    fn from(plan: plan::Plan) -> Self {
        Self {
            files: plan.files.into_iter().map(Into::into).collect(),
            changes: plan.changes.into_iter().map(Into::into).collect(),
            warnings: plan.warnings.into_iter().map(Into::into).collect(),
            message: plan.message,
            diff: plan.diff,
        }
    }
}

impl From<wit::Plan> for plan::Plan {
    fn from(plan: wit::Plan) -> Self {
        Self {
            files: plan.files.into_iter().map(Into::into).collect(),
            changes: plan.changes.into_iter().map(Into::into).collect(),
            warnings: plan.warnings.into_iter().map(Into::into).collect(),
            message: plan.message,
            diff: plan.diff,
        }
    }
}

impl From<plan::FileChange> for wit::FileChange {
    fn from(file: plan::FileChange) -> Self {
        let edits = file.edits.into_iter().map(|edit| wit::Edit {
            start: edit.start as u64,
            end: edit.end as u64,
            old: edit.old,
            replacement: edit.replacement,
        });
        Self {
            path: file.path,
            edits: edits.collect(),
        }
    }
}

impl From<wit::FileChange> for plan::FileChange {
    fn from(file: wit::FileChange) -> Self {
        // Offsets of files that fit in this memory fit in its address type.
        let offset = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let edits = file.edits.into_iter().map(|edit| plan::Edit {
            start: offset(edit.start),
            end: offset(edit.end),
            old: edit.old,
            replacement: edit.replacement,
        });
        Self {
            path: file.path,
            edits: edits.collect(),
        }
    }
}

impl From<plan::Change> for wit::Change {
    fn from(change: plan::Change) -> Self {
        Self {
            at: change.at.into(),
            key: change.key,
            image: change.image,
            old: change.old,
            new: change.new,
            reason: change.reason,
        }
    }
}

impl From<wit::Change> for plan::Change {
    fn from(change: wit::Change) -> Self {
        Self {
            at: change.at.into(),
            key: change.key,
            image: change.image,
            old: change.old,
            new: change.new,
            reason: change.reason,
        }
    }
}

impl From<plan::Location> for wit::Location {
    fn from(plan::Location { path, line, column }: plan::Location) -> Self {
        Self { path, line, column }
    }
}

impl From<wit::Location> for plan::Location {
    fn from(wit::Location { path, line, column }: wit::Location) -> Self {
        Self { path, line, column }
    }
}

impl From<plan::Problem> for wit::Problem {
    fn from(problem: plan::Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message,
            at: problem.at.map(Into::into),
            hint: problem.hint,
        }
    }
}

impl From<wit::Problem> for plan::Problem {
    fn from(problem: wit::Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message,
            at: problem.at.map(Into::into),
            hint: problem.hint,
        }
    }
}

impl From<error::Failure> for wit::Failure {
    fn from(failure: error::Failure) -> Self {
        Self {
            kind: failure.kind.name().to_owned(),
            problem: failure.problem.into(),
        }
    }
}

impl From<wit::Delivery> for plan::Delivery {
    fn from(delivery: wit::Delivery) -> Self {
        Self {
            repository: delivery.repository,
            branch: delivery.branch,
            commit: delivery.commit,
            dry_run: delivery.dry_run,
        }
    }
}

impl From<report::Report> for wit::Report {
    fn from(report: report::Report) -> Self {
        Self {
            text: report.text,
            markdown: report.markdown,
            json: report.json,
        }
    }
}
