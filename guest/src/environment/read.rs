//! Reading the files of an environment, wherever they stand.

use super::{Environment, Member, Pointer, Version, slot};
use crate::config::{Pattern, Scope};
use crate::error::{Failure, Kind};
use crate::files::{self, CHUNK, Loaded, access_failure};
use crate::formats::kustomization;
use crate::repository::{AccessError, EntryKind, Repository, View};
use memchr::memmem::Finder;
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
    let pointer = Pointer::read(&scope, repository)?;
    read_as(scope, pointer, None, repository)
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
    read_as(scope, pointer, Some(revision), repository)
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
    read_as(scope, pointer, Some(commit), repository)
}

fn read_as<'c>(
    mut scope: Scope<'c>,
    pointer: Option<Pointer>,
    then: Option<&str>,
    repository: &dyn Repository,
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
    let mut environment = Environment {
        scope,
        view,
        pointer,
        files: Vec::new(),
        warnings: Vec::new(),
    };
    if environment.view == View::default() {
        environment.load(repository)?;
    } else {
        let there = repository.at(&environment.view).map_err(|error| {
            let what = environment.view.revision.clone().unwrap_or_default();
            access_failure(&what, &error)
        })?;
        environment.load(&*there)?;
    }
    Ok(environment)
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

impl Environment<'_> {
    fn load(&mut self, repository: &dyn Repository) -> Result<(), Failure> {
        let paths = self.paths(repository)?;
        let finders: Vec<_> = self
            .texts()
            .iter()
            .map(|text| Finder::new(text).into_owned())
            .collect();
        for chunk in paths.chunks(CHUNK) {
            for (path, read) in chunk.iter().zip(repository.read(chunk)) {
                let bytes = match read {
                    Ok(bytes) => bytes,
                    Err(AccessError::Unavailable(why)) => {
                        return Err(access_failure(path, &AccessError::Unavailable(why)));
                    }
                    Err(error) => {
                        self.pass_over(&access_failure(path, &error), path);
                        continue;
                    }
                };
                if !finders.iter().any(|finder| finder.find(&bytes).is_some())
                    && !kustomization::is_file(path)
                {
                    continue;
                }
                match Loaded::parse(path, &bytes) {
                    Ok(loaded) => self.files.extend(member(&self.scope, loaded)),
                    Err(failure) if self.is_named(path) => return Err(failure),
                    Err(failure) => self.pass_over(&failure, path),
                }
            }
        }
        Ok(())
    }

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

    /// Returns the paths of the files, in order.
    fn paths(&self, repository: &dyn Repository) -> Result<Vec<String>, Failure> {
        let mut paths = BTreeSet::new();
        for root in self.scope.roots() {
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
                .filter(|path| files::is_candidate(path) && self.scope.member(path).is_some());
            paths.extend(own);
        }
        self.expect_all(&paths)?;
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
