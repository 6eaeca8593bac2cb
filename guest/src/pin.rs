//! Pins: versions that are held, so that what was rolled back stays so.
//!
//! A pin is a small file in the deployment repository, next to what it holds,
//! in the same commit. Two pins never meet in one file, so that they merge
//! without a conflict, and removing the file by hand is as good as `towpath unpin`.

mod command;
mod file;
mod respect;

pub(crate) use command::{plan, prepare};
use file::DIRECTORY;
pub(crate) use respect::{Wanted, left_alone, respect};

use crate::diff;
use crate::error::Failure;
use crate::files::access_failure;
use crate::plan::Plan;
use crate::repository::{AccessError, EntryKind, Repository};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A version that is held.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Pin {
    /// The environment.
    pub(crate) environment: String,
    /// The app; all of the environment if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) app: Option<String>,
    /// The version that is held, for people.
    #[serde(default)]
    pub(crate) version: String,
    /// The version that was rolled back: a strictly newer one ends the pin. A pin
    /// without it is held until it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instead_of: Option<String>,
    /// The number of the build that was rolled back, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) build: Option<u64>,
    /// The repository whose build that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    /// Who.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) author: String,
    /// Since when, as a date with a time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) since: String,
    /// The files that hold the version.
    #[serde(default)]
    pub(crate) files: Vec<String>,
    /// The images, charts, repositories or keys whose version it is.
    #[serde(default)]
    pub(crate) of: Vec<String>,
}

impl Pin {
    /// Returns what is pinned, for people: `web in production`.
    pub(crate) fn what(&self) -> String {
        match &self.app {
            Some(app) => format!("{app} in {}", self.environment),
            None => self.environment.clone(),
        }
    }

    /// Returns the command that ends it.
    pub(crate) fn unpin(&self) -> String {
        let app = self.app.as_ref().map(|app| format!(" {app}"));
        let app = app.unwrap_or_default();
        format!("towpath unpin --environment {}{app}", self.environment)
    }

    /// Says who pinned it, when and why: `by Ann on 2026-11-27 18:00: too slow`.
    pub(crate) fn why(&self) -> String {
        let mut text = String::new();
        if !self.author.is_empty() {
            let name = self.author.split(" <").next().unwrap_or_default();
            text.push_str(&format!(" by {name}"));
        }
        if !self.since.is_empty() {
            text.push_str(&format!(" on {}", self.since));
        }
        if !self.reason.is_empty() {
            text.push_str(&format!(": {}", self.reason));
        }
        text.trim_start().to_owned()
    }

    /// Whether a build may end the pin: it is strictly newer than the one that was
    /// rolled back, by its number or else by its version, or by the order in which
    /// they came.
    pub(crate) fn ends_with(&self, wanted: &Wanted<'_>) -> bool {
        let Some(over) = &self.instead_of else {
            return false;
        };
        if let (Some(build), Some(own)) = (wanted.build, self.build)
            && wanted.source == self.source.as_deref()
        {
            return build > own;
        }
        wanted.earlier.contains(&over.as_str())
            || crate::version::compare(wanted.version, over).is_some_and(Ordering::is_gt)
    }
}

/// Adds a pin to a plan, in the place of the one that is there.
///
/// # Errors
/// When what is there cannot be read.
pub(crate) fn put(plan: &mut Plan, pin: &Pin, repository: &dyn Repository) -> Result<(), Failure> {
    let path = pin.path();
    let read = repository
        .read(std::slice::from_ref(&path))
        .into_iter()
        .next();
    let before = match read.unwrap_or(Err(AccessError::NotFound)) {
        Ok(bytes) => Some(bytes),
        Err(AccessError::NotFound) => None,
        Err(error) => return Err(access_failure(&path, &error)),
    };
    let change = pin.written(before.as_deref())?;
    plan.diff.push_str(&diff::unified(
        &change,
        before.as_deref().unwrap_or_default(),
    ));
    plan.files.push(change);
    plan.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(())
}

/// Returns the pins of a repository, each with the path of its file, sorted by path.
///
/// # Errors
/// When they cannot be read, or one cannot be understood.
pub(crate) fn all(repository: &dyn Repository) -> Result<Vec<(String, Pin)>, Failure> {
    let entries = match repository.list(DIRECTORY) {
        Ok(entries) => entries,
        Err(AccessError::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(access_failure(DIRECTORY, &error)),
    };
    let is_pin = |path: &String| path.ends_with(".yaml");
    let files = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::File);
    let paths: Vec<_> = files.map(|entry| entry.path).filter(is_pin).collect();
    let read = repository.read(&paths).into_iter();
    paths
        .iter()
        .zip(read)
        .map(|(path, bytes)| {
            let bytes = bytes.map_err(|error| access_failure(path, &error))?;
            Ok((path.clone(), file::parse(path, &bytes)?))
        })
        .collect()
}
