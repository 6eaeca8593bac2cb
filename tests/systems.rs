//! The five systems of `docs/systems/`, whole: the repositories and pipelines of
//! `tests/systems/` with Towpath alone in the place of the glue.

mod applications;
mod deploy_key;
pub(crate) mod figures;
mod pages;
mod pipeline;
mod release_captain;
mod release_request;
mod script;
mod values_per_environment;

use crate::support::files::{self, Files};
use crate::support::tools::project;

/// Returns the files of a folder of `tests/systems/`.
fn folder(path: &str) -> Files {
    files::read(&project().join("tests/systems").join(path))
}
