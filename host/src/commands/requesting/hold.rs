//! What is done with a request before it may be merged, and what is recorded of
//! it afterwards.

use super::{Requested, Requesting};
use crate::commands::after::Record;
use crate::error::Error;
use crate::forge::{DeploymentState, Forge};
use crate::git::Remote;
use towpath_surface::requests::{Known, KnownState};

impl Requesting<'_> {
    /// Writes the state of the gates on the head of the request. That it could not
    /// be is told: a forge that wants the status holds the request without it.
    pub(super) fn hold(&self, remote: &mut Remote, requested: &mut Requested) {
        let Some(holding) = self.hold else {
            return;
        };
        let request = requested.request().cloned();
        let open = request.filter(|known| known.state == KnownState::Open);
        let Some(known) = open.filter(|_| requested.is_proposed) else {
            return;
        };
        let base = requested.base.branch.clone();
        let written = match holding.home() {
            Ok(Some(mut home)) => holding.write(&mut home, &base, &known),
            Ok(None) => holding.write(remote, &base, &known),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            requested.undone.push(told(&error));
        }
    }
}

fn told(error: &Error) -> String {
    let hint = error.problem.hint.as_deref();
    let hint = hint.map(|hint| format!(" {hint}")).unwrap_or_default();
    format!("{}.{hint}", error.problem.message)
}

impl Requested {
    /// Returns what is recorded as a deployment: the head of a request that waits
    /// or was merged. That it cannot be found out is told.
    pub(in crate::commands) fn recorded(&mut self, forge: &dyn Forge) -> Option<Record> {
        match self.record(forge) {
            Ok(record) => record,
            Err(error) => {
                self.undone.push(error.problem.message.clone());
                None
            }
        }
    }

    fn record(&self, forge: &dyn Forge) -> Result<Option<Record>, Error> {
        let record = |known: &Known, commit: &str, state| Record {
            commit: commit.to_owned(),
            state,
            request: Some(known.number),
        };
        if let (Some(known), Some(tip)) = (self.request(), &self.head)
            && self.is_proposed
        {
            let commit = tip.commit.to_string();
            return Ok(match forge.request(known.number)?.state {
                KnownState::Open => Some(record(known, &commit, DeploymentState::Pending)),
                KnownState::Merged => Some(record(known, &commit, DeploymentState::Success)),
                KnownState::Closed => None,
            });
        }
        // A run after the merge finds the values on the base.
        let of_branch = self
            .requests
            .iter()
            .filter(|known| self.own_head == known.head);
        let newest = of_branch.max_by_key(|known| known.number);
        let is_there = |known: &&Known| {
            known.state == KnownState::Merged && self.plan.is_empty() && !known.commit.is_empty()
        };
        let merged = newest.filter(is_there);
        Ok(merged.map(|known| record(known, &known.commit, DeploymentState::Success)))
    }
}
