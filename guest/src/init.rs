//! `towpath init`: a `towpath.yaml` from what the repository looks like.

mod find;
mod revisions;

use crate::config::{self, Declared};
use crate::diff;
use crate::environment;
use crate::error::{Failure, Kind};
use crate::message::{Commit, Words};
use crate::plan::{Change, Edit, FileChange, FileState, Location, Plan, Problem, Table};
use crate::repository::{AccessError, EntryKind, Repository};
use find::Layout;

/// Plans the file, and says what was found.
pub(crate) fn plan(words: &Words<'_>, repository: &dyn Repository) -> Result<Plan, Failure> {
    refuse_second(repository)?;
    let text = layout(repository)?.text();
    let declared = config::parse(config::FILE, text.as_bytes())?;
    let file = FileChange {
        path: config::FILE.to_owned(),
        state: FileState::Added,
        edits: vec![Edit {
            start: 0,
            end: 0,
            old: Vec::new(),
            replacement: text.into_bytes(),
        }],
    };
    let names: Vec<_> = declared.config.environments.names().collect();
    let (table, warnings) = found(&declared, repository);
    let subject = format!("Declare the environments {}", names.join(", "));
    let changes = vec![Change {
        at: Location {
            path: config::FILE.to_owned(),
            ..Location::default()
        },
        key: "environments".to_owned(),
        image: None,
        old: None,
        new: Some(names.join(", ")),
        reason: "found by what files and branches are called".to_owned(),
    }];
    let files = vec![file];
    let commit = Commit {
        words,
        moves: &[],
        changes: &changes,
        files: &files,
        subject: Some(&subject),
        trailers: &[],
    };
    Ok(Plan {
        message: commit.message()?,
        diff: files.iter().map(|file| diff::unified(file, &[])).collect(),
        changes,
        files,
        table: Some(table),
        warnings,
        ..Plan::default()
    })
}

/// Finds where the environments are.
fn layout(repository: &dyn Repository) -> Result<Layout, Failure> {
    let entries = repository
        .list("")
        .map_err(|error| crate::files::access_failure("", &error))?;
    let files = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::File);
    let paths: Vec<_> = files
        .map(|entry| entry.path)
        .filter(|path| crate::files::is_candidate(path))
        .collect();
    let layout = revisions::find(&paths, repository)
        .or_else(|| Layout::of_files(&paths))
        .or_else(|| Layout::of_branches(repository));
    layout.ok_or_else(|| {
        Failure::new(
            Kind::NoSuchFile,
            "nothing here looks like files of several environments",
        )
        .hint("Write `towpath.yaml` by hand: docs/configuration.md has an example for each layout.")
    })
}

fn refuse_second(repository: &dyn Repository) -> Result<(), Failure> {
    let read = repository
        .read(&[config::FILE.to_owned()])
        .into_iter()
        .next();
    match read {
        None | Some(Err(AccessError::NotFound)) => Ok(()),
        Some(Err(error)) => Err(crate::files::access_failure(config::FILE, &error)),
        Some(Ok(_)) => Err(Failure::new(
            Kind::Usage,
            format!("there is a {:?} already", config::FILE),
        )
        .hint("See with `towpath check` whether it fits the repository.")),
    }
}

/// Says what each environment has, by reading it as it is declared now.
fn found(declared: &Declared, repository: &dyn Repository) -> (Table, Vec<Problem>) {
    let mut warnings = Vec::new();
    let mut rows = Vec::new();
    for name in declared.config.environments.names() {
        let read = declared
            .scope(name)
            .and_then(|scope| environment::read(scope, repository));
        match read {
            Ok(environment) => {
                let apps = environment.apps();
                let apps = apps
                    .iter()
                    .map(|app| format!("{} {}", app.name, app.version()));
                let from = environment.scope.settings.from.0.join(", ");
                let apps: Vec<_> = apps.collect();
                rows.push(vec![name.to_owned(), from, apps.join(", ")]);
            }
            Err(failure) => warnings.push(failure.problem),
        }
    }
    let columns = ["environment", "from", "apps"];
    let table = Table {
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    };
    (table, warnings)
}
