//! Conversions between the bindings and the plain values, both ways.

use super::*;

towpath_surface::conversions!(wit);

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
