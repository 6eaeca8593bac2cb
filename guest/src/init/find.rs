//! What files and branches are called tells which environments there are.

use crate::repository::Repository;
use std::collections::{BTreeMap, BTreeSet};

/// Names of environments, from the first to the last.
const STAGES: [&[&str]; 7] = [
    &["dev", "develop", "development", "sandbox"],
    &["test", "testing", "int", "integration", "ci"],
    &["qa"],
    &["uat", "demo"],
    &["stag", "stage", "staging", "stg"],
    &["preprod", "pre-production", "pre-prod"],
    &["prod", "production", "prd", "live"],
];

/// Directories whose members are apps.
const GROUPS: [&str; 6] = [
    "apps",
    "services",
    "charts",
    "components",
    "microservices",
    "workloads",
];

/// Where the environments are.
pub(super) enum Layout {
    /// In files, by patterns.
    Files {
        files: Vec<String>,
        base: Vec<String>,
        environments: Vec<String>,
    },
    /// On branches.
    Branches(Vec<String>),
    /// At revisions that are written in a file for each.
    Revisions {
        /// The pattern of the file.
        file: String,
        /// The address of the manifests, where they are not here.
        repository: Option<String>,
        base: Vec<String>,
        environments: Vec<String>,
    },
}

/// Returns how far up an environment is, by its name; `prod-eu` is a `prod`.
fn stage(name: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    let is_it = |known: &&str| {
        let rest = lower.strip_prefix(*known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    STAGES.iter().position(|names| names.iter().any(is_it))
}

impl Layout {
    /// Finds patterns of which there is a path for two environments or more.
    pub(super) fn of_files(paths: &[String]) -> Option<Self> {
        let patterns = several(paths.iter().filter_map(|path| pattern(path)));
        let mut environments: BTreeSet<String> = BTreeSet::new();
        environments.extend(patterns.values().flatten().cloned());
        if environments.is_empty() {
            return None;
        }
        let shapes: BTreeSet<_> = patterns.keys().cloned().collect();
        let files = with_apps(&shapes);
        let base = bases(&files, paths);
        Some(Self::Files {
            files,
            base,
            environments: in_order(environments),
        })
    }

    /// Returns the layouts in which one file of each environment could say which
    /// revision it runs.
    pub(super) fn of_revisions(paths: &[String]) -> Vec<Self> {
        let whole = |path: &String| {
            let (pattern, name) = pattern(path)?;
            let start = pattern.replace("<environment>", &name);
            let rest = path.strip_prefix(&start)?;
            Some((format!("{pattern}{rest}"), name))
        };
        let found = several(paths.iter().filter_map(whole)).into_iter();
        let shapes: BTreeSet<_> = several(paths.iter().filter_map(|path| pattern(path)))
            .into_keys()
            .collect();
        let base = bases(&with_apps(&shapes), paths);
        let layouts = found.map(|(file, names)| Self::Revisions {
            file,
            repository: None,
            base: base.clone(),
            environments: in_order(names),
        });
        layouts.collect()
    }

    /// Finds branches that are called like environments.
    pub(super) fn of_branches(repository: &dyn Repository) -> Option<Self> {
        let refs = repository.refs("refs/heads/").ok()?;
        let names = refs
            .iter()
            .filter_map(|known| known.name.strip_prefix("refs/heads/"));
        let names: BTreeSet<_> = names
            .filter(|name| stage(name).is_some() && !name.contains('/'))
            .map(str::to_owned)
            .collect();
        (names.len() > 1).then(|| Self::Branches(in_order(names)))
    }

    /// Writes the configuration.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("version: 1\n");
        let (files, base, environments) = match self {
            Self::Files {
                files,
                base,
                environments,
            } => (&files[..], &base[..], environments),
            Self::Revisions {
                base, environments, ..
            } => (&[][..], &base[..], environments),
            Self::Branches(names) => (&[][..], &[][..], names),
        };
        for (key, list) in [("base", base), ("files", files)] {
            match list {
                [] => {}
                [only] => text.push_str(&format!("{key}: {only}\n")),
                several => {
                    text.push_str(&format!("{key}:\n"));
                    for one in several {
                        text.push_str(&format!("  - {one}\n"));
                    }
                }
            }
        }
        if let Self::Revisions {
            file,
            repository: None,
            ..
        } = self
        {
            text.push_str(&format!("revision: {{file: '{file}'}}\n"));
        }
        text.push_str("environments:\n");
        let mut before: Option<&str> = None;
        for name in environments {
            let from = before.map(|before| format!("from: {before}"));
            let settings: Vec<_> = self.own(name).into_iter().chain(from).collect();
            match settings.is_empty() {
                true => text.push_str(&format!("  {name}:\n")),
                false => text.push_str(&format!("  {name}: {{{}}}\n", settings.join(", "))),
            }
            before = Some(name);
        }
        text
    }

    /// Returns the files that say which revisions the environments run.
    pub(super) fn files(&self) -> Vec<String> {
        match self {
            Self::Revisions {
                file, environments, ..
            } => {
                let file = |name: &String| file.replace("<environment>", name);
                environments.iter().map(file).collect()
            }
            Self::Files { .. } | Self::Branches(_) => Vec::new(),
        }
    }

    /// Returns what an environment says for itself.
    fn own(&self, name: &str) -> Vec<String> {
        match self {
            Self::Branches(_) => vec![format!("branch: {name}")],
            Self::Revisions {
                file,
                repository: Some(repository),
                ..
            } => {
                let file = file.replace("<environment>", name);
                vec![
                    format!("repository: '{repository}'"),
                    format!("revision: {{file: '{file}'}}"),
                ]
            }
            Self::Files { .. } | Self::Revisions { .. } => Vec::new(),
        }
    }
}

/// Keeps the patterns of which there is a path for two environments or more.
fn several(found: impl Iterator<Item = (String, String)>) -> BTreeMap<String, BTreeSet<String>> {
    let mut patterns = BTreeMap::<String, BTreeSet<String>>::new();
    for (pattern, name) in found {
        patterns.entry(pattern).or_default().insert(name);
    }
    patterns.retain(|_, names| names.len() > 1);
    patterns
}

/// Returns the pattern of a path that has the name of an environment, and that
/// name; below a directory of an environment all is of one pattern.
fn pattern(path: &str) -> Option<(String, String)> {
    let names: Vec<_> = path.split('/').collect();
    let (file, directories) = names.split_last()?;
    let before = |count: usize| {
        let before = names.iter().take(count);
        before.map(|name| format!("{name}/")).collect::<String>()
    };
    if let Some(index) = directories.iter().position(|name| stage(name).is_some()) {
        let name = names.get(index)?;
        return Some((
            format!("{}<environment>", before(index)),
            (*name).to_owned(),
        ));
    }
    let stem = file.rsplit_once('.').map_or(*file, |(stem, _)| stem);
    let parts = stem.split(['.', '-', '_']);
    let part = parts.into_iter().find(|part| stage(part).is_some())?;
    let at = file.rfind(part)?;
    let (start, end) = (file.get(..at)?, file.get(at + part.len()..)?);
    let pattern = format!("{}{start}<environment>{end}", before(directories.len()));
    Some((pattern, part.to_owned()))
}

/// Puts patterns together that differ in one name: that of the app.
fn with_apps(patterns: &BTreeSet<String>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        let names: Vec<_> = pattern.split('/').collect();
        let with_app = (0..names.len()).find_map(|index| {
            let name = names.get(index).copied().unwrap_or_default();
            let generalised = generalised(name)?;
            let mut shape: Vec<&str> = names.clone();
            shape[index] = &generalised;
            let shape = shape.join("/");
            let group = index.checked_sub(1).and_then(|before| names.get(before));
            let in_group = group.is_some_and(|group| GROUPS.contains(group));
            let others = patterns.iter().filter(|other| is_of(&shape, other)).count();
            let tells_both = generalised.contains("<environment>");
            (others > 1 || in_group || tells_both).then_some(shape)
        });
        found.insert(with_app.unwrap_or_else(|| pattern.clone()));
    }
    // What a wider pattern has already is said once.
    let all: Vec<_> = found.iter().cloned().collect();
    found.retain(|pattern| {
        !all.iter()
            .any(|other| other != pattern && is_of(other, pattern))
    });
    found.into_iter().collect()
}

/// Returns a name of a pattern with the app left open; `None` where there is none.
fn generalised(name: &str) -> Option<String> {
    match name.split_once("<environment>") {
        None => Some("<app>".to_owned()),
        Some((start, end)) => {
            let app = start.trim_end_matches(['-', '.', '_']);
            let separator = start.get(app.len()..)?;
            let telling = !app.is_empty()
                && !separator.is_empty()
                && !["values", "config", "application", "kustomization"].contains(&app);
            telling.then(|| format!("<app>{separator}<environment>{end}"))
        }
    }
}

/// Whether a pattern with `<app>` has another one as a case.
fn is_of(shape: &str, pattern: &str) -> bool {
    let Some((start, end)) = shape.split_once("<app>") else {
        return false;
    };
    let app = pattern
        .strip_prefix(start)
        .and_then(|rest| rest.strip_suffix(end));
    app.is_some_and(|app| !app.is_empty() && !app.contains(['/', '<']))
}

/// Finds what the environments share: a `base` beside the overlays, and the
/// values that those of an environment are laid over.
fn bases(files: &[String], paths: &[String]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for pattern in files {
        let (directory, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        let joined = |parts: &[&str]| {
            let parts = parts.iter().filter(|part| !part.is_empty());
            parts.copied().collect::<Vec<_>>().join("/")
        };
        let mut candidates = Vec::new();
        if name == "<environment>" {
            let above = directory.rsplit_once('/').map_or("", |(above, _)| above);
            candidates.push(joined(&[directory, "base"]));
            if directory.ends_with("overlays") || directory.ends_with("environments") {
                candidates.push(joined(&[above, "base"]));
            }
        } else if let Some((start, end)) = name.split_once("<environment>") {
            let start = start.trim_end_matches(['.', '-', '_']);
            if !start.is_empty() && !start.contains("<app>") {
                candidates.push(joined(&[directory, &format!("{start}{end}")]));
            }
        }
        let is_there = |candidate: &String| {
            crate::config::Pattern::parse(candidate, "")
                .is_ok_and(|pattern| paths.iter().any(|path| pattern.matches(path).is_some()))
        };
        found.extend(candidates.into_iter().filter(is_there));
    }
    found.into_iter().collect()
}

fn in_order(names: BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|name| stage(name).unwrap_or(STAGES.len()));
    names
}
