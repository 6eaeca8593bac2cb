//! Setting versions in one environment: its files, on its branch.

use crate::config;
use crate::environment;
use crate::error::Failure;
use crate::files::access_failure;
use crate::plan::Plan;
use crate::repository::{Repository, View};
use crate::request::{SetRequest, Source};

/// A request that is held within an environment.
pub(super) struct Within {
    view: View,
    request: SetRequest,
}

/// Returns the environment that a request is held within, if it names one and
/// no files itself.
pub(super) fn environment<'s>(request: &SetRequest, source: &'s Source) -> Option<&'s str> {
    let names_files = !request.files.is_empty() || !request.directories.is_empty();
    source.environment.as_deref().filter(|_| !names_files)
}

impl Within {
    /// Finds the files of the environment, where the repository declares any. The
    /// first environment of a way is where builds write, in what all share too.
    pub(super) fn find(
        request: &SetRequest,
        source: &Source,
        repository: &dyn Repository,
    ) -> Result<Option<Self>, Failure> {
        let Some(name) = environment(request, source) else {
            return Ok(None);
        };
        let Some(declared) = config::load(repository)? else {
            return Ok(None);
        };
        let scope = declared.scope(name)?;
        let is_first = scope.settings.from.is_empty();
        let view = scope.view();
        let environment = environment::read(scope, repository)?;
        let own = environment
            .files
            .iter()
            .filter(|member| !member.shared || is_first);
        let paths = own.map(|member| member.loaded.path().to_owned());
        Ok(Some(Self {
            view,
            request: SetRequest {
                directories: paths.collect(),
                ..request.clone()
            },
        }))
    }

    /// Returns where the environment is.
    pub(super) fn view(&self) -> &View {
        &self.view
    }

    /// Plans the request on the branch of the environment.
    pub(super) fn plan(
        &self,
        plan: impl FnOnce(&SetRequest, &dyn Repository) -> Result<Plan, Failure>,
        repository: &dyn Repository,
    ) -> Result<Plan, Failure> {
        if self.view == View::default() {
            return plan(&self.request, repository);
        }
        let there = repository.at(&self.view);
        let name = self.view.revision.clone().unwrap_or_default();
        let there = there.map_err(|error| access_failure(&name, &error))?;
        plan(&self.request, &*there)
    }
}
