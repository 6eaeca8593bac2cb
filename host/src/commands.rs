//! One file for each command.

pub mod set;
pub mod version;
