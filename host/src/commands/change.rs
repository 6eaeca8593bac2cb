//! Commands that plan a change of an environment: where it goes is in the
//! configuration of the repository that was given, and may be another branch or
//! another repository; how it gets there, by a push or by a request, too.

mod chain;
mod delivering;
mod planning;
mod proposing;
mod routed;
mod told;

use super::after::{Record, expect_deployments, pushed};
use super::answers::Asking;
use super::connect::{commit_with, connect, may_reach};
use super::requesting::Requested;
use super::{seconds_since_1970, wait};
use crate::args::{CommitOptions, RepositoryOptions, RequestOptions, RunOptions, WaitOptions};
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git::{Access, Remote, RepositoryUrl};
use crate::repository::View;
use crate::sandbox::{Limits, Sandbox};
use crate::settings::{self, AfterSettings, CommitSettings, Environment};
use delivering::Delivering;
use planning::Planning;
use towpath_surface::options::ReportOptions;
use towpath_surface::plan::{Delivery, Plan};
use towpath_surface::preparation::{Preparation, Target, Way};
use towpath_surface::request::{Intent, Request};

/// A command that plans a change, with its options.
pub(super) struct Change<'a> {
    /// The name of the command, for those who are told of it.
    pub(super) command: &'a str,
    /// What is asked of the planner.
    pub(super) request: Request,
    /// The repository that was given.
    pub(super) repository: &'a RepositoryOptions,
    /// Who makes the commit.
    pub(super) commit: &'a CommitOptions,
    /// The request that carries the change, where one does.
    pub(super) by_request: &'a RequestOptions,
    /// What follows the change.
    pub(super) after: AfterSettings,
    /// What is reported.
    pub(super) report: &'a ReportOptions,
    /// What is left for later steps of a pipeline.
    pub(super) run: &'a RunOptions,
    /// How long gates are waited for, and whether probes may be run.
    pub(super) wait: &'a WaitOptions,
}

impl Change<'_> {
    /// Plans the change, delivers it, and all that follows by itself, and reports
    /// what became of it.
    ///
    /// # Errors
    /// When the request cannot be met or the change cannot be delivered. Unless
    /// the error says otherwise, nothing was changed.
    pub(super) fn run(self, environment: &Environment, console: &mut Console) -> Result<(), Error> {
        console.verbose = self.run.verbose;
        console.quiet = self.run.quiet;
        let launch = Launch {
            change: &self,
            environment,
            sandbox: Sandbox::start(Limits::default()),
            commit: CommitSettings::resolve(self.commit, environment)?,
        };
        let mut is_told = false;
        wait::until_open(self.wait, console, |console| {
            let mut steps = launch.all(console)?;
            let late = steps.late();
            if !is_told || steps.changed() {
                launch.publish(&steps, console)?;
                is_told = true;
            }
            late.map_or(Ok(()), Err)
        })
    }
}

/// What became of a change.
#[derive(Default)]
struct Delivered {
    plan: Plan,
    delivery: Delivery,
    /// What the server said.
    messages: String,
    /// The request that carries it, where one does.
    requested: Option<Requested>,
    /// Whether the values are where they belong, so that what follows may follow.
    has_arrived: bool,
    /// What leads to the server that it was delivered to.
    access: Access,
    /// What went wrong after the change was delivered.
    late: Option<Error>,
    /// What follows by itself.
    then: Vec<Intent>,
    /// The environment that was changed, where there is one.
    environment: Option<String>,
    /// What records deployments, where that is asked for.
    recorder: Option<Box<dyn Forge>>,
    /// What it records.
    record: Option<Record>,
}

impl Delivered {
    /// Whether this run changed anything.
    fn changed(&self) -> bool {
        let requested = self.requested.as_ref();
        requested.map_or(!self.plan.is_empty(), |requested| requested.changed)
    }
}

/// One run of a change with all that it needs.
struct Launch<'c> {
    change: &'c Change<'c>,
    environment: &'c Environment,
    sandbox: Sandbox,
    commit: CommitSettings,
}

impl Launch<'_> {
    /// Delivers one change.
    fn one(&self, mut request: Request, console: &mut Console) -> Result<Delivered, Error> {
        let options = self.change.repository;
        let (mut home, access) = connect(options.only()?, options, self.environment, console)?;
        commit_with(&mut home, &self.commit, options, self.environment)?;
        request.facts.now = seconds_since_1970();
        let mut snapshot = home.snapshot(options.branch.as_deref())?;
        let prepared = self.sandbox.prepare(&request, &mut snapshot);
        let prepared: Preparation = snapshot.explain(prepared.map_err(Error::from))?;
        let asking = Asking {
            url: home.url().clone(),
            access: &access,
            options,
            environment: self.environment,
            allow_probes: self.change.wait.allow_probes,
        };
        request.facts.answers = asking.answers(&prepared.questions, console);
        let then = prepared.then.clone();
        let delivering = Delivering {
            launch: self,
            asking: &asking,
            request,
            prepared,
        };
        let delivered = self.to_target(&delivering, &mut home, console)?;
        Ok(Delivered { then, ..delivered })
    }

    /// Delivers the change to where the configuration says that it goes.
    fn to_target(
        &self,
        delivering: &Delivering<'_>,
        home: &mut Remote,
        console: &mut Console,
    ) -> Result<Delivered, Error> {
        let target = &delivering.prepared.target;
        if *target == Target::default() {
            let access = delivering.asking.access.clone();
            return deliver(delivering, (home, access), &mut Planning::Direct, console);
        }
        let options = self.change.repository;
        let address = match &target.repository {
            Some(address) => address,
            None => options.only()?,
        };
        may_reach(home.url(), &RepositoryUrl::parse(address)?, options)?;
        let (mut there, access) = connect(address, options, self.environment, console)?;
        commit_with(&mut there, &self.commit, options, self.environment)?;
        let mut aside = Planning::Aside {
            home: home.snapshot(options.branch.as_deref())?,
            view: View {
                repository: target.repository.clone(),
                revision: target.branch.clone(),
            },
        };
        deliver(delivering, (&mut there, access), &mut aside, console)
    }
}

fn deliver(
    delivering: &Delivering<'_>,
    (remote, access): (&mut Remote, Access),
    planning: &mut Planning<'_>,
    console: &Console,
) -> Result<Delivered, Error> {
    let dry_run = delivering.launch.change.report.dry_run;
    let environment = named(&delivering.request);
    let recorder = delivering.recorder(environment, remote, &access)?;
    let delivered = match (delivering.prepared.way, dry_run) {
        (Way::Request, _) => delivering.propose((remote, &access), planning, console)?,
        (Way::Push, true) => delivering.preview(remote, planning)?,
        (Way::Push, false) => delivering.push(remote, planning, console)?,
    };
    let pushed = pushed(&delivered.delivery, delivered.changed());
    let pushed = pushed.filter(|_| delivered.requested.is_none());
    let record = delivered.record.clone().or(pushed);
    Ok(Delivered {
        access,
        environment: environment.map(str::to_owned),
        recorder,
        record,
        ..delivered
    })
}

/// Returns the environment that is changed, where it is named.
fn named(request: &Request) -> Option<&str> {
    match &request.intent {
        Intent::Promote(promote) => Some(&promote.to),
        Intent::Rollback(rollback) => Some(&rollback.environment),
        Intent::Pin(pin) => Some(&pin.environment),
        Intent::AddEnvironment(add) => Some(&add.name),
        _ => request.source.environment.as_deref(),
    }
}

impl Delivering<'_> {
    /// Prepares to record deployments, where that is asked for.
    fn recorder(
        &self,
        environment: Option<&str>,
        remote: &Remote,
        access: &Access,
    ) -> Result<Option<Box<dyn Forge>>, Error> {
        let change = self.launch.change;
        if !change.after.deployment || change.report.dry_run {
            return Ok(None);
        }
        let variables = self.launch.environment;
        let forge = settings::forge(change.repository, variables, remote.url(), access)?;
        expect_deployments(environment, forge.as_ref())?;
        Ok(Some(forge))
    }
}
