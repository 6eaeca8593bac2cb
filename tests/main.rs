//! The launcher's one integration binary.

mod cases;
mod git_errors;
mod git_race;
mod git_remote;
mod reference;
mod servers;
mod support;
