//! Commands that plan a change of an environment: where it goes is in the
//! configuration of the repository that was given, and may be another branch or
//! another repository.

mod routed;

use super::answers::answers;
use super::connect::{commit_with, connect};
use super::contents::contents;
use super::probe::Probing;
use super::{seconds_since_1970, wait};
use crate::args::{CommitOptions, RepositoryOptions, RunOptions, WaitOptions};
use crate::ci::{self, Channels, Outputs};
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, ObjectId, Proposal, Remote, Snapshot, SystemClock, UpdateOptions};
use crate::repository::View;
use crate::sandbox::{Limits, Report, Sandbox};
use crate::settings::{self, CommitSettings, Environment};
use routed::Routed;
use towpath_surface::Kind;
use towpath_surface::options::{OutputForm, ReportOptions};
use towpath_surface::plan::{Delivery, NewTag, Plan};
use towpath_surface::preparation::{Target, Way};
use towpath_surface::request::Request;

/// A command that plans a change, with its options.
pub(super) struct Change<'a> {
    /// What is asked of the planner.
    pub(super) request: Request,
    /// The repository that was given.
    pub(super) repository: &'a RepositoryOptions,
    /// Who makes the commit.
    pub(super) commit: &'a CommitOptions,
    /// What is reported.
    pub(super) report: &'a ReportOptions,
    /// What is left for later steps of a pipeline.
    pub(super) run: &'a RunOptions,
    /// How long gates are waited for, and whether probes may be run.
    pub(super) wait: &'a WaitOptions,
}

impl Change<'_> {
    /// Plans the change, delivers it, and reports what became of it.
    ///
    /// # Errors
    /// When the request cannot be met or the change cannot be pushed. Unless the
    /// error says otherwise, nothing was changed.
    pub(super) fn run(self, environment: &Environment, console: &mut Console) -> Result<(), Error> {
        wait::until_open(self.wait, console, |console| {
            self.once(environment, console)
        })
    }

    fn once(&self, environment: &Environment, console: &mut Console) -> Result<(), Error> {
        console.verbose = self.run.verbose;
        console.quiet = self.run.quiet;
        let sandbox = Sandbox::start(Limits::default());
        let commit = CommitSettings::resolve(self.commit, environment)?;
        let options = self.repository;
        let mut home = connect(options.only()?, options, environment, console)?;
        commit_with(&mut home, &commit, options, environment)?;
        let mut request = self.request.clone();
        request.facts.now = seconds_since_1970();
        let mut snapshot = home.snapshot(self.repository.branch.as_deref())?;
        let prepared = sandbox
            .prepare(&request, &mut snapshot)
            .map_err(Error::from);
        let prepared = snapshot.explain(prepared)?;
        let probing = Probing {
            allowed: self.wait.allow_probes,
            repository: self.repository,
            environment,
        };
        request.facts.answers = answers(&prepared.questions, &probing, console);
        let by_request = prepared.way == Way::Request;
        if by_request && !self.report.dry_run {
            return Err(Error::new(
                Kind::Unsupported,
                "the environment takes changes by request, which this command cannot open",
            )
            .hint(
                "See what it would be with --dry-run, or set `delivery: push` in towpath.yaml.",
            ));
        }
        let delivering = Delivering {
            sandbox: &sandbox,
            request,
            branch: self.repository.branch.clone(),
            commit,
            options: self.repository,
            target: prepared.target,
        };
        let delivered = if delivering.target == Target::default() {
            let mut direct = Direct;
            delivering.run(&mut home, &mut direct, self.report.dry_run, console)?
        } else {
            let repo = delivering.target.repository.as_deref();
            let repo = repo.map_or_else(|| self.repository.only(), Ok)?;
            let mut target = connect(repo, options, environment, console)?;
            commit_with(&mut target, &delivering.commit, options, environment)?;
            let mut aside = Aside {
                home: home.snapshot(self.repository.branch.as_deref())?,
                view: View {
                    repository: delivering.target.repository.clone(),
                    revision: delivering.target.branch.clone(),
                },
            };
            delivering.run(&mut target, &mut aside, self.report.dry_run, console)?
        };
        console.remote(&delivered.messages);
        let channels = settings::channels(self.run, environment);
        self.publish(&sandbox, &delivered, &channels, console)
    }

    /// Tells the user and the runner what became of the plan.
    fn publish(
        &self,
        sandbox: &Sandbox,
        delivered: &Delivered,
        channels: &Channels,
        console: &Console,
    ) -> Result<(), Error> {
        let Delivered { plan, delivery, .. } = delivered;
        let report = sandbox.describe(plan, delivery)?;
        console.report_as(self.report.output, self.text(&report));
        for warning in &plan.warnings {
            console.warning(warning);
        }
        let changed = plan.changes.iter().find(|change| change.old != change.new);
        let first = changed.or(plan.changes.first());
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        let outputs = Outputs {
            changed: !plan.is_empty() || plan.tag.is_some(),
            commits: vec![delivery.commit.clone().unwrap_or_default()],
            files: plan.files.iter().map(|file| file.path.clone()).collect(),
            old: first.map(|change| value(&change.old)).unwrap_or_default(),
            new: first.map(|change| value(&change.new)).unwrap_or_default(),
            results: format!("[{}]", super::set::result(plan, delivery)),
            ..Outputs::default()
        };
        ci::publish(channels, &outputs, &report)
    }

    fn text<'r>(&self, report: &'r Report) -> &'r str {
        match self.report.output {
            OutputForm::Text => &report.text,
            OutputForm::Json => &report.json,
            OutputForm::Markdown => &report.markdown,
        }
    }
}

/// What became of a change.
struct Delivered {
    plan: Plan,
    delivery: Delivery,
    messages: String,
}

/// How a plan is made on a tip of the target.
trait Planning {
    fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error>;
}

/// The configuration and the target are on the same branch.
struct Direct;

impl Planning for Direct {
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
struct Aside<'h> {
    home: Snapshot<'h>,
    view: View,
}

impl Planning for Aside<'_> {
    fn decide(
        &mut self,
        sandbox: &Sandbox,
        request: &Request,
        target: &mut Snapshot<'_>,
    ) -> Result<Plan, Error> {
        self.home.remote().forget_revisions();
        let plan = sandbox.decide(
            request,
            &mut Routed {
                home: &mut self.home,
                target,
                view: &self.view,
            },
        );
        let plan = self.home.explain(plan.map_err(Error::from));
        target.explain(plan)
    }
}

/// A change on its way to the target.
struct Delivering<'d> {
    sandbox: &'d Sandbox,
    request: Request,
    /// The branch that was given.
    branch: Option<String>,
    commit: CommitSettings,
    options: &'d RepositoryOptions,
    target: Target,
}

impl Delivering<'_> {
    fn run(
        &self,
        remote: &mut Remote,
        planning: &mut dyn Planning,
        dry_run: bool,
        console: &Console,
    ) -> Result<Delivered, Error> {
        if dry_run {
            self.preview(remote, planning)
        } else {
            self.deliver(remote, planning, console)
        }
    }

    /// Returns the branch that is changed; that of another repository is its
    /// own default one, if none is declared.
    fn branch(&self) -> Option<String> {
        let own = self.target.branch.clone();
        own.or_else(|| {
            let is_here = self.target.repository.is_none();
            self.branch.clone().filter(|_| is_here)
        })
    }

    /// Plans the change on the tip of the branch, and leaves it at that.
    fn preview(
        &self,
        remote: &mut Remote,
        planning: &mut dyn Planning,
    ) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let mut snapshot = remote.snapshot(self.branch().as_deref())?;
        let tip = snapshot.tip().clone();
        let plan = planning.decide(self.sandbox, &self.request, &mut snapshot)?;
        let delivery = Delivery {
            repository: url,
            branch: tip.branch,
            commit: plan.is_empty().then(|| tip.commit.to_string()),
            dry_run: true,
            request: None,
        };
        Ok(Delivered {
            plan,
            delivery,
            messages: String::new(),
        })
    }

    /// Plans the change and pushes it, again and again while others are faster.
    fn deliver(
        &self,
        remote: &mut Remote,
        planning: &mut dyn Planning,
        console: &Console,
    ) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let clock = SystemClock::start();
        let options = UpdateOptions {
            branch: self.branch(),
            deadline: self.options.timeout,
            push_options: self.commit.push_options.clone(),
            ..UpdateOptions::default()
        };
        let (mut latest, mut pushed) = (Plan::default(), Plan::default());
        let outcome = git::update(remote, &options, &clock, |snapshot| {
            console.detail(&format!("planning on {}", snapshot.tip().commit));
            latest = planning.decide(self.sandbox, &self.request, snapshot)?;
            if !latest.is_empty() {
                pushed = latest.clone();
            }
            self.propose(&latest, snapshot)
        })?;
        console.detail(&format!("{} pushes", outcome.attempts));
        // The last plan is empty too when a push had arrived without an answer.
        let plan = if outcome.pushed { pushed } else { latest };
        let mut messages = outcome.messages;
        if let Some(tag) = &plan.tag {
            messages.push_str(&self.tag(remote, tag, outcome.commit)?);
        }
        let tagged = plan.tag.as_ref().and_then(|tag| tag.commit.clone());
        let delivery = Delivery {
            repository: url,
            branch: outcome.branch,
            commit: tagged.or_else(|| Some(outcome.commit.to_string())),
            dry_run: false,
            request: None,
        };
        Ok(Delivered {
            plan,
            delivery,
            messages,
        })
    }

    /// Cuts a tag; returns what the server said.
    fn tag(&self, remote: &mut Remote, tag: &NewTag, tip: ObjectId) -> Result<String, Error> {
        let commit = match &tag.commit {
            None => tip,
            Some(id) => ObjectId::from_hex(id.as_bytes()).map_err(|error| {
                Error::new(Kind::Usage, format!("`{id}` is no commit")).cause(error)
            })?,
        };
        let new = remote.new_tag(&git::TagDetails {
            name: tag.name.clone(),
            commit,
            tagger: self.commit.committer.clone(),
            time: seconds_since_1970(),
            message: tag.message.clone(),
        })?;
        Ok(match remote.push_tag(&new, None)? {
            git::Tagged::Created(messages) => messages,
            git::Tagged::Existing => String::new(),
        })
    }

    /// Turns a plan into the new contents of the files that it names.
    fn propose(&self, plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Option<Proposal>, Error> {
        // A tag alone takes no commit.
        if plan.files.is_empty() {
            return Ok(None);
        }
        Ok(Some(Proposal {
            changes: contents(plan, snapshot)?,
            details: git::CommitDetails {
                author: self.commit.author.clone(),
                committer: self.commit.committer.clone(),
                time: seconds_since_1970(),
                message: plan.message.clone(),
                headers: Vec::new(),
            },
        }))
    }
}
