//! What happened to the versions of environments, from git alone.
//!
//! The files of the newest revision say what runs now. From there the history
//! is walked backwards along the first parents: every changed file is replaced
//! by what it was before, and where the versions of an app differ then, a change
//! of that app was found. Who made it does not matter: a commit by hand, a
//! squashed request, a moved file.

mod alike;
mod origin;
#[cfg(test)]
pub(crate) mod past;
mod pointed;
mod state;
mod walk;

pub(crate) use origin::Origin;

use crate::config::Scope;
use crate::environment::{self, Environment, Version};
use crate::error::{Failure, Kind};
use crate::message::What;
use crate::repository::{AccessError, Log, Repository, View};
use state::Difference;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use walk::{Portion, Stretch, Walk};

/// Commits that are asked for together at first; every next time four times as many.
const FIRST_PAGE: u32 = 256;

/// The same, where it is clear that much of the history is needed.
const FIRST_DEEP_PAGE: u32 = 1024;

/// Commits that are asked for together at most.
const LARGEST_PAGE: u32 = 4096;

/// Commits that are looked at in all.
const FURTHEST: u32 = 100_000;

/// What happened to the versions of one environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    /// The changes, newest first.
    pub(crate) events: Vec<Event>,
    /// Whether these are all.
    pub(crate) is_complete: bool,
    /// Where the changes of each app are.
    apps: BTreeMap<String, Vec<usize>>,
}

/// How far the past is of interest.
pub(crate) struct Interest<'i> {
    /// Whether an app of an environment, by its index, is followed any further.
    pub(crate) wants: &'i dyn Fn(&[Trail], usize, &str) -> bool,
    /// Whether nothing is followed any further.
    pub(crate) is_satisfied: &'i dyn Fn(&[Trail]) -> bool,
    /// The apps that count, where not all do.
    pub(crate) apps: &'i [String],
    /// Whether that is likely to be far.
    pub(crate) is_deep: bool,
    /// Whether an app is let go of at once, and not only after the commits whose
    /// files have come together: fewer files are read, and fewer changes told.
    pub(crate) is_brief: bool,
}

impl<'i> Interest<'i> {
    /// Follows every app until there is enough of all.
    pub(crate) fn until(is_satisfied: &'i dyn Fn(&[Trail]) -> bool) -> Self {
        fn every(_: &[Trail], _: usize, _: &str) -> bool {
            true
        }
        Self {
            wants: &every,
            is_satisfied,
            apps: &[],
            is_deep: false,
            is_brief: false,
        }
    }
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
        let indices = self.apps.get(app).into_iter().flatten();
        indices.map(|&index| &self.events[index])
    }

    fn push(&mut self, event: Event) {
        let indices = self.apps.entry(event.app.clone()).or_default();
        indices.push(self.events.len());
        self.events.push(event);
    }

    /// Puts the newest changes first, where those of the revision came before.
    fn sort(&mut self) {
        let mut events = std::mem::take(&mut self.events);
        self.apps.clear();
        events.sort_by_key(|event| std::cmp::Reverse(event.origin.time));
        for event in events {
            self.push(event);
        }
    }
}

/// Follows environments back as far as that is of interest.
///
/// # Errors
/// When the history cannot be read.
pub(crate) fn follow(
    environments: &[Environment<'_>],
    repository: &dyn Repository,
    interest: &Interest<'_>,
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
        let walks = group
            .iter()
            .map(|&index| Walk::new(&environments[index], index));
        let mut walks: Vec<_> = walks.collect();
        let elsewhere;
        let there: &dyn Repository = if view == View::default() {
            repository
        } else {
            elsewhere = repository.at(&view).map_err(|error| unreadable(&error))?;
            &*elsewhere
        };
        let is_complete = walk(&mut walks, there, &mut trails, interest)?;
        for &index in &group {
            trails[index].is_complete = is_complete;
        }
    }
    for (trail, environment) in trails.iter_mut().zip(environments) {
        if environment.pointer.is_some() {
            trail.sort();
        }
    }
    Ok(trails)
}

/// Lets the launcher know that the history of environments is needed, or that of
/// some apps in them, before their files are read: what leads to these comes along with it.
pub(crate) fn expect(scopes: &[Scope<'_>], apps: &[String], repository: &dyn Repository) {
    let here = scopes.iter().filter(|scope| {
        let is_pointed = scope.revision.is_some();
        !is_pointed && !scope.files.is_empty() && scope.view() == View::default()
    });
    let roots = here.flat_map(|scope| scope.roots_of(apps));
    let paths: Vec<_> = roots.collect::<BTreeSet<_>>().into_iter().collect();
    if !paths.is_empty() {
        let (skip, limit) = (FIRST_DEEP_PAGE, 0);
        // What goes wrong shows again where the answer matters.
        let _ = repository.log(&Log { paths, skip, limit });
    }
}

/// Walks back; returns whether the end of the history was reached.
fn walk(
    walks: &mut [Walk<'_>],
    repository: &dyn Repository,
    trails: &mut [Trail],
    interest: &Interest<'_>,
) -> Result<bool, Failure> {
    let roots = walks
        .iter()
        .flat_map(|walk| walk.environment.scope.roots_of(interest.apps));
    let paths: Vec<_> = roots.collect::<BTreeSet<_>>().into_iter().collect();
    let first = match interest.is_deep {
        true => FIRST_DEEP_PAGE,
        false => FIRST_PAGE,
    };
    let (mut skip, mut page) = (0, first);
    let mut portion = Portion::first(interest);
    while skip < FURTHEST && !(interest.is_satisfied)(trails) {
        let log = Log {
            paths: paths.clone(),
            skip,
            limit: page,
        };
        let commits = repository.log(&log).map_err(|error| unreadable(&error))?;
        let mut left = Stretch::new(walks, &commits);
        while !left.is_empty() {
            if (interest.is_satisfied)(trails) {
                return Ok(false);
            }
            left.read(walks, portion, (repository, trails), interest)?;
            portion = portion.next();
        }
        if commits.len() < page as usize {
            return Ok(true);
        }
        skip += page;
        page = LARGEST_PAGE.min(page * 4);
    }
    Ok(false)
}

impl Event {
    fn of(difference: Difference, origin: &Rc<Origin>) -> Self {
        Self {
            origin: Rc::clone(origin),
            moves: moves(&difference.before, &difference.after),
            before: environment::text(&difference.before),
            after: environment::text(&difference.after),
            app: difference.app,
        }
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
