//! The report for a terminal or a log.

use super::{changes, one_line, outcome};
use crate::plan::{Change, Delivery, Plan, Problem, Table};

/// Writes the report for a terminal or a log.
pub(super) fn text(plan: &Plan, delivery: &Delivery) -> String {
    let mut text = plan.table.as_ref().map(table).unwrap_or_default();
    // What stays as it is, is in the table already.
    let all = plan.table.is_none();
    for change in plan.changes.iter().filter(|change| all || changes(change)) {
        text.push_str(&line(change));
        text.push('\n');
    }
    for warning in &plan.warnings {
        text.push_str(&warning_lines(warning));
    }
    if let Some(tag) = plan.tag.as_ref().filter(|_| delivery.dry_run) {
        text.push_str(&format!("\n{}\n", tag.message));
    }
    if delivery.dry_run && !plan.diff.is_empty() {
        text.push('\n');
        text.push_str(&plan.diff);
        text.push('\n');
    }
    text.push_str(&one_line(&outcome(plan, delivery)));
    text.push('\n');
    text
}

/// Writes a table with columns of one width.
fn table(table: &Table) -> String {
    let rows = || std::iter::once(&table.columns).chain(&table.rows);
    let width = |column: usize| {
        let cells = rows().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..table.columns.len()).map(width).collect();
    let mut text = String::new();
    for row in rows() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            let cell = one_line(cell);
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
    text
}

fn line(change: &Change) -> String {
    let value = |value: &Option<String>| match value.as_deref() {
        None => "(none)".to_owned(),
        Some("") => "\"\"".to_owned(),
        Some(value) => one_line(value),
    };
    // A whole file has no key, and a tag is at no place.
    let of = [change.at.to_string(), change.key.clone()];
    let of = of.iter().filter(|text| !text.is_empty());
    let of: Vec<_> = of.map(|text| one_line(text)).collect();
    let of = of.join(": ");
    let mut line = if changes(change) {
        format!("{of}: {} -> {}", value(&change.old), value(&change.new))
    } else {
        format!("{of}: {} (unchanged)", value(&change.new))
    };
    if !change.reason.is_empty() {
        line.push_str(&format!(" ({})", one_line(&change.reason)));
    }
    line
}

fn warning_lines(warning: &Problem) -> String {
    let Problem {
        code,
        message,
        at,
        hint,
    } = warning;
    let place = at.as_ref().map(|at| format!("{at}: "));
    let mut lines = format!(
        "warning[{code}]: {}{}\n",
        one_line(&place.unwrap_or_default()),
        one_line(message)
    );
    if let Some(hint) = hint {
        lines.push_str(&format!("  hint: {}\n", one_line(hint)));
    }
    lines
}
