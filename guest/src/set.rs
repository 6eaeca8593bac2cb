//! `towpath set`: new versions for images, new values for keys.

use crate::error::{Failure, Kind};
use crate::plan::Plan;
use crate::repository::Repository;
use crate::request::{SetRequest, Source};

/// Decides what to change to meet `request`.
pub(crate) fn plan(
    request: &SetRequest,
    _source: &Source,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let _ = repository.list("");
    Err(Failure::new(
        Kind::Usage,
        format!("nothing to set in {request:?}"),
    ))
}
