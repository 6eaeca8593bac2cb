//! Commits whose pushes were not answered: they may be on the branch.

use crate::git::commit::{CommitDetails, NewCommit};
use crate::git::{Commit, ObjectId};

/// A commit whose push was not answered.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Its id, if it was made here.
    pub(super) id: ObjectId,
    /// What is known of it when it was made elsewhere, and got another id.
    content: Option<Content>,
}

/// What a commit says, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    parent: ObjectId,
    tree: ObjectId,
    subject: String,
}

impl Sent {
    /// Remembers a commit on top of `parent`; `elsewhere` when it was made there.
    pub(super) fn new(
        commit: &NewCommit,
        parent: ObjectId,
        elsewhere: Option<&CommitDetails>,
    ) -> Self {
        let content = elsewhere.map(|details| Content {
            parent,
            tree: commit.tree,
            subject: subject(&details.message),
        });
        Self {
            id: commit.id,
            content,
        }
    }

    /// Returns whether a commit of the branch is this one.
    pub(super) fn is(&self, commit: &Commit) -> bool {
        let found = commit.parents.first().map(|parent| Content {
            parent: *parent,
            tree: commit.tree,
            subject: subject(&commit.message),
        });
        self.id == commit.id || self.content.is_some() && self.content == found
    }
}

fn subject(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}
