//! What every surface of Towpath shares, defined once.
//!
//! The command line of the launcher, the command component, the GitHub Action,
//! the GitLab component and the reference in `docs/` all take their options,
//! outputs and exit codes from here; `tests/surface.rs` compares them.

mod kind;
#[cfg(feature = "options")]
pub mod options;
mod output;

pub use kind::Kind;
pub use output::OUTPUTS;
