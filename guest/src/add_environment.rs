//! `towpath env add`: a new environment from one that is there, as one change
//! to look at.

mod renamed;

use crate::config::{self, Declared};
use crate::diff;
use crate::environment::{self, Environment, Member};
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::files::access_failure;
use crate::message::{Commit, Words};
use crate::plan::{Change, Edit, FileChange, FileState, Location, Plan};
use crate::preparation::Preparation;
use crate::promote;
use crate::repository::{AccessError, EntryKind, Repository, View};
use crate::request::{AddEnvironmentRequest, Source};
use crate::yaml::edit::{Operation, Place, Value, edit};
use renamed::{Renaming, renamed};

/// Says how the new environment comes: as changes of the one it is made from.
pub(crate) fn prepare(
    request: &AddEnvironmentRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let declared = config::required(repository)?;
    let from = declared.scope(&request.from)?;
    Ok(Preparation {
        way: promote::way(&from, facts),
        ..Preparation::default()
    })
}

/// Plans the files of the new environment, and its entry in `towpath.yaml`.
pub(crate) fn plan(
    request: &AddEnvironmentRequest,
    words: &Words<'_>,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let declared = config::required(repository)?;
    refuse_second(request, &declared)?;
    let environment = environment::read(declared.scope(&request.from)?, repository)?;
    if environment.scope.view() != View::default() || environment.pointer.is_some() {
        return Err(Failure::new(
            Kind::Unsupported,
            format!(
                "environment `{}` is not a set of files on this branch",
                request.from
            ),
        )
        .at(declared.locate(&["environments", &request.from]))
        .hint("Make its branch or its revision by hand, and add it to `towpath.yaml`."));
    }
    let renaming = Renaming {
        old: &request.from,
        new: &request.name,
        namespace: request.namespace.as_deref(),
        cluster: request.cluster.as_deref(),
    };
    let mut files = Vec::new();
    let mut changes = Vec::new();
    for path in own_paths(&environment, repository)? {
        let (file, told) = copied(&path, &environment, &renaming, repository)?;
        files.push(file);
        changes.extend(told);
    }
    let (entry, told) = entry(request, &declared)?;
    changes.push(told);
    let mut text = String::new();
    for file in &files {
        text.push_str(&diff::unified(file, &[]));
    }
    text.push_str(&diff::unified(&entry, declared.file.text().as_bytes()));
    files.push(entry);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let subject = format!("Add environment {} from {}", request.name, request.from);
    let source = Source {
        environment: Some(request.name.clone()),
        ..words.source.clone()
    };
    let commit = Commit {
        words: &Words {
            wording: words.wording.clone(),
            source: &source,
        },
        moves: &[],
        changes: &changes,
        files: &files,
        subject: Some(&subject),
        trailers: &[("From", request.from.clone())],
    };
    Ok(Plan {
        message: commit.message()?,
        diff: text,
        files,
        changes,
        warnings: environment.warnings,
        ..Plan::default()
    })
}

fn refuse_second(request: &AddEnvironmentRequest, declared: &Declared) -> Result<(), Failure> {
    let name = request.name.as_str();
    config::check_name(name)?;
    match declared.config.environments.get(name) {
        None => Ok(()),
        Some(_) => Err(Failure::new(
            Kind::Contradiction,
            format!("there is an environment `{name}` already"),
        )
        .at(declared.locate(&["environments", name]))
        .hint("Choose another name.")),
    }
}

/// Returns the paths of everything that is the environment's own, files that
/// say no version too.
fn own_paths(
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<String>, Failure> {
    let scope = &environment.scope;
    let mut paths = std::collections::BTreeSet::new();
    for pattern in &scope.files {
        let root = pattern.root();
        match repository.list(&root) {
            Ok(entries) => {
                let files = entries
                    .into_iter()
                    .filter(|entry| entry.kind == EntryKind::File);
                let own = files.map(|entry| entry.path);
                paths.extend(own.filter(|path| pattern.matches(path).is_some()));
            }
            Err(_) => {
                let is_own = |member: &&Member| !member.shared && member.loaded.path() == root;
                let file = environment.files.iter().find(is_own);
                paths.extend(file.map(|member| member.loaded.path().to_owned()));
            }
        }
    }
    Ok(paths.into_iter().collect())
}

fn read(path: &str, repository: &dyn Repository) -> Result<Vec<u8>, AccessError> {
    let read = repository.read(&[path.to_owned()]).into_iter().next();
    read.unwrap_or(Err(AccessError::NotFound))
}

fn refuse_existing(path: &str, repository: &dyn Repository) -> Result<(), Failure> {
    match read(path, repository) {
        Err(AccessError::NotFound) => Ok(()),
        Err(error) => Err(access_failure(path, &error)),
        Ok(_) => Err(Failure::new(
            Kind::Contradiction,
            format!("there is a file {path:?} already"),
        )
        .hint("Remove it, or choose another name.")),
    }
}

/// Copies a file to where the new environment has it.
fn copied(
    path: &str,
    environment: &Environment<'_>,
    renaming: &Renaming<'_>,
    repository: &dyn Repository,
) -> Result<(FileChange, Vec<Change>), Failure> {
    let new_path = renaming.path(path);
    if new_path == path {
        return Err(Failure::new(
            Kind::Unsupported,
            format!(
                "the path {path:?} does not have the name `{}`",
                renaming.old
            ),
        )
        .hint("Copy the files by hand, and add the environment to `towpath.yaml`."));
    }
    refuse_existing(&new_path, repository)?;
    let bytes = read(path, repository);
    let bytes = bytes.map_err(|error| access_failure(path, &error))?;
    let known = environment
        .files
        .iter()
        .find(|member| member.loaded.path() == path);
    let (bytes, mut changes) = match known {
        Some(member) => renamed(&member.loaded, renaming)?,
        None => match crate::files::Loaded::parse(path, &bytes) {
            Ok(loaded) => renamed(&loaded, renaming)?,
            // What is no YAML is copied as it is.
            Err(_) => (bytes, Vec::new()),
        },
    };
    for change in &mut changes {
        change.at.path.clone_from(&new_path);
    }
    changes.insert(
        0,
        Change {
            at: Location {
                path: new_path.clone(),
                ..Location::default()
            },
            key: String::new(),
            image: None,
            old: None,
            new: Some(format!("a copy of {path}")),
            reason: String::new(),
        },
    );
    let file = FileChange {
        path: new_path,
        state: FileState::Added,
        edits: vec![Edit {
            start: 0,
            end: 0,
            old: Vec::new(),
            replacement: bytes,
        }],
    };
    Ok((file, changes))
}

/// Adds the environment to `towpath.yaml`, after all others.
fn entry(
    request: &AddEnvironmentRequest,
    declared: &Declared,
) -> Result<(FileChange, Change), Failure> {
    let root = declared.file.document(0);
    let environments = root.and_then(|root| root.get("environments"));
    let Some(environments) = environments else {
        return Err(declared.no_such_environment(&request.from));
    };
    let settings = declared.config.environments.get(&request.from);
    let own_files = settings
        .map(|settings| settings.files.0.clone())
        .unwrap_or_default();
    let renaming = Renaming {
        old: &request.from,
        new: &request.name,
        namespace: None,
        cluster: None,
    };
    let files: Vec<_> = own_files
        .iter()
        .map(|path| Value::text(renaming.path(path)))
        .collect();
    let mut value = Vec::new();
    match files.len() {
        0 => {}
        1 => value.extend(files.into_iter().map(|file| ("files".to_owned(), file))),
        _ => value.push(("files".to_owned(), Value::Sequence(files))),
    }
    value.push(("from".to_owned(), Value::text(request.from.as_str())));
    let operation = Operation::InsertEntry {
        mapping: environments.id(),
        place: Place::End,
        key: request.name.clone(),
        value: Value::Mapping(value),
    };
    let change = FileChange {
        path: declared.file.path().to_owned(),
        edits: edit(&declared.file, &[operation])?,
        ..FileChange::default()
    };
    let told = Change {
        at: environments.location(),
        key: format!("environments.{}", request.name),
        image: None,
        old: None,
        new: Some(format!("from {}", request.from)),
        reason: "added".to_owned(),
    };
    Ok((change, told))
}
