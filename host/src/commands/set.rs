//! `towpath set`: one run, from options to report.

mod desk;
mod several;
mod summary;

pub(super) use summary::result;

use super::connect::{commit_with, connect};
use super::contents::contents;
use super::seconds_since_1970;
use crate::args::SetArgs;
use crate::ci;
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, Proposal, RepositoryUrl, Snapshot, SystemClock, UpdateOptions};
use crate::sandbox::{Limits, Report, Sandbox};
use crate::settings::{Environment, SetSettings, expect_one_server};
use std::path::Path;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::{Delivery, Plan};

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
        sandbox: Sandbox::new(Limits::default())?,
    };
    if let Some(directory) = &args.desk.working_copy {
        return desk::run(&run, Path::new(directory), console);
    }
    let mut remotes = run.open(environment, console)?;
    match remotes.as_mut_slice() {
        [remote] => run.publish(&[Ok(run.go(remote, console)?)], console),
        remotes => several::run(&run, remotes, console),
    }
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
    /// Prepares to talk to every repository that was given.
    fn open(
        &self,
        environment: &Environment,
        console: &mut Console,
    ) -> Result<Vec<git::Remote>, Error> {
        let options = &self.args.repository;
        if options.repo.len() < 2 {
            options.only()?;
        }
        let urls = options.repo.iter().map(|url| RepositoryUrl::parse(url));
        expect_one_server(environment, &urls.collect::<Result<Vec<_>, _>>()?)?;
        let remotes = options.repo.iter().map(|url| {
            let mut remote = connect(url, options, environment, console)?;
            commit_with(&mut remote, &self.settings.commit, options, environment)?;
            Ok(remote)
        });
        remotes.collect()
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
        let delivery = Delivery {
            repository: url,
            branch: tip.branch,
            commit: plan.is_empty().then(|| tip.commit.to_string()),
            dry_run: true,
        };
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
        for line in outcome.messages.lines() {
            console.detail(&format!("remote: {line}"));
        }
        remember(remote, outcome.commit, console);
        // The last plan is empty too when a push had arrived without an answer.
        let plan = if outcome.pushed { pushed } else { latest };
        let delivery = Delivery {
            repository: url,
            branch: outcome.branch,
            commit: Some(outcome.commit.to_string()),
            dry_run: false,
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
        console: &Console,
    ) -> Result<(), Error> {
        let form = self.args.report.output;
        let mut reports = Vec::new();
        for result in results {
            reports.push(match result {
                Ok(Delivered { plan, delivery }) => Ok(self.sandbox.describe(plan, delivery)?),
                Err((repository, error)) => Err((repository.as_str(), error)),
            });
        }
        for Delivered { plan, .. } in results.iter().flatten() {
            if self.args.report.dry_run && form == OutputForm::Text {
                console.diff(&plan.diff);
            }
        }
        console.report(&summary::report(&reports, form));
        for Delivered { plan, .. } in results.iter().flatten() {
            for warning in &plan.warnings {
                console.warning(warning);
            }
        }
        let outputs = summary::outputs(results);
        let report = Report {
            markdown: summary::markdown(&reports),
            ..Report::default()
        };
        ci::publish(&self.settings.channels, &outputs, &report)
    }
}

/// Keeps what was fetched for the next run. Without it, that run takes longer.
fn remember(remote: &mut git::Remote, tip: git::ObjectId, console: &Console) {
    if let Err(reason) = remote.remember(tip) {
        console.detail(&format!("the cache is not kept: {reason}"));
    }
}
