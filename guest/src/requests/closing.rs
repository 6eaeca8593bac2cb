//! How a request ends without a merge: superseded, or because nothing is left of
//! it; and what becomes of its branch.

use super::marker::{self, Marker};
use super::{BranchState, Case, is_ours, others, trailer};
use towpath_surface::requests::{Action, Branch};

/// What is known about the branch of another request.
enum Aside<'a> {
    /// It was not looked at yet.
    Unknown,
    /// It is gone.
    Gone,
    /// It is there.
    There(&'a Branch),
}

impl Case<'_> {
    pub(super) fn close(&self) -> Option<Action> {
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

    /// Returns the branch, if it is to go and nothing on it is anybody else's.
    fn own_branch(&self) -> Option<(String, String)> {
        let branch = self.situation.branch.as_ref()?;
        let stays = self.situation.keep_branches || self.branch == BranchState::Foreign;
        (!stays).then(|| (self.situation.draft.head.clone(), branch.commit.clone()))
    }

    /// Closes older requests for the same apps; their branches are looked at
    /// before.
    pub(super) fn supersede(&self) -> Vec<Action> {
        let Some(own) = self.own else {
            return Vec::new();
        };
        let draft = &self.situation.draft;
        let (mut looks, mut ends) = (Vec::new(), Vec::new());
        for (known, marker) in others(self.situation) {
            let is_older = match (marker.build, draft.build) {
                (Some(theirs), Some(ours)) if theirs != ours => theirs < ours,
                _ => known.number < own.number,
            };
            if !is_older {
                continue;
            }
            let branch = match self.aside(&known.head) {
                Aside::Unknown => {
                    looks.push(Action::Look {
                        branch: known.head.clone(),
                    });
                    continue;
                }
                Aside::There(branch) if branch.commits.iter().all(is_ours) => {
                    Some((known.head.clone(), branch.commit.clone()))
                }
                Aside::There(_) | Aside::Gone => None,
            };
            ends.push(Action::Close {
                number: known.number,
                body: marker::retire(&known.body),
                comment: format!("Superseded by {}.", own.url),
                branch,
            });
        }
        if looks.is_empty() { ends } else { looks }
    }

    fn aside(&self, name: &str) -> Aside<'_> {
        if self.situation.keep_branches {
            return Aside::Gone;
        }
        let mut seen = self.situation.others.iter();
        match seen.find(|side| side.name == name) {
            None => Aside::Unknown,
            Some(side) => side.branch.as_ref().map_or(Aside::Gone, Aside::There),
        }
    }

    pub(super) fn older(&self) -> Option<String> {
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
    pub(super) fn give_way(&self) -> Option<Action> {
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
