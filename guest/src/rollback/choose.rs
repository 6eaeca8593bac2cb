//! Which versions come back.

use super::{Back, follow};
use crate::environment::Environment;
use crate::error::{Failure, Kind};
use crate::repository::{Log, Repository};
use crate::request::RollbackRequest;
use crate::timeline::Timeline;
use crate::trail::{Event, Trail};

/// Commits that the beginning of a name is looked for in.
const FURTHEST: u32 = 10_000;

/// The number of changes of an environment after which the walk ends.
const MOST_EVENTS: usize = 20_000;

/// Chooses the versions that come back.
pub(super) fn backs(
    request: &RollbackRequest,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<Back>, Failure> {
    let steps = request.steps.unwrap_or(1).max(1) as usize;
    match (&request.to, &request.apps[..]) {
        (Some(revision), apps) => to_revision(revision, apps, environment, repository),
        (None, []) => of_the_set(steps, environment, repository),
        (None, apps) => of_each(apps, steps, environment, repository),
    }
}

/// Takes each app to its own version so many versions ago.
fn of_each(
    apps: &[String],
    steps: usize,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<Back>, Failure> {
    let enough = |trail: &Trail| {
        trail.events.len() > MOST_EVENTS
            || apps
                .iter()
                .all(|app| target(trail, app, steps, environment).is_some())
    };
    let trail = follow(environment, repository, &enough)?;
    let back = |app: &String| {
        let target = target(&trail, app, steps, environment);
        target
            .and_then(|events| back(app, &events, environment))
            .ok_or_else(|| {
                let name = environment.scope.name;
                Failure::new(
                    Kind::NoEarlierVersion,
                    format!("there is no earlier version of {app} in `{name}` to go back to"),
                )
                .hint(format!(
                    "Look at `towpath history {name} {app}` for what ran there."
                ))
            })
    };
    apps.iter().map(back).collect()
}

/// Returns the changes of an app that have to be undone, the newest first: up to
/// the one that replaced the version so many distinct versions ago.
fn target<'t>(
    trail: &'t Trail,
    app: &str,
    steps: usize,
    environment: &Environment<'_>,
) -> Option<Vec<&'t Event>> {
    let name = Some(app).filter(|app| !app.is_empty());
    let current = environment.version_of(name);
    let timeline = Timeline::of(environment.scope.name, trail, app, &current);
    let mut others = Vec::new();
    for stay in timeline.stays.iter().skip(1) {
        if stay.version != current && !others.contains(&&stay.version) {
            others.push(&stay.version);
        }
    }
    let wanted = *others.get(steps - 1)?;
    let mut undone = Vec::new();
    for event in trail.of(app) {
        undone.push(event);
        if event.before == *wanted {
            return Some(undone);
        }
    }
    None
}

/// Takes the environment to what it was before its last change, or so many
/// changes ago.
fn of_the_set(
    steps: usize,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<Back>, Failure> {
    if environment.runs_a_release() {
        return of_each(&[String::new()], steps, environment, repository);
    }
    let enough = |trail: &Trail| commits(trail).len() > steps;
    let trail = follow(environment, repository, &enough)?;
    let commits = commits(&trail);
    let last = commits.get(steps - 1);
    // What nobody changed is the beginning of the environment, not a change of it.
    let undone: Vec<_> = match last {
        Some(_) => commits.iter().take(steps).copied().collect(),
        None => Vec::new(),
    };
    let mut apps: Vec<&str> = Vec::new();
    let events = trail
        .events
        .iter()
        .filter(|event| undone.contains(&event.origin.commit.as_str()));
    for event in events.clone() {
        if !apps.contains(&event.app.as_str()) {
            apps.push(&event.app);
        }
    }
    let backs = apps.into_iter().filter_map(|app| {
        let own: Vec<_> = events.clone().filter(|event| event.app == app).collect();
        back(app, &own, environment)
    });
    Ok(backs.collect())
}

/// Returns the commits that changed the versions of apps that were there already,
/// the newest first.
fn commits(trail: &Trail) -> Vec<&str> {
    let mut commits: Vec<&str> = Vec::new();
    for event in trail.events.iter().filter(|event| !event.before.is_empty()) {
        let commit = event.origin.commit.as_str();
        if !commits.contains(&commit) {
            commits.push(commit);
        }
    }
    commits
}

/// Takes back changes of an app; `None` when that changes nothing, or when there
/// was no such app before.
fn back(app: &str, undone: &[&Event], environment: &Environment<'_>) -> Option<Back> {
    let newest = undone.first()?;
    let to = undone.last()?.before.clone();
    let name = Some(app).filter(|app| !app.is_empty());
    let from = environment.version_of(name);
    if to.is_empty() || from == to {
        return None;
    }
    let mut values = Vec::<(String, String)>::new();
    for moved in undone.iter().flat_map(|event| &event.moves) {
        values.retain(|(what, _)| *what != moved.what);
        values.extend(moved.old.clone().map(|old| (moved.what.clone(), old)));
    }
    Some(Back {
        app: name.map(str::to_owned),
        from,
        to,
        values,
        build: newest.origin.build,
        source: newest.origin.source.clone(),
    })
}

/// Takes apps, or all of them, to what they were at a revision.
fn to_revision(
    revision: &str,
    apps: &[String],
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<Back>, Failure> {
    let commit = whole_id(revision, environment, repository)?;
    if environment.runs_a_release() {
        return release_at(&commit, environment, repository);
    }
    let enough = |trail: &Trail| {
        trail
            .events
            .iter()
            .any(|event| event.origin.commit == commit)
    };
    let trail = follow(environment, repository, &enough)?;
    // The commit itself need not have changed anything here.
    let later = later(&commit, environment, repository)?;
    let events = trail
        .events
        .iter()
        .filter(|event| later.contains(&event.origin.commit));
    let mut names: Vec<&str> = events.clone().map(|event| event.app.as_str()).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    let wanted = names
        .into_iter()
        .filter(|name| apps.is_empty() || apps.iter().any(|app| app == name));
    let backs = wanted.filter_map(|app| {
        let own: Vec<_> = events.clone().filter(|event| event.app == app).collect();
        back(app, &own, environment)
    });
    Ok(backs.collect())
}

/// Takes an environment that runs a release to the one that it ran at a commit,
/// or to the release of this name.
fn release_at(
    commit: &str,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<Back>, Failure> {
    let later = later(commit, environment, repository)?;
    let trail = follow(environment, repository, &|_| false)?;
    let own = trail
        .of("")
        .filter(|event| later.contains(&event.origin.commit));
    let own: Vec<_> = own.collect();
    Ok(back("", &own, environment).into_iter().collect())
}

/// Returns the commits after a commit, on the branch of an environment.
fn later(
    commit: &str,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<Vec<String>, Failure> {
    let all = log(environment, repository)?;
    let commits = all.into_iter().take_while(|id| id != commit);
    Ok(commits.collect())
}

/// Returns the whole name of a commit of the branch, of which the beginning is given.
fn whole_id(
    revision: &str,
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<String, Failure> {
    let wanted = revision.to_ascii_lowercase();
    let all = log(environment, repository)?;
    let mut found = all.into_iter().filter(|id| id.starts_with(&wanted));
    let is_hex = wanted.len() >= 4 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (is_hex, found.next(), found.next()) {
        (true, Some(id), None) => Ok(id),
        (true, Some(_), Some(_)) => Err(Failure::new(
            Kind::Ambiguous,
            format!("several commits begin with {revision}"),
        )
        .hint("Write more of its name.")),
        _ => Err(Failure::new(
            Kind::NoEarlierVersion,
            format!(
                "the branch of `{}` has no commit {revision}",
                environment.scope.name
            ),
        )
        .hint("Name a commit on the line of first parents of the branch.")),
    }
}

fn log(environment: &Environment<'_>, repository: &dyn Repository) -> Result<Vec<String>, Failure> {
    let view = environment.writing_view();
    let there = crate::environment::at(view, repository)?;
    let log = Log {
        paths: Vec::new(),
        skip: 0,
        limit: FURTHEST,
    };
    let commits = there.get().log(&log);
    let commits = commits.map_err(|error| crate::trail::unreadable(&error))?;
    Ok(commits.into_iter().map(|commit| commit.id).collect())
}
