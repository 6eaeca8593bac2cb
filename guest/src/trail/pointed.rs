//! Environments that run a revision that is written somewhere: what happened is
//! that another one was written.

use super::{Event, Moved, Origin, Trail, moves, unreadable};
use crate::environment::{self, Environment, Pointer, Version};
use crate::error::Failure;
use crate::repository::{Log, Repository, View};
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
    let before = commits.iter().map(|commit| {
        let mut changes = commit.changes.iter();
        let own = changes.find(|change| change.path == path);
        own.and_then(|change| change.before.clone())
            .unwrap_or_default()
    });
    let contents = there.blobs(&before.collect::<Vec<_>>());
    let mut trail = Trail {
        is_complete: commits.len() < FURTHEST as usize,
        ..Trail::default()
    };
    let mut apps = Apps::new(environment);
    let mut after = pointer.revision.clone();
    for (commit, content) in commits.iter().zip(contents) {
        let revision = content
            .ok()
            .and_then(|bytes| Pointer::revision_in(&environment.scope, path, &bytes));
        if revision == after {
            continue;
        }
        let origin = Rc::new(Origin::of(commit));
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
    }
    Ok(trail)
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
    /// that is gone, or whose files cannot be read, tells nothing.
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
        let Ok(read) = environment::read_at(scope, repository, revision) else {
            self.left = 0;
            return Vec::new();
        };
        let after = std::mem::replace(&mut self.versions, by_app(&read));
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
