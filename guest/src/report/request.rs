//! What became of a request, in one sentence.

use super::{branch, files};
use crate::plan::{Delivery, Plan, Requested};

/// Says in one sentence what became of the request.
pub(super) fn outcome(plan: &Plan, delivery: &Delivery, requested: &Requested) -> String {
    let request = request(requested);
    let files = files(plan);
    match (requested.outcome.as_str(), delivery.dry_run) {
        ("open" | "reopen", false) => format!("Opened {request}: {files} would change."),
        ("open" | "reopen", true) => format!("Dry run: a request would be opened for {files}."),
        ("replace", false) => format!("Updated {request}: {files} would change."),
        ("replace", true) => format!("Dry run: {request} would be updated for {files}."),
        ("close", false) => format!("Closed {request}: nothing is left to change."),
        ("close", true) => {
            format!("Dry run: {request} would be closed: nothing is left to change.")
        }
        ("keep", _) => format!("Nothing to do: {request} is already as asked."),
        ("settled", _) => format!(
            "Nothing to change: {} is already as asked.",
            delivery.commit.as_deref().map_or_else(
                || "everything".to_owned(),
                |commit| format!("{commit}{}", branch(delivery))
            )
        ),
        _ => match requested.number {
            Some(_) => format!("{} ({request}).", capitalised(&requested.reason)),
            None => format!("{}.", capitalised(&requested.reason)),
        },
    }
}

/// Names the request, with its page.
fn request(requested: &Requested) -> String {
    match (requested.number, requested.url.as_deref()) {
        (Some(number), Some(url)) => format!("request {number}, {url}"),
        (Some(number), None) => format!("request {number}"),
        (None, _) => "the request".to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}
