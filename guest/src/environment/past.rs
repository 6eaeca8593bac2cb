//! What gates, rollbacks and releases need of an environment at other times.

use super::Environment;
use crate::error::Failure;
use crate::files::access_failure;
use crate::repository::{Repository, View};

/// Another view of a repository, or the same one.
pub(crate) enum There<'r> {
    /// The one of the request.
    Here(&'r dyn Repository),
    /// Another one.
    Elsewhere(Box<dyn Repository + 'r>),
}

impl There<'_> {
    /// Returns the view.
    pub(crate) fn get(&self) -> &dyn Repository {
        match self {
            Self::Here(repository) => *repository,
            Self::Elsewhere(repository) => &**repository,
        }
    }
}

/// Returns a view of a repository.
///
/// # Errors
/// When it may not be read.
pub(crate) fn at<'r>(view: &View, repository: &'r dyn Repository) -> Result<There<'r>, Failure> {
    if *view == View::default() {
        return Ok(There::Here(repository));
    }
    let name = || {
        let parts = [view.repository.as_deref(), view.revision.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let there = repository
        .at(view)
        .map_err(|error| access_failure(&name(), &error))?;
    Ok(There::Elsewhere(there))
}

impl Environment<'_> {
    /// Whether it runs what a fixed revision says, such as a release.
    pub(crate) fn runs_a_release(&self) -> bool {
        self.pointer
            .as_ref()
            .is_some_and(|pointer| !pointer.moves())
    }

    /// Returns where commits that change what it runs go to.
    pub(crate) fn writing_view(&self) -> &View {
        match &self.pointer {
            Some(pointer) if !pointer.moves() => &pointer.view,
            _ => &self.view,
        }
    }

    /// Returns the repository whose commits change what it runs.
    pub(crate) fn repository(&self) -> Option<String> {
        self.writing_view().repository.clone()
    }

    /// Returns the version of an app, or the revision that it runs if none is named.
    pub(crate) fn version_of(&self, app: Option<&str>) -> String {
        let Some(name) = app else {
            let revision = self
                .pointer
                .as_ref()
                .and_then(|pointer| pointer.revision.clone());
            return revision.unwrap_or_default();
        };
        let mut apps = self.apps().into_iter();
        let app = apps.find(|app| app.name == name);
        app.map(|app| app.version()).unwrap_or_default()
    }
}
