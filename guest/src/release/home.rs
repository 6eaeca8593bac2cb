//! Where releases are cut, and what there is.

use super::{Naming, newest_first};
use crate::config::{Declared, Scope};
use crate::environment::{self, Pointer};
use crate::error::{Failure, Kind};
use crate::repository::{Ref, Repository, View};

/// Where releases are cut.
pub(crate) struct Home<'c> {
    /// The first environment that runs one; its files are those of a release.
    pub(super) scope: Scope<'c>,
    /// The repository and the branch.
    pub(crate) view: View,
    /// How they are called.
    pub(super) naming: Naming,
}

/// A release that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) version: String,
    pub(super) tag: String,
    pub(super) commit: String,
}

impl<'c> Home<'c> {
    /// Finds out where releases are cut, from the configuration.
    ///
    /// # Errors
    /// When no environment says which revision it runs.
    pub(crate) fn find(
        declared: &'c Declared,
        repository: &dyn Repository,
    ) -> Result<Self, Failure> {
        let config = &declared.config;
        let mut first = None;
        let mut branch = config.release.branch.clone();
        for name in config.environments.names() {
            let scope = declared.scope(name)?;
            if scope.revision.is_none() {
                continue;
            }
            if branch.is_none() {
                let pointer = Pointer::read(&scope, repository)?;
                let moving = pointer.filter(Pointer::moves);
                branch = moving.and_then(|pointer| pointer.fixed());
            }
            first = first.or(Some(scope));
        }
        let scope = first.ok_or_else(|| {
            Failure::new(
                Kind::InvalidConfig,
                "no environment says which revision it runs",
            )
            .hint("Say where that is written with `revision` in `towpath.yaml`.")
        })?;
        let view = View {
            repository: scope.view().repository,
            revision: branch,
        };
        let naming = Naming::parse(config.release.tag.as_deref())?;
        Ok(Self {
            scope,
            view,
            naming,
        })
    }

    /// Returns the releases, the newest first.
    pub(super) fn known(&self, repository: &dyn Repository) -> Result<Vec<Known>, Failure> {
        let there = environment::at(&self.view, repository)?;
        let refs = there.get().refs(&self.naming.prefix());
        let refs = refs.map_err(|error| {
            Failure::new(
                Kind::Unreachable,
                format!("cannot list the releases: {error}"),
            )
        })?;
        let known = |found: Ref| {
            let tag = found.name.strip_prefix("refs/tags/")?.to_owned();
            Some(Known {
                version: self.naming.version(&tag)?.to_owned(),
                commit: found.commit,
                tag,
            })
        };
        let mut all: Vec<_> = refs.into_iter().filter_map(known).collect();
        all.sort_by(|one, other| newest_first(&one.version, &other.version));
        Ok(all)
    }
}
