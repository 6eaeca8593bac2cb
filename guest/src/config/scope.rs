//! One environment, with what it takes from the whole file.

use super::{Config, Declared, Environment, List, Pattern, Revision};
use crate::error::{Failure, Kind};
use crate::files::{self, Glob};
use crate::repository::View;
use std::collections::BTreeSet;

/// One environment, with what it takes from the whole file.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'c> {
    /// Its name.
    pub(crate) name: &'c str,
    /// What is declared for it alone.
    pub(crate) settings: &'c Environment,
    /// The whole configuration.
    pub(crate) config: &'c Config,
    /// What is its own.
    pub(crate) files: Vec<Pattern>,
    /// What it shares with all others.
    pub(crate) base: Vec<Pattern>,
    /// Where it is written which revision it runs.
    pub(crate) revision: Option<Revision>,
    ignore: Vec<Glob>,
}

/// What a path is for an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member<'p> {
    /// The app that the path tells.
    pub(crate) app: Option<&'p str>,
    /// Whether all environments share it.
    pub(crate) shared: bool,
    /// Which of the patterns matches it.
    pub(crate) pattern: usize,
    /// The rest of the path, below what the pattern matches.
    pub(crate) below: &'p str,
}

impl<'c> Scope<'c> {
    pub(super) fn of(
        declared: &'c Declared,
        name: &'c str,
        settings: &'c Environment,
    ) -> Result<Self, Failure> {
        let config = &declared.config;
        let own = !settings.files.is_empty();
        let (files, keys) = match own {
            true => (&settings.files, &["environments", name, "files"][..]),
            false => (&config.files, &["files"][..]),
        };
        let for_all = config.revision.as_ref();
        let revision = settings.revision.as_ref().or_else(|| {
            let says_nothing_else = settings.branch.is_none() && settings.repository.is_none();
            for_all.filter(|_| says_nothing_else)
        });
        let revision = revision.map(|revision| Revision {
            file: revision.file.replace("<environment>", name),
            ..revision.clone()
        });
        Ok(Self {
            name,
            settings,
            config,
            files: each(declared, files, keys, |text| Pattern::parse(text, name))?,
            base: each(declared, &config.base, &["base"], |text| {
                Pattern::parse(text, name)
            })?,
            revision,
            ignore: each(declared, &config.ignore, &["ignore"], |text| {
                Glob::parse(text, Kind::InvalidConfig)
            })?,
        })
    }

    /// Returns where its files are, as far as that is declared.
    pub(crate) fn view(&self) -> View {
        View {
            repository: self.settings.repository.clone(),
            revision: self.settings.branch.clone(),
        }
    }

    /// Returns where it is written which revision it runs.
    pub(crate) fn revision_view(&self) -> Option<View> {
        self.revision.as_ref().map(|revision| View {
            repository: revision.repository.clone(),
            revision: revision.branch.clone(),
        })
    }

    /// Returns the directories and files that everything of it is at or below,
    /// its own first; the root of the repository is empty.
    pub(crate) fn roots(&self) -> Vec<String> {
        let patterns = self.files.iter().chain(&self.base);
        let mut roots = Vec::new();
        for root in patterns.map(Pattern::root) {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        roots
    }

    /// Returns the directories and files that everything of some apps is at or
    /// below, as [`Self::roots`] does for all of them if none is named.
    pub(crate) fn roots_of(&self, apps: &[String]) -> Vec<String> {
        if apps.is_empty() {
            return self.roots();
        }
        let patterns = self.files.iter().chain(&self.base);
        let mut roots = BTreeSet::new();
        for pattern in patterns {
            let paths = apps.iter().map(|app| pattern.path_of(app));
            match paths.collect::<Option<Vec<_>>>() {
                Some(paths) if pattern.tells_app() => roots.extend(paths),
                _ => drop(roots.insert(pattern.root())),
            }
        }
        roots.into_iter().collect()
    }

    /// Returns what a file is for this environment that can say a version of it: one
    /// that deploys something by its name, or one without an extension that a pattern
    /// names as a whole, such as `image-tags/<environment>/<app>`.
    pub(crate) fn held<'p>(&self, path: &'p str) -> Option<Member<'p>> {
        let is_named = |member: &Member<'_>| member.below.is_empty() && files::is_bare(path);
        self.member(path)
            .filter(|member| files::is_candidate(path) || is_named(member))
    }

    /// Returns what a path is for this environment; `None` when it is nothing.
    pub(crate) fn member<'p>(&self, path: &'p str) -> Option<Member<'p>> {
        if self.ignore.iter().any(|glob| glob.matches(path)) {
            return None;
        }
        let of = |patterns: &[Pattern], shared: bool| {
            let mut found = patterns
                .iter()
                .enumerate()
                .filter_map(|(index, pattern)| Some((index, pattern.matches(path)?)));
            found.next().map(|(pattern, captured)| Member {
                app: captured.app,
                shared,
                pattern,
                below: captured.below,
            })
        };
        // What is its own wins, where the base is above it.
        of(&self.files, false).or_else(|| of(&self.base, true))
    }
}

/// Reads each text of a list; an error says which of them is meant.
fn each<T>(
    declared: &Declared,
    list: &List,
    keys: &[&str],
    parse: impl Fn(&str) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let parse = |(index, text): (usize, &str)| {
        parse(text).map_err(|failure| {
            let index = index.to_string();
            let keys: Vec<_> = keys.iter().copied().chain([index.as_str()]).collect();
            failure.at(declared.locate(&keys))
        })
    };
    list.iter().enumerate().map(parse).collect()
}
