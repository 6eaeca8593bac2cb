//! How a plan is made on a tip of the target, wherever the configuration is.

use super::routed::Routed;
use crate::error::Error;
use crate::git::Snapshot;
use crate::repository::{Repository, View};
use crate::sandbox::{Refusal, Sandbox};
use towpath_surface::plan::Plan;
use towpath_surface::preparation::Preparation;
use towpath_surface::request::Request;

/// Where the configuration is that a plan on a tip of the target is made by.
pub(super) enum Planning<'h> {
    /// On the same branch as the target.
    Direct,
    /// Elsewhere.
    Aside {
        home: Snapshot<'h>,
        /// How the planner names the target.
        view: View,
    },
}

impl Planning<'_> {
    /// Asks what has to be done before a plan is made.
    pub(super) fn prepare(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Preparation, Error> {
        self.ask(target, |repository| sandbox.prepare(request, repository))
    }

    /// Asks for a plan.
    pub(super) fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error> {
        self.ask(target, |repository| sandbox.decide(request, repository))
    }

    fn ask<T>(
        &mut self,
        target: &mut Snapshot<'_>,
        ask: impl FnOnce(&mut dyn Repository) -> Result<T, Refusal>,
    ) -> Result<T, Error> {
        let answer = match self {
            Self::Direct => ask(target).map_err(Error::from),
            Self::Aside { home, view } => {
                home.remote().forget_revisions();
                let answer = ask(&mut Routed { home, target, view });
                home.explain(answer.map_err(Error::from))
            }
        };
        target.explain(answer)
    }
}
