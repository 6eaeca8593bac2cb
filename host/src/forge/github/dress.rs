//! What a pull request is given beside its text.

use super::{GitHub, text};
use crate::forge::http::Call;
use crate::forge::{Dress, Result, ask_for_reviews};
use serde_json::json;
use ureq::http::Method;

impl GitHub {
    /// Gives a pull request what it is given beside its text; returns what could
    /// not be done.
    pub(super) fn put_on(&self, number: u64, dress: &Dress) -> Result<Vec<String>> {
        let mut undone = Vec::new();
        if !dress.labels.is_empty() {
            let path = format!("/issues/{number}/labels");
            let body = json!({ "labels": dress.labels });
            if let Err(error) = self.send(Method::POST, &path, "label a pull request", body) {
                undone.push(error.to_string());
            }
        }
        if !dress.reviewers.is_empty() {
            let pull = self.path(&format!("/pulls/{number}"));
            undone.extend(ask_for_reviews(&self.api, &pull, &dress.reviewers)?);
        }
        if !dress.assignees.is_empty() {
            undone.extend(self.assign(number, &dress.assignees)?);
        }
        if let Some(title) = &dress.milestone {
            undone.extend(self.plan_for(number, title)?);
        }
        Ok(undone)
    }

    /// GitHub leaves out who cannot be an assignee, without a word.
    fn assign(&self, number: u64, assignees: &[String]) -> Result<Option<String>> {
        let path = self.path(&format!("/issues/{number}/assignees"));
        let call = Call::new(Method::POST, &path, "assign a pull request");
        let call = call.body(json!({ "assignees": assignees }));
        let answer = self.api.call(&call.expect(&[403, 404, 422]))?;
        let is_there = |name: &String| {
            let mut known = answer.body["assignees"].as_array().into_iter().flatten();
            known.any(|user| text(user, "login").eq_ignore_ascii_case(name))
        };
        let missing: Vec<_> = assignees.iter().filter(|name| !is_there(name)).collect();
        let names = missing.iter().map(|name| name.as_str());
        Ok((!missing.is_empty())
            .then(|| format!("cannot assign {}", names.collect::<Vec<_>>().join(", "))))
    }

    /// Puts a pull request into a milestone, which GitHub wants by its number.
    fn plan_for(&self, number: u64, title: &str) -> Result<Option<String>> {
        let path = self.path("/milestones?state=open&per_page=100");
        let all = self.api.list(&path, "list the milestones")?;
        let found = all
            .iter()
            .find(|milestone| text(milestone, "title").eq_ignore_ascii_case(title));
        let Some(milestone) = found.and_then(|milestone| milestone["number"].as_u64()) else {
            return Ok(Some(format!("no open milestone \"{title}\"")));
        };
        let path = self.path(&format!("/issues/{number}"));
        let call = Call::new(Method::PATCH, &path, "put a pull request into a milestone");
        let call = call.body(json!({ "milestone": milestone }));
        let answer = self.api.call(&call.expect(&[403, 404, 422]))?;
        Ok((answer.status >= 400)
            .then(|| format!("cannot use milestone \"{title}\": {}", answer.words())))
    }
}
