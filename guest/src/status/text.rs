//! The status for a terminal or a log.

use super::{Cell, Column, Standing, Status, words};
use crate::table::{Table, one_line};
use crate::when;

/// Writes the status for a reader with `width` columns; 0 for any number.
pub(super) fn text(status: &Status, width: usize) -> String {
    let table = table(status);
    let mut text = match width != 0 && table.width() > width {
        true => list(status),
        false => table.text(),
    };
    for column in &status.columns {
        text.push_str(&details(column, status.now));
    }
    for warning in &status.warnings {
        text.push_str(&format!("warning: {}\n", one_line(warning)));
    }
    text
}

/// Writes one line for each app.
fn table(status: &Status) -> Table {
    let names = status.columns.iter().map(head);
    let mut table = Table::new(std::iter::once("app".to_owned()).chain(names));
    for row in &status.rows {
        let cells = row.cells.iter().zip(&status.columns);
        let cells = cells.map(|(cell, column)| match cell {
            Some(cell) => {
                let mut parts = vec![cell.version().to_owned()];
                parts.extend(standing(cell, column));
                parts.extend(words::marks(&row.app, column, status.now));
                let since = cell.since.as_ref();
                parts.extend(since.map(|origin| when::ago(origin.time, status.now)));
                parts.join(", ")
            }
            None => "-".to_owned(),
        });
        table.row(std::iter::once(row.app.clone()).chain(cells));
    }
    table
}

fn head(column: &Column) -> String {
    match &column.revision {
        Some(revision) => format!("{} ({revision})", column.name),
        None => column.name.clone(),
    }
}

/// Writes one paragraph for each app.
fn list(status: &Status) -> String {
    let longest = status
        .columns
        .iter()
        .map(|column| head(column).chars().count());
    let longest = longest.max().unwrap_or_default();
    let mut text = String::new();
    for row in &status.rows {
        text.push_str(&format!("{}\n", one_line(&row.app)));
        for (cell, column) in row.cells.iter().zip(&status.columns) {
            let words = match cell {
                Some(cell) => {
                    let mut words = everything(cell, column, status.now);
                    for mark in words::marks(&row.app, column, status.now) {
                        words.push_str(&format!(", {mark}"));
                    }
                    words
                }
                None => "-".to_owned(),
            };
            let name = one_line(&head(column));
            text.push_str(&format!("  {name:longest$}  {}\n", one_line(&words)));
        }
    }
    text
}

/// Writes what holds for an environment besides its versions.
fn details(column: &Column, now: i64) -> String {
    let around = &column.around;
    let mut lines = Vec::new();
    lines.extend(
        around
            .pins
            .iter()
            .map(|pin| format!("pinned: {}", words::pin(pin))),
    );
    lines.extend(around.requests.iter().map(|open| {
        let (request, url) = (words::request(&open.request), &open.request.url);
        format!("open in {}: {request} {url}", column.name)
    }));
    if let Some(headline) = words::headline(column, now) {
        lines.push(headline);
        let outcomes = words::outcomes(column);
        let told = outcomes.iter().take(words::TOLD);
        lines.extend(told.map(|one| format!("  {:<7}  {one}", words::state(one))));
        match outcomes.len().saturating_sub(words::TOLD) {
            0 => {}
            more => lines.push(format!(
                "  and {more} more: `towpath gate --environment {}`",
                column.name
            )),
        }
    }
    let lines = lines.iter().map(|line| format!("{}\n", one_line(line)));
    lines.collect()
}

/// Writes everything about the versions of an app in an environment.
fn everything(cell: &Cell, column: &Column, now: i64) -> String {
    let mut words = cell.version().to_owned();
    if let Some(origin) = &cell.since {
        words.push_str(&format!(
            ", {} by {}",
            when::ago(origin.time, now),
            origin.author
        ));
        if let Some(build) = origin.build {
            words.push_str(&format!(", build {build}"));
        }
    }
    if let Some(standing) = standing(cell, column) {
        words.push_str(&format!(", {standing}"));
    }
    words
}

/// Says how an app compares with where it comes from, when there is something to say.
pub(crate) fn standing(cell: &Cell, column: &Column) -> Option<String> {
    let from = column.from.join(" or ");
    match cell.standing {
        Standing::First | Standing::Same => None,
        Standing::Behind(count) => Some(format!("{count} behind {from}")),
        Standing::Ahead(count) => Some(format!("{count} ahead of {from}")),
        Standing::Differs => Some(format!("not from {from}")),
        Standing::Alone => Some(format!("not in {from}")),
    }
}
