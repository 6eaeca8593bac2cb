//! A change on its way to the target, by a push.

use super::planning::Planning;
use super::{Delivered, Launch};
use crate::commands::answers::Asking;
use crate::commands::contents::contents;
use crate::commands::{previewed, seconds_since_1970};
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, ObjectId, Proposal, Remote, Snapshot, SystemClock, UpdateOptions};
use towpath_surface::Kind;
use towpath_surface::plan::{Delivery, NewTag, Plan};
use towpath_surface::preparation::Preparation;
use towpath_surface::request::Request;

/// A change on its way to the target.
pub(super) struct Delivering<'d> {
    pub(super) launch: &'d Launch<'d>,
    pub(super) asking: &'d Asking<'d>,
    pub(super) request: Request,
    pub(super) prepared: Preparation,
}

impl Delivering<'_> {
    /// Returns the branch that is changed; that of another repository is its
    /// own default one, if none is declared.
    pub(super) fn branch(&self) -> Option<String> {
        let target = &self.prepared.target;
        let given = &self.launch.change.repository.branch;
        let own = target.branch.clone();
        own.or_else(|| {
            let is_here = target.repository.is_none();
            given.clone().filter(|_| is_here)
        })
    }

    /// Plans the change on the tip of the branch, and leaves it at that.
    pub(super) fn preview(
        &self,
        remote: &mut Remote,
        planning: &mut Planning<'_>,
    ) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let mut snapshot = remote.snapshot(self.branch().as_deref())?;
        let tip = snapshot.tip().clone();
        let plan = planning.decide(&self.launch.sandbox, &self.request, &mut snapshot)?;
        let delivery = previewed(url, tip, &plan);
        Ok(Delivered {
            plan,
            delivery,
            ..Delivered::default()
        })
    }

    /// Plans the change and pushes it, again and again while others are faster.
    pub(super) fn push(
        &self,
        remote: &mut Remote,
        planning: &mut Planning<'_>,
        console: &Console,
    ) -> Result<Delivered, Error> {
        let url = remote.url().to_string();
        let clock = SystemClock::start();
        let options = UpdateOptions {
            branch: self.branch(),
            deadline: self.launch.change.repository.timeout,
            push_options: self.launch.commit.push_options.clone(),
            ..UpdateOptions::default()
        };
        let (mut latest, mut pushed) = (Plan::default(), Plan::default());
        let outcome = git::update(remote, &options, &clock, |snapshot| {
            console.detail(&format!("planning on {}", snapshot.tip().commit));
            latest = planning.decide(&self.launch.sandbox, &self.request, snapshot)?;
            if !latest.is_empty() {
                pushed = latest.clone();
            }
            self.proposal(&latest, snapshot)
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
            has_arrived: true,
            ..Delivered::default()
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
            tagger: self.launch.commit.committer.clone(),
            time: seconds_since_1970(),
            message: tag.message.clone(),
        })?;
        Ok(match remote.push_tag(&new, None)? {
            git::Tagged::Created(messages) => messages,
            git::Tagged::Existing => String::new(),
        })
    }

    /// Turns a plan into the new contents of the files that it names.
    pub(super) fn proposal(
        &self,
        plan: &Plan,
        snapshot: &mut Snapshot<'_>,
    ) -> Result<Option<Proposal>, Error> {
        // A tag alone takes no commit.
        if plan.files.is_empty() {
            return Ok(None);
        }
        let commit = &self.launch.commit;
        Ok(Some(Proposal {
            changes: contents(plan, snapshot)?,
            details: git::CommitDetails {
                author: commit.author.clone(),
                committer: commit.committer.clone(),
                // What the plan says of the time is of the same moment.
                time: self.request.facts.now,
                message: plan.message.clone(),
                headers: Vec::new(),
            },
        }))
    }
}
