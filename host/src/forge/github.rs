//! GitHub: <https://docs.github.com/rest>, and GraphQL for what only it can do.

use super::approval::{Review, moment, standing};
use super::http::{Answer, Api, Call, encoded};
use super::{
    Dress, Forge, ForgeKind, Merge, NewRequest, Opened, Place, Result, Status, StatusState,
};
use serde_json::{Value, json};
use towpath_surface::facts::Approval;
use towpath_surface::requests::{Known, KnownState};
use ureq::http::Method;

/// One repository on GitHub.
pub(super) struct GitHub {
    api: Api,
    /// `/repos/OWNER/NAME`.
    repository: String,
    owner: String,
    /// Where GraphQL is.
    graphql: String,
}

impl GitHub {
    pub(super) fn new(api: Api, place: &Place) -> Self {
        let owner = place.path.split('/').next().unwrap_or_default().to_owned();
        // On a server of one's own it is beside the other API.
        let root = place.api.strip_suffix("/v3").unwrap_or(&place.api);
        Self {
            api,
            repository: format!("/repos/{}", place.path),
            owner,
            graphql: format!("{root}/graphql"),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.repository)
    }

    fn send(&self, method: Method, path: &str, what: &str, body: Value) -> Result<Answer> {
        let path = self.path(path);
        self.api.call(&Call::new(method, &path, what).body(body))
    }

    /// Asks for reviews; who cannot give one is named.
    fn review(&self, number: u64, reviewers: &[String]) -> Result<Option<String>> {
        let (teams, users): (Vec<_>, Vec<_>) =
            reviewers.iter().partition(|name| name.contains('/'));
        let teams = teams.iter().filter_map(|name| name.rsplit('/').next());
        let body = json!({ "reviewers": users, "team_reviewers": teams.collect::<Vec<_>>() });
        let path = self.path(&format!("/pulls/{number}/requested_reviewers"));
        let call = Call::new(Method::POST, &path, "ask for a review").body(body);
        let answer = self.api.call(&call.expect(&[403, 404, 422]))?;
        Ok((answer.status >= 400).then(|| {
            format!(
                "cannot ask {} for a review: {}",
                reviewers.join(", "),
                answer.words()
            )
        }))
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

    /// Runs a mutation; what GraphQL refuses comes with status 200.
    fn mutate(&self, mutation: &str, input: Value, what: &str) -> Result<Result<(), String>> {
        let name = mutation.split('(').next().unwrap_or_default();
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query =
            format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ clientMutationId }} }}");
        let body = json!({ "query": query, "variables": { "input": input } });
        let call = Call::new(Method::POST, &self.graphql, what).body(body);
        let answer = self.api.call(&call)?;
        let errors = answer.body["errors"].as_array();
        Ok(match errors.filter(|errors| !errors.is_empty()) {
            Some(_) => Err(answer.words()),
            None => Ok(()),
        })
    }

    fn merge_now(&self, number: u64, commit: &str, id: &str) -> Result<Merge> {
        const WHAT: &str = "merge a pull request";
        let path = self.path(&format!("/pulls/{number}/merge"));
        let methods = self.api.call(&Call::get(&self.repository, WHAT))?.body;
        let method = ["merge", "squash", "rebase"].into_iter().find(|method| {
            let allowed = match *method {
                "merge" => "allow_merge_commit",
                "squash" => "allow_squash_merge",
                _ => "allow_rebase_merge",
            };
            methods[allowed].as_bool() != Some(false)
        });
        let body = json!({ "sha": commit, "merge_method": method.unwrap_or("merge") });
        let call = Call::new(Method::PUT, &path, WHAT).body(body);
        let answer = self.api.call(&call.expect(&[405]))?;
        if answer.status != 405 {
            return Ok(Merge::Done);
        }
        let words = answer.words().to_lowercase();
        if words.contains("merge queue") {
            let input = json!({ "pullRequestId": id, "expectedHeadOid": commit });
            return match self.mutate("enqueuePullRequest", input, WHAT)? {
                Ok(()) => Ok(Merge::Scheduled),
                Err(words) => Err(refused(WHAT, words)),
            };
        }
        if words.contains("not mergeable") || words.contains("try the merge again") {
            return Ok(Merge::Later);
        }
        Err(refused(WHAT, answer.words()))
    }
}

impl Forge for GitHub {
    fn kind(&self) -> ForgeKind {
        ForgeKind::GitHub
    }

    fn requests(&self, head: &str, base: &str) -> Result<Vec<Known>> {
        const WHAT: &str = "list the pull requests";
        let head = encoded(&format!("{}:{head}", self.owner));
        let of_head = format!("/pulls?state=all&head={head}&per_page=100");
        let open = format!("/pulls?state=open&base={}&per_page=100", encoded(base));
        let mut all = self.api.list(&self.path(&of_head), WHAT)?;
        all.extend(self.api.list(&self.path(&open), WHAT)?);
        // A fork can have a branch of the same name.
        let own = all.iter().filter(|pull| {
            let of = text(&pull["head"]["repo"]["owner"], "login");
            of.is_empty() || of.eq_ignore_ascii_case(&self.owner)
        });
        Ok(super::distinct(own.map(known)))
    }

    fn request(&self, number: u64) -> Result<Known> {
        let path = self.path(&format!("/pulls/{number}"));
        let answer = self.api.call(&Call::get(&path, "read a pull request"))?;
        Ok(known(&answer.body))
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

    fn open(&self, new: &NewRequest) -> Result<Opened> {
        let path = self.path("/pulls");
        let call = Call::new(Method::POST, &path, "open a pull request").body(json!({
            "title": new.title,
            "head": new.head,
            "base": new.base,
            "body": new.body,
            "draft": new.is_draft,
        }));
        let call = call.expect(&[422]);
        let answer = self.api.call(&call)?;
        if answer.status != 422 {
            return Ok(Opened::New(known(&answer.body)));
        }
        let words = answer.words();
        if words.contains("already exists") {
            Ok(Opened::Exists)
        } else if words.contains("No commits between") || words.contains("head invalid") {
            Ok(Opened::TooEarly)
        } else {
            Err(self.api.refusal(&call, &answer))
        }
    }

    fn update(&self, number: u64, title: &str, body: &str) -> Result<()> {
        let words = json!({ "title": title, "body": body });
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
            let path = format!("/issues/{number}/labels");
            let body = json!({ "labels": dress.labels });
            if let Err(error) = self.send(Method::POST, &path, "label a pull request", body) {
                undone.push(error.to_string());
            }
        }
        if !dress.reviewers.is_empty() {
            undone.extend(self.review(number, &dress.reviewers)?);
        }
        if !dress.assignees.is_empty() {
            undone.extend(self.assign(number, &dress.assignees)?);
        }
        Ok(undone)
    }

    fn merge(&self, number: u64, commit: &str) -> Result<Merge> {
        const WHAT: &str = "merge a pull request";
        let path = self.path(&format!("/pulls/{number}"));
        let pull = self
            .api
            .call(&Call::get(&path, "read a pull request"))?
            .body;
        if pull["merged"].as_bool() == Some(true) {
            return Ok(Merge::Done);
        }
        if !pull["auto_merge"].is_null() {
            return Ok(Merge::Scheduled);
        }
        let id = text(&pull, "node_id");
        let input = json!({ "pullRequestId": id, "expectedHeadOid": commit });
        match self.mutate("enablePullRequestAutoMerge", input, WHAT)? {
            Ok(()) => Ok(Merge::Scheduled),
            // There is nothing to wait for.
            Err(words) if words.contains("clean status") => self.merge_now(number, commit, &id),
            Err(words) if words.contains("unstable status") => Ok(Merge::Later),
            Err(words) => Err(refused(WHAT, words)),
        }
    }

    fn approvals(&self, number: u64) -> Result<Vec<Approval>> {
        const WHAT: &str = "read the reviews of a pull request";
        let path = self.path(&format!("/pulls/{number}"));
        let pull = self.api.call(&Call::get(&path, WHAT))?.body;
        let path = self.path(&format!("/pulls/{number}/reviews?per_page=100"));
        let reviews = self.api.list(&path, WHAT)?;
        // A stranger may review what everybody may read.
        let may_approve = |review: &&Value| {
            let who = text(review, "author_association");
            ["OWNER", "MEMBER", "COLLABORATOR"].contains(&who.as_str())
        };
        let reviews = reviews.iter().filter(may_approve).filter_map(review);
        Ok(standing(reviews, &text(&pull["user"], "login")))
    }

    fn statuses(&self, commit: &str) -> Result<Vec<Status>> {
        const WHAT: &str = "read the statuses of a commit";
        let path = self.path(&format!("/commits/{commit}/status?per_page=100"));
        let combined = self.api.call(&Call::get(&path, WHAT))?.body;
        let path = self.path(&format!("/commits/{commit}/check-runs?per_page=100"));
        let runs = self.api.call(&Call::get(&path, WHAT).expect(&[403]))?.body;
        let entries = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let statuses = entries(&combined["statuses"])
            .into_iter()
            .map(|status| Status {
                context: text(&status, "context"),
                state: match text(&status, "state").as_str() {
                    "success" => StatusState::Success,
                    "pending" => StatusState::Pending,
                    _ => StatusState::Failure,
                },
                description: text(&status, "description"),
                url: Some(text(&status, "target_url")).filter(|url| !url.is_empty()),
            });
        let runs = entries(&runs["check_runs"]).into_iter().map(|run| Status {
            context: text(&run, "name"),
            state: match (
                text(&run, "status").as_str(),
                text(&run, "conclusion").as_str(),
            ) {
                ("completed", "success") => StatusState::Success,
                ("completed", "neutral") => StatusState::Neutral,
                ("completed", "skipped") => StatusState::Skipped,
                ("completed", _) => StatusState::Failure,
                _ => StatusState::Pending,
            },
            description: text(&run["output"], "title"),
            url: Some(text(&run, "html_url")).filter(|url| !url.is_empty()),
        });
        Ok(statuses.chain(runs).collect())
    }

    fn set_status(&self, commit: &str, status: &Status) -> Result<()> {
        let body = json!({
            "state": match status.state {
                StatusState::Pending => "pending",
                StatusState::Failure => "failure",
                _ => "success",
            },
            "context": status.context,
            "description": super::shortened(&status.description, 140),
            "target_url": status.url,
        });
        let path = format!("/statuses/{commit}");
        self.send(Method::POST, &path, "write a commit status", body)?;
        Ok(())
    }
}

/// Reads a review; a comment neither approves nor takes an approval back.
fn review(review: &Value) -> Option<Review> {
    let approves = match text(review, "state").as_str() {
        "APPROVED" => true,
        "CHANGES_REQUESTED" | "DISMISSED" => false,
        _ => return None,
    };
    let approval = Approval {
        by: text(&review["user"], "login"),
        time: moment(&review["submitted_at"]).unwrap_or_default(),
        commit: Some(text(review, "commit_id")),
    };
    Some(Review { approves, approval })
}

fn refused(what: &str, words: String) -> super::Error {
    super::Error::Refused {
        what: what.to_owned(),
        words,
        status: 405,
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn known(pull: &Value) -> Known {
    Known {
        number: pull["number"].as_u64().unwrap_or_default(),
        url: text(pull, "html_url"),
        head: text(&pull["head"], "ref"),
        commit: text(&pull["head"], "sha"),
        state: match text(pull, "state").as_str() {
            "open" => KnownState::Open,
            _ if !pull["merged_at"].is_null() => KnownState::Merged,
            _ => KnownState::Closed,
        },
        title: text(pull, "title"),
        body: text(pull, "body"),
    }
}
