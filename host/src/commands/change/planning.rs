//! How a plan is made on a tip of the target, wherever the configuration is.

use super::routed::Routed;
use crate::error::Error;
use crate::git::Snapshot;
use crate::repository::View;
use crate::sandbox::{Refusal, Sandbox};
use towpath_surface::plan::Plan;
use towpath_surface::preparation::Preparation;
use towpath_surface::request::Request;

/// How a plan is made on a tip of the target.
pub(super) trait Planning {
    fn prepare(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Preparation, Error>;

    fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error>;
}

/// The configuration and the target are on the same branch.
pub(super) struct Direct;

impl Planning for Direct {
    fn prepare(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Preparation, Error> {
        let prepared = sandbox.prepare(request, target).map_err(Error::from);
        target.explain(prepared)
    }

    fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error> {
        let plan = sandbox.decide(request, target).map_err(Error::from);
        target.explain(plan)
    }
}

/// The configuration is elsewhere.
pub(super) struct Aside<'h> {
    pub(super) home: Snapshot<'h>,
    /// How the planner names the target.
    pub(super) view: View,
}

impl Aside<'_> {
    fn ask<T>(
        &mut self,
        target: &mut Snapshot<'_>,
        ask: impl FnOnce(&mut Routed<'_, '_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Error> {
        self.home.remote().forget_revisions();
        let answer = ask(&mut Routed {
            home: &mut self.home,
            target,
            view: &self.view,
        });
        let answer = self.home.explain(answer.map_err(Error::from));
        target.explain(answer)
    }
}

impl Planning for Aside<'_> {
    fn prepare(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Preparation, Error> {
        self.ask(target, |routed| sandbox.prepare(request, routed))
    }

    fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error> {
        self.ask(target, |routed| sandbox.decide(request, routed))
    }
}
