//! From a plan to the bytes of the files.

use crate::error::Error;
use crate::git::{Change, Snapshot};
use crate::repository::{AccessError, Repository as _};
use towpath_surface::Kind;
use towpath_surface::plan::{FileChange, FileState, Plan};

/// Returns the new contents of the files that a plan names.
///
/// # Errors
/// When the plan is for other files than those that are there.
pub(super) fn contents(plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Vec<Change>, Error> {
    let paths: Vec<_> = plan.files.iter().map(|file| file.path.clone()).collect();
    let before = snapshot.read(&paths);
    let changes = plan.files.iter().zip(before).map(|(file, before)| {
        let after = match (file.state, before) {
            (FileState::Edited, Ok(before)) => Some(file.apply(&before).ok_or(())),
            (FileState::Added, Err(AccessError::NotFound)) => Some(file.apply(&[]).ok_or(())),
            (FileState::Removed, Ok(_)) => None,
            _ => Some(Err(())),
        };
        Ok(Change {
            path: file.path.clone(),
            content: after.transpose().map_err(|()| unfit(file))?,
        })
    });
    changes.collect()
}

/// The plan names bytes that the file does not have.
fn unfit(file: &FileChange) -> Error {
    Error::new(
        Kind::Internal,
        format!("the plan does not fit \"{}\"", file.path),
    )
}
