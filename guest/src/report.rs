//! Reports: what became of a plan, in the forms that people and machines read.

mod json;
mod markdown;
mod request;
mod text;

pub(crate) use markdown::{at_a_glance, code, escaped, gates, prose};

use crate::plan::{Change, Delivery, Plan};
pub use towpath_surface::preparation::Report;

/// Describes what became of a plan.
#[must_use]
pub fn report(plan: &Plan, delivery: &Delivery) -> Report {
    Report {
        text: text::text(plan, delivery),
        markdown: markdown::markdown(plan, delivery),
        json: json::json(plan, delivery),
        html: None,
    }
}

/// Says in one sentence what became of the plan.
fn outcome(plan: &Plan, delivery: &Delivery) -> String {
    if let Some(requested) = &delivery.request {
        return request::outcome(plan, delivery, requested);
    }
    let branch = branch(delivery);
    if let Some(tag) = &plan.tag {
        let commit = tag.commit.as_deref().unwrap_or("the commit");
        return match delivery.dry_run {
            true => format!(
                "Dry run: the tag {} would be cut on {commit}{branch}.",
                tag.name
            ),
            false => format!("Cut the tag {} on {commit}{branch}.", tag.name),
        };
    }
    match (&delivery.commit, plan.is_empty()) {
        (Some(commit), true) => format!("Nothing to change: {commit}{branch} is already as asked."),
        (None, true) => "Nothing to change: everything is already as asked.".to_owned(),
        _ if delivery.dry_run => format!("Dry run: {} would change{branch}.", files(plan)),
        (Some(commit), false) => format!("Committed {commit}{branch}: {} changed.", files(plan)),
        (None, false) => format!("{} changed{branch}.", files(plan)),
    }
}

fn files(plan: &Plan) -> String {
    match plan.files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

fn branch(delivery: &Delivery) -> String {
    let Delivery {
        repository, branch, ..
    } = delivery;
    match (branch.is_empty(), repository.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" in {repository}"),
        (false, true) => format!(" on {branch}"),
        (false, false) => format!(" on {branch} of {repository}"),
    }
}

/// Whether a change changes anything.
fn changes(change: &Change) -> bool {
    change.old != change.new
}

/// Replaces control characters, so that a value cannot write lines of its own.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect()
}

#[cfg(test)]
mod tests;
