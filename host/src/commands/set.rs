//! `towpath set`: one run, from options to report.

mod desk;
mod several;
mod summary;

pub(super) use summary::result;

use super::change::Change;
use super::connect::{commit_with, connect_with_access};
use super::contents::contents;
use super::requesting::{Planner, Requested, Requesting};
use super::seconds_since_1970;
use crate::argocd;
use crate::args::{SetArgs, WaitOptions};
use crate::ci::{self, Outputs};
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git::{self, Proposal, Snapshot, SystemClock, UpdateOptions};
use crate::notify;
use crate::sandbox::{Limits, Report, Sandbox};
use crate::settings::{self, Environment, SetSettings};
use std::path::Path;
use towpath_surface::Kind;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::{Delivery, Plan, Problem};
use towpath_surface::preparation::{Preparation, Target};
use towpath_surface::request::Source;

/// Plans the change, pushes it, and reports what became of it.
///
/// # Errors
/// When the request cannot be met or the change cannot be pushed. Unless the
/// error says otherwise, nothing was changed.
pub fn run(args: &SetArgs, environment: &Environment, console: &mut Console) -> Result<(), Error> {
    console.verbose = args.run.verbose;
    console.quiet = args.run.quiet;
    let settings = SetSettings::resolve(args, environment)?;
    let sandbox = Sandbox::new(Limits::default())?;
    let options = &args.repository;
    if let Some(directory) = &args.desk.working_copy {
        let run = Run {
            args,
            settings,
            sandbox,
            access: git::Access::default(),
        };
        return desk::run(&run, Path::new(directory), console);
    }
    if args.desk.make_commit {
        let message = "`--make-commit` is for a working copy, and none was given";
        return Err(Error::new(Kind::Usage, message)
            .hint("Name it with `--working-copy`; a repository always gets a commit."));
    }
    if options.repo.len() > 1 {
        return several::run(args, (settings, sandbox), environment, console);
    }
    let repo = options.only()?;
    let (mut remote, access) = connect_with_access(repo, options, environment, console)?;
    if args.set.environment.is_some() {
        let mut snapshot = remote.snapshot(options.branch.as_deref())?;
        let prepared = sandbox
            .prepare(&settings.request, &mut snapshot)
            .map_err(Error::from);
        let prepared: Preparation = snapshot.explain(prepared)?;
        if prepared.target != Target::default() {
            let change = Change {
                request: settings.request,
                repository: options,
                commit: &args.commit,
                report: &args.report,
                run: &args.run,
                wait: &WaitOptions::default(),
            };
            return change.run(environment, console);
        }
    }
    commit_with(&mut remote, &settings.commit, options, environment)?;
    let run = Run {
        args,
        settings,
        sandbox,
        access,
    };
    if args.request.request {
        let url = remote.url().clone();
        let forge = settings::forge(options, environment, &url, &run.access)?;
        return run.request(&mut remote, forge.as_ref(), console);
    }
    let (plan, delivery, messages) = if args.report.dry_run {
        run.preview(&mut remote, console)?
    } else {
        run.deliver(&mut remote, console)?
    };
    console.remote(&messages);
    run.publish(&plan, &delivery, None, console)?;
    run.sync(&delivery, console)
}

/// One run with all that it needs.
struct Run<'a> {
    args: &'a SetArgs,
    settings: SetSettings,
    sandbox: Sandbox,
    access: git::Access,
}

impl Run<'_> {
    /// Plans the change on the tip of the branch, and leaves it at that.
    fn preview(
        &self,
        remote: &mut git::Remote,
        console: &Console,
    ) -> Result<(Plan, Delivery, String), Error> {
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
            request: None,
        };
        Ok((plan, delivery, String::new()))
    }

    /// Plans the change and pushes it, again and again while others are faster.
    fn deliver(
        &self,
        remote: &mut git::Remote,
        console: &Console,
    ) -> Result<(Plan, Delivery, String), Error> {
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
        remember(remote, outcome.commit, console);
        // The last plan is empty too when a push had arrived without an answer.
        let planned = if outcome.pushed { pushed } else { latest };
        let delivery = Delivery {
            repository: url,
            branch: outcome.branch,
            commit: Some(outcome.commit.to_string()),
            dry_run: false,
            request: None,
        };
        Ok((planned, delivery, outcome.messages))
    }

    fn decide(&self, snapshot: &mut Snapshot<'_>) -> Result<Plan, Error> {
        let mut request = self.settings.request.clone();
        request.facts.now = seconds_since_1970();
        Ok(self.sandbox.decide(&request, snapshot)?)
    }

    /// Proposes the change by a request, and says what became of it.
    fn request(
        &self,
        remote: &mut git::Remote,
        forge: &dyn Forge,
        console: &Console,
    ) -> Result<(), Error> {
        let requesting = Requesting {
            planner: self,
            sandbox: &self.sandbox,
            forge,
            options: &self.args.request,
            base: self.args.repository.branch.as_deref(),
            notes: Vec::new(),
            deadline: self.args.repository.timeout,
            console,
        };
        let url = remote.url().to_string();
        let dry_run = self.args.report.dry_run;
        let requested = match dry_run {
            true => requesting.preview(remote)?,
            false => requesting.run(remote)?,
        };
        let delivery = requested.delivery(url, dry_run);
        let mut plan = requested.plan.clone();
        plan.warnings.extend(requested.warnings());
        plan.warnings.extend(self.settings.workflow_token.clone());
        self.publish(&plan, &delivery, Some(&requested), console)
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

    /// Tells the user and the runner what became of the plan.
    fn publish(
        &self,
        plan: &Plan,
        delivery: &Delivery,
        requested: Option<&Requested>,
        console: &Console,
    ) -> Result<(), Error> {
        let report = self.sandbox.describe(plan, delivery)?;
        if self.args.report.dry_run && self.args.report.output == OutputForm::Text {
            console.diff(&plan.diff);
        }
        console.report(self.text(&report));
        for warning in &plan.warnings {
            console.warning(warning);
        }
        let first = plan.changes.first();
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        let outputs = Outputs {
            changed: requested.map_or(!plan.is_empty(), |requested| requested.changed),
            commits: vec![delivery.commit.clone().unwrap_or_default()],
            files: plan.files.iter().map(|file| file.path.clone()).collect(),
            old: first.map(|change| value(&change.old)).unwrap_or_default(),
            new: first.map(|change| value(&change.new)).unwrap_or_default(),
            results: format!("[{}]", result(plan, delivery)),
            ..requested.map(Requested::outputs).unwrap_or_default()
        };
        ci::publish(&self.settings.channels, &outputs, &report)?;
        if outputs.changed && !delivery.dry_run {
            self.notify(&report, console);
        }
        Ok(())
    }

    /// Lets Argo CD run the commit, and waits for it as far as the user wants.
    fn sync(&self, delivery: &Delivery, console: &Console) -> Result<(), Error> {
        let (Some(argocd), Some(commit)) = (&self.settings.argocd, &delivery.commit) else {
            return Ok(());
        };
        if delivery.dry_run {
            return Ok(());
        }
        let synced = argocd::sync(argocd, commit, &self.access, &SystemClock::start());
        let lines = synced.map_err(|mut error| {
            error.unchanged = false;
            error
        })?;
        for line in lines {
            console.detail(&line);
        }
        Ok(())
    }

    /// Tells others; that they could not be told changes nothing.
    fn notify(&self, report: &Report, console: &Console) {
        for message in notify::notify(&self.settings.notify, "set", report, &self.access) {
            console.late_warning(&Problem {
                code: "notify".to_owned(),
                message,
                at: None,
                hint: None,
            });
        }
    }

    fn text<'a>(&self, report: &'a Report) -> &'a str {
        match self.args.report.output {
            OutputForm::Text => &report.text,
            OutputForm::Json => &report.json,
            OutputForm::Markdown => &report.markdown,
        }
    }
}

/// Keeps what was fetched for the next run. Without it, that run takes longer.
fn remember(remote: &mut git::Remote, tip: git::ObjectId, console: &Console) {
    if let Err(reason) = remote.remember(tip) {
        console.detail(&format!("the cache is not kept: {reason}"));
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
}
