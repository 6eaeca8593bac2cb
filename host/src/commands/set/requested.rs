//! The same change by a pull or merge request.

use super::{Delivered, Run, Stage};
use crate::args::Way;
use crate::commands::after::expect_deployments;
use crate::commands::holding::Holding;
use crate::commands::requesting::{Planner, Requesting};
use crate::commands::seconds_since_1970;
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git::{Access, Identity, Proposal, Remote, Snapshot};
use crate::settings::{self, Environment};
use towpath_surface::Kind;
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
        if self.settings.commit.through == Way::GitHubApi {
            let message = "--commit-through github-api does not go together with --request";
            return Err(Error::new(Kind::Usage, message)
                .hint("Leave it out: the commit is pushed to the branch of the request."));
        }
        let url = remote.url().clone();
        let options = &self.args.repository;
        let forge = settings::forge(options, environment, &url, access)?;
        let deploys = self.settings.after.deployment;
        if deploys {
            expect_deployments(self.environment(), forge.as_ref())?;
        }
        let holding = self.holding(forge.as_ref(), environment, console)?;
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
        self.publish(&[Ok(done)], Some(&requested), &stage)
    }

    /// Prepares to write the state of the gates, where that is asked for.
    fn holding<'h>(
        &'h self,
        forge: &'h dyn Forge,
        environment: &'h Environment,
        console: &'h Console,
    ) -> Result<Option<Holding<'h>>, Error> {
        if !self.args.request.status.status {
            return Ok(None);
        }
        let Some(name) = self.environment() else {
            let message = "`--status` is of an environment, and none was named";
            return Err(Error::new(Kind::Usage, message).hint("Name it with `--environment`."));
        };
        Ok(Some(Holding {
            name,
            sandbox: &self.sandbox,
            forge,
            repository: &self.args.repository,
            wait: self.wait,
            environment,
            console,
        }))
    }
}

impl Planner for Run<'_> {
    fn decide(&self, snapshot: &mut Snapshot<'_>) -> Result<Plan, Error> {
        Run::decide(self, snapshot)
    }

    fn propose(&self, plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Option<Proposal>, Error> {
        Run::propose(self, plan, snapshot, seconds_since_1970())
    }

    fn source(&self) -> &Source {
        &self.settings.request.source
    }

    fn committer(&self) -> &Identity {
        &self.settings.commit.committer
    }
}
