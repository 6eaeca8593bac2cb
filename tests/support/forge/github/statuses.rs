//! Statuses of commits on GitHub.

use super::{forbidden, invalid};
use crate::support::forge::server::Reply;
use crate::support::forge::{Desk, is_nowhere, text};
use serde_json::json;

pub(super) fn status(desk: &mut Desk<'_>, commit: &str) -> Reply {
    if desk.state.is_read_only {
        return forbidden();
    }
    if is_nowhere(commit) {
        return invalid(&format!("No commit found for SHA: {commit}"));
    }
    let body = desk.call.json();
    let field = |name| text(&body, name).unwrap_or_default();
    if field("description").chars().count() > 140 {
        return invalid("description is too long (maximum is 140 characters)");
    }
    desk.state.write(
        commit,
        [field("context"), field("state"), field("description")],
    );
    let said = json!({ "state": field("state"), "context": field("context") });
    Reply::json(201, &desk.published.value("status", said))
}

pub(super) fn combined(desk: &mut Desk<'_>, commit: &str) -> Reply {
    let statuses = desk.state.newest(commit).into_iter();
    let statuses: Vec<_> = statuses
        .map(|(_, context, state, description)| {
            let said = json!({ "context": context, "state": state, "description": description });
            desk.published.value("simple-commit-status", said)
        })
        .collect();
    let said = json!({ "state": "pending", "total_count": statuses.len(), "statuses": statuses });
    Reply::json(200, &desk.published.value("combined-commit-status", said))
}
