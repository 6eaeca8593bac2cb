//! The same change by a pull or merge request.

use super::{Delivered, Run, Stage};
use crate::commands::after::expect_deployments;
use crate::commands::answers::Asking;
use crate::commands::holding::holding;
use crate::commands::requesting::{Planner, Requesting, expect_a_push};
use crate::commands::seconds_since_1970;
use crate::console::Console;
use crate::error::Error;
use crate::git::{Access, Identity, Proposal, Remote, Snapshot};
use crate::settings::{self, Environment};
use towpath_surface::plan::Plan;
use towpath_surface::preparation::Target;
use towpath_surface::request::Source;

impl Run<'_> {
    /// Proposes the change by a request, and says what became of it.
    pub(super) fn request(
        &self,
        remote: &mut Remote,
        (environment, access): (&Environment, &Access),
        console: &Console,
    ) -> Result<(), Error> {
        expect_a_push(&self.settings.commit)?;
        let url = remote.url().clone();
        let options = &self.args.repository;
        let forge = settings::forge(options, environment, &url, access)?;
        let deploys = self.settings.after.deployment;
        if deploys {
            expect_deployments(self.environment(), forge.as_ref())?;
        }
        let asking = Asking {
            url: url.clone(),
            access,
            options,
            environment,
            allow_probes: self.args.wait.allow_probes,
        };
        let target = Target::default();
        let holding = holding(
            (&self.args.request, self.environment()),
            (&self.sandbox, forge.as_ref()),
            (&asking, &target),
            console,
        )?;
        let requesting = Requesting {
            planner: self,
            sandbox: &self.sandbox,
            forge: forge.as_ref(),
            options: &self.args.request,
            base: options.branch.as_deref(),
            notes: Vec::new(),
            hold: holding.as_ref(),
            deadline: options.timeout,
            console,
        };
        let dry_run = self.args.report.dry_run;
        let mut requested = match dry_run {
            true => requesting.preview(remote)?,
            false => requesting.run(remote)?,
        };
        let concluded = match dry_run {
            true => Ok(false),
            false => requesting.conclude(&requested),
        };
        let record = match deploys && !dry_run {
            true => requested.recorded(forge.as_ref()),
            false => None,
        };
        let delivery = requested.delivery(url.to_string(), dry_run);
        let mut plan = requested.plan.clone();
        plan.warnings.extend(requested.warnings());
        plan.warnings.extend(self.settings.workflow_token.clone());
        let done = Delivered { plan, delivery };
        let stage = Stage {
            forge: Some(forge.as_ref()).filter(|_| deploys),
            record,
            ..self.stage(access, console)
        };
        self.publish(&[Ok(done)], Some(&requested), &stage)?;
        concluded.map(|_| ())
    }
}

impl Planner for Run<'_> {
    fn decide(&self, snapshot: &mut Snapshot<'_>, _proposed: Option<i64>) -> Result<Plan, Error> {
        Run::decide(self, snapshot)
    }

    fn propose(&self, plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Option<Proposal>, Error> {
        Run::propose(self, plan, snapshot, seconds_since_1970())
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn source(&self) -> &Source {
        &self.settings.request.source
    }

    fn committer(&self) -> &Identity {
        &self.settings.commit.committer
    }
}
