//! Putting one commit on a branch of our own, in place of what is there.

use super::commit::NewCommit;
use super::wire::words::{Verdict, verdict};
use super::{Error, RefUpdate, Remote, Result, Snapshot, Tip};
use gix::hash::ObjectId;

/// What became of the attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The commit is on the branch; the server said this.
    Done(String),
    /// The branch is not where it was expected, or it is not known whether it
    /// is: it has to be looked at again.
    Look,
}

impl Remote {
    /// Puts a commit on a branch that is at `old`, or is not there.
    ///
    /// # Errors
    /// When the server refuses for another reason than a moved branch.
    pub fn replace(
        &mut self,
        branch: &str,
        old: Option<ObjectId>,
        commit: &NewCommit,
    ) -> Result<Replaced> {
        let update = RefUpdate {
            name: format!("refs/heads/{branch}"),
            old,
            new: Some(commit.id),
        };
        let report = match self.try_push(&[update], &commit.objects, &[]) {
            Ok(report) => report,
            Err(Error::AnswerLost { .. }) => return Ok(Replaced::Look),
            Err(error) if error.is_transient() => return Ok(Replaced::Look),
            Err(error) => return Err(error),
        };
        let Some(rejection) = report.rejection(&self.url().to_string()) else {
            return Ok(Replaced::Done(report.messages));
        };
        let words = report.refusal().map_or("", |(_, reason)| reason);
        let is_race = match verdict(words, &report.messages) {
            Verdict::Policy => false,
            Verdict::Race => true,
            Verdict::Unknown => self.try_tip(branch)?.map(|tip| tip.commit) != old,
        };
        if is_race {
            return Ok(Replaced::Look);
        }
        Err(rejection)
    }

    /// Returns where two branches are, as they are at the same moment.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub fn both(&mut self, one: &str, other: &str) -> Result<(Option<Tip>, Option<Tip>)> {
        let name = |branch: &str| format!("refs/heads/{branch}");
        let refs = self.refs(&[&name(one), &name(other)])?;
        let find = |branch: &str| {
            let id = refs.iter().find_map(|known| match known.unpack() {
                (found, Some(id), _) if found == name(branch).as_str() => Some(id.to_owned()),
                _ => None,
            });
            id.map(|commit| Tip {
                branch: branch.to_owned(),
                commit,
            })
        };
        Ok((find(one), find(other)))
    }

    /// Returns one revision of a branch that was found before, to be read.
    pub fn at_tip(&mut self, tip: Tip) -> Snapshot<'_> {
        Snapshot::new(self, tip)
    }

    /// Finds out whether the credentials may push, without a push.
    ///
    /// # Errors
    /// When they may not, or the server cannot be asked.
    pub fn may_push(&mut self) -> Result<()> {
        self.push(&[], &[]).map(|_| ())
    }

    /// Deletes a branch that is at `old`.
    ///
    /// # Errors
    /// When the branch is elsewhere, or the server refuses.
    pub fn delete(&mut self, branch: &str, old: ObjectId) -> Result<()> {
        let update = RefUpdate {
            name: format!("refs/heads/{branch}"),
            old: Some(old),
            new: None,
        };
        self.push(&[update], &[]).map(|_| ())
    }
}

impl Snapshot<'_> {
    /// Returns the id of the directory of the commit.
    ///
    /// # Errors
    /// When the server does not send the commit.
    pub fn tree_id(&mut self) -> Result<ObjectId> {
        self.root()
    }
}
