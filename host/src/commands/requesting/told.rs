//! What is told of a request: outputs, warnings, and where the values are.

use super::Requested;
use crate::args::RequestOptions;
use crate::ci::Outputs;
use crate::git::Tip;
use towpath_surface::plan::{Delivery, Problem, Requested as Told};
use towpath_surface::requests::{Known, KnownState};

impl Requested {
    /// Returns the request, if there is one.
    pub(crate) fn request(&self) -> Option<&Known> {
        let mut requests = self.requests.iter();
        requests.find(|known| Some(known.number) == self.step.request)
    }

    /// Returns the branch of the request, where it is to be merged by the forge, and
    /// all on it is Towpath's.
    pub(crate) fn mergeable(&self, options: &RequestOptions) -> Option<&Tip> {
        let is_open = |known: &&Known| known.state == KnownState::Open;
        let request = self.request().filter(is_open);
        let head = self.head.as_ref().filter(|_| request.is_some());
        head.filter(|_| options.auto_merge && self.is_ours)
    }

    /// Returns where the values are now.
    pub(crate) fn delivery(&self, repository: String, dry_run: bool) -> Delivery {
        let tip = match &self.head {
            Some(head) if self.is_proposed => head,
            _ => &self.base,
        };
        let is_known = self.is_proposed || self.plan.is_empty();
        Delivery {
            repository,
            branch: tip.branch.clone(),
            commit: is_known.then(|| tip.commit.to_string()),
            dry_run,
            request: Some(Told {
                number: self.step.request,
                url: self.request().map(|known| known.url.clone()),
                outcome: self.step.outcome.clone(),
                reason: self.step.reason.clone(),
            }),
        }
    }

    /// Returns the outputs that only a request has.
    pub(crate) fn outputs(&self) -> Outputs {
        let number = self.step.request.map(|number| number.to_string());
        let url = self.request().map(|known| known.url.clone());
        Outputs {
            request_url: url.unwrap_or_default(),
            request_number: number.unwrap_or_default(),
            request_outcome: self.step.outcome.clone(),
            ..Outputs::default()
        }
    }

    /// Returns what could not be done, and why nothing was where that is so.
    pub(crate) fn warnings(&self) -> Vec<Problem> {
        let reason = self.step.is_warning.then_some(&self.step.reason);
        let problems = self.undone.iter().chain(reason);
        problems
            .map(|message| problem("request", message))
            .collect()
    }
}

fn problem(code: &str, message: &str) -> Problem {
    Problem {
        code: code.to_owned(),
        message: message.to_owned(),
        at: None,
        hint: None,
    }
}
