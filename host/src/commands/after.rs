//! What follows a change, whatever command made it: others are told, Argo CD
//! runs it, and GitHub records it.

use crate::argocd;
use crate::console::Console;
use crate::error::Error;
use crate::forge::{Deployment, DeploymentState, Forge};
use crate::git::{Access, SystemClock};
use crate::notify;
use crate::sandbox::Report;
use crate::settings::AfterSettings;
use towpath_surface::Kind;
use towpath_surface::plan::{Delivery, Plan, Problem};

/// What is recorded as a deployment.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// The commit.
    pub(super) commit: String,
    /// How far it is.
    pub(super) state: DeploymentState,
    /// The number of the request that carries it, if one does.
    pub(super) request: Option<u64>,
}

/// What was done.
pub(super) struct Done<'d> {
    /// The command that did it.
    pub(super) command: &'d str,
    /// The environment that changed, where one was named.
    pub(super) environment: Option<&'d str>,
    /// What was planned.
    pub(super) plan: &'d Plan,
    /// What became of it.
    pub(super) delivery: &'d Delivery,
    /// What is said about it.
    pub(super) report: &'d Report,
    /// Whether anything was changed.
    pub(super) changed: bool,
    /// Whether the commit is where it belongs, so that it can be run.
    pub(super) is_there: bool,
    /// What is recorded of it.
    pub(super) record: Option<Record>,
}

/// Who does what follows.
pub(super) struct After<'a> {
    /// What is to follow.
    pub(super) settings: &'a AfterSettings,
    /// The forge that records deployments, where that is asked for.
    pub(super) forge: Option<&'a dyn Forge>,
    /// How servers are reached.
    pub(super) access: &'a Access,
    /// Where it is said.
    pub(super) console: &'a Console,
}

impl After<'_> {
    /// Does all that follows a change. Nothing follows a dry run.
    ///
    /// # Errors
    /// When Argo CD does not run the commit; the commit stays.
    pub(super) fn follow(&self, done: &Done<'_>) -> Result<(), Error> {
        if done.delivery.dry_run {
            return Ok(());
        }
        if done.changed {
            self.notify(done);
        }
        let waits = self.settings.argocd.as_ref().map(|argocd| argocd.wait);
        if done.is_there && waits.flatten().is_some() {
            self.record(done, Some(DeploymentState::InProgress));
        }
        let synced = match done.is_there {
            true => self.sync(done.delivery),
            false => Ok(()),
        };
        self.record(done, synced.is_err().then_some(DeploymentState::Failure));
        synced
    }

    /// Tells others; that they could not be told changes nothing.
    fn notify(&self, done: &Done<'_>) {
        let told = notify::notify(
            &self.settings.notify,
            done.command,
            done.report,
            self.access,
        );
        for message in told {
            self.warn("notify", message);
        }
    }

    /// Lets Argo CD run a commit that was pushed, and waits for it as far as the
    /// user wants.
    fn sync(&self, delivery: &Delivery) -> Result<(), Error> {
        let (Some(argocd), Some(commit)) = (&self.settings.argocd, &delivery.commit) else {
            return Ok(());
        };
        let synced = argocd::sync(argocd, commit, self.access, &SystemClock::start());
        let lines = synced.map_err(|mut error| {
            error.unchanged = false;
            error
        })?;
        for line in lines {
            self.console.detail(&line);
        }
        Ok(())
    }

    /// Records how far the deployment is; that it could not be changes nothing.
    fn record(&self, done: &Done<'_>, instead: Option<DeploymentState>) {
        let (Some(forge), Some(environment)) = (self.forge, done.environment) else {
            return;
        };
        let Some(record) = &done.record else {
            return;
        };
        let subject = done.plan.message.lines().next().unwrap_or_default();
        let recorded = forge.deploy(&Deployment {
            commit: record.commit.clone(),
            environment: environment.to_owned(),
            description: subject.to_owned(),
            state: instead.unwrap_or(record.state),
            request: record.request,
            log: self.settings.run_url.clone(),
        });
        if let Err(error) = recorded {
            self.warn("deployment", error.to_string());
        }
    }

    fn warn(&self, code: &str, message: String) {
        self.console.late_warning(&Problem {
            code: code.to_owned(),
            message,
            at: None,
            hint: None,
        });
    }
}

/// Returns what is recorded of a push.
pub(super) fn pushed(delivery: &Delivery, changed: bool) -> Option<Record> {
    Some(Record {
        commit: delivery.commit.clone().filter(|_| changed)?,
        state: DeploymentState::Success,
        request: None,
    })
}

/// Finds out whether deployments can be recorded, before anything is changed.
///
/// # Errors
/// When no environment was named, or the forge records none.
pub(super) fn expect_deployments(
    environment: Option<&str>,
    forge: &dyn Forge,
) -> Result<(), Error> {
    if environment.is_none() {
        let message = "`--deployment` is to an environment, and none was named";
        return Err(Error::new(Kind::Usage, message).hint("Name it with `--environment`."));
    }
    if forge.kind() == crate::forge::ForgeKind::GitHub {
        return Ok(());
    }
    Err(forge.no_deployments().into())
}
