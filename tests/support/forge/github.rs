//! What GitHub answers.

mod app;

use super::server::Reply;
use super::state::time;
use super::{Desk, Progress, Pull, Word, text, texts};
use serde_json::{Value, json};

const REPOSITORY: &str = "/repos/acme/deploy";

pub(super) fn answer(desk: &mut Desk<'_>, path: &str) -> Reply {
    if path.ends_with("/graphql") {
        return graphql(desk);
    }
    if path.ends_with("/installation") || path.starts_with("/app/") {
        return app::answer(desk, path);
    }
    let Some(rest) = path.strip_prefix(REPOSITORY) else {
        return missing();
    };
    let parts: Vec<&str> = rest.trim_start_matches('/').split('/').collect();
    let number = parts.get(1).and_then(|number| number.parse::<u64>().ok());
    match (desk.call.method.as_str(), &parts[..]) {
        ("GET", [""]) => {
            let said = json!({ "full_name": "acme/deploy", "allow_merge_commit": true });
            Reply::json(200, &desk.published.value("full-repository", said))
        }
        ("GET", ["pulls"]) => list(desk),
        ("POST", ["pulls"]) => open(desk),
        ("POST", ["statuses", commit]) => status(desk, commit),
        ("GET", ["commits", commit, "status"]) => combined(desk, commit),
        ("GET", ["commits", commit, "check-runs"]) => checks(desk, commit),
        (method, [_, _, rest @ ..]) => match number.filter(|n| desk.state.find(*n).is_some()) {
            Some(number) => one(desk, number, method, rest),
            None => missing(),
        },
        _ => missing(),
    }
}

/// Answers what is about one request.
fn one(desk: &mut Desk<'_>, number: u64, method: &str, rest: &[&str]) -> Reply {
    let body = desk.call.json();
    match (method, rest) {
        ("GET", []) => shown(desk, number, 200),
        ("PATCH", []) => {
            if body["state"] == "closed" {
                desk.state.close(number);
            }
            let pull = desk.state.find(number).expect("it was found");
            pull.title = text(&body, "title").unwrap_or_else(|| pull.title.clone());
            pull.body = text(&body, "body").unwrap_or_else(|| pull.body.clone());
            shown(desk, number, 200)
        }
        ("PUT", ["merge"]) => merge(desk, number, &body),
        ("GET", ["reviews"]) => reviews(desk, number),
        ("POST", ["labels"]) => {
            let pull = desk.state.find(number).expect("it was found");
            pull.labels.extend(texts(&body["labels"]));
            let labels = pull.labels.clone();
            let labels = labels
                .iter()
                .map(|name| desk.published.value("label", json!({ "name": name })));
            Reply::json(200, &labels.collect())
        }
        ("POST", ["assignees"]) => {
            let known: Vec<_> = texts(&body["assignees"])
                .into_iter()
                .filter(|name| desk.user(name))
                .collect();
            desk.state
                .find(number)
                .expect("it was found")
                .assignees
                .extend(known.clone());
            let people: Vec<_> = known.iter().map(|name| person(desk, name)).collect();
            Reply::json(
                201,
                &desk
                    .published
                    .value("issue", json!({ "assignees": people })),
            )
        }
        ("POST", ["requested_reviewers"]) => review(desk, number, &body),
        ("POST", ["comments"]) => {
            let said = text(&body, "body").unwrap_or_default();
            let pull = desk.state.find(number).expect("it was found");
            pull.comments.push(said.clone());
            Reply::json(
                201,
                &desk
                    .published
                    .value("issue-comment", json!({ "body": said })),
            )
        }
        _ => missing(),
    }
}

fn person(desk: &Desk<'_>, name: &str) -> Value {
    desk.published
        .value("simple-user", json!({ "login": name }))
}

fn list(desk: &mut Desk<'_>) -> Reply {
    let head = desk.call.parameter("head");
    let head = head.as_deref().and_then(|head| head.strip_prefix("acme:"));
    let base = desk.call.parameter("base");
    let state = desk.call.parameter("state");
    let pulls = desk.state.listed(|pull| {
        head.is_none_or(|head| pull.head == head)
            && base.as_ref().is_none_or(|base| pull.base == *base)
            && (state.as_deref() == Some("all") || pull.progress == Progress::Open)
    });
    let pulls = pulls
        .iter()
        .map(|pull| value(desk, pull, "pull-request-simple"));
    let pulls = pulls.collect();
    desk.page(pulls, "per_page")
}

fn open(desk: &mut Desk<'_>) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    let (head, base) = (field("head"), field("base"));
    if desk.state.is_read_only {
        let said = json!({ "message": "Resource not accessible by integration", "documentation_url": "x" });
        return Reply::json(403, &said);
    }
    if head == base || desk.state.tip(&head) == desk.state.tip(&base) {
        return invalid(&format!("No commits between {base} and {head}"));
    }
    if desk.state.tip(&head).is_none() {
        return invalid("head invalid");
    }
    if desk
        .state
        .open()
        .iter()
        .any(|pull| pull.head == head && pull.base == base)
    {
        return invalid(&format!("A pull request already exists for acme:{head}."));
    }
    let number = desk.state.add(Pull {
        title: field("title"),
        body: field("body"),
        head,
        base,
        is_draft: body["draft"] == true,
        ..Pull::default()
    });
    shown(desk, number, 201)
}

fn review(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let (people, teams) = (texts(&body["reviewers"]), texts(&body["team_reviewers"]));
    // The token is the one of "towpath".
    if people.iter().any(|name| name == "towpath") {
        return invalid("Review cannot be requested from pull request author.");
    }
    if people.iter().any(|name| !desk.user(name)) {
        return invalid("Reviews may only be requested from collaborators.");
    }
    let pull = desk.state.find(number).expect("it was found");
    pull.reviewers.extend(people);
    pull.teams.extend(teams);
    let pull = pull.clone();
    Reply::json(201, &value(desk, &pull, "pull-request-simple"))
}

fn reviews(desk: &mut Desk<'_>, number: u64) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    let reviews = pull.reviews.iter().map(|review| {
        let (state, association) = match review.word {
            Word::Approve => ("APPROVED", "MEMBER"),
            Word::Object => ("CHANGES_REQUESTED", "MEMBER"),
            Word::Comment => ("COMMENTED", "MEMBER"),
            Word::ApproveAsStranger => ("APPROVED", "NONE"),
        };
        json!({
            "id": review.at,
            "node_id": "x",
            "user": person(desk, &review.user),
            "body": "",
            "state": state,
            "html_url": desk.url("pull/1"),
            "pull_request_url": desk.url("pulls/1"),
            "submitted_at": time(review.at),
            "commit_id": review.commit,
            "author_association": association,
        })
    });
    let reviews = reviews.collect();
    desk.page(reviews, "per_page")
}

fn checks(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let checks = desk.state.checks.iter().filter(|check| check.0 == commit);
    let runs: Vec<_> = checks
        .map(|(commit, name, status, conclusion)| {
            let said = json!({
                "head_sha": commit,
                "name": name,
                "status": status,
                "conclusion": conclusion,
            });
            desk.published.value("check-run", said)
        })
        .collect();
    Reply::json(
        200,
        &json!({ "total_count": runs.len(), "check_runs": runs }),
    )
}

fn merge(desk: &mut Desk<'_>, number: u64, body: &Value) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    if body["sha"].as_str() != Some(&desk.state.commit(&pull)) {
        let said = json!({ "message": "Head branch was modified.", "documentation_url": "x" });
        return Reply::json(409, &said);
    }
    let merged = desk.state.merge(number, body["merge_method"] == "squash");
    let said =
        json!({ "sha": merged, "merged": true, "message": "Pull Request successfully merged" });
    Reply::json(200, &said)
}

/// Answers the one mutation that the REST API has no word for.
fn graphql(desk: &mut Desk<'_>) -> Reply {
    let body = desk.call.json();
    let query = text(&body, "query").unwrap_or_default();
    let input = &body["variables"]["input"];
    let known = "mutation($input: EnablePullRequestAutoMergeInput!) { \
                 enablePullRequestAutoMerge(input: $input) { clientMutationId } }";
    assert_eq!(query, known);
    let refuse = |words: &str| {
        Reply::json(
            200,
            &json!({ "data": null, "errors": [{ "message": words }] }),
        )
    };
    let id = text(input, "pullRequestId").unwrap_or_default();
    let number = id
        .strip_prefix("PR_")
        .and_then(|number| number.parse().ok());
    let Some(pull) = number.and_then(|number| desk.state.find(number)).cloned() else {
        return refuse("Could not resolve to a node");
    };
    if text(input, "expectedHeadOid") != Some(desk.state.commit(&pull)) {
        return refuse("Head sha didn't match expected head sha");
    }
    if !desk.state.is_busy {
        return refuse("Pull request Pull request is in clean status");
    }
    let commit = desk.state.commit(&pull);
    desk.state
        .find(pull.number)
        .expect("it was found")
        .auto_merge = Some(commit);
    Reply::json(
        200,
        &json!({ "data": { "enablePullRequestAutoMerge": { "clientMutationId": null } } }),
    )
}

fn status(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    let said = (
        commit.to_owned(),
        field("context"),
        field("state"),
        field("description"),
    );
    desk.state.statuses.push(said);
    let said = json!({ "state": field("state"), "context": field("context") });
    Reply::json(201, &desk.published.value("status", said))
}

fn combined(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let statuses = desk
        .state
        .statuses
        .iter()
        .filter(|status| status.0 == commit);
    let statuses: Vec<_> = statuses
        .map(|(_, context, state, description)| {
            let said = json!({ "context": context, "state": state, "description": description });
            desk.published.value("simple-commit-status", said)
        })
        .collect();
    let said = json!({ "state": "pending", "total_count": statuses.len(), "statuses": statuses });
    Reply::json(200, &desk.published.value("combined-commit-status", said))
}

fn shown(desk: &mut Desk<'_>, number: u64, status: u16) -> Reply {
    let pull = desk.state.find(number).expect("it was found").clone();
    Reply::json(status, &value(desk, &pull, "pull-request"))
}

fn value(desk: &Desk<'_>, pull: &Pull, schema: &str) -> Value {
    let owner = person(desk, "acme");
    let repository = desk
        .published
        .value("repository", json!({ "owner": owner }));
    let merged = (pull.progress == Progress::Merged).then_some("2026-01-02T03:04:05Z");
    let mut said = json!({
        "number": pull.number,
        "node_id": format!("PR_{}", pull.number),
        "html_url": desk.url(&format!("pull/{}", pull.number)),
        "state": if pull.progress == Progress::Open { "open" } else { "closed" },
        "title": pull.title,
        "body": pull.body,
        "user": person(desk, "towpath"),
        "merged_at": merged,
        "draft": pull.is_draft,
        "head": {
            "ref": pull.head,
            "sha": desk.state.commit(pull),
            "repo": repository,
        },
        "base": { "ref": pull.base, "repo": repository },
    });
    if schema == "pull-request" {
        said["merged"] = json!(merged.is_some());
    }
    if let Some(commit) = &pull.auto_merge {
        said["auto_merge"] = json!({
            "enabled_by": person(desk, "towpath"),
            "merge_method": "merge",
            "commit_title": commit,
            "commit_message": "",
        });
    }
    desk.published.value(schema, said)
}

fn missing() -> Reply {
    Reply::json(
        404,
        &json!({ "message": "Not Found", "documentation_url": "x" }),
    )
}

fn invalid(reason: &str) -> Reply {
    let error = json!({ "resource": "PullRequest", "code": "custom", "message": reason });
    let said =
        json!({ "message": "Validation Failed", "errors": [error], "documentation_url": "x" });
    Reply::json(422, &said)
}
