//! The report for job summaries and comments.

use super::{changes, outcome};
use crate::plan::{Delivery, Plan, Table};

/// Writes the report for job summaries and comments.
pub(super) fn markdown(plan: &Plan, delivery: &Delivery) -> String {
    let mut markdown = format!("{}\n", prose(&outcome(plan, delivery)));
    if let Some(table) = &plan.table {
        markdown.push_str(&at_a_glance(table));
    }
    if !plan.changes.is_empty() {
        markdown.push_str("\n| Place | Key | Before | After |\n| --- | --- | --- | --- |\n");
    }
    for change in &plan.changes {
        let after = if changes(change) {
            value(change.new.as_deref())
        } else {
            "unchanged".to_owned()
        };
        let reason = match change.reason.as_str() {
            "" => String::new(),
            reason => format!(" ({})", prose(reason)),
        };
        markdown.push_str(&format!(
            "| {} | {} | {} | {after}{reason} |\n",
            code(&change.at.to_string()),
            code(&change.key),
            value(change.old.as_deref()),
        ));
    }
    if !plan.warnings.is_empty() {
        markdown.push_str("\n**Warnings**\n\n");
    }
    for warning in &plan.warnings {
        let place = warning
            .at
            .as_ref()
            .map(|at| format!("{}: ", code(&at.to_string())));
        markdown.push_str(&format!(
            "- {}{}{}\n",
            place.unwrap_or_default(),
            prose(&warning.message),
            warning
                .hint
                .as_ref()
                .map(|hint| format!(". {}", prose(hint)))
                .unwrap_or_default(),
        ));
    }
    markdown
}

/// Writes how gates stand, as a list of things to tick.
pub(crate) fn gates(report: &crate::gates::Report) -> Vec<String> {
    let outcomes = report.outcomes.iter().map(|outcome| {
        let mark = if outcome.open { "x" } else { " " };
        format!("- [{mark}] {}", prose(&outcome.to_string()))
    });
    outcomes.collect()
}

/// Writes a table that takes more than the changes.
pub(crate) fn at_a_glance(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut markdown = format!(
        "\n{}",
        line(table.columns.iter().map(|name| prose(name)).collect())
    );
    markdown.push_str(&line(vec!["---".to_owned(); table.columns.len()]));
    for row in &table.rows {
        markdown.push_str(&line(row.iter().map(|cell| prose(cell)).collect()));
    }
    markdown
}

fn value(value: Option<&str>) -> String {
    match value {
        None => "none".to_owned(),
        Some("") => code("\"\""),
        Some(value) => code(value),
    }
}

/// Writes a text as code that a table cell can hold.
///
/// Entities are not read inside backticks, and a pipe ends the cell even
/// there, so the element is used.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Writes a text as prose, without markup of its own.
pub(crate) fn prose(text: &str) -> String {
    escaped(text)
}

/// Replaces every character that Markdown or HTML could read as markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '@' | '!'
            | '"' => {
                escaped.push_str(&format!("&#{};", char as u32));
            }
            char if char.is_control() => escaped.push('\u{fffd}'),
            char => escaped.push(char),
        }
    }
    escaped
}
