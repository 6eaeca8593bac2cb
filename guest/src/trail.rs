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

use crate::config::Scope;
use crate::environment::{self, Environment, Version};
use crate::error::{Failure, Kind};
use crate::files::is_candidate;
use crate::message::What;
use crate::repository::{AccessError, Commit, Log, Repository, View};
use state::{Difference, State};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Commits that are asked for together at first; every next time four times as many.
const FIRST_PAGE: u32 = 256;

/// The same, where it is clear that much of the history is needed.
const FIRST_DEEP_PAGE: u32 = 1024;

/// Commits that are asked for together at most.
const LARGEST_PAGE: u32 = 4096;

/// Commits whose files travel together, at first and at most.
const FILES: (usize, usize) = (256, 1024);

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
        let walks = group.iter().map(|&index| Walk {
            environment: &environments[index],
            index,
            state: State::new(environments[index].stated()),
            roots: environments[index].scope.roots(),
            closed: BTreeSet::new(),
        });
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

/// One environment on its way back.
struct Walk<'e> {
    environment: &'e Environment<'e>,
    index: usize,
    state: State,
    /// What all of its files are at or below.
    roots: Vec<String>,
    /// Apps that are not followed any further.
    closed: BTreeSet<String>,
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
    let (mut skip, mut page, mut files) = (0, first, FILES.0);
    while skip < FURTHEST && !(interest.is_satisfied)(trails) {
        let log = Log {
            paths: paths.clone(),
            skip,
            limit: page,
        };
        let commits = repository.log(&log).map_err(|error| unreadable(&error))?;
        let mut left = &commits[..];
        while !left.is_empty() {
            if (interest.is_satisfied)(trails) {
                return Ok(false);
            }
            let (next, after) = left.split_at(files.min(left.len()));
            read(walks, next, (repository, trails), interest)?;
            left = after;
            files = FILES.1.min(files * 2);
        }
        if commits.len() < page as usize {
            return Ok(true);
        }
        skip += page;
        page = LARGEST_PAGE.min(page * 4);
    }
    Ok(false)
}

/// Takes what some commits did.
fn read(
    walks: &mut [Walk<'_>],
    commits: &[Commit],
    (repository, trails): (&dyn Repository, &mut [Trail]),
    interest: &Interest<'_>,
) -> Result<(), Failure> {
    for walk in &mut *walks {
        walk.close(trails, interest);
    }
    let contents = contents(walks, commits, repository)?;
    for commit in commits {
        let mut origin = None;
        for walk in &mut *walks {
            let events = walk.step(commit, &contents).into_iter().map(|difference| {
                let origin = origin.get_or_insert_with(|| Rc::new(Origin::of(commit)));
                Event::of(difference, origin)
            });
            for event in events.filter(|event| !event.moves.is_empty()) {
                let app = interest.is_brief.then(|| event.app.clone());
                trails[walk.index].push(event);
                if let Some(app) = app
                    && !(interest.wants)(trails, walk.index, &app)
                {
                    walk.closed.insert(app);
                }
            }
        }
    }
    Ok(())
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
        walks.any(|walk| walk.follows(path)) && is_candidate(path)
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
    /// Lets go of the apps that are of no interest any more.
    fn close(&mut self, trails: &[Trail], interest: &Interest<'_>) {
        let apps = self.state.apps();
        let done = apps.filter(|app| !(interest.wants)(trails, self.index, app));
        self.closed.extend(done.cloned());
    }

    /// Whether a file can say something of interest.
    fn follows(&self, path: &str) -> bool {
        // Most paths are those of another environment.
        if !self.roots.iter().any(|root| path.starts_with(root)) {
            return false;
        }
        match self.environment.scope.member(path) {
            Some(member) => !member.app.is_some_and(|app| self.closed.contains(app)),
            None => false,
        }
    }

    /// Goes to before a commit; returns what the commit did.
    fn step(&mut self, commit: &Commit, contents: &BTreeMap<String, Vec<u8>>) -> Vec<Difference> {
        let scope = &self.environment.scope;
        let mut before = Vec::new();
        for change in &commit.changes {
            if !self.follows(&change.path) || !is_candidate(&change.path) {
                continue;
            }
            let bytes = change.before.as_ref().and_then(|id| contents.get(id));
            // A file that could not be read said no version, as far as is known.
            let versions = bytes.map(|bytes| environment::versions(scope, &change.path, bytes));
            let versions = versions.and_then(Result::ok).unwrap_or_default();
            before.push((change.path.as_str(), versions));
        }
        match before.is_empty() {
            true => Vec::new(),
            false => self.state.go_back(before),
        }
    }
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
