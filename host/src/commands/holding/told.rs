//! What is told of the requests that gates hold.

use super::Held;
use crate::forge::StatusState;
use crate::sandbox::Report;
use serde_json::{Value, json};

/// The version of the report for machines; fields may be added without a new one.
const SCHEMA: u32 = 1;

/// Writes the report in every form.
pub(super) fn report(environment: &str, held: &[Held]) -> Report {
    let text = match held {
        [] => format!("no request for {environment} is open\n"),
        held => held.iter().map(line).collect(),
    };
    let rows = held.iter().map(|held| {
        format!(
            "| [{}]({}) | {} | {} |\n",
            held.known.number,
            held.known.url,
            word(held.status.state),
            held.status.description.replace('|', "\\|"),
        )
    });
    let markdown = match held {
        [] => format!("No request for {environment} is open.\n"),
        _ => {
            let rows: String = rows.collect();
            format!("| request | gates | reason |\n|---|---|---|\n{rows}")
        }
    };
    let all: Vec<Value> = held.iter().map(value).collect();
    let json = json!({ "schema": SCHEMA, "environment": environment, "requests": all });
    Report {
        text,
        markdown,
        json: format!("{json}\n"),
        html: None,
    }
}

fn line(held: &Held) -> String {
    let done = match held.is_new {
        true => "written",
        false => "as it was",
    };
    format!(
        "request {}: {} is {}: {} ({done})\n",
        held.known.number,
        held.status.context,
        word(held.status.state),
        held.status.description,
    )
}

fn value(held: &Held) -> Value {
    json!({
        "number": held.known.number,
        "url": held.known.url,
        "head": held.known.head,
        "commit": held.commit,
        "context": held.status.context,
        "state": word(held.status.state),
        "description": held.status.description,
        "written": held.is_new,
    })
}

fn word(state: StatusState) -> &'static str {
    match state {
        StatusState::Success => "success",
        StatusState::Pending => "pending",
        StatusState::Failure => "failure",
        StatusState::Neutral => "neutral",
        StatusState::Skipped => "skipped",
    }
}
