//! All files of an environment, as they were at an earlier commit.

use super::{no_earlier, pins};
use crate::diff;
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::files::access_failure;
use crate::plan::{Change, Edit, FileChange, FileState, Location, Plan};
use crate::repository::{AccessError, EntryKind, Log, Repository, View};
use crate::request::{Request, RollbackRequest};
use crate::time::Zone;
use std::collections::{BTreeMap, BTreeSet};

/// Changes of an environment that are looked at.
const FURTHEST: u32 = 5000;

/// The largest number of files that are taken back at once.
const MAX_FILES: usize = 5000;

type Contents = BTreeMap<String, Vec<u8>>;

/// Plans to take all files of an environment back.
pub(super) fn plan(
    (request, asked): (&RollbackRequest, &Request),
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    if !request.apps.is_empty() {
        return Err(
            Failure::new(Kind::Usage, "apps are named for a rollback of all files")
                .hint("Leave out the apps, or --whole."),
        );
    }
    if environment.runs_a_release() {
        return Err(Failure::new(
            Kind::Usage,
            format!(
                "the files of `{}` are those of a release",
                environment.scope.name
            ),
        )
        .hint("Leave out --whole to go back to the release before."));
    }
    let there = environment::at(&environment.view, repository)?;
    let commit = wanted(request, environment, there.get())?;
    let before = View {
        repository: environment.view.repository.clone(),
        revision: Some(commit.clone()),
    };
    let then = environment::at(&before, repository)?;
    let (old, new) = (
        read(environment, then.get())?,
        read(environment, there.get())?,
    );
    let mut plan = Plan::default();
    let paths: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for path in paths {
        if let Some(change) = change(path, new.get(path), old.get(path)) {
            let before = new.get(path).map_or(&[][..], Vec::as_slice);
            plan.diff.push_str(&diff::unified(&change, before));
            plan.changes.push(described(&change, &commit));
            plan.files.push(change);
        }
    }
    if plan.files.is_empty() {
        return Err(no_earlier(request));
    }
    plan.message = message((request, asked), &plan, &commit);
    if !request.no_pin {
        let mut pin = pins::held(environment, None);
        pin.version = format!("the files of {}", commit.get(..10).unwrap_or(&commit));
        pin.reason = request.reason.clone().unwrap_or_default();
        pin.author.clone_from(&request.author);
        pin.since = Zone::utc().write(asked.facts.since());
        pins::leave(&mut plan, &pin, there.get())?;
    }
    Ok(plan)
}

/// Returns the commit to go back to: before the last change of any file, unless
/// it is named.
fn wanted(
    request: &RollbackRequest,
    environment: &Environment<'_>,
    there: &dyn Repository,
) -> Result<String, Failure> {
    if let Some(revision) = &request.to {
        return Ok(revision.clone());
    }
    let steps = request.steps.unwrap_or(1).max(1);
    let log = |paths: Vec<String>| {
        let log = Log {
            paths,
            skip: 0,
            limit: FURTHEST,
        };
        there
            .log(&log)
            .map_err(|error| crate::trail::unreadable(&error))
    };
    let is_own = |path: &str| environment.scope.member(path).is_some();
    let changes = log(environment.scope.roots())?.into_iter();
    let mut changes = changes.filter(|commit| commit.changes.iter().any(|one| is_own(&one.path)));
    let last = changes
        .nth(steps as usize - 1)
        .ok_or_else(|| no_earlier(request))?;
    // The commit before it, on the line of first parents.
    let mut all = log(Vec::new())?
        .into_iter()
        .skip_while(|commit| commit.id != last.id);
    let before = all.nth(1).ok_or_else(|| no_earlier(request))?;
    Ok(before.id)
}

/// Reads all files of an environment, whatever they are.
fn read(environment: &Environment<'_>, there: &dyn Repository) -> Result<Contents, Failure> {
    let scope = &environment.scope;
    let mut paths = BTreeSet::new();
    for root in scope.roots() {
        match there.list(&root) {
            Ok(entries) => {
                let files = entries
                    .into_iter()
                    .filter(|entry| entry.kind == EntryKind::File);
                paths.extend(files.map(|entry| entry.path));
            }
            Err(AccessError::NotAFile(what)) if what == AccessError::FILE => {
                paths.insert(root);
            }
            Err(AccessError::NotFound) => {}
            Err(error) => return Err(access_failure(&root, &error)),
        }
    }
    // What all environments share stays as it is.
    let own = |path: &String| scope.member(path).is_some_and(|member| !member.shared);
    let paths: Vec<_> = paths.into_iter().filter(own).collect();
    if paths.len() > MAX_FILES {
        let message = format!("{} files are more than {MAX_FILES}", paths.len());
        return Err(Failure::new(Kind::Limit, message));
    }
    let contents = there.read(&paths);
    paths
        .into_iter()
        .zip(contents)
        .map(|(path, read)| match read {
            Ok(bytes) => Ok((path, bytes)),
            Err(error) => Err(access_failure(&path, &error)),
        })
        .collect()
}

/// Returns what becomes of a file, if anything does.
fn change(path: &str, now: Option<&Vec<u8>>, then: Option<&Vec<u8>>) -> Option<FileChange> {
    let state = match (now, then) {
        (Some(now), Some(then)) if now == then => return None,
        (Some(_), Some(_)) => FileState::Edited,
        (None, Some(_)) => FileState::Added,
        (_, None) => FileState::Removed,
    };
    let edit = then.map(|then| {
        let old = now.cloned().unwrap_or_default();
        Edit {
            start: 0,
            end: old.len(),
            old,
            replacement: then.clone(),
        }
    });
    Some(FileChange {
        path: path.to_owned(),
        state,
        edits: edit.into_iter().collect(),
    })
}

fn described(change: &FileChange, commit: &str) -> Change {
    let word = match change.state {
        FileState::Edited => "taken back",
        FileState::Added => "brought back",
        FileState::Removed => "removed",
    };
    let is = |there: bool| there.then(|| "file".to_owned());
    Change {
        at: Location {
            path: change.path.clone(),
            ..Location::default()
        },
        key: String::new(),
        image: None,
        old: is(change.state != FileState::Added),
        new: match change.state {
            FileState::Removed => None,
            _ => Some(format!("file of {}", commit.get(..10).unwrap_or(commit))),
        },
        reason: word.to_owned(),
    }
}

fn message((request, asked): (&RollbackRequest, &Request), plan: &Plan, commit: &str) -> String {
    let environment = &request.environment;
    let short = commit.get(..10).unwrap_or(commit);
    let default = || format!("Roll back the files of {environment} to {short}");
    let subject = asked.wording.subject.clone().unwrap_or_else(default);
    let mut message = format!("{subject}\n\n");
    for file in &plan.files {
        let word = match file.state {
            FileState::Edited => "edited",
            FileState::Added => "added",
            FileState::Removed => "removed",
        };
        message.push_str(&format!("- {}: {word}\n", file.path));
    }
    message.push_str(&format!("\nTowpath-Environment: {environment}\n"));
    let reason = request.reason.as_deref().unwrap_or("rolled back");
    let reason: Vec<_> = reason.split_whitespace().collect();
    message.push_str(&format!("Towpath-Rollback: {}\n", reason.join(" ")));
    if let Some(url) = &asked.source.run_url {
        message.push_str(&format!("Towpath-Run: {url}\n"));
    }
    message
}
