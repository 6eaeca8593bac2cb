//! One file for each command.

pub mod completions;
pub mod set;
pub mod version;
