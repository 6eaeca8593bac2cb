//! Conversions between the bindings and the plain values, both ways.

use super::*;

/// Converts a list for the engine.
pub(super) fn all<T, U: From<T>>(
    answer: Result<Vec<T>, AccessError>,
) -> Result<Vec<U>, wit_repository::AccessError> {
    match answer {
        Ok(items) => Ok(items.into_iter().map(Into::into).collect()),
        Err(error) => Err(error.into()),
    }
}

/// Converts files for the engine, or why they cannot be read.
pub(super) fn each(
    files: Vec<Result<Vec<u8>, AccessError>>,
) -> Vec<Result<Vec<u8>, wit_repository::AccessError>> {
    files
        .into_iter()
        .map(|result| result.map_err(Into::into))
        .collect()
}

impl From<Entry> for wit_repository::Entry {
    fn from(entry: Entry) -> Self {
        Self {
            path: entry.path,
            kind: match entry.kind {
                EntryKind::File => wit_repository::EntryKind::File,
                EntryKind::Symlink => wit_repository::EntryKind::Symlink,
                EntryKind::Submodule => wit_repository::EntryKind::Submodule,
            },
        }
    }
}

impl From<Commit> for wit_repository::Commit {
    fn from(commit: Commit) -> Self {
        Self {
            id: commit.id,
            time: commit.time,
            author: commit.author,
            message: commit.message,
            changes: commit.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<PathChange> for wit_repository::PathChange {
    fn from(change: PathChange) -> Self {
        Self {
            path: change.path,
            before: change.before,
            after: change.after,
        }
    }
}

impl From<Ref> for wit_repository::Reference {
    fn from(reference: Ref) -> Self {
        Self {
            name: reference.name,
            commit: reference.commit,
        }
    }
}

impl From<wit_repository::View> for View {
    fn from(view: wit_repository::View) -> Self {
        Self {
            repository: view.repository,
            revision: view.revision,
        }
    }
}

impl From<wit_repository::LogQuery> for Log {
    fn from(query: wit_repository::LogQuery) -> Self {
        Self {
            paths: query.paths,
            skip: query.skip,
            limit: query.limit,
        }
    }
}

impl From<AccessError> for wit_repository::AccessError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotFound => Self::NotFound,
            AccessError::NotAFile(what) => Self::NotAFile(what),
            AccessError::TooLarge(size) => Self::TooLarge(size),
            AccessError::Denied(why) => Self::Denied(why),
            AccessError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<&Request> for wit::Request {
    fn from(request: &Request) -> Self {
        let source = request.source.clone();
        Self {
            intent: match &request.intent {
                Intent::Set(set) => wit::Intent::Set(set.into()),
            },
            source: wit::Source {
                environment: source.environment,
                repository: source.repository,
                revision: source.revision,
                run_url: source.run_url,
                build: source.build,
            },
        }
    }
}

impl From<&SetRequest> for wit::SetRequest {
    fn from(set: &SetRequest) -> Self {
        let set = set.clone();
        let values = set.values.into_iter().map(|assignment| wit::Assignment {
            key: assignment.key,
            value: assignment.value,
        });
        Self {
            images: set.images,
            tag: set.tag,
            digest: set.digest,
            charts: set.charts,
            revisions: set.revisions,
            values: values.collect(),
            files: set.files,
            directories: set.directories,
            ignore: set.ignore,
            selection: wit::Selection {
                document: set.selection.document,
                container: set.selection.container,
                marker: set.selection.marker,
            },
            permits: wit::Permits {
                all: set.permits.all,
                create: set.permits.create,
                moving_tags: set.permits.moving_tags,
                moving_revisions: set.permits.moving_revisions,
                docker_hub_names: set.permits.docker_hub_names,
                downgrade: set.permits.downgrade,
            },
            message: set.message,
        }
    }
}

impl From<wit::Plan> for Plan {
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

impl From<&Plan> for wit::Plan {
    fn from(plan: &Plan) -> Self {
        let plan = plan.clone();
        Self {
            files: plan.files.into_iter().map(Into::into).collect(),
            changes: plan.changes.into_iter().map(Into::into).collect(),
            warnings: plan.warnings.into_iter().map(Into::into).collect(),
            message: plan.message,
            diff: plan.diff,
        }
    }
}

impl From<wit::FileChange> for FileChange {
    fn from(file: wit::FileChange) -> Self {
        // An offset that this machine cannot address is out of every file.
        let offset = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let edits = file.edits.into_iter().map(|edit| Edit {
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

impl From<FileChange> for wit::FileChange {
    fn from(file: FileChange) -> Self {
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

impl From<wit::Change> for Change {
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

impl From<Change> for wit::Change {
    fn from(change: Change) -> Self {
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

impl From<wit::Location> for Location {
    fn from(wit::Location { path, line, column }: wit::Location) -> Self {
        Self { path, line, column }
    }
}

impl From<Location> for wit::Location {
    fn from(Location { path, line, column }: Location) -> Self {
        Self { path, line, column }
    }
}

impl From<wit::Problem> for Problem {
    fn from(problem: wit::Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message,
            at: problem.at.map(Into::into),
            hint: problem.hint,
        }
    }
}

impl From<Problem> for wit::Problem {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code,
            message: problem.message,
            at: problem.at.map(Into::into),
            hint: problem.hint,
        }
    }
}

impl From<&Delivery> for wit::Delivery {
    fn from(delivery: &Delivery) -> Self {
        let delivery = delivery.clone();
        Self {
            repository: delivery.repository,
            branch: delivery.branch,
            commit: delivery.commit,
            dry_run: delivery.dry_run,
        }
    }
}
