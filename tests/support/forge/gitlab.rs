//! What GitLab answers.

use super::server::{Reply, decoded};
use super::state::{Review, time};
use super::{Desk, Progress, Pull, Word, is_nowhere, text};
use serde_json::{Value, json};

pub(super) fn answer(desk: &mut Desk<'_>, path: &str) -> Reply {
    if path == "/users" {
        return users(desk);
    }
    let mut parts = path.trim_start_matches("/projects/").split('/');
    // A project is named by its path or by its number.
    let project = decoded(parts.next().unwrap_or_default());
    if project != "acme/deploy" && project != "1" {
        return missing();
    }
    let parts: Vec<&str> = parts.collect();
    let number = parts.get(1).and_then(|number| number.parse::<u64>().ok());
    match (desk.call.method.as_str(), &parts[..]) {
        ("GET", ["merge_requests"]) => list(desk),
        ("POST", ["merge_requests"]) => open(desk),
        ("GET", ["milestones"]) => milestones(desk),
        ("POST", ["statuses", commit]) => status(desk, commit),
        ("GET", ["repository", "commits", commit, "statuses"]) => statuses(desk, commit),
        (method, ["merge_requests", _, rest @ ..]) => {
            match number.filter(|number| desk.state.find(*number).is_some()) {
                Some(number) => one(desk, number, method, rest),
                None => missing(),
            }
        }
        _ => missing(),
    }
}

fn one(desk: &mut Desk<'_>, number: u64, method: &str, rest: &[&str]) -> Reply {
    let body = desk.call.json();
    match (method, rest) {
        ("GET", []) => {
            let reply = shown(desk, number, 200);
            desk.state.thinking = desk.state.thinking.saturating_sub(1);
            reply
        }
        ("PUT", []) => change(desk, number, &body),
        ("PUT", ["merge"]) => merge(desk, number, &body),
        ("GET", ["approvals"]) => approvals(desk, number),
        ("GET", ["versions"]) => versions(desk, number),
        ("POST", ["notes"]) => {
            let said = text(&body, "body").unwrap_or_default();
            desk.state
                .find(number)
                .expect("it was found")
                .comments
                .push(said.clone());
            Reply::json(201, &desk.published.value("note", json!({ "body": said })))
        }
        _ => missing(),
    }
}

fn change(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    if body["state_event"] == "close" {
        desk.state.close(number);
    }
    let names = |field: &str| {
        let numbers = body[field].as_array().into_iter().flatten();
        let names = numbers.filter_map(|number| desk.state.users.get(&number.as_u64()?));
        names.cloned().collect::<Vec<_>>()
    };
    let (reviewers, assignees) = (names("reviewer_ids"), names("assignee_ids"));
    let labels = text(body, "add_labels").unwrap_or_default();
    let milestone = body["milestone_id"].as_u64();
    let milestone = milestone.and_then(|id| desk.state.milestones.get(&id).cloned());
    let pull = desk.state.find(number).expect("it was found");
    pull.title = text(body, "title").unwrap_or_else(|| pull.title.clone());
    pull.body = text(body, "description").unwrap_or_else(|| pull.body.clone());
    pull.reviewers.extend(reviewers);
    pull.assignees.extend(assignees);
    pull.milestone = milestone.or_else(|| pull.milestone.clone());
    pull.labels.extend(
        labels
            .split(',')
            .filter(|label| !label.is_empty())
            .map(str::to_owned),
    );
    shown(desk, number, 200)
}

fn list(desk: &mut Desk<'_>) -> Reply {
    let source = desk.call.parameter("source_branch");
    let target = desk.call.parameter("target_branch");
    let all = desk.call.parameter("state").as_deref() == Some("all");
    let pulls = desk.state.listed(|pull| {
        source.as_ref().is_none_or(|source| pull.head == *source)
            && target.as_ref().is_none_or(|target| pull.base == *target)
            && (all || pull.progress == Progress::Open)
    });
    let pulls = pulls.iter().map(|pull| value(desk, pull)).collect();
    desk.page(pulls, "per_page")
}

fn open(desk: &mut Desk<'_>) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    let (head, base) = (field("source_branch"), field("target_branch"));
    if desk.state.is_read_only {
        return Reply::json(403, &json!({ "message": "403 Forbidden" }));
    }
    if head == base {
        let said = "You can't use same project/branch for source and target";
        return Reply::json(422, &json!({ "message": [said] }));
    }
    if desk.state.tip(&head).is_none() || desk.state.is_blind() {
        let said = json!({ "message": { "source_branch": ["does not exist"] } });
        return Reply::json(400, &said);
    }
    let other = desk
        .state
        .open()
        .into_iter()
        .find(|pull| pull.head == head && pull.base == base);
    if let Some(other) = other {
        let said = format!(
            "Another open merge request already exists for this source branch: !{}",
            other.number
        );
        return Reply::json(409, &json!({ "message": [said] }));
    }
    let number = desk.state.add(Pull {
        title: field("title"),
        body: field("description"),
        head,
        base,
        ..Pull::default()
    });
    shown(desk, number, 201)
}

/// GitLab knows no other review than an approval, which can be taken back; nobody
/// can give one who may only read.
fn approvals(desk: &mut Desk<'_>, number: u64) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let mut approvals: Vec<&Review> = Vec::new();
    for review in &pull.reviews {
        match review.word {
            Word::Approve | Word::Object => {
                approvals.retain(|earlier| earlier.user != review.user);
                if review.word == Word::Approve {
                    approvals.push(review);
                }
            }
            Word::Comment | Word::ApproveAsStranger => {}
        }
    }
    let approved_by = approvals.iter().map(|review| {
        let user = desk
            .published
            .value("user", json!({ "username": review.user }));
        json!({ "user": user, "approved_at": time(review.at) })
    });
    let approved_by: Vec<_> = approved_by.collect();
    let said = json!({ "iid": number, "approved": true, "approved_by": approved_by });
    Reply::json(200, &desk.published.value("approvals", said))
}

fn versions(desk: &mut Desk<'_>, number: u64) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let versions = pull.versions.iter().rev().map(|(commit, at)| {
        let said = json!({ "id": at, "head_commit_sha": commit, "created_at": time(*at) });
        desk.published.value("version", said)
    });
    let versions = versions.collect();
    desk.page(versions, "per_page")
}

fn merge(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let commit = desk.state.commit(&pull);
    if desk.state.thinking > 0 {
        return Reply::json(405, &json!({ "message": "405 Method Not Allowed" }));
    }
    // GitLab takes parameters from the query as well.
    let sha = text(body, "sha").or_else(|| desk.call.parameter("sha"));
    if sha.as_ref() != Some(&commit) {
        let said = "SHA does not match HEAD of source branch";
        return Reply::json(409, &json!({ "message": said }));
    }
    if desk.state.is_busy && body["auto_merge"] == true {
        desk.state.find(number).expect("it was found").auto_merge = Some(commit);
    } else if desk.state.is_busy {
        return Reply::json(405, &json!({ "message": "405 Method Not Allowed" }));
    } else {
        desk.state.merge(number, false);
    }
    shown(desk, number, 200)
}

fn users(desk: &mut Desk<'_>) -> Reply {
    let name = desk.call.parameter("username");
    let users = desk
        .state
        .users
        .iter()
        .filter(|(_, user)| Some(*user) == name.as_ref());
    let users = users.map(|(id, name)| {
        desk.published
            .value("user", json!({ "id": id, "username": name }))
    });
    Reply::json(200, &users.collect())
}

fn milestones(desk: &mut Desk<'_>) -> Reply {
    let title = desk.call.parameter("title");
    let all = desk.state.milestones.iter();
    let found = all.filter(|(_, own)| title.as_ref().is_none_or(|title| title == *own));
    let found = found.map(|(id, title)| {
        let said = json!({ "id": id, "iid": id, "title": title, "state": "active" });
        desk.published.value("milestone", said)
    });
    let found = found.collect();
    desk.page(found, "per_page")
}

fn status(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    if desk.state.is_read_only {
        return Reply::json(403, &json!({ "message": "403 Forbidden" }));
    }
    if is_nowhere(commit) {
        return Reply::json(404, &json!({ "message": "404 Commit Not Found" }));
    }
    // It keeps the words of a status that waits, and takes no other one like it.
    let newest = desk.state.newest(commit).into_iter();
    let same = newest.filter(|status| status.1 == field("name"));
    if field("state") == "pending" && same.into_iter().any(|status| status.2 == "pending") {
        let said = "Cannot transition status via :enqueue from :pending \
                    (Reason(s): Status cannot transition via \"enqueue\")";
        return Reply::json(400, &json!({ "message": said }));
    }
    desk.state.write(
        commit,
        [field("name"), field("state"), field("description")],
    );
    let said = json!({ "sha": commit, "name": field("name"), "status": field("state") });
    Reply::json(201, &desk.published.value("status", said))
}

fn statuses(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let statuses = desk.state.newest(commit).into_iter();
    let statuses = statuses.map(|(sha, name, state, description)| {
        let said = json!({ "sha": sha, "name": name, "status": state, "description": description });
        desk.published.value("status", said)
    });
    Reply::json(200, &statuses.collect())
}

fn shown(desk: &mut Desk<'_>, number: u64, status: u16) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    Reply::json(status, &value(desk, &pull))
}

fn value(desk: &Desk<'_>, pull: &Pull) -> Value {
    let status = match desk.state.thinking {
        0 => "mergeable",
        _ => "checking",
    };
    let said = json!({
        "iid": pull.number,
        "project_id": 1,
        "source_project_id": 1,
        "target_project_id": 1,
        "web_url": desk.url(&format!("-/merge_requests/{}", pull.number)),
        "state": match pull.progress {
            Progress::Open => "opened",
            Progress::Closed => "closed",
            Progress::Merged => "merged",
        },
        "title": pull.title,
        "author": { "username": "towpath" },
        "description": pull.body,
        "draft": pull.title.starts_with("Draft: "),
        "sha": desk.state.commit(pull),
        "source_branch": pull.head,
        "target_branch": pull.base,
        "labels": pull.labels,
        "merge_when_pipeline_succeeds": pull.auto_merge.is_some(),
        "detailed_merge_status": status,
    });
    desk.published.value("merge-request", said)
}

fn missing() -> Reply {
    Reply::json(404, &json!({ "message": "404 Not found" }))
}
