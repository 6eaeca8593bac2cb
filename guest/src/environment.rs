//! What an environment runs: its apps, and the values that say which version.
//!
//! [`read`] reads the files of an environment wherever they stand, on a branch,
//! at a release or in another repository. [`Environment::slots`] are the places
//! of versions in them, for edits; [`Environment::apps`] is the same as plain
//! data, for reports.

mod app;
mod loose;
mod past;
mod pointer;
mod read;
mod slot;

pub(crate) use app::{App, Version, text};
pub(crate) use past::at;
pub(crate) use pointer::Pointer;
pub(crate) use read::{read, read_all, read_apps, read_at, read_carried, versions};
pub(crate) use slot::{Holder, Slot};

use crate::config::Scope;
use crate::files::Loaded;
use crate::plan::Problem;
use crate::repository::View;
use app::Told;
use std::cell::OnceCell;

/// An environment, as it stands at one revision.
#[derive(Debug)]
pub(crate) struct Environment<'c> {
    /// What is declared.
    pub(crate) scope: Scope<'c>,
    /// Where its files were read.
    pub(crate) view: View,
    /// Where it is written which revision that is.
    pub(crate) pointer: Option<Pointer>,
    /// Its files that can hold versions, in the order of their paths.
    pub(crate) files: Vec<Member>,
    /// What was passed over.
    pub(crate) warnings: Vec<Problem>,
    /// What its files say, once it was asked for.
    told: OnceCell<Told>,
}

/// A file of an environment.
#[derive(Debug)]
pub(crate) struct Member {
    /// The file.
    pub(crate) loaded: Loaded,
    /// The app that its path tells.
    pub(crate) app: Option<String>,
    /// Whether all environments share it.
    pub(crate) shared: bool,
    /// What it is called within the environment: the same in another one.
    pub(crate) role: (usize, String),
}

#[cfg(test)]
mod tests;
