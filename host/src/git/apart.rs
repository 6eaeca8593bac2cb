//! What a branch has that another one does not.

use super::remote::Commit;
use super::{Remote, Result};
use gix::hash::ObjectId;
use std::collections::HashSet;

/// How many commits of a branch are looked at.
const MOST_OWN: u32 = 64;

/// How many commits of the other branch are fetched at first, and at most.
const FIRST_REACH: u32 = 32;
const FURTHEST_REACH: u32 = 1 << 14;

impl Remote {
    /// Returns the commits along the first parents of `head` that are not in the
    /// history of `base`, newest first.
    ///
    /// # Errors
    /// When the server does not send the histories.
    pub fn apart(&mut self, base: ObjectId, head: ObjectId) -> Result<Vec<Commit>> {
        if base == head {
            return Ok(Vec::new());
        }
        let own = self.history(head, MOST_OWN)?;
        let mut reach = FIRST_REACH;
        loop {
            let history = self.history(base, reach)?;
            // A branch that was merged is behind a second parent.
            let known: HashSet<ObjectId> = history
                .iter()
                .flat_map(|commit| commit.parents.iter().copied().chain([commit.id]))
                .collect();
            let fork = own.iter().position(|commit| known.contains(&commit.id));
            let is_all = history.len() < reach as usize;
            if fork.is_some() || is_all || reach >= FURTHEST_REACH {
                let own = own.into_iter();
                return Ok(own.take(fork.unwrap_or(usize::MAX)).collect());
            }
            reach *= 8;
        }
    }
}
