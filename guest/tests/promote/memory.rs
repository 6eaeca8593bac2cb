//! Deployment repositories in memory, with their branches and tags.

use std::collections::BTreeMap;
use towpath_guest::repository::{AccessError, Entry, EntryKind, Ref, Repository, View};

/// Files by where they stand and their path: `== [REPOSITORY][@REVISION] PATH`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) files: BTreeMap<(View, String), Vec<u8>>,
    pub(crate) here: View,
    pub(crate) tags: Vec<String>,
}

impl Memory {
    /// Reads files; before the first `==` line stands `towpath.yaml`.
    pub(crate) fn new(text: &str) -> Self {
        let mut files = BTreeMap::<_, Vec<u8>>::new();
        let mut file = (View::default(), "towpath.yaml".to_owned());
        for line in text.split_inclusive('\n') {
            let Some(name) = line.strip_prefix("== ") else {
                files.entry(file.clone()).or_default().extend(line.bytes());
                continue;
            };
            let (place, path) = name.trim().rsplit_once(' ').unwrap_or(("", name.trim()));
            let (repository, revision) = place.rsplit_once('@').unwrap_or((place, ""));
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let view = View {
                repository: some(repository),
                revision: some(revision),
            };
            file = (view, path.to_owned());
            files.insert(file.clone(), Vec::new());
        }
        Self {
            files,
            here: View::default(),
            tags: Vec::new(),
        }
    }
}

impl Repository for Memory {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        if self
            .files
            .contains_key(&(self.here.clone(), directory.to_owned()))
        {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let below = |path: &&String| {
            let rest = path.strip_prefix(directory);
            directory.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let here = self.files.keys().filter(|(view, _)| *view == self.here);
        let paths = here.map(|(_, path)| path).filter(below);
        let entries: Vec<_> = paths
            .map(|path| Entry {
                path: path.clone(),
                kind: EntryKind::File,
            })
            .collect();
        match entries.is_empty() {
            true => Err(AccessError::NotFound),
            false => Ok(entries),
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let file = |path: &String| self.files.get(&(self.here.clone(), path.clone())).cloned();
        let read = |path| file(path).ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        let tags = self.tags.iter().map(|tag| format!("refs/tags/{tag}"));
        let named = tags.filter(|name| name.starts_with(prefix));
        let reference = |name| Ref {
            name,
            commit: "0".repeat(40),
        };
        Ok(named.map(reference).collect())
    }

    fn at(&self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        Ok(Box::new(Self {
            here: view.clone(),
            ..self.clone()
        }))
    }
}
