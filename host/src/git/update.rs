//! Moving a branch that others move too.

mod sent;
mod ways;

use super::commit::{Change, CommitDetails, NewCommit};
use super::snapshot::Snapshot;
use super::transport::Report;
use super::wire::words::{Verdict, verdict};
use super::{Clock, Error, Remote, Result, Tip};
use gix::hash::ObjectId;
use sent::Sent;
use std::time::Duration;
use ways::{by_api, by_push};

/// What is to become of a branch.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The files.
    pub changes: Vec<Change>,
    /// The commit.
    pub details: CommitDetails,
}

/// How a branch is updated.
#[derive(Clone, Debug)]
pub struct UpdateOptions {
    /// The branch, or nothing for the default one.
    pub branch: Option<String>,
    /// The branch to start from when the branch does not exist; nothing if that
    /// is an error.
    pub create_from: Option<String>,
    /// How long to go on while others keep moving the branch.
    pub deadline: Duration,
    /// Options for the server's hooks.
    pub push_options: Vec<String>,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            branch: None,
            create_from: None,
            deadline: Duration::from_secs(120),
            push_options: Vec::new(),
        }
    }
}

/// What became of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The branch.
    pub branch: String,
    /// The commit that holds what was wanted: ours, or the one that already did.
    pub commit: ObjectId,
    /// The commit that the branch was at before.
    pub before: ObjectId,
    /// Whether our commit is on the branch.
    pub pushed: bool,
    /// How many pushes were made.
    pub attempts: u32,
    /// What the server said to the user.
    pub messages: String,
}

/// Updates a branch: asks `plan` for a proposal on its tip and pushes it, and
/// asks again on the new tip whenever others were faster. `plan` returns nothing
/// when nothing is left to change.
///
/// # Errors
/// When `plan` fails, the server refuses for another reason than a moved branch,
/// or the deadline passes.
pub fn update<E: From<Error>>(
    remote: &mut Remote,
    options: &UpdateOptions,
    clock: &dyn Clock,
    mut plan: impl FnMut(&mut Snapshot<'_>) -> Result<Option<Proposal>, E>,
) -> Result<Outcome, E> {
    let target = Target::find(remote, options)?;
    let mut race = Race {
        options,
        clock,
        started: clock.now(),
        target,
        attempts: 0,
        stuck: 0,
        sent: Vec::new(),
    };
    let start = race.target.start.clone();
    let mut snapshot = Snapshot::new(remote, start);
    loop {
        let planned = plan(&mut snapshot);
        // The reason why something could not be read is better than that it could not.
        if let (Err(_), Some(failure)) = (&planned, snapshot.take_failure()) {
            return Err(race.not_certain(failure).into());
        }
        let Some(proposal) = planned? else {
            return Ok(race.nothing_to_do(&mut snapshot)?);
        };
        let commit = snapshot.commit(&proposal.changes, &proposal.details);
        let Some(commit) = commit.map_err(|error| race.not_certain(error))? else {
            return Ok(race.nothing_to_do(&mut snapshot)?);
        };
        if let Some(outcome) = race.push(&mut snapshot, &proposal, &commit)? {
            return Ok(outcome);
        }
    }
}

/// The ref that is to be moved.
#[derive(Clone, Debug)]
struct Target {
    branch: String,
    /// Where the branch is, or where it will start.
    start: Tip,
    /// Whether the branch is there.
    exists: bool,
}

impl Target {
    fn find(remote: &mut Remote, options: &UpdateOptions) -> Result<Self> {
        let branch = options.branch.as_deref();
        if let (Some(branch), Some(base)) = (branch, options.create_from.as_deref()) {
            let existing = remote.try_tip(branch)?;
            let exists = existing.is_some();
            let start = match existing {
                Some(tip) => tip,
                None => remote.tip(Some(base))?,
            };
            return Ok(Self {
                branch: branch.to_owned(),
                start,
                exists,
            });
        }
        let start = remote.tip(branch)?;
        Ok(Self {
            branch: start.branch.clone(),
            start,
            exists: true,
        })
    }
}

/// The state of a race with other writers.
struct Race<'a> {
    options: &'a UpdateOptions,
    clock: &'a dyn Clock,
    started: Duration,
    target: Target,
    attempts: u32,
    /// How often in a row the server spoke of a race and the branch was where it was.
    stuck: u32,
    /// Commits that may be on the branch: their pushes were not answered.
    sent: Vec<Sent>,
}

impl Race<'_> {
    /// Longest time to wait before the next attempt.
    const LONGEST_WAIT: Duration = Duration::from_secs(10);
    /// How often a locked branch is tried again.
    const MOST_STUCK: u32 = 5;
    /// How far back our own commit is looked for.
    const HISTORY: u32 = 64;

    /// Pushes a commit; returns nothing after moving the snapshot to a new tip.
    fn push(
        &mut self,
        snapshot: &mut Snapshot<'_>,
        proposal: &Proposal,
        commit: &NewCommit,
    ) -> Result<Option<Outcome>> {
        self.attempts += 1;
        let before = snapshot.tip().commit;
        let pushed_at = self.clock.now();
        let options = &self.options.push_options;
        let pushed = match snapshot.remote.github.clone() {
            Some(github) => by_api(&github, &self.target, snapshot, proposal, options),
            None => by_push(&self.target, snapshot, commit, options),
        };
        let took = self.clock.now().saturating_sub(pushed_at);
        let refusal = match pushed {
            Ok((id, report)) => match report.rejection(&snapshot.remote.url().to_string()) {
                None => return Ok(Some(self.outcome(id, before, report.messages))),
                Some(rejection) => Refusal::of(&report, rejection),
            },
            Err(lost @ Error::AnswerLost { .. }) => {
                let is_by_api = snapshot.remote.github.is_some();
                let sent = Sent::new(commit, before, is_by_api.then_some(&proposal.details));
                self.sent.push(sent);
                Refusal::Lost(lost)
            }
            Err(error) if error.is_transient() => {
                if let Error::Throttled { seconds, .. } = error {
                    self.sleep(Duration::from_secs(seconds));
                }
                Refusal::Race(error)
            }
            Err(error) => return Err(self.not_certain(error)),
        };
        if let Refusal::Final(error) = refusal {
            return Err(error);
        }
        if !matches!(refusal, Refusal::Unclear(_)) {
            self.wait(took);
        }
        self.look_again(snapshot, refusal, before)
    }

    /// Asks for the tip and decides whether it is worth another attempt.
    fn look_again(
        &mut self,
        snapshot: &mut Snapshot<'_>,
        refusal: Refusal,
        before: ObjectId,
    ) -> Result<Option<Outcome>> {
        let found = self.new_tip(snapshot.remote);
        let found = found.and_then(|tip| Ok((self.find_own(snapshot.remote, &tip)?, tip)));
        let (ours, tip) = found.map_err(|error| self.not_certain(error))?;
        if let Some(ours) = ours {
            return Ok(Some(self.outcome(ours, before, String::new())));
        }
        let moved = tip.commit != before;
        self.stuck = if moved { 0 } else { self.stuck + 1 };
        match refusal {
            Refusal::Final(error) | Refusal::Unclear(error) if !moved => return Err(error),
            Refusal::Race(error) | Refusal::Lost(error) if self.stuck > Self::MOST_STUCK => {
                return Err(error);
            }
            _ => {}
        }
        if self.clock.now().saturating_sub(self.started) >= self.options.deadline {
            return Err(Error::Busy {
                url: snapshot.remote.url().to_string(),
                branch: self.target.branch.clone(),
                attempts: self.attempts,
            });
        }
        snapshot.move_to(tip);
        Ok(None)
    }

    fn new_tip(&mut self, remote: &mut Remote) -> Result<Tip> {
        if let Some(tip) = remote.try_tip(&self.target.branch)? {
            self.target.exists = true;
            return Ok(tip);
        }
        if self.target.exists {
            return remote.tip(Some(&self.target.branch));
        }
        // The branch that we start from may have moved as well.
        remote.tip(self.options.create_from.as_deref())
    }

    /// Keeps an error from saying that nothing was changed while a push of ours
    /// has had no answer.
    fn not_certain(&self, error: Error) -> Error {
        match error {
            Error::Unreachable { url, reason }
            | Error::Throttled { url, reason, .. }
            | Error::Protocol { url, reason }
                if !self.sent.is_empty() =>
            {
                Error::AnswerLost { url, reason }
            }
            error => error,
        }
    }

    /// Looks for a commit of ours whose push was not answered.
    fn find_own(&self, remote: &mut Remote, tip: &Tip) -> Result<Option<ObjectId>> {
        if self.sent.is_empty() {
            return Ok(None);
        }
        if self.sent.iter().any(|sent| sent.id == tip.commit) {
            return Ok(Some(tip.commit));
        }
        for commit in remote.history(tip.commit, Self::HISTORY)? {
            let sent = |sent: &Sent| sent.is(&commit) || commit.parents.contains(&sent.id);
            if let Some(sent) = self.sent.iter().find(|own| sent(own)) {
                let is_here = sent.is(&commit);
                return Ok(Some(if is_here { commit.id } else { sent.id }));
            }
        }
        Ok(None)
    }

    fn nothing_to_do(&self, snapshot: &mut Snapshot<'_>) -> Result<Outcome> {
        let tip = snapshot.tip().clone();
        let own = self.find_own(snapshot.remote, &tip)?;
        let mut outcome = self.outcome(own.unwrap_or(tip.commit), tip.commit, String::new());
        outcome.pushed = own.is_some();
        Ok(outcome)
    }

    fn outcome(&self, commit: ObjectId, before: ObjectId, messages: String) -> Outcome {
        Outcome {
            branch: self.target.branch.clone(),
            commit,
            before,
            pushed: true,
            attempts: self.attempts,
            messages,
        }
    }

    /// Waits for a random time that grows with the time a push takes and with
    /// the attempts: without it, every writer meets every other one again.
    fn wait(&self, push: Duration) {
        let longest = (push * 4 * self.attempts.min(16)).min(Self::LONGEST_WAIT);
        let nanoseconds = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        let wait = self.clock.random() % nanoseconds.saturating_add(1);
        self.sleep(Duration::from_nanos(wait));
    }

    /// Sleeps, but not longer than the deadline.
    fn sleep(&self, wait: Duration) {
        let passed = self.clock.now().saturating_sub(self.started);
        let left = self.options.deadline.saturating_sub(passed);
        self.clock.sleep(wait.min(left));
    }
}

/// Why a commit is not on the branch, as far as is known.
enum Refusal {
    /// The server will not have it.
    Final(Error),
    /// The server speaks of a moved or locked branch.
    Race(Error),
    /// The server's words are not known: the tip decides.
    Unclear(Error),
    /// It may be on the branch.
    Lost(Error),
}

impl Refusal {
    fn of(report: &Report, rejection: Error) -> Self {
        let words = report.refusal().map_or("", |(_, reason)| reason);
        match verdict(words, &report.messages) {
            Verdict::Policy => Self::Final(rejection),
            Verdict::Race => Self::Race(rejection),
            Verdict::Unknown => Self::Unclear(rejection),
        }
    }
}
