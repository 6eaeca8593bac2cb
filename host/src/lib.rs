//! The launcher: runs the planner in a sandbox and carries its plan out.
//!
//! `main.rs` is the program; this library is what it and the tests are made of.

pub mod argocd;
pub mod args;
pub mod ci;
pub mod commands;
pub mod console;
pub mod error;
pub mod forge;
pub mod git;
pub mod notify;
pub mod repository;
pub mod sandbox;
pub mod settings;
