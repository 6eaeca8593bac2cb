//! The status for job summaries, with a picture of the flow.

use super::{Column, Standing, Status, text, words};
use crate::report::{code, prose};
use crate::when;

/// Writes the status for job summaries.
pub(super) fn markdown(status: &Status) -> String {
    let mut markdown = flow(status);
    let names: Vec<_> = status.columns.iter().map(head).collect();
    markdown.push_str(&format!("\n| App | {} |\n", names.join(" | ")));
    markdown.push_str(&format!("| --- |{}\n", " --- |".repeat(names.len())));
    for row in &status.rows {
        let cells = row.cells.iter().zip(&status.columns);
        let cells = cells.map(|(cell, column)| {
            let Some(cell) = cell else {
                return "–".to_owned();
            };
            let mut parts = vec![code(cell.version())];
            if let Some(origin) = &cell.since {
                parts.push(prose(&format!(
                    "{} by {}",
                    when::ago(origin.time, status.now),
                    origin.author
                )));
            }
            parts.extend(text::standing(cell, column).map(|words| prose(&words)));
            let marks = words::marks(&row.app, column, status.now);
            parts.extend(marks.iter().map(|mark| prose(mark)));
            parts.join("<br>")
        });
        let cells: Vec<_> = cells.collect();
        markdown.push_str(&format!(
            "| {} | {} |\n",
            prose(&row.app),
            cells.join(" | ")
        ));
    }
    for column in &status.columns {
        markdown.push_str(&details(column, status.now));
    }
    for warning in &status.warnings {
        markdown.push_str(&format!("\n- warning: {}\n", prose(warning)));
    }
    markdown
}

/// Lists what holds for an environment besides its versions.
fn details(column: &Column, now: i64) -> String {
    let around = &column.around;
    let mut lines = Vec::new();
    for pin in &around.pins {
        lines.push(format!("- pinned: {}", prose(&words::pin(pin))));
    }
    for open in &around.requests {
        let words = prose(&words::request(&open.request));
        let name = prose(&column.name);
        lines.push(match words::address(&open.request.url) {
            Some(url) => format!("- open in {name}: [{words}]({url})"),
            None => format!("- open in {name}: {words}"),
        });
    }
    if let Some(headline) = words::headline(column, now) {
        lines.push(format!("- {}", prose(&headline)));
        for outcome in words::outcomes(column).into_iter().take(words::TOLD) {
            let words = format!("{}: {outcome}", words::state(outcome));
            lines.push(format!("  - {}", prose(&words)));
        }
    }
    match lines.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", lines.join("\n")),
    }
}

fn head(column: &Column) -> String {
    let revision = column.revision.as_ref();
    let revision = revision.map(|revision| format!(" {}", code(revision)));
    format!("{}{}", prose(&column.name), revision.unwrap_or_default())
}

/// Draws how versions move between the environments, for Mermaid.
fn flow(status: &Status) -> String {
    let mut flow = "```mermaid\nflowchart LR\n".to_owned();
    for (index, column) in status.columns.iter().enumerate() {
        let cells = status
            .rows
            .iter()
            .filter_map(|row| row.cells[index].as_ref());
        let apps = cells.clone().count();
        let late = cells
            .filter(|cell| !matches!(cell.standing, Standing::First | Standing::Same))
            .count();
        let apps = match apps {
            1 => "1 app".to_owned(),
            count => format!("{count} apps"),
        };
        let late = match late {
            0 => String::new(),
            count => format!(", {count} differ"),
        };
        let name = label(&column.name);
        flow.push_str(&format!("  e{index}[\"{name}<br>{apps}{late}\"]\n"));
    }
    for (index, column) in status.columns.iter().enumerate() {
        for from in &column.from {
            let source = status.columns.iter().position(|one| one.name == *from);
            let arrow = if column.by_request {
                "-. request .->"
            } else {
                "-->"
            };
            if let Some(source) = source {
                flow.push_str(&format!("  e{source} {arrow} e{index}\n"));
            }
        }
    }
    flow.push_str("```\n");
    flow
}

/// Writes a text into a picture, without what could end it.
fn label(text: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || " -_.".contains(char);
    let plain = text
        .chars()
        .map(|char| if is_plain(char) { char } else { '?' });
    plain.collect()
}
