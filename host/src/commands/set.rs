//! `towpath set`: one run, from options to report.

mod desk;
mod several;
mod summary;

use crate::args::{RepositoryOptions, SetArgs};
use crate::ci;
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, Proposal, Snapshot, SystemClock, UpdateOptions};
use crate::repository::Repository as _;
use crate::sandbox::{Limits, Sandbox};
use crate::settings::{self, Environment, SetSettings};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use towpath_surface::Kind;
use towpath_surface::plan::{Delivery, FileChange, Plan};

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
    let mut remotes = open(&args.repository, environment)?;
    match remotes.as_mut_slice() {
        [remote] => run.publish(&[Ok(run.go(remote, console)?)], console),
        remotes => several::run(&run, remotes, console),
    }
}

/// Prepares to talk to every repository that was given.
fn open(options: &RepositoryOptions, environment: &Environment) -> Result<Vec<git::Remote>, Error> {
    if options.repo.len() < 2 {
        options.only()?;
    }
    let urls = options
        .repo
        .iter()
        .map(|url| git::RepositoryUrl::parse(url));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    let access = settings::access_to_each(options, environment, &urls)?;
    let remotes = urls.iter().zip(&access);
    let remotes = remotes.map(|(url, access)| Ok(git::open(url, access)?));
    remotes.collect()
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
        if let (Err(_), Some(failure)) = (&plan, snapshot.take_failure()) {
            return Err(failure.into());
        }
        let plan = plan?;
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
            ..UpdateOptions::default()
        };
        let (mut latest, mut pushed) = (Plan::default(), Plan::default());
        let outcome = git::update(remote, &options, &clock, |snapshot| {
            let tip = snapshot.tip().commit;
            console.detail(&format!("planning on {tip}"));
            latest = self.decide(snapshot)?;
            if !latest.is_empty() {
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
        Ok(self.sandbox.decide(&self.settings.request, snapshot)?)
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
        let paths: Vec<_> = plan.files.iter().map(|file| file.path.clone()).collect();
        let contents = snapshot.read(&paths);
        let changes = plan.files.iter().zip(contents).map(|(file, content)| {
            let before = content.map_err(|_| unfit(file))?;
            let after = file.apply(&before).ok_or_else(|| unfit(file))?;
            Ok(git::Change {
                path: file.path.clone(),
                content: Some(after),
            })
        });
        Ok(Some(Proposal {
            changes: changes.collect::<Result<_, Error>>()?,
            details: self.details(plan, time, None),
        }))
    }

    /// Returns what the commit says; `identity` is of whom it is, if nobody was named.
    fn details(
        &self,
        plan: &Plan,
        time: i64,
        identity: Option<git::Identity>,
    ) -> git::CommitDetails {
        let named = git::Identity {
            name: self.settings.author.name.clone(),
            email: self.settings.author.email.clone(),
        };
        let identity = identity.filter(|_| self.args.commit.author.is_none());
        let identity = identity.unwrap_or(named);
        git::CommitDetails {
            author: identity.clone(),
            committer: identity,
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
        let mut reports = Vec::new();
        for result in results {
            reports.push(match result {
                Ok(Delivered { plan, delivery }) => Ok(self.sandbox.describe(plan, delivery)?),
                Err((repository, error)) => Err((repository.as_str(), error)),
            });
        }
        console.report(&summary::report(&reports, self.args.report.output));
        for Delivered { plan, .. } in results.iter().flatten() {
            for warning in &plan.warnings {
                console.warning(warning);
            }
        }
        let outputs = summary::outputs(results);
        ci::publish(
            &self.settings.channels,
            &outputs,
            &summary::markdown(&reports),
        )
    }
}

/// Keeps what was fetched for the next run. Without it, that run takes longer.
fn remember(remote: &mut git::Remote, tip: git::ObjectId, console: &Console) {
    if let Err(reason) = remote.remember(tip) {
        console.detail(&format!("the cache is not kept: {reason}"));
    }
}

/// Returns the time for the commit.
fn seconds_since_1970() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.ok()
        .and_then(|now| i64::try_from(now.as_secs()).ok())
        .unwrap_or_default()
}

/// The plan names bytes that the file does not have.
fn unfit(file: &FileChange) -> Error {
    Error::new(
        Kind::Internal,
        format!("the plan does not fit \"{}\"", file.path),
    )
}
