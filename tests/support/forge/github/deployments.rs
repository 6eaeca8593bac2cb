//! Deployments on GitHub.

use super::{forbidden, invalid, missing};
use crate::support::forge::server::Reply;
use crate::support::forge::{Deployed, Desk, is_nowhere, text};
use serde_json::{Value, json};

pub(super) fn answer(desk: &mut Desk<'_>, method: &str, rest: &[&str]) -> Reply {
    if desk.state.is_read_only {
        return forbidden();
    }
    let number = rest.first().and_then(|number| number.parse::<usize>().ok());
    match (method, rest, number) {
        ("GET", [], _) => list(desk),
        ("POST", [], _) => create(desk),
        ("GET", [_, "statuses"], Some(number)) => states(desk, number),
        ("POST", [_, "statuses"], Some(number)) => tell(desk, number),
        _ => missing(),
    }
}

fn list(desk: &mut Desk<'_>) -> Reply {
    let wanted = |name: &str| desk.call.parameter(name);
    let (commit, task) = (wanted("sha"), wanted("task"));
    let environment = wanted("environment");
    let all = desk.state.deployments.iter().zip(1..);
    let found = all.filter(|(one, _)| {
        commit.as_ref().is_none_or(|commit| one.commit == *commit)
            && task.as_ref().is_none_or(|task| one.task == *task)
            && environment
                .as_ref()
                .is_none_or(|name| one.environment == *name)
    });
    let found = found
        .map(|(one, number)| value(desk, one, number))
        .collect();
    desk.page(found, "per_page")
}

fn create(desk: &mut Desk<'_>) -> Reply {
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    let commit = field("ref");
    if is_nowhere(&commit) {
        return invalid(&format!("No ref found for: {commit}"));
    }
    // Without these, GitHub wants to merge, and all checks to be green.
    assert_eq!(
        (&body["auto_merge"], &body["required_contexts"]),
        (&json!(false), &json!([]))
    );
    let deployed = Deployed {
        commit,
        environment: field("environment"),
        task: field("task"),
        payload: body["payload"].clone(),
        states: Vec::new(),
    };
    desk.state.deployments.push(deployed.clone());
    let number = desk.state.deployments.len();
    Reply::json(201, &value(desk, &deployed, number))
}

fn states(desk: &mut Desk<'_>, number: usize) -> Reply {
    let Some(deployed) = desk.state.deployments.get(number - 1) else {
        return missing();
    };
    let newest = deployed.states.iter().rev();
    let states = newest.map(|state| {
        desk.published
            .value("deployment-status", json!({ "state": state }))
    });
    let states = states.collect();
    desk.page(states, "per_page")
}

fn tell(desk: &mut Desk<'_>, number: usize) -> Reply {
    let state = text(&desk.call.json(), "state").unwrap_or_default();
    let Some(deployed) = desk.state.deployments.get_mut(number - 1) else {
        return missing();
    };
    deployed.states.push(state.clone());
    let said = json!({ "state": state });
    Reply::json(201, &desk.published.value("deployment-status", said))
}

fn value(desk: &Desk<'_>, deployed: &Deployed, number: usize) -> Value {
    let said = json!({
        "id": number,
        "sha": deployed.commit,
        "ref": deployed.commit,
        "task": deployed.task,
        "environment": deployed.environment,
        "payload": deployed.payload,
    });
    desk.published.value("deployment", said)
}
