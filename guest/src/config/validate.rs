//! Whether a configuration holds together, before any file is looked at.

use super::{Config, Declared, Environment, Promotion, meant};
use crate::error::{Failure, Kind};
use crate::yaml::KeyPath;
use std::collections::BTreeSet;

/// The largest number of environments.
const MAX_ENVIRONMENTS: usize = 200;

/// Checks everything that the text alone can tell.
pub(super) fn all(declared: &Declared) -> Result<(), Failure> {
    let config = &declared.config;
    if config.version != 1 {
        let message = format!("version {} is not known", config.version);
        return Err(invalid(declared, message, &["version"])
            .hint("Write `version: 1`, or use a newer Towpath."));
    }
    let count = config.environments.0.len();
    if count == 0 {
        return Err(invalid(
            declared,
            "there are no environments",
            &["environments"],
        ));
    }
    if count > MAX_ENVIRONMENTS {
        let message = format!("{count} environments are more than {MAX_ENVIRONMENTS}");
        return Err(Failure::new(Kind::Limit, message).at(declared.locate(&["environments"])));
    }
    for (name, environment) in config.environments.iter() {
        check_name(declared, name, &["environments", name])?;
        check_sources(declared, name, environment)?;
        check_place(declared, name, environment)?;
        declared.scope(name)?;
    }
    for (name, _) in config.apps.iter() {
        check_name(declared, name, &["apps", name])?;
    }
    check_keys(declared)?;
    refuse_cycles(declared)
}

fn invalid(declared: &Declared, message: impl Into<String>, keys: &[&str]) -> Failure {
    Failure::new(Kind::InvalidConfig, message).at(declared.locate(keys))
}

fn check_name(declared: &Declared, name: &str, keys: &[&str]) -> Result<(), Failure> {
    expect_name(name).map_err(|failure| failure.at(declared.locate(keys)))
}

/// Checks a name: it is a part of branches, titles and trailers.
pub(crate) fn expect_name(name: &str) -> Result<(), Failure> {
    let valid = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    let begins = name
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric());
    if begins && name.len() <= 63 && name.chars().all(valid) && !name.ends_with('.') {
        return Ok(());
    }
    Err(Failure::new(Kind::InvalidConfig, format!("`{name}` is no name"))
        .hint("A name has up to 63 letters, digits, `-`, `_` and `.`, and begins with a letter or digit."))
}

fn check_sources(
    declared: &Declared,
    name: &str,
    environment: &Environment,
) -> Result<(), Failure> {
    let names: Vec<_> = declared.config.environments.names().collect();
    if environment.promotion == Promotion::Automatic && environment.from.is_empty() {
        let message = format!("environment `{name}` comes from nowhere, so nothing moves on to it");
        return Err(
            invalid(declared, message, &["environments", name, "promotion"])
                .hint("Add `from` to it, or leave out `promotion`."),
        );
    }
    for (index, from) in environment.from.iter().enumerate() {
        let index = index.to_string();
        let keys = ["environments", name, "from", &index];
        if from == name {
            let message = format!("environment `{name}` comes from itself");
            return Err(invalid(declared, message, &keys));
        }
        if !names.contains(&from) {
            let others: Vec<_> = names
                .iter()
                .copied()
                .filter(|other| *other != name)
                .collect();
            let message =
                format!("environment `{name}` comes from `{from}`, which is not declared");
            return Err(Failure::new(Kind::NoSuchEnvironment, message)
                .at(declared.locate(&keys))
                .hint(meant(from, &others)));
        }
    }
    Ok(())
}

/// An environment has files, a branch of its own, or a revision.
fn check_place(declared: &Declared, name: &str, environment: &Environment) -> Result<(), Failure> {
    let config = &declared.config;
    let keys = ["environments", name];
    let has_revision = environment.revision.is_some() || config.revision.is_some();
    let is_somewhere = environment.branch.is_some() || environment.repository.is_some();
    let has_files = !environment.files.is_empty() || !config.files.is_empty();
    if !has_files && !has_revision && !is_somewhere {
        return Err(invalid(
            declared,
            format!("environment `{name}` has no files"),
            &keys,
        )
        .hint("Say where its files are: `files: environments/NAME`."));
    }
    let texts = [
        ("branch", &environment.branch),
        ("repository", &environment.repository),
    ];
    for (key, text) in texts {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            let keys = ["environments", name, key];
            return Err(invalid(declared, format!("`{key}` is empty"), &keys));
        }
    }
    if environment.revision.is_some() && environment.branch.is_some() {
        return Err(invalid(
            declared,
            format!("environment `{name}` has a branch and a revision"),
            &["environments", name, "branch"],
        )
        .hint("Its files are at the revision; leave out `branch`, or write it below `revision`."));
    }
    Ok(())
}

fn check_keys(declared: &Declared) -> Result<(), Failure> {
    let config = &declared.config;
    for (index, key) in config.keys.iter().enumerate() {
        let place = ["keys", &index.to_string()];
        key.parse::<KeyPath>()
            .map_err(|failure| failure.at(declared.locate(&place)))?;
    }
    for (name, app) in config.apps.iter() {
        for (index, key) in app.keys.iter().enumerate() {
            let place = ["apps", name, "keys", &index.to_string()];
            key.parse::<KeyPath>()
                .map_err(|failure| failure.at(declared.locate(&place)))?;
        }
    }
    Ok(())
}

/// Refuses environments that come from each other.
fn refuse_cycles(declared: &Declared) -> Result<(), Failure> {
    let mut done = BTreeSet::new();
    for name in declared.config.environments.names() {
        let mut way = Vec::new();
        if let Some(cycle) = cycle(&declared.config, name, &mut way, &mut done) {
            let first = cycle.first().copied().unwrap_or(name);
            let message = format!(
                "environments come from each other: {}",
                cycle.join(" from ")
            );
            return Err(invalid(declared, message, &["environments", first, "from"])
                .hint("Versions move in one direction: remove one `from` of these."));
        }
    }
    Ok(())
}

/// Returns the environments of a cycle that is reached from `name`.
fn cycle<'c>(
    config: &'c Config,
    name: &'c str,
    way: &mut Vec<&'c str>,
    done: &mut BTreeSet<&'c str>,
) -> Option<Vec<&'c str>> {
    if let Some(start) = way.iter().position(|seen| *seen == name) {
        return Some(way.iter().skip(start).copied().chain([name]).collect());
    }
    if !done.insert(name) {
        return None;
    }
    way.push(name);
    let sources = config.environments.get(name).map(|own| &own.from);
    let mut sources = sources.into_iter().flat_map(super::List::iter);
    let found = sources.find_map(|from| cycle(config, from, way, done));
    way.pop();
    found
}
