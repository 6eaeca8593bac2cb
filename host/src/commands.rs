//! One file for each command.

mod requesting;
pub mod set;
pub mod version;
