//! What happened to the versions of environments, from git alone.
//!
//! The files of the newest revision say what runs now. From there the history
//! is walked backwards along the first parents: every changed file is replaced
//! by what it was before, and where the versions of an app differ then, a change
//! of that app was found. Who made it does not matter: a commit by hand, a
//! squashed request, a moved file.

mod origin;
#[cfg(test)]
pub(crate) mod past;
mod pointed;
mod state;

pub(crate) use origin::Origin;

use crate::environment::{self, Environment, Version};
use crate::error::{Failure, Kind};
use crate::files::is_candidate;
use crate::message::What;
use crate::repository::{AccessError, Commit, Log, Repository, View};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Commits that are looked at together.
const PAGE: u32 = 256;

/// Commits that are looked at in all.
const FURTHEST: u32 = 100_000;

/// What happened to the versions of one environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    /// The changes, newest first.
    pub(crate) events: Vec<Event>,
    /// Whether these are all.
    pub(crate) is_complete: bool,
}

/// A change of the versions of one app, or of the revision of the environment.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The commit that made it.
    pub(crate) origin: Rc<Origin>,
    /// The app; empty for the revision of the environment.
    pub(crate) app: String,
    /// What changed.
    pub(crate) moves: Vec<Moved>,
    /// The versions of the app before, as one text.
    pub(crate) before: String,
    /// The versions of the app after, as one text; empty when it went.
    pub(crate) after: String,
}

/// A version that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// What it is of.
    pub(crate) what: String,
    /// The version before; none when there was none.
    pub(crate) old: Option<String>,
    /// The version after; none when there is none.
    pub(crate) new: Option<String>,
}

impl Trail {
    /// Returns the newest change of an app; its versions are as they are since then.
    pub(crate) fn newest(&self, app: &str) -> Option<&Event> {
        self.of(app).next()
    }

    /// Returns the changes of an app, newest first.
    pub(crate) fn of(&self, app: &str) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.app == app)
    }
}

/// Follows environments back until `enough` or the end of the history.
///
/// # Errors
/// When the history cannot be read.
pub(crate) fn follow(
    environments: &[Environment<'_>],
    repository: &dyn Repository,
    enough: &dyn Fn(&[Trail]) -> bool,
) -> Result<Vec<Trail>, Failure> {
    let mut trails = vec![Trail::default(); environments.len()];
    let mut views = Vec::<(View, Vec<usize>)>::new();
    for (index, environment) in environments.iter().enumerate() {
        if let Some(pointer) = environment.pointer.as_ref() {
            trails[index] = pointed::follow(environment, pointer, repository)?;
            if pointer.fixed().is_some() && !pointer.moves() {
                continue;
            }
        }
        match views.iter_mut().find(|(view, _)| *view == environment.view) {
            Some((_, group)) => group.push(index),
            None => views.push((environment.view.clone(), vec![index])),
        }
    }
    for (view, group) in views {
        let walks = group.iter().map(|&index| Walk {
            environment: &environments[index],
            index,
            state: State::new(environments[index].stated()),
        });
        let mut walks: Vec<_> = walks.collect();
        let elsewhere;
        let there: &dyn Repository = if view == View::default() {
            repository
        } else {
            elsewhere = repository.at(&view).map_err(|error| unreadable(&error))?;
            &*elsewhere
        };
        let is_complete = walk(&mut walks, there, &mut trails, enough)?;
        for &index in &group {
            trails[index].is_complete = is_complete;
        }
    }
    for trail in &mut trails {
        // The revision's own changes came first.
        trail
            .events
            .sort_by_key(|event| std::cmp::Reverse(event.origin.time));
    }
    Ok(trails)
}

/// One environment on its way back.
struct Walk<'e> {
    environment: &'e Environment<'e>,
    index: usize,
    state: State,
}

/// Walks back; returns whether the end of the history was reached.
fn walk(
    walks: &mut [Walk<'_>],
    repository: &dyn Repository,
    trails: &mut [Trail],
    enough: &dyn Fn(&[Trail]) -> bool,
) -> Result<bool, Failure> {
    let roots = walks.iter().flat_map(|walk| walk.environment.scope.roots());
    let mut paths: Vec<_> = roots.collect();
    paths.sort();
    paths.dedup();
    let mut skip = 0;
    while skip < FURTHEST && !enough(trails) {
        let log = Log {
            paths: paths.clone(),
            skip,
            limit: PAGE,
        };
        let commits = repository.log(&log).map_err(|error| unreadable(&error))?;
        let contents = contents(walks, &commits, repository)?;
        for commit in &commits {
            let origin = Rc::new(Origin::of(commit));
            for walk in &mut *walks {
                let events = walk.step(commit, &origin, &contents);
                trails[walk.index].events.extend(events);
            }
        }
        if commits.len() < PAGE as usize {
            return Ok(true);
        }
        skip += PAGE;
    }
    Ok(false)
}

/// Returns what the changed files held before each commit, by object id.
fn contents(
    walks: &[Walk<'_>],
    commits: &[Commit],
    repository: &dyn Repository,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let changes = commits.iter().flat_map(|commit| &commit.changes);
    let matters = |path: &str| {
        let mut walks = walks.iter();
        is_candidate(path) && walks.any(|walk| walk.environment.scope.member(path).is_some())
    };
    let ids: BTreeSet<_> = changes
        .filter(|change| matters(&change.path))
        .filter_map(|change| change.before.clone())
        .collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let read = repository.blobs(&ids);
    let mut contents = BTreeMap::new();
    for (id, read) in ids.into_iter().zip(read) {
        match read {
            Ok(bytes) => drop(contents.insert(id, bytes)),
            Err(error @ AccessError::Unavailable(_)) => return Err(unreadable(&error)),
            // What is too large to be read says no version.
            Err(_) => {}
        }
    }
    Ok(contents)
}

impl Walk<'_> {
    /// Goes to before a commit; returns what the commit did.
    fn step(
        &mut self,
        commit: &Commit,
        origin: &Rc<Origin>,
        contents: &BTreeMap<String, Vec<u8>>,
    ) -> Vec<Event> {
        let scope = &self.environment.scope;
        let mut before = Vec::new();
        for change in &commit.changes {
            if !is_candidate(&change.path) || scope.member(&change.path).is_none() {
                continue;
            }
            let bytes = change.before.as_ref().and_then(|id| contents.get(id));
            // A file that could not be read said no version, as far as is known.
            let versions = bytes.map(|bytes| environment::versions(scope, &change.path, bytes));
            let versions = versions.and_then(Result::ok).unwrap_or_default();
            before.push((change.path.as_str(), versions));
        }
        let differences = self.state.go_back(before);
        let events = differences.into_iter().map(|difference| Event {
            origin: Rc::clone(origin),
            moves: moves(&difference.before, &difference.after),
            before: environment::text(&difference.before),
            after: environment::text(&difference.after),
            app: difference.app,
        });
        events.filter(|event| !event.moves.is_empty()).collect()
    }
}

/// Returns in what the versions of an app differ.
fn moves(before: &[Version], after: &[Version]) -> Vec<Moved> {
    let name = |version: &Version| match &version.what {
        What::Image(name) | What::Chart(name) | What::Revision(name) | What::Key(name) => {
            name.clone()
        }
    };
    let values = |versions: &[Version]| {
        let mut values = BTreeMap::<String, BTreeSet<String>>::new();
        for version in versions {
            let own = values.entry(name(version)).or_default();
            own.extend(version.value.clone());
        }
        values
    };
    let text = |values: Option<&BTreeSet<String>>| {
        let values: Vec<_> = values.into_iter().flatten().map(String::as_str).collect();
        (!values.is_empty()).then(|| values.join(", "))
    };
    let (before, after) = (values(before), values(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let moves = names.into_iter().map(|name| Moved {
        what: name.clone(),
        old: text(before.get(name)),
        new: text(after.get(name)),
    });
    moves.filter(|moved| moved.old != moved.new).collect()
}

/// The history of the branch cannot be read.
pub(crate) fn unreadable(error: &AccessError) -> Failure {
    Failure::new(
        Kind::Unreachable,
        format!("cannot read the history of the branch: {error}"),
    )
}

#[cfg(test)]
mod tests;
