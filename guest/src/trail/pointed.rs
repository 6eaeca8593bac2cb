//! Environments that run a revision that is written somewhere: what happened is
//! that another one was written.

use super::{Event, Moved, Origin, Trail, moves, unreadable};
use crate::environment::{self, Environment, Pointer, Version};
use crate::error::Failure;
use crate::image::is_moving_revision;
use crate::repository::{Commit, Log, Repository, View};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Revisions whose files are compared; of older ones only the name is told.
const COMPARED: usize = 24;

/// Changes of a revision that are looked at in all.
const FURTHEST: u32 = 1000;

/// Follows the revision of an environment back, and with it the versions of
/// the apps in it.
pub(super) fn follow(
    environment: &Environment<'_>,
    pointer: &Pointer,
    repository: &dyn Repository,
) -> Result<Trail, Failure> {
    let commits = before(environment, pointer, repository)?;
    let mut trail = Trail {
        is_complete: commits.len() < FURTHEST as usize,
        ..Trail::default()
    };
    let mut apps = Apps::new(environment);
    let mut after = pointer.revision.clone();
    let mut first = None;
    for (commit, revision) in commits {
        if revision == after {
            continue;
        }
        let origin = Rc::new(Origin::of(&commit));
        trail.push(Event {
            origin: Rc::clone(&origin),
            app: String::new(),
            moves: vec![Moved {
                what: "revision".to_owned(),
                old: revision.clone(),
                new: after.clone(),
            }],
            before: revision.clone().unwrap_or_default(),
            after: after.unwrap_or_default(),
        });
        for event in apps.go_back(revision.as_deref(), &origin, repository) {
            trail.push(event);
        }
        after = revision;
        first = Some(origin);
    }
    // With the first revision came all that was in it.
    if let Some(first) = first.filter(|_| trail.is_complete && after.is_none() && !pointer.moves())
    {
        for event in apps.begin(&first) {
            trail.push(event);
        }
    }
    Ok(trail)
}

/// Returns the commits that changed the file with the revision, newest first, each
/// with the revision before it.
fn before(
    environment: &Environment<'_>,
    pointer: &Pointer,
    repository: &dyn Repository,
) -> Result<Vec<(Commit, Option<String>)>, Failure> {
    let elsewhere;
    let there: &dyn Repository = if pointer.view == View::default() {
        repository
    } else {
        elsewhere = repository
            .at(&pointer.view)
            .map_err(|error| unreadable(&error))?;
        &*elsewhere
    };
    let path = pointer.loaded.path();
    let log = Log {
        paths: vec![path.to_owned()],
        skip: 0,
        limit: FURTHEST,
    };
    let commits = there.log(&log).map_err(|error| unreadable(&error))?;
    let files = commits.iter().map(|commit| {
        let mut changes = commit.changes.iter();
        let own = changes.find(|change| change.path == path);
        own.and_then(|change| change.before.clone())
            .unwrap_or_default()
    });
    let files = there.blobs(&files.collect::<Vec<_>>()).into_iter();
    let revisions = files.map(|file| {
        let bytes = file.ok()?;
        Pointer::revision_in(&environment.scope, path, &bytes)
    });
    Ok(commits.into_iter().zip(revisions).collect())
}

/// The versions of the apps of an environment at one of its revisions.
struct Apps<'e> {
    environment: &'e Environment<'e>,
    versions: BTreeMap<String, Vec<Version>>,
    left: usize,
}

impl<'e> Apps<'e> {
    fn new(environment: &'e Environment<'e>) -> Self {
        Self {
            environment,
            versions: by_app(environment),
            left: COMPARED,
        }
    }

    /// Goes to another revision; returns in what its apps differ. A revision
    /// that is gone, whose files cannot be read, or that has moved on since, tells
    /// nothing.
    fn go_back(
        &mut self,
        revision: Option<&str>,
        origin: &Rc<Origin>,
        repository: &dyn Repository,
    ) -> Vec<Event> {
        let Some(revision) = revision.filter(|_| self.left > 0) else {
            return Vec::new();
        };
        self.left -= 1;
        let scope = self.environment.scope.clone();
        let is_known = !is_moving_revision(revision);
        let read = is_known.then(|| environment::read_at(scope, repository, revision));
        let Some(Ok(read)) = read else {
            self.left = 0;
            return Vec::new();
        };
        self.replace(by_app(&read), origin)
    }

    /// Goes to before the first revision, if the files of all were read.
    fn begin(&mut self, origin: &Rc<Origin>) -> Vec<Event> {
        match self.left {
            0 => Vec::new(),
            _ => self.replace(BTreeMap::new(), origin),
        }
    }

    /// Replaces the versions by those before; returns in what they differ.
    fn replace(
        &mut self,
        before: BTreeMap<String, Vec<Version>>,
        origin: &Rc<Origin>,
    ) -> Vec<Event> {
        let after = std::mem::replace(&mut self.versions, before);
        let apps: BTreeSet<_> = self.versions.keys().chain(after.keys()).cloned().collect();
        let none = Vec::new();
        let events = apps.into_iter().map(|app| {
            let before = self.versions.get(&app).unwrap_or(&none);
            let after = after.get(&app).unwrap_or(&none);
            Event {
                origin: Rc::clone(origin),
                moves: moves(before, after),
                before: environment::text(before),
                after: environment::text(after),
                app,
            }
        });
        events.filter(|event| !event.moves.is_empty()).collect()
    }
}

fn by_app(environment: &Environment<'_>) -> BTreeMap<String, Vec<Version>> {
    let apps = environment.apps().into_iter();
    apps.map(|app| (app.name, app.versions)).collect()
}
