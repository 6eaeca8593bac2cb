//! The versions of an environment at one moment of its history.

use crate::environment::Version;
use std::collections::{BTreeMap, BTreeSet};

/// What the files of an environment say, by app.
#[derive(Debug, Default)]
pub(super) struct State {
    apps: BTreeMap<String, Vec<Version>>,
    /// The apps of each file.
    files: BTreeMap<String, BTreeSet<String>>,
}

/// An app whose versions differ before and after.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) app: String,
    pub(super) before: Vec<Version>,
    pub(super) after: Vec<Version>,
}

impl State {
    pub(super) fn new(versions: Vec<Version>) -> Self {
        let mut state = Self::default();
        for version in versions {
            state.add(version);
        }
        state
    }

    /// Returns the names of the apps.
    pub(super) fn apps(&self) -> impl Iterator<Item = &String> {
        self.apps.keys()
    }

    /// Returns the versions that a file says.
    pub(super) fn of_file<'s>(&'s self, path: &'s str) -> impl Iterator<Item = &'s Version> {
        let apps = self.files.get(path).into_iter().flatten();
        let versions = apps.filter_map(|app| self.apps.get(app)).flatten();
        versions.filter(move |version| version.at.path == path)
    }

    fn add(&mut self, version: Version) {
        let apps = self.files.entry(version.at.path.clone()).or_default();
        apps.insert(version.app.clone());
        let versions = self.apps.entry(version.app.clone()).or_default();
        versions.push(version);
    }

    fn remove(&mut self, path: &str) {
        for app in self.files.remove(path).unwrap_or_default() {
            if let Some(versions) = self.apps.get_mut(&app) {
                versions.retain(|version| version.at.path != path);
            }
        }
    }

    /// Replaces files by what they said before; returns what differs.
    pub(super) fn go_back(&mut self, files: Vec<(&str, Vec<Version>)>) -> Vec<Difference> {
        let mut touched = BTreeSet::new();
        for (path, versions) in &files {
            touched.extend(self.files.get(*path).into_iter().flatten().cloned());
            touched.extend(versions.iter().map(|version| version.app.clone()));
        }
        let after: Vec<_> = touched.iter().map(|app| self.effective(app)).collect();
        for (path, versions) in files {
            self.remove(path);
            for version in versions {
                self.add(version);
            }
        }
        let differences = touched
            .into_iter()
            .zip(after)
            .map(|(app, after)| Difference {
                before: self.effective(&app),
                after,
                app,
            });
        differences.collect()
    }

    /// Returns the versions of an app that count: not those of a base that the
    /// environment replaces, nor manifests whose image a kustomization replaces.
    fn effective(&self, app: &str) -> Vec<Version> {
        let all = self.apps.get(app).map_or(&[][..], Vec::as_slice);
        let counts = |version: &&Version| {
            let is_same = |other: &&Version| other.what == version.what || other.key == version.key;
            !all.iter().filter(is_same).any(|other| {
                let said_here = version.shared && !other.shared && other.value.is_some();
                let replaced = other.overrides
                    && !version.overrides
                    && other.value.is_some()
                    && (version.shared || !other.shared);
                said_here || replaced
            })
        };
        all.iter().filter(counts).cloned().collect()
    }
}
