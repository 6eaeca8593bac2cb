//! Gitea and Forgejo: <https://docs.gitea.com/api/>.

use super::approval::{Review, moment, standing};
use super::http::{Answer, Api, Call, encoded};
use super::{
    Dress, Forge, ForgeKind, Merge, NO_COMMIT, NewRequest, Opened, Place, Result, Status,
    StatusState, ask_for_reviews,
};
use serde_json::{Value, json};
use towpath_surface::facts::Approval;
use towpath_surface::requests::{Known, KnownState};
use ureq::http::Method;

/// What a title begins with while the request is not ready.
const DRAFT: &str = "WIP: ";

const WRITE_STATUS: &str = "write the status of a commit";

/// One repository on Gitea or Forgejo.
pub(super) struct Gitea {
    api: Api,
    /// `/repos/OWNER/NAME`.
    repository: String,
}

impl Gitea {
    pub(super) fn new(api: Api, place: &Place) -> Self {
        Self {
            api,
            repository: format!("/repos/{}", place.path),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.repository)
    }

    fn send(&self, method: Method, path: &str, what: &str, body: Value) -> Result<Answer> {
        let path = self.path(path);
        self.api.call(&Call::new(method, &path, what).body(body))
    }

    fn read(&self, number: u64) -> Result<Value> {
        let path = self.path(&format!("/pulls/{number}"));
        Ok(self
            .api
            .call(&Call::get(&path, "read a pull request"))?
            .body)
    }

    fn listed(&self, path: &str, choose: impl Fn(&Value) -> bool) -> Result<Vec<Known>> {
        let all = self.api.list(&self.path(path), "list the pull requests")?;
        // A fork can have a branch of the same name.
        let own = all.iter().filter(|pull| {
            pull["head"]["repo_id"] == pull["base"]["repo_id"] && !pull["number"].is_null()
        });
        Ok(own.filter(|pull| choose(pull)).map(known).collect())
    }

    /// Changes one thing of a pull request; returns why not.
    fn change(&self, number: u64, what: &str, body: Value) -> Result<Option<String>> {
        let path = self.path(&format!("/pulls/{number}"));
        let call = Call::new(Method::PATCH, &path, what).body(body);
        let answer = self.api.call(&call.expect(&[404, 422]))?;
        Ok((answer.status >= 400).then(|| answer.words()))
    }

    /// Puts a pull request into a milestone, which it wants by number.
    fn plan_for(&self, number: u64, title: &str) -> Result<Option<String>> {
        let path = format!("/milestones?state=open&name={}&limit=50", encoded(title));
        let found = self.api.list(&self.path(&path), "list the milestones")?;
        let same = found
            .iter()
            .find(|milestone| text(milestone, "title").eq_ignore_ascii_case(title));
        let Some(milestone) = same.and_then(|milestone| milestone["id"].as_u64()) else {
            return Ok(Some(format!("no open milestone \"{title}\"")));
        };
        let body = json!({ "milestone": milestone });
        let refused = self.change(number, "put a pull request into a milestone", body)?;
        Ok(refused.map(|words| format!("cannot use milestone \"{title}\": {words}")))
    }

    /// Adds labels, which it wants by number; those that are not there are named.
    fn label(&self, number: u64, names: &[String]) -> Result<Vec<String>> {
        let known = self
            .api
            .list(&self.path("/labels?limit=50"), "list the labels")?;
        let find = |name: &String| {
            let mut known = known.iter();
            known.find(|label| text(label, "name").eq_ignore_ascii_case(name))
        };
        let (found, missing): (Vec<_>, Vec<_>) =
            names.iter().partition(|name| find(name).is_some());
        let numbers: Vec<u64> = found
            .iter()
            .filter_map(|name| find(name)?["id"].as_u64())
            .collect();
        if !numbers.is_empty() {
            let body = json!({ "labels": numbers });
            let path = format!("/issues/{number}/labels");
            self.send(Method::POST, &path, "label a pull request", body)?;
        }
        let missing = missing.iter();
        Ok(missing.map(|name| format!("no label \"{name}\"")).collect())
    }
}

impl Forge for Gitea {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Gitea
    }

    fn requests(&self, head: &str, base: &str) -> Result<Vec<Known>> {
        // Old servers take no notice of `head` and `base`, and answer with more.
        let path = format!(
            "/pulls?state=all&sort=recentupdate&head={}&limit=50",
            encoded(head)
        );
        let mut all = self.listed(&path, |pull| text(&pull["head"], "ref") == head)?;
        all.extend(self.open_requests(base)?);
        Ok(super::distinct(all.into_iter()))
    }

    fn open_requests(&self, base: &str) -> Result<Vec<Known>> {
        let path = format!("/pulls?state=open&base={}&limit=50", encoded(base));
        let mut open = self.listed(&path, |pull| text(&pull["base"], "ref") == base)?;
        open.retain(|known| known.state == KnownState::Open);
        Ok(open)
    }

    fn request(&self, number: u64) -> Result<Known> {
        Ok(known(&self.read(number)?))
    }

    fn may_open(&self, base: &str) -> Result<()> {
        let path = self.path("/pulls");
        let call = Call::new(Method::POST, &path, "open a pull request").body(json!({
            "title": "Towpath",
            "head": base,
            "base": base,
        }));
        self.api.call(&call.expect(&[409, 422]))?;
        Ok(())
    }

    fn may_set_status(&self) -> Result<()> {
        let path = self.path(&format!("/statuses/{NO_COMMIT}"));
        let call = Call::new(Method::POST, &path, WRITE_STATUS);
        let call = call.body(json!({ "state": "pending", "context": "towpath" }));
        // Who may not is told so before the commit is looked for; that there is none
        // has had several statuses.
        self.api.call(&call.expect(&[400, 404, 422, 500]))?;
        Ok(())
    }

    fn open(&self, new: &NewRequest) -> Result<Opened> {
        let draft = if new.is_draft { DRAFT } else { "" };
        let path = self.path("/pulls");
        let call = Call::new(Method::POST, &path, "open a pull request").body(json!({
            "title": format!("{draft}{}", new.title),
            "head": new.head,
            "base": new.base,
            "body": new.body,
        }));
        let answer = self.api.call(&call.expect(&[404, 409]))?;
        Ok(match answer.status {
            409 => Opened::Exists,
            404 => Opened::TooEarly,
            _ => Opened::New(known(&answer.body)),
        })
    }

    fn update(&self, number: u64, title: &str, body: &str) -> Result<()> {
        // A draft is one by its title.
        let is_draft = text(&self.read(number)?, "title").starts_with(DRAFT);
        let draft = if is_draft { DRAFT } else { "" };
        let words = json!({ "title": format!("{draft}{title}"), "body": body });
        let path = format!("/pulls/{number}");
        self.send(Method::PATCH, &path, "change a pull request", words)?;
        Ok(())
    }

    fn comment(&self, number: u64, text: &str) -> Result<()> {
        let path = format!("/issues/{number}/comments");
        let body = json!({ "body": text });
        self.send(Method::POST, &path, "comment on a pull request", body)?;
        Ok(())
    }

    fn close(&self, number: u64, body: &str) -> Result<()> {
        let end = json!({ "state": "closed", "body": body });
        let path = format!("/pulls/{number}");
        self.send(Method::PATCH, &path, "close a pull request", end)?;
        Ok(())
    }

    fn dress(&self, number: u64, dress: &Dress) -> Result<Vec<String>> {
        let mut undone = Vec::new();
        if !dress.labels.is_empty() {
            undone.extend(self.label(number, &dress.labels)?);
        }
        if !dress.reviewers.is_empty() {
            let pull = self.path(&format!("/pulls/{number}"));
            undone.extend(ask_for_reviews(&self.api, &pull, &dress.reviewers)?);
        }
        if !dress.assignees.is_empty() {
            let body = json!({ "assignees": dress.assignees });
            let refused = self.change(number, "assign a pull request", body)?;
            let names = dress.assignees.join(", ");
            undone.extend(refused.map(|words| format!("cannot assign {names}: {words}")));
        }
        if let Some(title) = &dress.milestone {
            undone.extend(self.plan_for(number, title)?);
        }
        Ok(undone)
    }

    fn merge(&self, number: u64, commit: &str) -> Result<Merge> {
        let pull = self.read(number)?;
        if pull["merged"].as_bool() == Some(true) {
            return Ok(Merge::Done);
        }
        let path = self.path(&format!("/pulls/{number}/merge"));
        let call = Call::new(Method::POST, &path, "merge a pull request").body(json!({
            "Do": "merge",
            "head_commit_id": commit,
            "merge_when_checks_succeed": true,
        }));
        let answer = self.api.call(&call.expect(&[405, 409]))?;
        Ok(match answer.status {
            201 => Merge::Scheduled,
            405 => Merge::Later,
            // It is scheduled already.
            409 if answer.words().contains("already") => Merge::Scheduled,
            409 => {
                return Err(super::Error::Refused {
                    what: "merge a pull request".to_owned(),
                    words: answer.words(),
                    status: 409,
                });
            }
            _ => Merge::Done,
        })
    }

    fn approvals(&self, number: u64) -> Result<Vec<Approval>> {
        const WHAT: &str = "read the reviews of a pull request";
        let author = text(&self.read(number)?["user"], "login");
        let path = self.path(&format!("/pulls/{number}/reviews?limit=50"));
        let reviews = self.api.list(&path, WHAT)?;
        // Of those who may not write, it is not official.
        let official = reviews
            .iter()
            .filter(|review| review["official"].as_bool() != Some(false));
        Ok(standing(official.filter_map(review), &author))
    }

    fn statuses(&self, commit: &str) -> Result<Vec<Status>> {
        let path = self.path(&format!("/commits/{commit}/status?limit=50"));
        let call = Call::get(&path, "read the statuses of a commit");
        let combined = self.api.call(&call)?.body;
        let statuses = combined["statuses"].as_array().cloned().unwrap_or_default();
        let statuses = statuses.iter().map(|status| Status {
            context: text(status, "context"),
            state: match text(status, "status").as_str() {
                "success" => StatusState::Success,
                "pending" => StatusState::Pending,
                "warning" => StatusState::Neutral,
                "skipped" => StatusState::Skipped,
                _ => StatusState::Failure,
            },
            description: text(status, "description"),
            url: Some(text(status, "target_url")).filter(|url| !url.is_empty()),
        });
        Ok(statuses.collect())
    }

    fn set_status(&self, commit: &str, status: &Status) -> Result<()> {
        let mut body = json!({
            "state": match status.state {
                StatusState::Pending => "pending",
                StatusState::Failure => "failure",
                _ => "success",
            },
            "context": status.context,
            "description": super::shortened(&status.description, self.kind().longest_description()),
        });
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        let path = format!("/statuses/{commit}");
        self.send(Method::POST, &path, WRITE_STATUS, body)?;
        Ok(())
    }
}

/// Reads a review; a comment neither approves nor takes an approval back.
fn review(review: &Value) -> Option<Review> {
    let approves = match text(review, "state").as_str() {
        "APPROVED" => review["dismissed"].as_bool() != Some(true),
        "REQUEST_CHANGES" => false,
        _ => return None,
    };
    let approval = Approval {
        by: text(&review["user"], "login"),
        time: moment(&review["submitted_at"]).unwrap_or_default(),
        commit: Some(text(review, "commit_id")),
    };
    Some(Review { approves, approval })
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn known(pull: &Value) -> Known {
    let title = text(pull, "title");
    Known {
        number: pull["number"].as_u64().unwrap_or_default(),
        url: text(pull, "html_url"),
        head: text(&pull["head"], "ref"),
        commit: text(&pull["head"], "sha"),
        state: match (text(pull, "state").as_str(), pull["merged"].as_bool()) {
            (_, Some(true)) => KnownState::Merged,
            ("open", _) => KnownState::Open,
            _ => KnownState::Closed,
        },
        title: title.strip_prefix(DRAFT).unwrap_or(&title).to_owned(),
        body: text(pull, "body"),
    }
}
