//! `towpath set`: one run, from options to report.

mod desk;
mod requested;
mod several;
mod summary;

pub(super) use summary::result;

use super::after::{After, Done, Record, expect_deployments, pushed};
use super::change::Change;
use super::connect::{commit_with, connect};
use super::contents::contents;
use super::requesting::Requested;
use super::{previewed, seconds_since_1970};
use crate::args::SetArgs;
use crate::ci::{self, Outputs};
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git::{self, Access, Proposal, RepositoryUrl, Snapshot, SystemClock, UpdateOptions};
use crate::sandbox::{Limits, Report, Sandbox};
use crate::settings::{self, AfterSettings, Environment, SetSettings, expect_one_server};
use std::path::Path;
use towpath_surface::Kind;
use towpath_surface::plan::{Delivery, Plan};
use towpath_surface::preparation::{Preparation, Target, Way};

/// Plans the change, pushes it, and reports what became of it.
///
/// # Errors
/// When the request cannot be met or the change cannot be pushed. Unless the
/// error says otherwise, nothing was changed.
pub fn run(args: &SetArgs, environment: &Environment, console: &mut Console) -> Result<(), Error> {
    console.verbose = args.run.verbose;
    console.quiet = args.run.quiet;
    let run = Run {
        args,
        settings: SetSettings::resolve(args, environment)?,
        sandbox: Sandbox::start(Limits::default()),
    };
    if let Some(directory) = &args.desk.working_copy {
        return desk::run(&run, Path::new(directory), console);
    }
    if args.desk.make_commit {
        let message = "`--make-commit` is for a working copy, and none was given";
        return Err(Error::new(Kind::Usage, message)
            .hint("Name it with `--working-copy`; a repository always gets a commit."));
    }
    let (mut remotes, access) = run.open(environment, console)?;
    if let [remote] = remotes.as_mut_slice() {
        if let Some(elsewhere) = run.elsewhere(remote)? {
            return elsewhere.run(environment, console);
        }
        if args.request.request {
            return run.request(remote, (environment, &access), console);
        }
        let forge = run.recorder(remote, environment, &access)?;
        let done = run.go(remote, console)?;
        let stage = Stage {
            forge: forge.as_deref(),
            ..run.stage(&access, console)
        };
        return run.publish(&[Ok(done)], None, &stage);
    }
    run.expect_plain_pushes()?;
    several::run(&run, &mut remotes, &run.stage(&access, console))
}

/// Where it is told what was done, and what follows.
struct Stage<'s> {
    access: &'s Access,
    console: &'s Console,
    after: &'s AfterSettings,
    /// What records deployments.
    forge: Option<&'s dyn Forge>,
    /// What is recorded of a request.
    record: Option<Record>,
}

/// What became of one repository.
struct Delivered {
    plan: Plan,
    delivery: Delivery,
}

/// One run with all that it needs.
struct Run<'a> {
    args: &'a SetArgs,
    settings: SetSettings,
    sandbox: Sandbox,
}

impl Run<'_> {
    fn stage<'s>(&'s self, access: &'s Access, console: &'s Console) -> Stage<'s> {
        Stage {
            access,
            console,
            after: &self.settings.after,
            forge: None,
            record: None,
        }
    }

    /// Returns the environment that is changed, where it is named.
    fn environment(&self) -> Option<&str> {
        self.settings.request.source.environment.as_deref()
    }

    /// Prepares to record deployments, where that is asked for.
    fn recorder(
        &self,
        remote: &git::Remote,
        environment: &Environment,
        access: &Access,
    ) -> Result<Option<Box<dyn Forge>>, Error> {
        if !self.settings.after.deployment {
            return Ok(None);
        }
        let options = &self.args.repository;
        let forge = settings::forge(options, environment, remote.url(), access)?;
        expect_deployments(self.environment(), forge.as_ref())?;
        Ok(Some(forge))
    }

    /// Prepares to talk to every repository that was given.
    fn open(
        &self,
        environment: &Environment,
        console: &mut Console,
    ) -> Result<(Vec<git::Remote>, Access), Error> {
        let options = &self.args.repository;
        if options.repo.len() < 2 {
            options.only()?;
        }
        let urls = options.repo.iter().map(|url| RepositoryUrl::parse(url));
        expect_one_server(environment, &urls.collect::<Result<Vec<_>, _>>()?)?;
        let mut access = Access::default();
        let mut remotes = Vec::new();
        for url in &options.repo {
            let (mut remote, found) = connect(url, options, environment, console)?;
            commit_with(&mut remote, &self.settings.commit, options, environment)?;
            remotes.push(remote);
            access = found;
        }
        Ok((remotes, access))
    }

    /// Returns the change as one of an environment, where `towpath.yaml` says
    /// more of it than its files: that it goes to another branch or repository
    /// than was given, or by a request; what it waits for, and what follows.
    fn elsewhere(&self, remote: &mut git::Remote) -> Result<Option<Change<'_>>, Error> {
        let args = self.args;
        if args.set.environment.is_none() {
            return Ok(None);
        }
        let mut snapshot = remote.snapshot(args.repository.branch.as_deref())?;
        let prepared = self.sandbox.prepare(&self.settings.request, &mut snapshot);
        let prepared: Preparation = snapshot.explain(prepared.map_err(Error::from))?;
        let is_elsewhere = prepared.target != Target::default();
        // Where a request is declared, nothing is pushed behind its back.
        let is_declared = prepared.way == Way::Request && !args.request.request;
        let has_more = prepared.is_gated || !prepared.then.is_empty();
        Ok((is_elsewhere || is_declared || has_more).then(|| Change {
            command: "set",
            request: self.settings.request.clone(),
            repository: &args.repository,
            commit: &args.commit,
            by_request: &args.request,
            after: self.settings.after.clone(),
            report: &args.report,
            run: &args.run,
            wait: &args.wait,
        }))
    }

    /// Refuses what is done for one repository only.
    fn expect_plain_pushes(&self) -> Result<(), Error> {
        let named = [
            (self.args.request.request, "a request"),
            (self.settings.after.argocd.is_some(), "Argo CD"),
            (self.settings.after.deployment, "a deployment"),
            (self.args.set.environment.is_some(), "an environment"),
        ];
        match named.iter().find(|(is_given, _)| *is_given) {
            None => Ok(()),
            Some((_, what)) => Err(Error::new(
                Kind::Usage,
                format!("several repositories were given, and {what} is of one"),
            )
            .hint("Give `--repo` once.")),
        }
    }

    /// Does to one repository what was asked for.
    fn go(&self, remote: &mut git::Remote, console: &Console) -> Result<Delivered, Error> {
        if self.args.report.dry_run {
            self.preview(remote, console)
        } else {
            self.deliver(remote, console)
        }
    }

    /// Plans the change on the tip of the branch, and leaves it at that.
    fn preview(&self, remote: &mut git::Remote, console: &Console) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let mut snapshot = remote.snapshot(self.args.repository.branch.as_deref())?;
        let tip = snapshot.tip().clone();
        let plan = self.decide(&mut snapshot);
        let plan = snapshot.explain(plan)?;
        remember(snapshot.remote(), tip.commit, console);
        let delivery = previewed(url, tip, &plan);
        Ok(Delivered { plan, delivery })
    }

    /// Plans the change and pushes it, again and again while others are faster.
    fn deliver(&self, remote: &mut git::Remote, console: &Console) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let clock = SystemClock::start();
        let options = UpdateOptions {
            branch: self.args.repository.branch.clone(),
            deadline: self.args.repository.timeout,
            push_options: self.settings.commit.push_options.clone(),
            ..UpdateOptions::default()
        };
        let (mut latest, mut pushed) = (Plan::default(), Plan::default());
        let outcome = git::update(remote, &options, &clock, |snapshot| {
            let tip = snapshot.tip().commit;
            console.step(&format!("planning on {tip}"));
            latest = self.decide(snapshot)?;
            if !latest.is_empty() {
                console.step("pushing");
                pushed = latest.clone();
            }
            self.propose(&latest, snapshot, seconds_since_1970())
        })?;
        console.detail(&format!("{} pushes", outcome.attempts));
        console.remote(&outcome.messages);
        remember(remote, outcome.commit, console);
        // The last plan is empty too when a push had arrived without an answer.
        let plan = if outcome.pushed { pushed } else { latest };
        let delivery = Delivery {
            repository: url,
            branch: outcome.branch,
            commit: Some(outcome.commit.to_string()),
            dry_run: false,
            request: None,
        };
        Ok(Delivered { plan, delivery })
    }

    fn decide(&self, snapshot: &mut Snapshot<'_>) -> Result<Plan, Error> {
        let mut request = self.settings.request.clone();
        request.facts.now = seconds_since_1970();
        Ok(self.sandbox.decide(&request, snapshot)?)
    }

    /// Turns a plan into the new contents of the files that it names.
    fn propose(
        &self,
        plan: &Plan,
        snapshot: &mut Snapshot<'_>,
        time: i64,
    ) -> Result<Option<Proposal>, Error> {
        if plan.is_empty() {
            return Ok(None);
        }
        Ok(Some(Proposal {
            changes: contents(plan, snapshot)?,
            details: self.details(plan, time),
        }))
    }

    /// Returns what the commit says.
    fn details(&self, plan: &Plan, time: i64) -> git::CommitDetails {
        let commit = &self.settings.commit;
        git::CommitDetails {
            author: commit.author.clone(),
            committer: commit.committer.clone(),
            time,
            message: plan.message.clone(),
            headers: Vec::new(),
        }
    }

    /// Tells the user and the runner what became of every repository.
    fn publish(
        &self,
        results: &[Result<Delivered, (String, Error)>],
        requested: Option<&Requested>,
        stage: &Stage<'_>,
    ) -> Result<(), Error> {
        let console = stage.console;
        let form = self.args.report.output;
        let mut reports = Vec::new();
        for result in results {
            reports.push(match result {
                Ok(Delivered { plan, delivery }) => Ok(self.sandbox.describe(plan, delivery)?),
                Err((repository, error)) => Err((repository.as_str(), error)),
            });
        }
        console.report_as(form, &summary::report(&reports, form));
        for Delivered { plan, .. } in results.iter().flatten() {
            for warning in &plan.warnings {
                console.warning(warning);
            }
        }
        let outputs = Outputs {
            changed: requested.map_or(summary::changed(results), |requested| requested.changed),
            ..summary::outputs(results, requested)
        };
        let report = Report {
            markdown: summary::markdown(&reports),
            ..Report::default()
        };
        ci::publish(&self.settings.channels, &outputs, &report)?;
        self.follow(results, &reports, (requested, stage))
    }

    /// Does what follows the change of each repository.
    fn follow(
        &self,
        results: &[Result<Delivered, (String, Error)>],
        reports: &[summary::Told<'_>],
        (requested, stage): (Option<&Requested>, &Stage<'_>),
    ) -> Result<(), Error> {
        let after = After {
            settings: stage.after,
            forge: stage.forge,
            access: stage.access,
            console: stage.console,
        };
        for (result, report) in results.iter().zip(reports) {
            let (Ok(Delivered { plan, delivery }), Ok(report)) = (result, report) else {
                continue;
            };
            let changed = requested.map_or(!plan.is_empty(), |requested| requested.changed);
            let record = match requested {
                Some(_) => stage.record.clone(),
                None => pushed(delivery, changed),
            };
            after.follow(&Done {
                command: "set",
                environment: self.environment(),
                plan,
                delivery,
                report,
                changed,
                is_there: requested.is_none(),
                record,
            })?;
        }
        Ok(())
    }
}

/// Keeps what was fetched for the next run. Without it, that run takes longer.
fn remember(remote: &mut git::Remote, tip: git::ObjectId, console: &Console) {
    if let Err(reason) = remote.remember(tip) {
        console.detail(&format!("the cache is not kept: {reason}"));
    }
}
