//! The same change by a pull or merge request.

use super::{Delivered, Run};
use crate::commands::requesting::{Planner, Requesting, expect_a_push};
use crate::commands::seconds_since_1970;
use crate::console::Console;
use crate::error::Error;
use crate::git::{Access, Identity, Proposal, Remote, Snapshot};
use crate::settings::{self, Environment};
use towpath_surface::plan::Plan;
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
        let requesting = Requesting {
            planner: self,
            sandbox: &self.sandbox,
            forge: forge.as_ref(),
            options: &self.args.request,
            base: options.branch.as_deref(),
            notes: Vec::new(),
            deadline: options.timeout,
            console,
        };
        let dry_run = self.args.report.dry_run;
        let requested = match dry_run {
            true => requesting.preview(remote)?,
            false => requesting.run(remote)?,
        };
        let delivery = requested.delivery(url.to_string(), dry_run);
        let mut plan = requested.plan.clone();
        plan.warnings.extend(requested.warnings());
        plan.warnings.extend(self.settings.workflow_token.clone());
        let done = Delivered { plan, delivery };
        let concluded = match dry_run {
            true => Ok(false),
            false => requesting.conclude(&requested),
        };
        self.publish(&[Ok(done)], Some(&requested), (access, console))?;
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
