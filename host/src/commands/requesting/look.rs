//! Finds out all that a decision about a request needs.

use super::Requesting;
use crate::error::Error;
use crate::git::{Commit, NewCommit, Remote, Snapshot, Tip};
use crate::repository::Repository as _;
use towpath_surface::plan::Plan;
use towpath_surface::requests::{Authored, Branch, Known, SideBranch, Situation};

/// What a look brought.
pub(super) enum Look {
    /// Everything fits together.
    Clear(Box<Seen>),
    /// The base moved meanwhile.
    Blurred,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// The branch that the request goes to.
    pub(super) base: Tip,
    /// The branch that holds the change, if it is there.
    pub(super) head: Option<Tip>,
    /// The plan on the base.
    pub(super) plan: Plan,
    /// Why there is nothing to propose, where the base has a newer build's values.
    pub(super) older_than_base: Option<String>,
    pub(super) situation: Situation,
}

/// The code of the warning that a newer build was here.
const OLDER: &str = "older-build";

impl Requesting<'_> {
    /// Looks at the base, the forge and the branch, in an order in which a merge
    /// between two looks does no harm. `opened` may not be listed yet.
    pub(super) fn look(&self, remote: &mut Remote, opened: &[Known]) -> Result<Look, Error> {
        let base = remote.tip(self.base)?;
        let plan = self.plan(remote, &base, None)?;
        let mut seen = Seen {
            older_than_base: older(&plan),
            plan,
            base,
            head: None,
            situation: Situation::default(),
        };
        if seen.older_than_base.is_some() {
            return Ok(Look::Clear(Box::new(seen)));
        }
        let wishes = self.wishes(&seen.base.branch);
        let source = self.planner.source();
        let draft = self.sandbox.write_request(&seen.plan, source, &wishes)?;
        let mut requests = self.forge.requests(&draft.head, &draft.base)?;
        for known in opened {
            if requests.iter().all(|other| other.number != known.number) {
                requests.push(known.clone());
            }
        }
        let (base, head) = remote.both(&seen.base.branch, &draft.head)?;
        if base.as_ref() != Some(&seen.base) {
            return Ok(Look::Blurred);
        }
        let (branch, older) = match &head {
            Some(tip) => {
                let (branch, older) = self.branch(remote, &mut seen, tip)?;
                (Some(branch), older)
            }
            None => (None, None),
        };
        seen.head = head;
        seen.situation = Situation {
            is_settled: seen.plan.is_empty(),
            older,
            branch,
            requests,
            draft,
            others: Vec::new(),
            keep_branches: self.options.keep_branch,
        };
        Ok(Look::Clear(Box::new(seen)))
    }

    fn plan(&self, remote: &mut Remote, tip: &Tip, proposed: Option<i64>) -> Result<Plan, Error> {
        let mut snapshot = remote.at_tip(tip.clone());
        let plan = self.planner.decide(&mut snapshot, proposed);
        match (&plan, snapshot.take_failure()) {
            (Err(_), Some(failure)) => Err(failure.into()),
            _ => plan,
        }
    }

    /// Looks at the branch that holds the change.
    fn branch(
        &self,
        remote: &mut Remote,
        seen: &mut Seen,
        tip: &Tip,
    ) -> Result<(Branch, Option<String>), Error> {
        let commits = remote.apart(seen.base.commit, tip.commit)?;
        let (holds, is_fresh, older) = match self.planner.is_repeatable() {
            true => self.holds_again(remote, seen, (tip, &commits))?,
            false => {
                let is_fresh = self.holds_still(remote, seen, (tip, &commits))?;
                (is_fresh, is_fresh, None)
            }
        };
        let branch = Branch {
            commit: tip.commit.to_string(),
            holds,
            is_fresh,
            commits: self.authored(commits),
        };
        Ok((branch, older))
    }

    /// Looks at the branch of another request: only whose commits are on it.
    pub(super) fn aside(
        &self,
        remote: &mut Remote,
        seen: &Seen,
        name: &str,
    ) -> Result<SideBranch, Error> {
        let (_, tip) = remote.both(&seen.base.branch, name)?;
        let branch = match tip {
            Some(tip) => {
                let commits = remote.apart(seen.base.commit, tip.commit)?;
                Some(Branch {
                    commit: tip.commit.to_string(),
                    commits: self.authored(commits),
                    ..Branch::default()
                })
            }
            None => None,
        };
        Ok(SideBranch {
            name: name.to_owned(),
            branch,
        })
    }

    fn authored(&self, commits: Vec<Commit>) -> Vec<Authored> {
        let own = self.planner.committer();
        let own = format!("{} <{}>", own.name, own.email);
        let commits = commits.into_iter().map(|commit| Authored {
            id: commit.id.to_string(),
            // Who commits for Towpath has not taken the commit over.
            committer: match commit.committer == own {
                true => commit.author.clone(),
                false => commit.committer,
            },
            author: commit.author,
            message: commit.message,
        });
        commits.collect()
    }

    /// Finds out what the branch has by planning the change on it once more:
    /// whether it has the values, whether they are all that it would have now,
    /// and whether they are of a newer build.
    fn holds_again(
        &self,
        remote: &mut Remote,
        seen: &Seen,
        own: (&Tip, &[Commit]),
    ) -> Result<(bool, bool, Option<String>), Error> {
        // Where others have been at work, the change may not even fit any more.
        let plan = self.plan(remote, own.0, None).ok();
        let older = plan.as_ref().and_then(older);
        let holds = plan.is_some_and(|plan| plan.is_empty()) && older.is_none();
        let is_fresh = holds && self.is_fresh(remote, (seen, &seen.plan), own)?;
        Ok((holds, is_fresh, older))
    }

    /// Finds out whether the branch has what the change would make of the base
    /// now, or would have made of it when it was proposed.
    fn holds_still(
        &self,
        remote: &mut Remote,
        seen: &mut Seen,
        own: (&Tip, &[Commit]),
    ) -> Result<bool, Error> {
        if self.is_fresh(remote, (seen, &seen.plan), own)? {
            return Ok(true);
        }
        let Some(first) = own.1.last() else {
            return Ok(false);
        };
        let plan = self.plan(remote, &seen.base, Some(first.time))?;
        let is_fresh = self.is_fresh(remote, (seen, &plan), own)?;
        if is_fresh {
            seen.plan = plan;
        }
        Ok(is_fresh)
    }

    /// Returns whether the branch has what a plan makes of the base.
    fn is_fresh(
        &self,
        remote: &mut Remote,
        (seen, plan): (&Seen, &Plan),
        (tip, commits): (&Tip, &[Commit]),
    ) -> Result<bool, Error> {
        let newest = commits.first();
        let is_on_tip =
            newest.is_some_and(|commit| commit.parents.first() == Some(&seen.base.commit));
        let mut base = remote.at_tip(seen.base.clone());
        let Some(proposal) = self.planner.propose(plan, &mut base)? else {
            return Ok(true);
        };
        if is_on_tip {
            let commit = base.commit(&proposal.changes, &proposal.details)?;
            let mut head = remote.at_tip(tip.clone());
            return Ok(same_tree(commit.as_ref(), &mut head)?);
        }
        let paths: Vec<_> = proposal
            .changes
            .iter()
            .map(|change| change.path.clone())
            .collect();
        let found = remote.at_tip(tip.clone()).read(&paths);
        let pairs = proposal.changes.iter().zip(found);
        let mut same = pairs.map(|(change, found)| found.ok() == change.content);
        Ok(same.all(|same| same))
    }
}

fn same_tree(commit: Option<&NewCommit>, head: &mut Snapshot<'_>) -> crate::git::Result<bool> {
    let Some(commit) = commit else {
        return Ok(true);
    };
    let tree = format!("tree {}\n", head.tree_id()?);
    Ok(commit.data.starts_with(tree.as_bytes()))
}

fn older(plan: &Plan) -> Option<String> {
    let warning = plan.warnings.iter().find(|warning| warning.code == OLDER);
    warning.map(|warning| warning.message.clone())
}
