//! The matrix: what an app is in an environment, and how it compares with
//! where it comes from.

use super::Around;
use crate::config;
use crate::environment::{App, Environment};
use crate::plan::Location;
use crate::trail::{Origin, Trail};
use std::collections::BTreeSet;
use std::rc::Rc;

/// An environment.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// The environments that its versions come from.
    pub(crate) from: Vec<String>,
    /// Whether changes get there by a request.
    pub(crate) by_request: bool,
    /// The revision that it runs, when one is written.
    pub(crate) revision: Option<String>,
    /// What holds for it besides.
    pub(crate) around: Around,
    /// The apps, sorted by name, each with the version that stands for it.
    apps: Vec<(App, String)>,
}

/// An app in all environments.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) app: String,
    /// What it is in each; none where it is not.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// An app in one environment.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Its versions, as one text.
    pub(crate) version: String,
    /// Where they stand.
    pub(crate) places: Vec<Location>,
    /// The commit since which they are as they are, as far as it is known.
    pub(crate) since: Option<Rc<Origin>>,
    /// How they compare with those of the environment that they come from.
    pub(crate) standing: Standing,
}

/// How an app compares with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It comes from nowhere.
    First,
    /// It is the same there.
    Same,
    /// It had this version there as many changes ago.
    Behind(usize),
    /// That environment has a version that was here as many changes ago.
    Ahead(usize),
    /// Neither was seen in the other.
    Differs,
    /// It is not there.
    Alone,
}

impl Cell {
    /// Returns the version for people.
    pub(crate) fn version(&self) -> &str {
        match self.version.as_str() {
            "" => "no tag",
            version => version,
        }
    }
}

impl Column {
    pub(super) fn of(environment: &Environment<'_>) -> Self {
        let settings = environment.scope.settings;
        let pointer = environment.pointer.as_ref();
        Self {
            name: environment.scope.name.to_owned(),
            from: settings.from.iter().map(str::to_owned).collect(),
            by_request: settings.delivery == config::Delivery::Request,
            revision: pointer.and_then(|pointer| pointer.revision.clone()),
            around: Around::default(),
            apps: versioned(environment.apps()),
        }
    }

    fn app(&self, name: &str) -> Option<&(App, String)> {
        let found = self
            .apps
            .binary_search_by(|(app, _)| app.name.as_str().cmp(name));
        found.ok().map(|index| &self.apps[index])
    }

    fn version(&self, app: &str) -> Option<&str> {
        self.app(app).map(|(_, version)| version.as_str())
    }
}

fn versioned(apps: Vec<App>) -> Vec<(App, String)> {
    let apps = apps.into_iter().map(|app| {
        let version = app.version();
        (app, version)
    });
    apps.collect()
}

/// Returns the names of the apps of all environments, sorted.
pub(super) fn apps(columns: &[Column]) -> Vec<String> {
    let names = columns.iter().flat_map(|column| &column.apps);
    let names: BTreeSet<_> = names.map(|(app, _)| app.name.clone()).collect();
    names.into_iter().collect()
}

/// Whether more history would say more about an app of an environment: since
/// when it is there, or how it compares with where it comes from or goes to.
pub(super) fn is_open(columns: &[Column], trails: &[Trail], index: usize, app: &str) -> bool {
    let column = &columns[index];
    let is_dated = column.app(app).is_none() || trails[index].newest(app).is_some();
    let differs = |index| standing(app, index, columns, trails) == Standing::Differs;
    let mut targets = columns.iter().enumerate();
    !is_dated
        || differs(index)
        || targets.any(|(target, other)| other.from.contains(&column.name) && differs(target))
}

/// Fills the matrix.
pub(super) fn rows(apps: Vec<String>, columns: &[Column], trails: &[Trail]) -> Vec<Row> {
    let cell = |app: &str, index: usize| {
        let (found, version) = columns[index].app(app)?;
        let newest = trails[index].newest(app);
        Some(Cell {
            version: version.clone(),
            places: found.versions.iter().map(|one| one.at.clone()).collect(),
            since: newest.map(|event| Rc::clone(&event.origin)),
            standing: standing(app, index, columns, trails),
        })
    };
    let rows = apps.into_iter().map(|app| Row {
        cells: (0..columns.len()).map(|index| cell(&app, index)).collect(),
        app,
    });
    rows.collect()
}

/// Compares an app with where it comes from: of several places the nearest.
fn standing(app: &str, index: usize, columns: &[Column], trails: &[Trail]) -> Standing {
    let column = &columns[index];
    let Some(version) = column.version(app) else {
        return Standing::First;
    };
    let sources = column.from.iter().filter_map(|name| {
        let source = columns.iter().position(|other| other.name == *name)?;
        Some((source, columns[source].version(app)))
    });
    let mut best = None;
    for (source, theirs) in sources {
        let found = match theirs {
            None => Standing::Alone,
            Some(theirs) if theirs == version => Standing::Same,
            Some(theirs) => {
                let behind = ago(&trails[source], app, version).map(Standing::Behind);
                let ahead = ago(&trails[index], app, theirs).map(Standing::Ahead);
                behind.or(ahead).unwrap_or(Standing::Differs)
            }
        };
        let rank = |standing: &Standing| match standing {
            Standing::Same => 0,
            Standing::Behind(count) | Standing::Ahead(count) => *count,
            _ => usize::MAX,
        };
        best = match best {
            Some(best) if rank(&best) <= rank(&found) => Some(best),
            _ => Some(found),
        };
    }
    best.unwrap_or(Standing::First)
}

/// Returns how many changes ago an app had a version.
fn ago(trail: &Trail, app: &str, version: &str) -> Option<usize> {
    let found = trail.of(app).position(|event| event.before == version);
    found.map(|index| index + 1)
}
