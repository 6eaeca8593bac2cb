//! A change that goes through a pull or merge request: looks at everything, asks
//! the engine what to do next, does it, and looks again until nothing is left.

mod hold;
mod look;
mod told;

use super::holding::Holding;
use crate::args::{RequestOptions, Way};
use crate::console::Console;
use crate::error::Error;
use crate::forge::{self, Dress, Forge, Merge, NewRequest, Opened};
use crate::git::{
    self, Clock as _, ObjectId, Proposal, Remote, Replaced, Snapshot, SystemClock, Tip,
};
use crate::sandbox::Sandbox;
use crate::settings::CommitSettings;
use look::{Look, Seen};
use std::time::Duration;
use towpath_surface::Kind;
use towpath_surface::plan::Plan;
use towpath_surface::request::Source;
use towpath_surface::requests::{Action, Draft, Known, KnownState, Step, Wishes};

/// What makes the change, whatever command it is of.
pub(super) trait Planner {
    /// Plans the change on a revision; `proposed` says since when a request carries
    /// it already.
    fn decide(&self, snapshot: &mut Snapshot<'_>, proposed: Option<i64>) -> Result<Plan, Error>;

    /// Turns a plan into a commit to be made.
    fn propose(&self, plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Option<Proposal>, Error>;

    /// Returns whether the change, planned again on what has it, is empty. Where it
    /// is not, as for a step back, files are compared instead.
    fn is_repeatable(&self) -> bool;

    /// Returns where the request comes from.
    fn source(&self) -> &Source;

    /// Returns who makes the commits of this run.
    fn committer(&self) -> &git::Identity;
}

/// Refuses commits that GitHub makes: those of a request are pushed.
///
/// # Errors
/// When the user wants them to be made that way.
pub(super) fn expect_a_push(commit: &CommitSettings) -> Result<(), Error> {
    match commit.through {
        Way::Push => Ok(()),
        Way::GitHubApi => Err(Error::new(
            Kind::Usage,
            "--commit-through github-api does not go together with a request",
        )
        .hint("Leave it out: the commit is pushed to the branch of the request.")),
    }
}

/// What a change needs that goes through a request.
pub(super) struct Requesting<'a> {
    pub(super) planner: &'a dyn Planner,
    pub(super) sandbox: &'a Sandbox,
    pub(super) forge: &'a dyn Forge,
    pub(super) options: &'a RequestOptions,
    /// The branch that the request goes to.
    pub(super) base: Option<&'a str>,
    /// Lines of Markdown for the body, such as the gates and their states.
    pub(super) notes: Vec<String>,
    /// What writes the state of the gates on the request, where that is asked for.
    pub(super) hold: Option<&'a Holding<'a>>,
    /// How long to go on while others are faster.
    pub(super) deadline: Duration,
    pub(super) console: &'a Console,
}

/// What became of a change that goes through a request.
#[derive(Debug)]
pub(super) struct Requested {
    /// The plan on the branch that the request goes to.
    pub(super) plan: Plan,
    /// The branch that the request goes to.
    pub(super) base: Tip,
    /// The branch that holds the change, and its commit.
    pub(super) head: Option<Tip>,
    /// The requests that the forge knows.
    requests: Vec<Known>,
    /// The branch that a change goes to.
    own_head: String,
    /// The outcome, with its reason.
    pub(super) step: Step,
    /// Whether this run changed anything.
    pub(super) changed: bool,
    /// What could not be done, beside the request itself.
    pub(super) undone: Vec<String>,
    /// Whether the values are on the branch that holds the change.
    pub(super) is_proposed: bool,
    /// Whether all on that branch is Towpath's.
    pub(super) is_ours: bool,
}

/// What came of an action.
enum Done {
    /// The next one may follow.
    Yes,
    /// Something else is as it was thought to be.
    LookAgain,
}

impl Requesting<'_> {
    /// Brings the request to where it should be.
    ///
    /// # Errors
    /// When others' work is in the way, or the forge or the repository refuses.
    pub(super) fn run(&self, remote: &mut Remote) -> Result<Requested, Error> {
        let clock = SystemClock::start();
        let mut run = Run {
            requesting: self,
            opened: Vec::new(),
            changed: false,
            fresh: false,
            undone: Vec::new(),
            acted: None,
        };
        let mut rounds: u32 = 0;
        let (seen, step) = loop {
            let look = self
                .look(remote, &run.opened)
                .map_err(|error| run.tell(error))?;
            let Look::Clear(mut seen) = look else {
                run.pause(&clock, &mut rounds, remote)?;
                continue;
            };
            let step = self
                .decide(&mut seen, remote)
                .map_err(|error| run.tell(error))?;
            self.console
                .detail(&format!("request: {}: {}", step.outcome, step.reason));
            if step.actions.is_empty() {
                break (seen, step);
            }
            run.acted.get_or_insert_with(|| step.clone());
            if let Done::LookAgain = run.perform(&seen, &step.actions, remote)? {
                run.pause(&clock, &mut rounds, remote)?;
            }
        };
        let mut requested = run.finish(*seen, step);
        self.hold(remote, &mut requested);
        Ok(requested)
    }

    /// Looks, and decides, and leaves it at that.
    ///
    /// # Errors
    /// When others' work is in the way, or something cannot be read.
    pub(super) fn preview(&self, remote: &mut Remote) -> Result<Requested, Error> {
        loop {
            if let Look::Clear(mut seen) = self.look(remote, &[])? {
                let step = self.decide(&mut seen, remote)?;
                return Ok(requested(*seen, step));
            }
        }
    }

    /// Decides what to do next; where that hangs on the branches of other requests,
    /// these are looked at as well.
    fn decide(&self, seen: &mut Seen, remote: &mut Remote) -> Result<Step, Error> {
        if let Some(reason) = &seen.older_than_base {
            return Ok(older(reason));
        }
        loop {
            let step = self.sandbox.next_step(&seen.situation)?;
            let Some(branches) = looks(&step) else {
                return Ok(step);
            };
            for branch in branches {
                let side = self.aside(remote, seen, &branch)?;
                seen.situation.others.push(side);
            }
        }
    }

    fn wishes(&self, base: &str) -> Wishes {
        Wishes {
            base: base.to_owned(),
            head: self.options.head.clone(),
            title: self.options.title.clone(),
            body: self.options.body.clone(),
            labels: self.options.label.clone(),
            notes: self.notes.clone(),
        }
    }

    /// Merges, and waits for the merge, as far as the user wants that; returns
    /// whether the base has the values now.
    ///
    /// # Errors
    /// When the forge refuses, or it takes too long; the request stands.
    pub(super) fn conclude(&self, requested: &Requested) -> Result<bool, Error> {
        let clock = &SystemClock::start();
        let is_settled = requested.plan.is_empty();
        let Some(request) = requested.request() else {
            return Ok(is_settled);
        };
        let number = request.number;
        if request.state != KnownState::Open {
            return Ok(is_settled);
        }
        let mut is_merged = false;
        if let Some(head) = requested.mergeable(self.options) {
            is_merged = self
                .merge(clock, number, &head.commit.to_string())
                .map_err(made)?;
        }
        let Some(longest) = self.options.wait_for_merge else {
            return Ok(is_merged);
        };
        let started = clock.now();
        let mut pause = Duration::from_secs(1);
        loop {
            let known = self.forge.request(number).map_err(made)?;
            match known.state {
                KnownState::Merged => return Ok(true),
                KnownState::Closed => return Err(made(not_merged(&known, "was closed"))),
                KnownState::Open if clock.now().saturating_sub(started) >= longest => {
                    return Err(made(not_merged(&known, "was not merged in time")));
                }
                KnownState::Open => {}
            }
            clock.sleep(pause.min(longest));
            pause = (pause * 2).min(Duration::from_secs(15));
        }
    }

    /// Hands the request to the forge's own way to merge when everything is green.
    /// Returns whether it did so at once.
    fn merge(&self, clock: &SystemClock, number: u64, commit: &str) -> Result<bool, Error> {
        let started = clock.now();
        let mut pause = Duration::from_millis(500);
        loop {
            match self.forge.merge(number, commit)? {
                Merge::Done => return Ok(true),
                Merge::Scheduled => return Ok(false),
                Merge::Later if clock.now().saturating_sub(started) >= self.deadline => {
                    let message = format!("request {number} cannot be merged yet");
                    return Err(Error::new(Kind::NotMerged, message).hint(
                        "Look at its page: a check fails, or the branches are in conflict.",
                    ));
                }
                Merge::Later => clock.sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

/// The state of one run.
struct Run<'a> {
    requesting: &'a Requesting<'a>,
    /// Requests that were opened: a list of the forge may not have them yet.
    opened: Vec<Known>,
    changed: bool,
    /// Whether the request is to be given labels and people.
    fresh: bool,
    undone: Vec<String>,
    /// The first step that was more than a look.
    acted: Option<Step>,
}

impl Run<'_> {
    fn perform(
        &mut self,
        seen: &Seen,
        actions: &[Action],
        remote: &mut Remote,
    ) -> Result<Done, Error> {
        if actions.contains(&Action::Push)
            && actions
                .iter()
                .any(|action| matches!(action, Action::Open { .. }))
        {
            // Better to know before the push that the request will be refused.
            self.requesting.forge.may_open(&seen.base.branch)?;
        }
        for action in actions {
            let done = match action {
                Action::Push => self.push(seen, remote),
                // It was looked at before.
                Action::Look { .. } => Ok(Done::Yes),
                Action::Open { title, body } => self.open(&seen.situation.draft, title, body),
                Action::Update {
                    number,
                    title,
                    body,
                } => self.update(*number, title, body),
                Action::Close {
                    number,
                    body,
                    comment,
                    branch,
                } => {
                    let closed = self.close(*number, body, comment);
                    closed.map(|()| self.delete(branch.as_ref(), remote))
                }
            };
            if let Done::LookAgain = done.map_err(|error| self.tell(error))? {
                return Ok(Done::LookAgain);
            }
        }
        Ok(Done::Yes)
    }

    /// Puts the change on its branch, as one commit on top of the base.
    fn push(&mut self, seen: &Seen, remote: &mut Remote) -> Result<Done, Error> {
        let draft = &seen.situation.draft;
        let mut snapshot = remote.at_tip(seen.base.clone());
        let proposal = self.requesting.planner.propose(&seen.plan, &mut snapshot)?;
        let commit = match &proposal {
            Some(proposal) => snapshot.commit(&proposal.changes, &proposal.details)?,
            None => None,
        };
        let Some(commit) = commit else {
            return Ok(Done::LookAgain);
        };
        let old = seen.head.as_ref().map(|tip| tip.commit);
        match remote.replace(&draft.head, old, &commit)? {
            Replaced::Look => Ok(Done::LookAgain),
            Replaced::Done(messages) => {
                for line in messages.lines() {
                    self.requesting.console.detail(&format!("remote: {line}"));
                }
                self.changed = true;
                Ok(Done::Yes)
            }
        }
    }

    fn open(&mut self, draft: &Draft, title: &str, body: &str) -> Result<Done, Error> {
        let new = NewRequest {
            head: draft.head.clone(),
            base: draft.base.clone(),
            title: title.to_owned(),
            body: body.to_owned(),
            is_draft: self.requesting.options.draft,
        };
        match self.requesting.forge.open(&new) {
            Ok(Opened::New(known)) => {
                self.opened.push(known);
                self.changed = true;
                self.fresh = true;
                Ok(Done::Yes)
            }
            // It may be open: a look will tell.
            Ok(Opened::Exists | Opened::TooEarly) | Err(forge::Error::AnswerLost { .. }) => {
                Ok(Done::LookAgain)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn update(&mut self, number: u64, title: &str, body: &str) -> Result<Done, Error> {
        self.requesting.forge.update(number, title, body)?;
        for known in &mut self.opened {
            if known.number == number {
                title.clone_into(&mut known.title);
                body.clone_into(&mut known.body);
            }
        }
        self.changed = true;
        self.fresh = true;
        Ok(Done::Yes)
    }

    /// Closes a request, and says why on its page.
    fn close(&mut self, number: u64, body: &str, comment: &str) -> Result<(), Error> {
        self.requesting.forge.close(number, body)?;
        self.opened.retain(|known| known.number != number);
        self.changed = true;
        if let Err(error) = self.requesting.forge.comment(number, comment) {
            self.undone.push(error.to_string());
        }
        Ok(())
    }

    /// Deletes the branch of a closed request; others may have, or have moved it.
    fn delete(&mut self, branch: Option<&(String, String)>, remote: &mut Remote) -> Done {
        if let Some((branch, commit)) = branch
            && let Ok(commit) = ObjectId::from_hex(commit.as_bytes())
            && let Err(error) = remote.delete(branch, commit)
        {
            self.undone.push(error.to_string());
        }
        Done::Yes
    }

    /// Waits a moment before the next look, but not for ever.
    fn pause(&self, clock: &SystemClock, rounds: &mut u32, remote: &Remote) -> Result<(), Error> {
        *rounds += 1;
        if clock.now() >= self.requesting.deadline {
            let busy = git::Error::Busy {
                url: remote.url().to_string(),
                branch: self.requesting.base.unwrap_or("HEAD").to_owned(),
                attempts: *rounds,
            };
            return Err(self.tell(busy.into()));
        }
        let longest = 100 * u64::from((*rounds).min(20));
        clock.sleep(Duration::from_millis(50 + clock.random() % longest));
        Ok(())
    }

    /// Keeps an error from saying that nothing was changed when something was.
    fn tell(&self, mut error: Error) -> Error {
        error.unchanged &= !self.changed;
        error
    }

    fn finish(mut self, seen: Seen, step: Step) -> Requested {
        let options = self.requesting.options;
        let dress = Dress {
            labels: seen.situation.draft.labels.clone(),
            reviewers: options.reviewer.clone(),
            assignees: options.assignee.clone(),
            milestone: options.milestone.clone(),
        };
        if let (Some(number), true) = (step.request, self.fresh && dress != Dress::default()) {
            match self.requesting.forge.dress(number, &dress) {
                Ok(undone) => self.undone.extend(undone),
                Err(error) => self.undone.push(error.to_string()),
            }
        }
        let mut requested = requested(seen, step);
        // What is told is what was done, not that nothing is left to do.
        if let Some(acted) = self.acted {
            let number = requested.step.request.or(acted.request);
            requested.step = Step {
                request: number,
                ..acted
            };
        }
        requested.changed = self.changed;
        requested.undone = self.undone;
        requested
    }
}

fn requested(seen: Seen, step: Step) -> Requested {
    Requested {
        requests: seen.situation.requests,
        own_head: seen.situation.draft.head,
        is_proposed: matches!(step.outcome.as_str(), "keep" | "left"),
        is_ours: step.outcome == "keep",
        plan: seen.plan,
        base: seen.base,
        head: seen.head,
        step,
        changed: false,
        undone: Vec::new(),
    }
}

/// Returns the branches that are to be looked at before anything is done.
fn looks(step: &Step) -> Option<Vec<String>> {
    let branches = step.actions.iter().map(|action| match action {
        Action::Look { branch } => Some(branch.clone()),
        _ => None,
    });
    branches
        .collect::<Option<Vec<_>>>()
        .filter(|branches| !branches.is_empty())
}

/// The base itself has what a newer build has set.
fn older(reason: &str) -> Step {
    Step {
        outcome: "older".to_owned(),
        reason: format!("nothing is done: {reason}"),
        is_warning: true,
        ..Step::default()
    }
}

fn not_merged(known: &Known, what: &str) -> Error {
    let message = format!("request {} {what}: {}", known.number, known.url);
    Error::new(Kind::NotMerged, message)
}

/// The request stands, whatever went wrong after it was made.
pub(super) fn made(error: impl Into<Error>) -> Error {
    let mut error = error.into();
    error.unchanged = false;
    error
}
