//! One file for each command.

pub mod permissions;
mod requesting;
pub mod set;
pub mod version;
