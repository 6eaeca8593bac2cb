//! `towpath.yaml`: which environments there are, and where they stand.
//!
//! The file is read by our own YAML layer first, which bounds its size and its
//! nesting and refuses what could be read in two ways, and then into types that
//! refuse unknown keys. Every error says where.

mod gates;
mod list;
mod pattern;
mod read;
mod scope;
mod types;
mod validate;

pub use gates::{Asks, Freeze, FreezeTime, Gates, Pick, Probe, Window};
pub use list::{List, Ordered};
pub(crate) use pattern::Pattern;
pub(crate) use read::MAX_BYTES;
pub(crate) use scope::Scope;
pub use types::{App, Config, Delivery, Environment, Promotion, Release, Revision};
pub(crate) use validate::expect_name as check_name;

use crate::error::{Failure, Kind};
use crate::files::access_failure;
use crate::image::hint;
use crate::plan::Location;
use crate::repository::{AccessError, Repository};
use crate::yaml::{File, NodeRef};

/// The name of the file, at the root of the deployment repository.
pub const FILE: &str = "towpath.yaml";

/// A configuration, with the text that it was read from.
#[derive(Debug)]
pub struct Declared {
    /// What it says.
    pub config: Config,
    /// Where it says it.
    pub(crate) file: File,
}

/// Reads the configuration of a repository, if it has one.
///
/// # Errors
/// When the file cannot be read or understood.
pub fn load(repository: &dyn Repository) -> Result<Option<Declared>, Failure> {
    let read = repository.read(&[FILE.to_owned()]).into_iter().next();
    match read.unwrap_or(Err(AccessError::NotFound)) {
        Ok(bytes) => read::parse(FILE, &bytes).map(Some),
        Err(AccessError::NotFound) => Ok(None),
        Err(error) => Err(access_failure(FILE, &error)),
    }
}

/// Reads the configuration of a repository that needs one.
///
/// # Errors
/// `NoSuchFile`, when there is none, and as [`load`] does.
pub fn required(repository: &dyn Repository) -> Result<Declared, Failure> {
    load(repository)?.ok_or_else(|| {
        Failure::new(
            Kind::NoSuchFile,
            format!("the repository has no {FILE:?}, which says what its environments are"),
        )
        .hint("Run `towpath init` to write one, or name files with `towpath set --file`.")
    })
}

/// Reads a configuration from its text.
///
/// # Errors
/// When it cannot be understood.
pub fn parse(path: &str, bytes: &[u8]) -> Result<Declared, Failure> {
    read::parse(path, bytes)
}

impl Declared {
    /// Returns the environment of this name, with what it takes from the whole file.
    ///
    /// # Errors
    /// `NoSuchEnvironment`, with the nearest names.
    pub(crate) fn scope(&self, name: &str) -> Result<Scope<'_>, Failure> {
        let mut environments = self.config.environments.iter();
        match environments.find(|(own, _)| *own == name) {
            Some((own, environment)) => Scope::of(self, own, environment),
            None => Err(self.no_such_environment(name)),
        }
    }

    /// Returns the environments that a change of this one moves on to by itself.
    pub(crate) fn followers(&self, name: &str) -> Vec<&str> {
        let follows = |environment: &Environment| {
            environment.promotion == Promotion::Automatic
                && environment.from.iter().any(|from| from == name)
        };
        let all = self.config.environments.iter();
        all.filter(|(_, environment)| follows(environment))
            .map(|(name, _)| name)
            .collect()
    }

    /// Describes an environment that is not declared.
    pub(crate) fn no_such_environment(&self, name: &str) -> Failure {
        let names: Vec<_> = self.config.environments.names().collect();
        let message = format!("no environment `{name}` in {:?}", self.file.path());
        Failure::new(Kind::NoSuchEnvironment, message).hint(meant(name, &names))
    }

    /// Returns where a value of the file is, by the keys on the way to it; of
    /// what is not there, the last that is.
    pub(crate) fn locate(&self, keys: &[&str]) -> Location {
        locate(&self.file, keys)
    }
}

/// Returns where a value is, by the keys on the way to it.
fn locate(file: &File, keys: &[&str]) -> Location {
    let root = file.document(0);
    let mut found = root;
    for key in keys {
        let next = found.and_then(|node| match key.parse::<usize>() {
            Ok(index) if node.is_sequence() => node.items().nth(index),
            // A single text stands for a list of one.
            Ok(_) if node.is_scalar() => Some(node),
            _ => node.get(key),
        });
        match next {
            Some(node) => found = Some(node),
            None => break,
        }
    }
    let own_place = |node: NodeRef<'_>| match node.key() {
        Some(key) if !node.is_scalar() || node.is_null() => key.location(),
        _ => node.location(),
    };
    found.map(own_place).unwrap_or_default()
}

/// Says which of `names` a user may have meant who wrote another one.
pub(crate) fn meant(wanted: &str, names: &[&str]) -> String {
    hint(wanted, names, names.len()).unwrap_or_else(|| "There are none.".to_owned())
}

#[cfg(test)]
mod tests;
