//! The ways a commit gets onto its branch.

use super::{Proposal, Target};
use crate::git::commit::NewCommit;
use crate::git::github::{GitHub, Wanted};
use crate::git::snapshot::Snapshot;
use crate::git::transport::Report;
use crate::git::{Error, ObjectId, RefUpdate, Result};

/// Pushes the commit.
pub(super) fn by_push(
    target: &Target,
    snapshot: &mut Snapshot<'_>,
    commit: &NewCommit,
    options: &[String],
) -> Result<(ObjectId, Report)> {
    let update = RefUpdate {
        name: format!("refs/heads/{}", target.branch),
        old: target.exists.then_some(snapshot.tip().commit),
        new: Some(commit.id),
    };
    let remote = &mut *snapshot.remote;
    let report = remote.try_push(&[update], &commit.objects, options)?;
    Ok((commit.id, report))
}

/// Lets GitHub's API make a commit like it.
pub(super) fn by_api(
    github: &GitHub,
    target: &Target,
    snapshot: &mut Snapshot<'_>,
    proposal: &Proposal,
    options: &[String],
) -> Result<(ObjectId, Report)> {
    let url = snapshot.remote.url().to_string();
    if let Some(option) = options.first() {
        return Err(Error::no_push_options(&url, option));
    }
    if !target.exists {
        let branch = &target.branch;
        return Err(Error::Unsupported {
            url,
            reason: format!("the API of GitHub cannot make the branch \"{branch}\" with a commit"),
        });
    }
    for change in &proposal.changes {
        if snapshot.is_executable(&change.path)? {
            return Err(Error::InvalidChange {
                path: change.path.clone(),
                reason: "it is executable, and the API of GitHub would change that".to_owned(),
            });
        }
    }
    let wanted = Wanted {
        branch: &target.branch,
        head: snapshot.tip().commit,
        message: &proposal.details.message,
        changes: &proposal.changes,
    };
    Ok(match github.commit(&wanted)? {
        Ok(id) => (id, Report::default()),
        Err(report) => (wanted.head, report),
    })
}
