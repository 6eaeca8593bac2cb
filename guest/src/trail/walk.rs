//! Environments on their way back through the history.

use super::alike;
use super::state::{Difference, State};
use super::{Event, Interest, Origin, Trail, unreadable};
use crate::environment::{self, Environment, Version};
use crate::error::Failure;
use crate::repository::{AccessError, Commit, PathChange, Repository};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What files held, by object id.
type Contents = BTreeMap<String, Option<Vec<u8>>>;

/// One environment on its way back.
pub(super) struct Walk<'e> {
    pub(super) environment: &'e Environment<'e>,
    /// Where its trail is.
    index: usize,
    state: State,
    /// What all of its files are at or below.
    roots: Vec<String>,
    /// Apps that are not followed any further.
    closed: BTreeSet<String>,
    /// What its files hold where the state is, as far as they were read.
    texts: BTreeMap<String, Cow<'e, [u8]>>,
    /// Whether a value may decide on what the configuration looks for.
    is_selective: bool,
}

/// A change of a file that can say something about an environment.
struct Touch<'c> {
    /// The index of the walk.
    walk: usize,
    app: Option<&'c str>,
    change: &'c PathChange,
}

/// How much is read at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portion {
    /// Commits at most.
    commits: usize,
    /// Of each file whose path tells the app, as many of its newest contents.
    of_apps: usize,
    /// Of each other file.
    of_others: usize,
}

impl Portion {
    /// What travels together as long as nobody knows how much is needed, at first
    /// and at most.
    const BLIND: (usize, usize) = (256, 1024);

    /// Contents of one app's file that are read at first. The launcher sends as many
    /// along with the files themselves.
    const LATELY: usize = 4;

    /// Returns what is read first: where apps are let go of at once, most have
    /// shown after few changes all that is wanted of them.
    pub(super) fn first(interest: &Interest<'_>) -> Self {
        match interest.is_brief {
            true => Self {
                commits: usize::MAX,
                of_apps: Self::LATELY,
                of_others: Self::BLIND.0,
            },
            false => Self {
                commits: Self::BLIND.0,
                of_apps: usize::MAX,
                of_others: usize::MAX,
            },
        }
    }

    /// Returns what is read next.
    pub(super) fn next(self) -> Self {
        let more = |count: usize| match count {
            usize::MAX => usize::MAX,
            count => Self::BLIND.1.min(count * 2),
        };
        Self {
            commits: more(self.commits),
            of_apps: self.of_apps.saturating_mul(4),
            of_others: more(self.of_others),
        }
    }

    /// Returns how many contents of the file of a change.
    fn of(self, touch: &Touch<'_>) -> usize {
        match touch.app {
            Some(_) => self.of_apps,
            None => self.of_others,
        }
    }
}

/// Commits that are still to be read, newest first.
pub(super) struct Stretch<'c> {
    commits: &'c [Commit],
    /// What each of them did to files that can say something of interest.
    touches: Vec<Vec<Touch<'c>>>,
    /// How many were read.
    done: usize,
}

impl<'c> Stretch<'c> {
    /// Takes commits on which nothing was read yet.
    pub(super) fn new(walks: &[Walk<'_>], commits: &'c [Commit]) -> Self {
        let touches = commits.iter().map(|commit| touches(walks, commit));
        Self {
            commits,
            touches: touches.collect(),
            done: 0,
        }
    }

    /// Whether all were read.
    pub(super) fn is_empty(&self) -> bool {
        self.done == self.commits.len()
    }

    /// Takes what the next commits did, as far as `portion` allows.
    pub(super) fn read(
        &mut self,
        walks: &mut [Walk<'_>],
        portion: Portion,
        (repository, trails): (&dyn Repository, &mut [Trail]),
        interest: &Interest<'_>,
    ) -> Result<(), Failure> {
        for walk in &mut *walks {
            walk.close(trails, interest);
        }
        let end = self
            .commits
            .len()
            .min(self.done.saturating_add(portion.commits));
        let next = &self.touches[self.done..end];
        let contents = contents(&newest(walks, next, portion), repository)?;
        while self.done < end {
            let touches = &self.touches[self.done];
            let mut open = touches.iter().filter(|touch| touch.is_open(walks));
            if !open.all(|touch| touch.is_known(&contents)) {
                break;
            }
            take(
                walks,
                &self.commits[self.done],
                (touches, &contents),
                (trails, interest),
            );
            self.done += 1;
        }
        Ok(())
    }
}

/// Takes what a commit did.
fn take(
    walks: &mut [Walk<'_>],
    commit: &Commit,
    (touches, contents): (&[Touch<'_>], &Contents),
    (trails, interest): (&mut [Trail], &Interest<'_>),
) {
    let mut origin = None;
    for (number, walk) in walks.iter_mut().enumerate() {
        let own = touches.iter().filter(|touch| touch.walk == number);
        let events = walk.step(own, contents).into_iter().map(|difference| {
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

impl Touch<'_> {
    /// Whether the app is still followed.
    fn is_open(&self, walks: &[Walk<'_>]) -> bool {
        let closed = &walks[self.walk].closed;
        !self.app.is_some_and(|app| closed.contains(app))
    }

    /// Whether it was asked what the file held before.
    fn is_known(&self, contents: &Contents) -> bool {
        let before = self.change.before.as_ref();
        before.is_none_or(|id| contents.contains_key(id))
    }
}

/// Returns the changes of a commit that can say something of interest.
fn touches<'c>(walks: &[Walk<'_>], commit: &'c Commit) -> Vec<Touch<'c>> {
    let mut touches = Vec::new();
    for change in &commit.changes {
        let path = &change.path;
        let followed = walks.iter().enumerate();
        touches.extend(followed.filter_map(|(walk, one)| {
            let app = one.follows(path)?;
            Some(Touch { walk, app, change })
        }));
    }
    touches
}

/// Returns the ids of the newest contents of every file that is followed.
fn newest<'c>(
    walks: &[Walk<'_>],
    touches: &[Vec<Touch<'c>>],
    portion: Portion,
) -> BTreeSet<&'c String> {
    let mut seen = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let touches = touches.iter().flatten();
    for touch in touches.filter(|touch| touch.is_open(walks)) {
        let of_file = seen.entry((touch.walk, &touch.change.path)).or_insert(0);
        *of_file += 1;
        if *of_file <= portion.of(touch) {
            ids.extend(&touch.change.before);
        }
    }
    ids
}

/// Returns what files held; none for one that cannot be read.
fn contents(ids: &BTreeSet<&String>, repository: &dyn Repository) -> Result<Contents, Failure> {
    let ids: Vec<_> = ids.iter().map(|id| (*id).clone()).collect();
    let read = repository.blobs(&ids);
    let mut contents = BTreeMap::new();
    for (id, read) in ids.into_iter().zip(read) {
        let bytes = match read {
            Err(error @ AccessError::Unavailable(_)) => return Err(unreadable(&error)),
            // What is too large to be read says no version.
            read => read.ok(),
        };
        contents.insert(id, bytes);
    }
    Ok(contents)
}

impl<'e> Walk<'e> {
    /// Starts where an environment is.
    pub(super) fn new(environment: &'e Environment<'e>, index: usize) -> Self {
        let files = environment.files.iter().map(|member| &member.loaded.file);
        let texts = files.map(|file| {
            let text = file.text().as_bytes();
            (file.path().to_owned(), Cow::Borrowed(text))
        });
        let config = environment.scope.config;
        let of_apps = config.apps.iter().flat_map(|(_, app)| app.keys.iter());
        let mut keys = config.keys.iter().chain(of_apps);
        Self {
            environment,
            index,
            state: State::new(environment.stated()),
            roots: environment.scope.roots(),
            closed: BTreeSet::new(),
            texts: texts.collect(),
            is_selective: keys.any(|key| key.contains('=')),
        }
    }

    /// Lets go of the apps that are of no interest any more.
    fn close(&mut self, trails: &[Trail], interest: &Interest<'_>) {
        let apps = self.state.apps();
        let done = apps.filter(|app| !(interest.wants)(trails, self.index, app));
        self.closed.extend(done.cloned());
    }

    /// Returns the app that a path tells, if its file can say something of interest.
    fn follows<'p>(&self, path: &'p str) -> Option<Option<&'p str>> {
        // Most paths are those of another environment.
        if !self.roots.iter().any(|root| path.starts_with(root)) {
            return None;
        }
        let app = self.environment.scope.held(path)?.app;
        let is_closed = app.is_some_and(|app| self.closed.contains(app));
        (!is_closed).then_some(app)
    }

    /// Goes to before a commit; returns what the commit did.
    fn step<'t>(
        &mut self,
        touches: impl Iterator<Item = &'t Touch<'t>>,
        contents: &Contents,
    ) -> Vec<Difference> {
        let mut before = Vec::new();
        for Touch { app, change, .. } in touches {
            if app.is_some_and(|app| self.closed.contains(app)) {
                continue;
            }
            let bytes = change
                .before
                .as_ref()
                .and_then(|id| contents.get(id)?.as_ref());
            before.push((change.path.as_str(), self.go_back(&change.path, bytes)));
        }
        match before.is_empty() {
            true => Vec::new(),
            false => self.state.go_back(before),
        }
    }

    /// Returns the versions that a file said before. One that could not be read
    /// said none, as far as is known.
    fn go_back(&mut self, path: &str, bytes: Option<&Vec<u8>>) -> Vec<Version> {
        let Some(bytes) = bytes else {
            self.texts.remove(path);
            return Vec::new();
        };
        let known = self.texts.get(path).filter(|_| !self.is_selective);
        let follow = known.and_then(|text| alike::versions(self.state.of_file(path), text, bytes));
        let versions = follow.unwrap_or_else(|| {
            let read = environment::versions(&self.environment.scope, path, bytes);
            read.unwrap_or_default()
        });
        self.texts
            .insert(path.to_owned(), Cow::Owned(bytes.clone()));
        versions
    }
}
