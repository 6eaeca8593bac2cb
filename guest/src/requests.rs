//! Pull and merge requests: what they say, and what becomes of them.
//!
//! [`draft`] writes a request for a plan. [`next`] looks at everything that is
//! known and says what to do next; the launcher does it, looks again, and asks
//! again, until there is nothing to do. So a run that broke off, or a rival that
//! was faster, is no special case.

mod marker;
mod outcome;
mod subject;
mod text;
mod words;

pub use outcome::{BranchState, ChangeState, Outcome, RequestState, outcome};
pub use text::VARIABLES;
pub(crate) use words::{About, proposed};

use crate::error::{Failure, Kind};
use crate::plan::Plan;
use crate::request::Source;
use marker::Marker;
use towpath_surface::requests::{
    Action, Authored, Branch, Draft, Known, KnownState, Situation, Step, Wishes,
};

/// Writes the request for a plan.
///
/// # Errors
/// When a template cannot be read, or the branch could not have its name.
pub fn draft(plan: &Plan, source: &Source, wishes: &Wishes) -> Result<Draft, Failure> {
    text::draft(plan, source, wishes)
}

/// Decides what to do next about a request.
///
/// # Errors
/// When commits that Towpath did not make, or another request, are in the way.
pub fn next(situation: &Situation) -> Result<Step, Failure> {
    let case = Case::of(situation);
    if let Some(own) = case.own
        && let Some(marker) = Marker::read(&own.body)
        && marker.key != situation.draft.key
    {
        return Err(occupied(situation, own));
    }
    let outcome = outcome(case.branch, case.request, case.change);
    let mut step = Step {
        outcome: outcome.name().to_owned(),
        reason: outcome.meaning().to_owned(),
        actions: Vec::new(),
        request: case.own.map(|own| own.number),
        is_warning: matches!(outcome, Outcome::Older | Outcome::Declined | Outcome::Left),
    };
    match outcome {
        Outcome::Open => step.actions = vec![Action::Push, case.open()],
        Outcome::Reopen => step.actions = vec![case.open()],
        Outcome::Replace => {
            step.actions.push(Action::Push);
            step.actions.extend(case.update());
        }
        Outcome::Keep => {
            step.actions.extend(case.update());
            step.actions.extend(case.supersede());
        }
        Outcome::Close => step.actions.extend(case.close()),
        Outcome::Older => {
            step.reason = case.older().unwrap_or(step.reason);
            step.actions.extend(case.give_way());
        }
        Outcome::Declined => step.request = case.declined.map(|known| known.number),
        Outcome::Settled | Outcome::Left => {}
        Outcome::Refused => return Err(refused(situation)),
    }
    Ok(step)
}

/// A situation, sorted into the rows and columns of the table.
struct Case<'a> {
    situation: &'a Situation,
    branch: BranchState,
    request: RequestState,
    change: ChangeState,
    /// The open request of the branch.
    own: Option<&'a Known>,
    /// The request for the same values that a person closed.
    declined: Option<&'a Known>,
    /// The open request of a newer build for the same apps.
    rival: Option<&'a Known>,
}

impl<'a> Case<'a> {
    fn of(situation: &'a Situation) -> Self {
        let draft = &situation.draft;
        let of_branch = || {
            situation
                .requests
                .iter()
                .filter(|known| known.head == draft.head)
        };
        let own = of_branch()
            .filter(|known| known.state == KnownState::Open)
            .max_by_key(|known| known.number);
        let same_version = |known: &&Known| {
            Marker::read(&known.body).is_some_and(|marker| marker.version == draft.version)
        };
        let declined = of_branch()
            .filter(|known| known.state == KnownState::Closed && !is_retired(known))
            .find(same_version);
        let latest = of_branch().max_by_key(|known| known.number);
        let branch = branch_state(situation.branch.as_ref(), latest);
        let holds = situation.branch.as_ref().is_some_and(|branch| branch.holds)
            && branch != BranchState::Level;
        let declined = declined.filter(|_| own.is_none() || !holds);
        let request = match (own, declined, latest) {
            (_, Some(_), _) => RequestState::Declined,
            (Some(_), ..) => RequestState::Open,
            (None, None, None) => RequestState::None,
            (None, None, Some(known)) => match known.state {
                KnownState::Merged => RequestState::Merged,
                _ if is_retired(known) => RequestState::Retired,
                _ => RequestState::Declined,
            },
        };
        let rival = rival(situation);
        let change = if situation.older.is_some() || rival.is_some() {
            ChangeState::Older
        } else if situation.is_settled {
            ChangeState::Empty
        } else if declined.is_some() || holds && request != RequestState::Declined {
            ChangeState::Same
        } else {
            ChangeState::Newer
        };
        Self {
            situation,
            branch,
            request,
            change,
            own,
            declined,
            rival,
        }
    }

    fn open(&self) -> Action {
        let draft = &self.situation.draft;
        Action::Open {
            title: draft.title.clone(),
            body: draft.body.clone(),
        }
    }

    /// Makes the request say what the draft says, unless it does already. What
    /// others have made of title and text stays as long as the values do.
    fn update(&self) -> Option<Action> {
        let (own, draft) = (self.own?, &self.situation.draft);
        let wanted = Marker::read(&draft.body).unwrap_or_default();
        let says = Marker::read(&own.body).is_some_and(|marker| {
            marker.version == draft.version
                && marker.build == draft.build
                && marker.gates == wanted.gates
        });
        (!says).then(|| Action::Update {
            number: own.number,
            title: draft.title.clone(),
            body: marker::merge(&own.body, &draft.body),
        })
    }

    fn close(&self) -> Option<Action> {
        let own = self.own?;
        Some(Action::Close {
            number: own.number,
            body: marker::retire(&own.body),
            comment: format!(
                "Nothing is left to change: `{}` has these values already.",
                self.situation.draft.base
            ),
            branch: self.own_branch(),
        })
    }

    /// Returns the branch, if nothing on it is anybody else's.
    fn own_branch(&self) -> Option<(String, String)> {
        let branch = self.situation.branch.as_ref()?;
        (self.branch != BranchState::Foreign)
            .then(|| (self.situation.draft.head.clone(), branch.commit.clone()))
    }

    /// Closes older requests for the same apps.
    fn supersede(&self) -> Vec<Action> {
        let Some(own) = self.own else {
            return Vec::new();
        };
        let draft = &self.situation.draft;
        let is_older = |known: &&Known, marker: &Marker| match (marker.build, draft.build) {
            (Some(theirs), Some(ours)) if theirs != ours => theirs < ours,
            _ => known.number < own.number,
        };
        let others = others(self.situation).filter(|(known, marker)| is_older(known, marker));
        let close = others.map(|(known, _)| Action::Close {
            number: known.number,
            body: marker::retire(&known.body),
            comment: format!("Superseded by {}.", own.url),
            branch: None,
        });
        close.collect()
    }

    fn older(&self) -> Option<String> {
        let rival = self.rival.map(|rival| {
            format!(
                "nothing is done: request {} is of a newer build",
                rival.number
            )
        });
        let older = self.situation.older.as_ref();
        older
            .map(|older| format!("nothing is done: {older}"))
            .or(rival)
    }

    /// Closes the own request where a newer one is open, or else makes it say
    /// what the newer build has put on the branch: that build may have been
    /// stopped before it could, or its words were overwritten by this run.
    fn give_way(&self) -> Option<Action> {
        let own = self.own?;
        if let Some(rival) = self.rival {
            return Some(Action::Close {
                number: own.number,
                body: marker::retire(&own.body),
                comment: format!("Superseded by {}.", rival.url),
                branch: self.own_branch(),
            });
        }
        let commit = self.situation.branch.as_ref()?.commits.first()?;
        let build = trailer(commit, "Towpath-Build")?.parse().ok()?;
        let marker = Marker::read(&own.body)?;
        if marker.build >= Some(build) {
            return None;
        }
        let marker = Marker {
            key: marker.key,
            version: String::new(),
            build: Some(build),
            ..Marker::default()
        };
        let (title, text) = commit
            .message
            .split_once('\n')
            .unwrap_or((&commit.message, ""));
        let text = format!("```\n{}\n```", text.trim().replace('`', "'"));
        Some(Action::Update {
            number: own.number,
            title: title.trim().to_owned(),
            body: marker::merge(&own.body, &marker.enclose(&text)),
        })
    }
}

/// Returns the open requests of other branches for the same apps.
fn others(situation: &Situation) -> impl Iterator<Item = (&Known, Marker)> {
    let draft = &situation.draft;
    let open = situation
        .requests
        .iter()
        .filter(|known| known.state == KnownState::Open && known.head != draft.head);
    open.filter_map(|known| {
        let marker = Marker::read(&known.body)?;
        (marker.key == draft.key).then_some((known, marker))
    })
}

fn rival(situation: &Situation) -> Option<&Known> {
    let ours = situation.draft.build?;
    others(situation)
        .filter(|(_, marker)| marker.build.is_some_and(|theirs| theirs > ours))
        .map(|(known, _)| known)
        .max_by_key(|known| known.number)
}

fn is_retired(known: &Known) -> bool {
    Marker::read(&known.body).is_some_and(|marker| marker.is_retired)
}

fn branch_state(branch: Option<&Branch>, latest: Option<&Known>) -> BranchState {
    let Some(branch) = branch else {
        return BranchState::Absent;
    };
    if branch.commits.is_empty() {
        return BranchState::Level;
    }
    // What was merged is in the base, whatever the merge made of its commits.
    let is_spent = latest
        .is_some_and(|known| known.state == KnownState::Merged && known.commit == branch.commit);
    if !is_spent && !branch.commits.iter().all(is_ours) {
        return BranchState::Foreign;
    }
    match branch.holds && !branch.is_fresh {
        true => BranchState::Stale,
        false => BranchState::Ours,
    }
}

/// Who commits for those who press a button on GitHub, and for its API.
const WEB: &str = "noreply@github.com>";

/// Returns whether Towpath made a commit: it has our trailers, and nobody has
/// made another commit of it since.
fn is_ours(commit: &Authored) -> bool {
    let is_kept = commit.committer == commit.author || commit.committer.ends_with(WEB);
    is_kept && trailers(commit).next().is_some()
}

fn trailers(commit: &Authored) -> impl Iterator<Item = (&str, &str)> {
    let last = commit.message.trim_end().rsplit("\n\n").next();
    let lines = last.unwrap_or_default().lines();
    lines
        .filter(|line| line.starts_with("Towpath-"))
        .filter_map(|line| line.split_once(": "))
}

fn trailer<'a>(commit: &'a Authored, name: &str) -> Option<&'a str> {
    trailers(commit)
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn refused(situation: &Situation) -> Failure {
    let draft = &situation.draft;
    let branch = situation.branch.as_ref();
    let foreign = branch.and_then(|branch| branch.commits.iter().find(|commit| !is_ours(commit)));
    let whose = foreign.map_or_else(String::new, |commit| {
        let id = commit.id.get(..10).unwrap_or(&commit.id);
        format!(": {id} by {}", text::one_line(&commit.committer))
    });
    Failure::new(
        Kind::OthersWork,
        format!(
            "branch \"{}\" has commits that Towpath did not make{whose}",
            draft.head
        ),
    )
    .hint("Merge or close the request and delete the branch, or give another one with --head.")
}

fn occupied(situation: &Situation, own: &Known) -> Failure {
    Failure::new(
        Kind::OthersWork,
        format!(
            "branch \"{}\" has request {} for another environment or other apps",
            situation.draft.head, own.number
        ),
    )
    .hint("Give each of them a branch of its own with --head.")
}

#[cfg(test)]
mod tests;
