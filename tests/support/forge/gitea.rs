//! What Gitea and Forgejo answer.

use super::server::Reply;
use super::state::time;
use super::{Desk, Progress, Pull, Word, is_nowhere, text, texts};
use serde_json::{Value, json};

const REPOSITORY: &str = "/api/v1/repos/acme/deploy/";

pub(super) fn answer(desk: &mut Desk<'_>, path: &str) -> Reply {
    let Some(rest) = path.strip_prefix(REPOSITORY) else {
        return failed(404, "not found");
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let number = parts.get(1).and_then(|number| number.parse::<u64>().ok());
    match (desk.call.method.as_str(), &parts[..]) {
        ("GET", ["pulls"]) => list(desk),
        ("POST", ["pulls"]) => open(desk),
        ("GET", ["labels"]) => {
            let labels = desk
                .state
                .labels
                .iter()
                .map(|(id, name)| label(desk, *id, name));
            let labels = labels.collect();
            desk.page(labels, "limit")
        }
        ("GET", ["milestones"]) => milestones(desk),
        ("POST", ["statuses", commit]) => status(desk, commit),
        ("GET", ["commits", commit, "status"]) => combined(desk, commit),
        (method, [_, _, rest @ ..]) => match number.filter(|n| desk.state.find(*n).is_some()) {
            Some(number) => one(desk, number, method, rest),
            None => failed(404, "not found"),
        },
        _ => failed(404, "not found"),
    }
}

fn one(desk: &mut Desk<'_>, number: u64, method: &str, rest: &[&str]) -> Reply {
    let body = desk.call.json();
    match (method, rest) {
        ("GET", []) => shown(desk, number, 200),
        ("PATCH", []) => change(desk, number, &body),
        ("POST", ["merge"]) => merge(desk, number, &body),
        ("GET", ["reviews"]) => reviews(desk, number),
        ("POST", ["labels"]) => {
            let numbers = body["labels"].as_array().into_iter().flatten();
            let numbers: Vec<u64> = numbers.map(|id| id.as_u64().expect("a number")).collect();
            let names = numbers
                .iter()
                .map(|id| desk.state.labels[id].clone())
                .collect::<Vec<_>>();
            desk.state
                .find(number)
                .expect("it was found")
                .labels
                .extend(names.clone());
            let labels = numbers
                .iter()
                .zip(&names)
                .map(|(id, name)| label(desk, *id, name));
            Reply::json(200, &labels.collect())
        }
        ("POST", ["requested_reviewers"]) => review(desk, number, &body),
        ("POST", ["comments"]) => {
            let said = text(&body, "body").unwrap_or_default();
            desk.state
                .find(number)
                .expect("it was found")
                .comments
                .push(said.clone());
            Reply::json(201, &json!({ "id": 1, "body": said }))
        }
        _ => failed(404, "not found"),
    }
}

fn label(desk: &Desk<'_>, id: u64, name: &str) -> Value {
    desk.published.value(
        "Label",
        json!({ "id": id, "name": name, "color": "00aabb" }),
    )
}

fn change(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let assignees = texts(&body["assignees"]);
    if let Some(stranger) = assignees.iter().find(|name| !desk.user(name)) {
        return failed(422, &format!("Assignee does not exist: [name: {stranger}]"));
    }
    if body["state"] == "closed" {
        desk.state.close(number);
    }
    let milestone = body["milestone"].as_u64();
    let milestone = milestone.and_then(|id| desk.state.milestones.get(&id).cloned());
    let pull = desk.state.find(number).expect("it was found");
    pull.title = text(body, "title").unwrap_or_else(|| pull.title.clone());
    pull.body = text(body, "body").unwrap_or_else(|| pull.body.clone());
    pull.assignees.extend(assignees);
    pull.milestone = milestone.or_else(|| pull.milestone.clone());
    // This is what its API answers a change with.
    shown(desk, number, 201)
}

fn list(desk: &mut Desk<'_>) -> Reply {
    let head = desk.call.parameter("head");
    let base = desk.call.parameter("base");
    let all = desk.call.parameter("state").as_deref() == Some("all");
    let pulls = desk.state.listed(|pull| {
        head.as_ref().is_none_or(|head| pull.head == *head)
            && base.as_ref().is_none_or(|base| pull.base == *base)
            && (all || pull.progress == Progress::Open)
    });
    let pulls = pulls.iter().map(|pull| value(desk, pull)).collect();
    desk.page(pulls, "limit")
}

fn open(desk: &mut Desk<'_>) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    let (head, base) = (field("head"), field("base"));
    if desk.state.is_read_only {
        return failed(403, "token does not have at least one of required scope(s)");
    }
    if head == base {
        return failed(
            422,
            "Invalid PullRequest: There are no changes between the head and the base",
        );
    }
    if desk.state.tip(&head).is_none() || desk.state.is_blind() {
        return failed(404, "not found");
    }
    if desk
        .state
        .open()
        .iter()
        .any(|pull| pull.head == head && pull.base == base)
    {
        return failed(409, "pull request already exists for these targets");
    }
    let number = desk.state.add(Pull {
        title: field("title"),
        body: field("body"),
        head,
        base,
        ..Pull::default()
    });
    shown(desk, number, 201)
}

fn review(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let (people, teams) = (texts(&body["reviewers"]), texts(&body["team_reviewers"]));
    if people.iter().any(|name| name == "towpath") {
        return failed(422, "poster of pr can't be reviewer");
    }
    if let Some(stranger) = people.iter().find(|name| !desk.user(name)) {
        return failed(404, &format!("User '{stranger}' not exist"));
    }
    let pull = desk.state.find(number).expect("it was found");
    pull.reviewers.extend(people);
    pull.teams.extend(teams);
    Reply::json(201, &json!([]))
}

fn reviews(desk: &mut Desk<'_>, number: u64) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let reviews = pull.reviews.iter().map(|review| {
        let (state, official) = match review.word {
            Word::Approve => ("APPROVED", true),
            Word::Object => ("REQUEST_CHANGES", true),
            Word::Comment => ("COMMENT", true),
            Word::ApproveAsStranger => ("APPROVED", false),
        };
        let said = json!({
            "id": review.at,
            "user": { "login": review.user },
            "state": state,
            "official": official,
            "dismissed": false,
            "submitted_at": time(review.at),
            "commit_id": review.commit,
        });
        desk.published.value("PullReview", said)
    });
    let reviews = reviews.collect();
    desk.page(reviews, "limit")
}

fn merge(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let commit = desk.state.commit(&pull);
    if desk.state.thinking > 0 {
        desk.state.thinking -= 1;
        return failed(405, "Please try again later");
    }
    if body["head_commit_id"].as_str() != Some(&commit) {
        return failed(409, "head out of date");
    }
    if desk.state.is_busy {
        desk.state.find(number).expect("it was found").auto_merge = Some(commit);
        return Reply {
            status: 201,
            headers: Vec::new(),
            body: Vec::new(),
        };
    }
    desk.state.merge(number, false);
    Reply {
        status: 200,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn milestones(desk: &mut Desk<'_>) -> Reply {
    let name = desk.call.parameter("name");
    let all = desk.state.milestones.iter();
    let found = all.filter(|(_, title)| name.as_ref().is_none_or(|name| name == *title));
    let found = found.map(|(id, title)| {
        let said = json!({ "id": id, "title": title, "state": "open" });
        desk.published.value("Milestone", said)
    });
    let found = found.collect();
    desk.page(found, "limit")
}

fn status(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    if desk.state.is_read_only {
        return failed(403, "token does not have at least one of required scope(s)");
    }
    if is_nowhere(commit) {
        return failed(500, "GetCommit: object does not exist");
    }
    desk.state.write(
        commit,
        [field("context"), field("state"), field("description")],
    );
    let said = json!({ "status": field("state"), "context": field("context") });
    Reply::json(201, &desk.published.value("CommitStatus", said))
}

fn combined(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let statuses = desk.state.newest(commit).into_iter();
    let statuses: Vec<_> = statuses
        .map(|(_, context, state, description)| {
            let said = json!({ "context": context, "status": state, "description": description });
            desk.published.value("CommitStatus", said)
        })
        .collect();
    let said = json!({ "sha": commit, "total_count": statuses.len(), "statuses": statuses });
    Reply::json(200, &desk.published.value("CombinedStatus", said))
}

fn shown(desk: &mut Desk<'_>, number: u64, status: u16) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    Reply::json(status, &value(desk, &pull))
}

fn value(desk: &Desk<'_>, pull: &Pull) -> Value {
    let said = json!({
        "number": pull.number,
        "html_url": desk.url(&format!("pulls/{}", pull.number)),
        "state": if pull.progress == Progress::Open { "open" } else { "closed" },
        "merged": pull.progress == Progress::Merged,
        "title": pull.title,
        "user": { "login": "towpath" },
        "body": pull.body,
        "draft": pull.title.starts_with("WIP: "),
        "head": { "ref": pull.head, "sha": desk.state.commit(pull), "repo_id": 1 },
        "base": { "ref": pull.base, "repo_id": 1 },
    });
    desk.published.value("PullRequest", said)
}

fn failed(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "message": message, "url": "https://forge.example/api" }),
    )
}
