//! What every surface of Towpath shares, defined once.
//!
//! The command line of the launcher, the command component, the GitHub Action,
//! the GitLab component and the reference in `docs/` all take their options,
//! outputs and exit codes from here; `tests/surface.rs` compares them. The
//! plain values that cross the boundary between launcher and planner are here
//! too, so that each side converts from and to its bindings and nothing else.

pub mod access;
pub mod facts;
pub mod plan;
pub mod preparation;
pub mod release_name;
pub mod request;
pub mod requests;

mod conversions;
mod kind;
#[cfg(feature = "options")]
pub mod options;
mod output;
mod template_variable;
mod trouble;
/// What a run takes from the environment and never from an option.
pub mod variable;
mod warning;

pub use kind::Kind;
pub use output::OUTPUTS;
pub use template_variable::VARIABLES;
pub use trouble::{ERROR_FIELDS, Trouble};
pub use warning::WARNINGS;
