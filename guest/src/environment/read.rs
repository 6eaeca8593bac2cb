//! Reading the files of an environment, wherever they stand.

use super::{Environment, Member, Pointer, Version, slot};
use crate::config::{Pattern, Scope};
use crate::error::{Failure, Kind};
use crate::files::{self, CHUNK, Loaded, access_failure};
use crate::formats::kustomization;
use crate::repository::{AccessError, EntryKind, Repository, View};
use memchr::memmem::Finder;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// The largest number of files of an environment.
const MAX_FILES: usize = 50_000;

/// Texts of which one is in every file that says a version.
const TELLING: [&str; 12] = [
    "image",
    "Image",
    "IMAGE",
    "tag",
    "Tag",
    "digest",
    "Revision",
    "version:",
    "\"version\"",
    "?ref=",
    "ref:",
    "repoURL",
];

/// Reads an environment, from the branch of the request on.
///
/// # Errors
/// When its files cannot be read, or are not there.
pub(crate) fn read<'c>(
    scope: Scope<'c>,
    repository: &dyn Repository,
) -> Result<Environment<'c>, Failure> {
    let environments = read_all(vec![scope], repository)?;
    Ok(only(environments))
}

/// Reads several environments as [`read`] does one: their files travel together.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_all<'c>(
    scopes: Vec<Scope<'c>>,
    repository: &dyn Repository,
) -> Result<Vec<Environment<'c>>, Failure> {
    let mut environments = Vec::new();
    for scope in scopes {
        let pointer = Pointer::read(&scope, repository)?;
        environments.push(empty(scope, pointer, None)?);
    }
    load(&mut environments, &[], repository)?;
    Ok(environments)
}

/// Reads what an environment has of some apps only, as far as paths tell the app.
///
/// # Errors
/// When files cannot be read. That there are none is no error.
pub(crate) fn read_apps<'c>(
    scope: Scope<'c>,
    apps: &[String],
    repository: &dyn Repository,
) -> Result<Environment<'c>, Failure> {
    let pointer = Pointer::read(&scope, repository)?;
    let mut environments = vec![empty(scope, pointer, None)?];
    load(&mut environments, apps, repository)?;
    Ok(only(environments))
}

/// Reads an environment as it would be if another revision were written where
/// its own one is, or as it was at a commit of its branch.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_at<'c>(
    scope: Scope<'c>,
    repository: &dyn Repository,
    revision: &str,
) -> Result<Environment<'c>, Failure> {
    let mut pointer = Pointer::read(&scope, repository)?;
    if let Some(pointer) = &mut pointer {
        pointer.revision = Some(revision.to_owned());
    }
    let mut environments = vec![empty(scope, pointer, Some(revision))?];
    load(&mut environments, &[], repository)?;
    Ok(only(environments))
}

/// Reads an environment as it is at a commit on its way to the branch where its
/// versions, or its revision, are written.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_carried<'c>(
    mut scope: Scope<'c>,
    repository: &dyn Repository,
    commit: &str,
) -> Result<Environment<'c>, Failure> {
    if let Some(revision) = &mut scope.revision {
        revision.branch = Some(commit.to_owned());
    }
    let pointer = Pointer::read(&scope, repository)?;
    let mut environments = vec![empty(scope, pointer, Some(commit))?];
    load(&mut environments, &[], repository)?;
    Ok(only(environments))
}

fn only(mut environments: Vec<Environment<'_>>) -> Environment<'_> {
    environments.pop().expect("there is one for each scope")
}

/// Returns an environment whose files are still to be read.
fn empty<'c>(
    mut scope: Scope<'c>,
    pointer: Option<Pointer>,
    then: Option<&str>,
) -> Result<Environment<'c>, Failure> {
    let mut view = scope.view();
    if let Some(then) = then {
        view.revision = Some(then.to_owned());
    }
    if let Some(pointer) = &pointer {
        view.revision = pointer.fixed();
        if scope.files.is_empty() {
            let path = pointer.path.as_deref().unwrap_or_default();
            scope.files = vec![Pattern::parse(path, scope.name)?];
        }
    } else if scope.files.is_empty() {
        scope.files = vec![Pattern::parse("", scope.name)?];
    }
    Ok(Environment {
        scope,
        view,
        pointer,
        files: Vec::new(),
        warnings: Vec::new(),
        told: OnceCell::new(),
    })
}

/// Reads the files of environments, those that are in one place together.
fn load(
    environments: &mut [Environment<'_>],
    apps: &[String],
    repository: &dyn Repository,
) -> Result<(), Failure> {
    let mut views = Vec::new();
    for environment in &*environments {
        if !views.contains(&environment.view) {
            views.push(environment.view.clone());
        }
    }
    for view in views {
        let own = environments.iter_mut().filter(|one| one.view == view);
        if view == View::default() {
            load_from(own.collect(), apps, repository)?;
            continue;
        }
        let there = repository.at(&view).map_err(|error| {
            let what = view.revision.clone().unwrap_or_default();
            access_failure(&what, &error)
        })?;
        load_from(own.collect(), apps, &*there)?;
    }
    Ok(())
}

/// Reads the files of environments that are all in `repository`.
fn load_from(
    environments: Vec<&mut Environment<'_>>,
    apps: &[String],
    repository: &dyn Repository,
) -> Result<(), Failure> {
    let mut readings = Vec::new();
    for environment in environments {
        readings.push(Reading::of(environment, apps, repository)?);
    }
    let paths: BTreeSet<_> = readings.iter().flat_map(|one| &one.paths).collect();
    let paths: Vec<_> = paths.into_iter().cloned().collect();
    for chunk in paths.chunks(CHUNK) {
        for (path, read) in chunk.iter().zip(repository.read(chunk)) {
            for reading in &mut readings {
                if reading.paths.binary_search(path).is_ok() {
                    reading.take(path, read.as_deref())?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the versions that one file of an environment says, for a file of
/// the past. What other files override is not left out.
///
/// # Errors
/// When the file cannot be read as what it is.
pub(crate) fn versions(
    scope: &Scope<'_>,
    path: &str,
    bytes: &[u8],
) -> Result<Vec<Version>, Failure> {
    let Some(member) = member(scope, Loaded::parse(path, bytes)?) else {
        return Ok(Vec::new());
    };
    let slots = slot::of_file(0, &member, scope.config);
    Ok(slots.iter().map(Version::of).collect())
}

/// An environment while its files are read.
struct Reading<'e, 'c> {
    environment: &'e mut Environment<'c>,
    /// The paths of its files, in order.
    paths: Vec<String>,
    /// Texts of which one is in every file that matters.
    finders: Vec<Finder<'static>>,
}

impl<'e, 'c> Reading<'e, 'c> {
    fn of(
        environment: &'e mut Environment<'c>,
        apps: &[String],
        repository: &dyn Repository,
    ) -> Result<Self, Failure> {
        let texts = environment.texts();
        let finders = texts.iter().map(|text| Finder::new(text).into_owned());
        Ok(Self {
            paths: environment.paths(apps, repository)?,
            finders: finders.collect(),
            environment,
        })
    }

    /// Takes what came for a path.
    fn take(&mut self, path: &str, read: Result<&[u8], &AccessError>) -> Result<(), Failure> {
        let environment = &mut *self.environment;
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error @ AccessError::Unavailable(_)) => return Err(access_failure(path, error)),
            Err(error) => {
                environment.pass_over(&access_failure(path, error), path);
                return Ok(());
            }
        };
        let mut finders = self.finders.iter();
        if !finders.any(|finder| finder.find(bytes).is_some()) && !kustomization::is_file(path) {
            return Ok(());
        }
        match Loaded::parse(path, bytes) {
            Ok(loaded) => environment.files.extend(member(&environment.scope, loaded)),
            Err(failure) if environment.is_named(path) => return Err(failure),
            Err(failure) => environment.pass_over(&failure, path),
        }
        Ok(())
    }
}

impl Environment<'_> {
    fn pass_over(&mut self, failure: &Failure, path: &str) {
        self.warnings.push(files::passed_over(failure, path));
    }

    /// Whether a path is in the configuration as it is.
    fn is_named(&self, path: &str) -> bool {
        let mut own = self.scope.files.iter();
        own.any(|pattern| pattern.is_exact() && pattern.root() == path)
    }

    /// Returns texts of which one is in every file that matters.
    fn texts(&self) -> Vec<String> {
        let config = self.scope.config;
        let of_apps = config.apps.iter().flat_map(|(_, app)| app.keys.iter());
        let keys = config.keys.iter().chain(of_apps);
        let last = |key: &str| {
            let name = key.rsplit(['.', ']']).next().unwrap_or(key);
            name.trim_matches(['"', '\'']).to_owned()
        };
        TELLING
            .into_iter()
            .map(str::to_owned)
            .chain(keys.map(last))
            .collect()
    }

    /// Returns the paths of the files, in order; those of some apps if any is named.
    fn paths(&self, apps: &[String], repository: &dyn Repository) -> Result<Vec<String>, Failure> {
        let mut paths = BTreeSet::new();
        for root in self.scope.roots_of(apps) {
            let entries = match repository.list(&root) {
                Ok(entries) => entries,
                Err(AccessError::NotAFile(what)) if what == AccessError::FILE => {
                    paths.insert(root);
                    continue;
                }
                Err(AccessError::NotFound) => continue,
                Err(error) => return Err(access_failure(&root, &error)),
            };
            let files = entries
                .into_iter()
                .filter(|entry| entry.kind == EntryKind::File);
            let own = files
                .map(|entry| entry.path)
                .filter(|path| self.is_own(path, apps));
            paths.extend(own);
        }
        if apps.is_empty() {
            self.expect_all(&paths)?;
        }
        let mut paths: Vec<_> = paths.into_iter().collect();
        files::without_templates(&mut paths);
        if paths.len() > MAX_FILES {
            let message = format!(
                "environment `{}` has {} files, more than {MAX_FILES}",
                self.scope.name,
                paths.len()
            );
            return Err(Failure::new(Kind::Limit, message)
                .hint("Write narrower patterns for its files into `towpath.yaml`."));
        }
        Ok(paths)
    }

    /// Whether a file can say a version of the environment, and may be one of the apps.
    fn is_own(&self, path: &str, apps: &[String]) -> bool {
        self.scope.held(path).is_some_and(|member| {
            let is_one = |app: &str| apps.iter().any(|own| own == app);
            apps.is_empty() || member.app.is_none_or(is_one)
        })
    }

    /// Checks that there is something for each path that is declared.
    fn expect_all(&self, paths: &BTreeSet<String>) -> Result<(), Failure> {
        let scope = &self.scope;
        let is_there = |pattern: &Pattern| paths.iter().any(|path| pattern.matches(path).is_some());
        let exact = scope.files.iter().filter(|pattern| pattern.is_exact());
        let mut missing = exact.filter(|pattern| !is_there(pattern));
        let what = match missing.next() {
            Some(pattern) => format!("no files at {:?}", pattern.root()),
            None if !scope.files.iter().any(is_there) => "no files".to_owned(),
            None => return Ok(()),
        };
        let at = match &self.view.revision {
            Some(revision) => format!(" at `{revision}`"),
            None => String::new(),
        };
        let message = format!("environment `{}` has {what}{at}", scope.name);
        Err(Failure::new(Kind::NoSuchFile, message)
            .hint("Mend its `files` in `towpath.yaml`, or add them with `towpath env add`."))
    }
}

fn member(scope: &Scope<'_>, loaded: Loaded) -> Option<Member> {
    let found = scope.member(loaded.path())?;
    Some(Member {
        app: found.app.map(str::to_owned),
        shared: found.shared,
        role: (found.pattern, found.below.to_owned()),
        loaded,
    })
}
