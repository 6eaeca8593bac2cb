//! From what the user pointed at to files that were read.
//!
//! A file that is named must be there and be readable. A directory is looked
//! through: only files that hold one of the texts that are looked for are
//! parsed at all, and what cannot be parsed is passed over with a warning.

mod glob;
mod near;
mod path;

pub(crate) use path::{directory, join, normal};

use crate::error::{Failure, Kind};
use crate::formats;
use crate::plan::{Location, Problem};
use crate::repository::{AccessError, EntryKind, Repository};
use crate::request::SetRequest;
use crate::yaml::{self, File, NodeId};
pub(crate) use glob::Glob;
use memchr::memmem::Finder;

/// The largest number of files that are looked through.
pub(crate) const MAX_FILES: usize = 100_000;

/// The largest number of files that are read again to say what is near.
const MAX_FILES_FOR_NAMES: usize = 500;

/// The number of files that travel together.
pub(crate) const CHUNK: usize = 1000;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its text and its tree.
    pub(crate) file: File,
    /// The YAML inside of its strings.
    pub(crate) embedded: Vec<(NodeId, File)>,
}

/// Files that were read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// In the order of their paths.
    pub(crate) loaded: Vec<Loaded>,
    /// What was passed over.
    pub(crate) warnings: Vec<Problem>,
    /// The paths of all files that were looked through.
    pub(crate) seen: Vec<String>,
    /// Kustomization files next to others, of which a directory has one.
    pub(crate) rivals: Vec<String>,
}

impl Loaded {
    /// Parses a file, and the YAML inside of its strings.
    pub(crate) fn parse(path: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let file = yaml::parse(path, bytes)?;
        let inner = |node: yaml::NodeRef<'_>| {
            // A template in a string is for somebody else to fill in.
            let file = yaml::parse(path, node.as_str()?.as_bytes()).ok()?;
            Some((node.id(), file))
        };
        let embedded = formats::embedded(&file)
            .into_iter()
            .filter_map(inner)
            .collect();
        Ok(Self { file, embedded })
    }

    /// Returns the path.
    pub(crate) fn path(&self) -> &str {
        self.file.path()
    }
}

/// Reads the files of a request; in directories those that hold one of `texts`.
///
/// # Errors
/// When a named file cannot be read, a directory is not there, or there are
/// too many files.
pub(crate) fn load(
    request: &SetRequest,
    texts: &[String],
    repository: &dyn Repository,
) -> Result<Files, Failure> {
    if request.files.is_empty() {
        look_through(request, texts, repository)
    } else if request.directories.is_empty() {
        named(&request.files, repository)
    } else {
        Err(
            Failure::new(Kind::Usage, "both files and directories are given")
                .hint("Pass --file or --path, not both."),
        )
    }
}

/// Reads all files that were looked through, to say what is near; `None` when
/// they are too many, or were all read.
pub(crate) fn everything(
    request: &SetRequest,
    files: &Files,
    repository: &dyn Repository,
) -> Option<Files> {
    if !request.files.is_empty() || files.seen.len() > MAX_FILES_FOR_NAMES {
        return None;
    }
    load(request, &[String::new()], repository).ok()
}

/// Reads files that must be there.
fn named(paths: &[String], repository: &dyn Repository) -> Result<Files, Failure> {
    let mut paths = paths
        .iter()
        .map(|path| normal(path))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort_unstable();
    paths.dedup();
    let mut files = Files::default();
    // What could stand next to them travels together with them.
    let rivals: Vec<_> = paths.iter().flat_map(|path| rivals(path)).collect();
    let asked: Vec<_> = paths.iter().chain(&rivals).cloned().collect();
    let mut results = repository.read(&asked).into_iter();
    for (path, result) in paths.iter().zip(results.by_ref()) {
        let bytes = result.map_err(|error| near::failure(path, &error, repository))?;
        files.loaded.push(Loaded::parse(path, &bytes)?);
    }
    let there = rivals
        .into_iter()
        .zip(results)
        .filter(|(_, result)| result.is_ok());
    files.rivals = there.map(|(path, _)| path).collect();
    files.seen = paths;
    Ok(files)
}

/// Returns the other names that a kustomization file could have.
fn rivals(path: &str) -> Vec<String> {
    if !formats::kustomization::is_file(path) {
        return Vec::new();
    }
    let names = formats::kustomization::FILE_NAMES.iter();
    let others = names.filter_map(|name| join(directory(path), name));
    others.filter(|other| other != path).collect()
}

/// Reads the files below directories that hold one of `texts`.
fn look_through(
    request: &SetRequest,
    texts: &[String],
    repository: &dyn Repository,
) -> Result<Files, Failure> {
    let mut files = Files {
        seen: candidates(request, repository)?,
        ..Files::default()
    };
    let tops = request
        .directories
        .iter()
        .map(|path| normal(path))
        .collect::<Result<Vec<_>, _>>()?;
    // An image can be added to the kustomization of a directory that was named.
    let is_top = |path: &str| {
        let named = |top: &String| top == directory(path) || top == path;
        formats::kustomization::is_file(path) && tops.iter().any(named)
    };
    let finders: Vec<_> = texts
        .iter()
        .map(|text| Finder::new(text.as_bytes()))
        .collect();
    let is_there = |path: &String| files.seen.binary_search(path).is_ok();
    files.rivals = files
        .seen
        .iter()
        .flat_map(|path| rivals(path))
        .filter(is_there)
        .collect();
    for chunk in files.seen.chunks(CHUNK) {
        for (path, result) in chunk.iter().zip(repository.read(chunk)) {
            let bytes = match result {
                Ok(bytes) => bytes,
                Err(AccessError::Unavailable(why)) => {
                    return Err(access_failure(path, &AccessError::Unavailable(why)));
                }
                Err(error) => {
                    files
                        .warnings
                        .push(passed_over(&access_failure(path, &error), path));
                    continue;
                }
            };
            if !is_top(path) && !finders.iter().any(|finder| finder.find(&bytes).is_some()) {
                continue;
            }
            match Loaded::parse(path, &bytes) {
                Ok(loaded) => files.loaded.push(loaded),
                Err(failure) => files.warnings.push(passed_over(&failure, path)),
            }
        }
    }
    Ok(files)
}

/// Returns the paths that could be meant, in order.
fn candidates(request: &SetRequest, repository: &dyn Repository) -> Result<Vec<String>, Failure> {
    let ignored = request
        .ignore
        .iter()
        .map(|glob| Glob::parse(glob, Kind::Usage));
    let ignored = ignored.collect::<Result<Vec<_>, _>>()?;
    let root = [String::new()];
    let directories = if request.directories.is_empty() {
        &root[..]
    } else {
        &request.directories
    };
    let mut paths = Vec::new();
    for directory in directories {
        let directory = normal(directory)?;
        let entries = match repository.list(&directory) {
            Ok(entries) => entries,
            Err(AccessError::NotAFile(what)) if what == AccessError::FILE => {
                paths.push(directory);
                continue;
            }
            Err(error) => return Err(near::failure(&directory, &error, repository)),
        };
        let entries = entries
            .into_iter()
            .filter(|entry| entry.kind == EntryKind::File);
        paths.extend(
            entries
                .map(|entry| entry.path)
                .filter(|path| is_candidate(path)),
        );
    }
    paths.sort_unstable();
    paths.dedup();
    paths.retain(|path| !ignored.iter().any(|glob| glob.matches(path)));
    without_templates(&mut paths);
    if paths.len() > MAX_FILES {
        let message = format!(
            "{} files would have to be looked through, more than {MAX_FILES}",
            paths.len()
        );
        return Err(Failure::new(Kind::Limit, message)
            .hint("Name a directory with --path, or files with --file."));
    }
    Ok(paths)
}

/// Whether a path can be that of a file that deploys something.
///
/// Hidden files are for other tools: pipelines, editors.
pub(crate) fn is_candidate(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let known = matches!(extension, Some("yaml" | "yml" | "json"))
        || formats::kustomization::FILE_NAMES.contains(&name);
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    known && (!hidden || name.starts_with(".argocd-source"))
}

/// Whether a file has no extension and is not hidden.
pub(crate) fn is_bare(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.contains('.') && !path.split('/').any(|part| part.starts_with('.'))
}

/// Drops the templates of charts: `templates/` next to a `Chart.yaml`.
pub(crate) fn without_templates(paths: &mut Vec<String>) {
    let chart = |path: &String| {
        path.strip_suffix("Chart.yaml")
            .map(|chart| format!("{chart}templates/"))
    };
    let mut templates: Vec<_> = paths.iter().filter_map(chart).collect();
    templates.sort_unstable();
    paths.retain(|path| {
        let mut ends = path
            .match_indices("templates/")
            .map(|(start, part)| start + part.len());
        !ends.any(|end| {
            path.get(..end).is_some_and(|start| {
                templates
                    .binary_search_by(|t| t.as_str().cmp(start))
                    .is_ok()
            })
        })
    });
}

/// Describes a file that was found, but cannot be read.
pub(crate) fn passed_over(failure: &Failure, path: &str) -> Problem {
    let at = failure.problem.at.clone().unwrap_or_else(|| Location {
        path: path.to_owned(),
        ..Location::default()
    });
    Problem {
        code: "file-skipped".to_owned(),
        message: format!("the file was not looked at: {}", failure.problem.message),
        at: Some(at),
        hint: Some("Name it with --file when it is meant, or ignore it with --ignore.".to_owned()),
    }
}

/// Describes a path that could not be read or listed.
pub(crate) fn access_failure(path: &str, error: &AccessError) -> Failure {
    let kind = match error {
        AccessError::NotFound => Kind::NoSuchFile,
        AccessError::NotAFile(_) => Kind::NotAFile,
        AccessError::TooLarge(_) => Kind::Limit,
        AccessError::Denied(_) => Kind::OutsideRepository,
        AccessError::Unavailable(_) => Kind::Unreachable,
    };
    let failure = Failure::new(kind, format!("cannot read {path:?}: {error}"));
    match error {
        AccessError::NotFound => failure.hint("Paths are relative to the root of the repository."),
        AccessError::NotAFile(_) => failure.hint("Name the file itself: links are not followed."),
        AccessError::TooLarge(_) | AccessError::Denied(_) | AccessError::Unavailable(_) => failure,
    }
}

#[cfg(test)]
mod tests;
