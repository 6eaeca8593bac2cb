//! GitLab: <https://docs.gitlab.com/api/merge_requests/>.

use super::approval::{Review, moment, standing};
use super::http::{Api, Call, encoded};
use super::{
    Dress, Forge, ForgeKind, Merge, NewRequest, Opened, Place, Result, Status, StatusState,
};
use serde_json::{Value, json};
use towpath_surface::facts::Approval;
use towpath_surface::requests::{Known, KnownState};
use ureq::http::Method;

/// What a title begins with while the request is not ready.
const DRAFT: &str = "Draft: ";

/// One project on GitLab.
pub(super) struct GitLab {
    api: Api,
    /// `/projects/ID`.
    project: String,
}

impl GitLab {
    pub(super) fn new(api: Api, place: &Place) -> Self {
        Self {
            api,
            project: format!("/projects/{}", encoded(&place.path)),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.project)
    }

    fn put(&self, number: u64, what: &str, body: Value) -> Result<Value> {
        let path = self.path(&format!("/merge_requests/{number}"));
        let call = Call::new(Method::PUT, &path, what).body(body);
        Ok(self.api.call(&call)?.body)
    }

    fn read(&self, number: u64) -> Result<Value> {
        let path = self.path(&format!("/merge_requests/{number}"));
        Ok(self
            .api
            .call(&Call::get(&path, "read a merge request"))?
            .body)
    }

    /// Finds the numbers of users; who is not found is named.
    fn users(&self, names: &[String], undone: &mut Vec<String>) -> Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for name in names {
            let path = format!("/users?username={}", encoded(name));
            let found = self.api.list(&path, "find a user")?;
            match found.first().and_then(|user| user["id"].as_u64()) {
                Some(number) => numbers.push(number),
                None => undone.push(format!("no user \"{name}\" on GitLab")),
            }
        }
        Ok(numbers)
    }
}

impl Forge for GitLab {
    fn kind(&self) -> ForgeKind {
        ForgeKind::GitLab
    }

    fn requests(&self, head: &str, base: &str) -> Result<Vec<Known>> {
        const WHAT: &str = "list the merge requests";
        let (head, base) = (encoded(head), encoded(base));
        let of_head = format!("/merge_requests?state=all&source_branch={head}&per_page=100");
        let open = format!("/merge_requests?state=opened&target_branch={base}&per_page=100");
        let mut all = self.api.list(&self.path(&of_head), WHAT)?;
        all.extend(self.api.list(&self.path(&open), WHAT)?);
        // A fork can have a branch of the same name.
        let own = all
            .iter()
            .filter(|request| request["source_project_id"] == request["target_project_id"]);
        Ok(super::distinct(own.map(known)))
    }

    fn request(&self, number: u64) -> Result<Known> {
        Ok(known(&self.read(number)?))
    }

    fn may_open(&self, base: &str) -> Result<()> {
        let path = self.path("/merge_requests");
        let call = Call::new(Method::POST, &path, "open a merge request").body(json!({
            "title": "Towpath",
            "source_branch": base,
            "target_branch": base,
        }));
        self.api.call(&call.expect(&[409, 422]))?;
        Ok(())
    }

    fn open(&self, new: &NewRequest) -> Result<Opened> {
        let draft = if new.is_draft { DRAFT } else { "" };
        let path = self.path("/merge_requests");
        let call = Call::new(Method::POST, &path, "open a merge request").body(json!({
            "source_branch": new.head,
            "target_branch": new.base,
            "title": format!("{draft}{}", new.title),
            "description": new.body,
            "remove_source_branch": true,
        }));
        let call = call.expect(&[400, 409]);
        let answer = self.api.call(&call)?;
        match answer.status {
            409 => Ok(Opened::Exists),
            // The branch was pushed a moment ago.
            400 if answer.words().contains("source_branch") => Ok(Opened::TooEarly),
            400 => Err(self.api.refusal(&call, &answer)),
            _ => Ok(Opened::New(known(&answer.body))),
        }
    }

    fn update(&self, number: u64, title: &str, body: &str) -> Result<()> {
        // A draft is one by its title.
        let is_draft = text(&self.read(number)?, "title").starts_with(DRAFT);
        let draft = if is_draft { DRAFT } else { "" };
        let words = json!({ "title": format!("{draft}{title}"), "description": body });
        self.put(number, "change a merge request", words)?;
        Ok(())
    }

    fn comment(&self, number: u64, text: &str) -> Result<()> {
        let path = self.path(&format!("/merge_requests/{number}/notes"));
        let call = Call::new(Method::POST, &path, "comment on a merge request");
        self.api.call(&call.body(json!({ "body": text })))?;
        Ok(())
    }

    fn close(&self, number: u64, body: &str) -> Result<()> {
        let end = json!({ "state_event": "close", "description": body });
        self.put(number, "close a merge request", end)?;
        Ok(())
    }

    fn dress(&self, number: u64, dress: &Dress) -> Result<Vec<String>> {
        let mut undone = Vec::new();
        let mut body = json!({});
        if !dress.labels.is_empty() {
            body["add_labels"] = json!(dress.labels.join(","));
        }
        let reviewers = self.users(&dress.reviewers, &mut undone)?;
        if !reviewers.is_empty() {
            body["reviewer_ids"] = json!(reviewers);
        }
        let assignees = self.users(&dress.assignees, &mut undone)?;
        if !assignees.is_empty() {
            body["assignee_ids"] = json!(assignees);
        }
        if body.as_object().is_some_and(|body| !body.is_empty()) {
            self.put(number, "label and assign a merge request", body)?;
        }
        Ok(undone)
    }

    fn merge(&self, number: u64, commit: &str) -> Result<Merge> {
        const WHAT: &str = "merge a merge request";
        let request = self.read(number)?;
        match text(&request, "state").as_str() {
            "merged" => return Ok(Merge::Done),
            _ if request["merge_when_pipeline_succeeds"].as_bool() == Some(true) => {
                return Ok(Merge::Scheduled);
            }
            _ => {}
        }
        // It answers 405 until it has found out whether the branches merge.
        let status = text(&request, "detailed_merge_status");
        if matches!(status.as_str(), "checking" | "unchecked" | "preparing") {
            return Ok(Merge::Later);
        }
        let path = self.path(&format!("/merge_requests/{number}/merge"));
        let call = Call::new(Method::PUT, &path, WHAT).body(json!({
            "sha": commit,
            "auto_merge": true,
            // The name that servers before 17.11 know.
            "merge_when_pipeline_succeeds": true,
        }));
        let answer = self.api.call(&call.expect(&[405]))?;
        Ok(
            match (answer.status, text(&answer.body, "state").as_str()) {
                (405, _) => Merge::Later,
                (_, "merged") => Merge::Done,
                _ => Merge::Scheduled,
            },
        )
    }

    fn approvals(&self, number: u64) -> Result<Vec<Approval>> {
        const WHAT: &str = "read the approvals of a merge request";
        let author = text(&self.read(number)?["author"], "username");
        let path = self.path(&format!("/merge_requests/{number}/approvals"));
        let approvals = self.api.call(&Call::get(&path, WHAT))?.body;
        let path = self.path(&format!("/merge_requests/{number}/versions?per_page=100"));
        let versions = self.api.list(&path, WHAT)?;
        let given = approvals["approved_by"].as_array().into_iter().flatten();
        let reviews = given.map(|given| {
            let time = moment(&given["approved_at"]);
            Review {
                approves: true,
                approval: Approval {
                    by: text(&given["user"], "username"),
                    time: time.unwrap_or_default(),
                    commit: time.and_then(|time| version_at(&versions, time)),
                },
            }
        });
        Ok(standing(reviews, &author))
    }

    fn statuses(&self, commit: &str) -> Result<Vec<Status>> {
        let path = format!("/repository/commits/{commit}/statuses?per_page=100");
        let all = self
            .api
            .list(&self.path(&path), "read the statuses of a commit")?;
        let statuses = all.iter().map(|status| Status {
            context: text(status, "name"),
            state: match text(status, "status").as_str() {
                "success" => StatusState::Success,
                "failed" | "canceled" => StatusState::Failure,
                "skipped" | "manual" => StatusState::Skipped,
                _ => StatusState::Pending,
            },
            description: text(status, "description"),
            url: Some(text(status, "target_url")).filter(|url| !url.is_empty()),
        });
        Ok(statuses.collect())
    }

    fn set_status(&self, commit: &str, status: &Status) -> Result<()> {
        let path = self.path(&format!("/statuses/{commit}"));
        let mut body = json!({
            "state": match status.state {
                StatusState::Pending => "pending",
                StatusState::Failure => "failed",
                _ => "success",
            },
            "name": status.context,
            "description": super::shortened(&status.description, 255),
        });
        if let Some(url) = &status.url {
            body["target_url"] = json!(url);
        }
        let call = Call::new(Method::POST, &path, "write a commit status").body(body);
        self.api.call(&call)?;
        Ok(())
    }
}

/// Returns the commit that a merge request was at, by its versions.
fn version_at(versions: &[Value], time: i64) -> Option<String> {
    let known = versions.iter().filter_map(|version| {
        let since = moment(&version["created_at"])?;
        Some((
            since,
            version["id"].as_u64(),
            text(version, "head_commit_sha"),
        ))
    });
    let earlier = known.filter(|(since, ..)| *since <= time);
    earlier.max().map(|(.., commit)| commit)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn known(request: &Value) -> Known {
    let title = text(request, "title");
    Known {
        number: request["iid"].as_u64().unwrap_or_default(),
        url: text(request, "web_url"),
        head: text(request, "source_branch"),
        commit: text(request, "sha"),
        state: match text(request, "state").as_str() {
            "merged" => KnownState::Merged,
            "closed" => KnownState::Closed,
            // "locked" is on its way to "merged".
            _ => KnownState::Open,
        },
        title: title.strip_prefix(DRAFT).unwrap_or(&title).to_owned(),
        body: text(request, "description"),
    }
}
