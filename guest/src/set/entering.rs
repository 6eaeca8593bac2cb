//! A new version that enters an environment: what it has to wait for, and where it
//! goes on to.

use crate::config::{self, Declared, Scope};
use crate::environment::{self, App};
use crate::error::Failure;
use crate::facts::{Facts, Question};
use crate::files::access_failure;
use crate::gate::{self, Wants};
use crate::gates::Candidate;
use crate::plan::{Change, Plan, RequestDraft};
use crate::preparation::{Preparation, Way};
use crate::promote::{self, Followed};
use crate::report;
use crate::repository::{AccessError, Commit, Entry, Log, Ref, Repository, View};
use crate::request::Source;
use crate::requests;
use std::collections::BTreeMap;
use towpath_surface::requests::Wishes;

/// The environment that a change is made in.
pub(super) struct Entering<'e> {
    declared: Declared,
    source: &'e Source,
    name: &'e str,
    /// Where the change is made.
    view: View,
}

impl<'e> Entering<'e> {
    /// Finds the environment that was named, where any is declared: one that is not
    /// would have no gate to hold it. `within` says that the change is made where
    /// the environment is, and not in files of the user's.
    pub(super) fn find(
        source: &'e Source,
        within: bool,
        repository: &dyn Repository,
    ) -> Result<Option<Self>, Failure> {
        let Some(name) = &source.environment else {
            return Ok(None);
        };
        // In a directory nothing is delivered.
        let commit = repository.commit();
        if matches!(commit, Ok(None)) {
            return Ok(None);
        }
        let Some(declared) = config::load(repository)? else {
            return Ok(None);
        };
        let view = declared.scope(name)?.view();
        Ok(Some(Self {
            name,
            source,
            view: if within { view } else { View::default() },
            declared,
        }))
    }

    fn scope(&self) -> Result<Scope<'_>, Failure> {
        self.declared.scope(self.name)
    }

    fn is_gated(&self) -> Result<bool, Failure> {
        Ok(!self.scope()?.settings.gates.is_empty())
    }

    /// Whether it takes a plan to prepare for the change.
    pub(super) fn needs_a_plan(&self) -> Result<bool, Failure> {
        Ok(self.is_gated()? || !self.declared.followers(self.name).is_empty())
    }

    /// Says what has to be found out, and what follows.
    pub(super) fn prepare(
        &self,
        plan: &Plan,
        facts: &Facts,
        repository: &dyn Repository,
    ) -> Result<Preparation, Failure> {
        let before = environment::read(self.scope()?, repository)?.apps();
        let is_gated = self.is_gated()?;
        let apps = touched(plan, &before);
        let then = match apps.is_empty() {
            true => Vec::new(),
            false => {
                let followed = Followed {
                    name: self.name,
                    apps: &apps,
                };
                followed.by(&self.declared, repository)?
            }
        };
        Ok(Preparation {
            questions: match is_gated && !plan.files.is_empty() {
                true => self.questions(plan, facts, repository)?,
                false => Vec::new(),
            },
            is_gated,
            then,
            ..Preparation::default()
        })
    }

    fn questions(
        &self,
        plan: &Plan,
        facts: &Facts,
        repository: &dyn Repository,
    ) -> Result<Vec<Question>, Failure> {
        let wants = self.wants(plan, facts, repository)?;
        gate::questions_of(wants, facts, repository)
    }

    /// Lets a change in, or refuses it. A request is told what it waits for.
    pub(super) fn admit(
        &self,
        mut plan: Plan,
        facts: &Facts,
        repository: &dyn Repository,
    ) -> Result<Plan, Failure> {
        if plan.files.is_empty() || !self.is_gated()? {
            return Ok(plan);
        }
        let wants = self.wants(&plan, facts, repository)?;
        let admission = gate::admit_these(wants, facts, repository)?;
        plan.request = Some(RequestDraft {
            environment: self.name.to_owned(),
            notes: report::gates(&admission.report),
            ..RequestDraft::default()
        });
        Ok(plan)
    }

    fn wants(
        &self,
        plan: &Plan,
        facts: &Facts,
        repository: &dyn Repository,
    ) -> Result<Wants<'_>, Failure> {
        let scope = self.scope()?;
        let way = promote::way(&scope, facts);
        let before = environment::read(scope, repository)?;
        let after = Changed::new(plan, self.view.clone(), repository)?;
        let after = environment::read(self.scope()?, &after)?.apps();
        let candidates = after.into_iter().filter_map(|app| {
            let (version, running) = (app.version(), before.version_of(Some(&app.name)));
            (version != running).then(|| Candidate {
                app: Some(app.name),
                version,
                running: Some(running).filter(|running| !running.is_empty()),
            })
        });
        let usual = requests::draft(plan, self.source, &Wishes::default());
        let head = match way {
            Way::Push => None,
            Way::Request => Some(usual?.head),
        };
        Ok(Wants {
            environment: self.name,
            candidates: candidates.collect(),
            way,
            head,
        })
    }
}

/// Returns the apps that a plan sets, whether they change or not.
fn touched(plan: &Plan, apps: &[App]) -> Vec<String> {
    let is_set = |app: &&App| {
        app.versions.iter().any(|version| {
            let (_, of) = version.what.parts();
            let same = |change: &Change| {
                let names = change.image.as_deref().is_some_and(|image| image == of);
                change.at.path == version.at.path && (names || change.key == version.key)
            };
            plan.changes.iter().any(same)
        })
    };
    let set = apps.iter().filter(is_set);
    set.map(|app| app.name.clone()).collect()
}

/// A repository as it is with a plan in it.
struct Changed<'c> {
    repository: &'c dyn Repository,
    /// The view that the plan is of.
    view: View,
    files: BTreeMap<String, Vec<u8>>,
}

impl<'c> Changed<'c> {
    fn new(plan: &Plan, view: View, repository: &'c dyn Repository) -> Result<Self, Failure> {
        let there = environment::at(&view, repository)?;
        let paths: Vec<_> = plan.files.iter().map(|file| file.path.clone()).collect();
        let mut files = BTreeMap::new();
        for (file, read) in plan.files.iter().zip(there.get().read(&paths)) {
            let before = match read {
                Ok(before) => before,
                Err(AccessError::NotFound) => Vec::new(),
                Err(error) => return Err(access_failure(&file.path, &error)),
            };
            files.extend(file.apply(&before).map(|after| (file.path.clone(), after)));
        }
        drop(there);
        Ok(Self {
            repository,
            view,
            files,
        })
    }

    fn is_here(&self) -> bool {
        self.view == View::default()
    }
}

impl Repository for Changed<'_> {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        self.repository.list(directory)
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let before = self.repository.read(paths);
        let changed = |path: &String| self.files.get(path).filter(|_| self.is_here()).cloned();
        let paths = paths.iter().zip(before);
        paths
            .map(|(path, before)| changed(path).map_or(before, Ok))
            .collect()
    }

    fn log(&self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        self.repository.log(log)
    }

    fn blobs(&self, ids: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.repository.blobs(ids)
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>, AccessError> {
        self.repository.refs(prefix)
    }

    fn commit(&self) -> Result<Option<String>, AccessError> {
        self.repository.commit()
    }

    fn at(&self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        let there = self.repository.at(view)?;
        if *view != self.view {
            return Ok(there);
        }
        Ok(Box::new(Elsewhere {
            repository: there,
            files: &self.files,
        }))
    }
}

/// Another view of a repository, with a plan in it.
struct Elsewhere<'e> {
    repository: Box<dyn Repository + 'e>,
    files: &'e BTreeMap<String, Vec<u8>>,
}

impl Repository for Elsewhere<'_> {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        self.repository.list(directory)
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let before = paths.iter().zip(self.repository.read(paths));
        before
            .map(|(path, before)| self.files.get(path).cloned().map_or(before, Ok))
            .collect()
    }
}

#[cfg(test)]
mod tests;
