//! The page and its matrix.

use super::{SCRIPT, SCRIPT_HASH, STYLE, escaped, held, searched, time_line};
use crate::status::{Cell, Column, Row, Standing, Status, standing_text};
use crate::when;

/// Writes the whole page.
pub(super) fn page(status: &Status) -> String {
    let mut page = head();
    page.push_str(&header(status));
    page.push_str("<main>\n");
    page.push_str(TOOLS);
    page.push_str(&matrix(status));
    page.push_str(&held::held(status));
    page.push_str(&time_line::time_line(status));
    page.push_str(&warnings(status));
    page.push_str(
        "</main>\n<footer>Made by Towpath from the history of the repository alone.</footer>\n",
    );
    page.push_str(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    page
}

const TOOLS: &str = "<div class=\"tools\">\
<input id=\"search\" type=\"search\" placeholder=\"Search apps, versions, people\" aria-label=\"Search\" autocomplete=\"off\">\
<label><input id=\"late\" type=\"checkbox\"> only what differs</label>\
<span id=\"found\" class=\"soft\" role=\"status\"></span></div>\n";

fn head() -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'; img-src data:; base-uri 'none'; \
         form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>Environments</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    )
}

fn header(status: &Status) -> String {
    let mut header = "<header><h1>Environments</h1><span class=\"soft\">".to_owned();
    if status.now != 0 {
        header.push_str(&format!(
            "as of <time datetime=\"{}\">{} UTC</time>",
            when::iso(status.now),
            when::date_and_time(status.now)
        ));
    }
    if let Some(commit) = &status.commit {
        let short = commit.get(..7).unwrap_or(commit);
        header.push_str(&format!(", commit <code>{}</code>", escaped(short)));
    }
    header.push_str("</span></header>\n");
    header
}

fn matrix(status: &Status) -> String {
    let mut matrix =
        "<div class=\"card\"><div class=\"scroll\"><table>\n<thead><tr><th>App</th>".to_owned();
    for column in &status.columns {
        matrix.push_str(&column_head(column, status.now));
    }
    matrix.push_str("</tr></thead>\n<tbody>\n");
    for row in &status.rows {
        matrix.push_str(&line(row, status));
    }
    matrix.push_str("</tbody>\n</table></div></div>\n");
    matrix
}

fn column_head(column: &Column, now: i64) -> String {
    let revision = column.revision.as_ref();
    let revision = revision.map(|revision| format!(" <code>{}</code>", escaped(revision)));
    let way = if column.by_request { " by request" } else { "" };
    let from = match column.from.is_empty() {
        true => String::new(),
        false => format!(
            "<span class=\"from\">from {}{way}</span>",
            escaped(&column.from.join(", "))
        ),
    };
    format!(
        "<th><b>{}</b>{}{from}{}</th>",
        escaped(&column.name),
        revision.unwrap_or_default(),
        held::marks(None, column, now)
    )
}

fn line(row: &Row, status: &Status) -> String {
    let cells = row.cells.iter().flatten();
    let is_late = cells
        .clone()
        .any(|cell| !matches!(cell.standing, Standing::First | Standing::Same));
    let texts = cells.flat_map(|cell| {
        let author = cell.since.as_ref().map(|origin| origin.author.as_str());
        [Some(cell.version()), author].into_iter().flatten()
    });
    let text = searched([row.app.as_str()].into_iter().chain(texts));
    let late = if is_late { "yes" } else { "no" };
    let mut line = format!(
        "<tr data-text=\"{text}\" data-late=\"{late}\"><th scope=\"row\">{}</th>",
        escaped(&row.app)
    );
    for (cell, column) in row.cells.iter().zip(&status.columns) {
        let name = escaped(&column.name);
        let content = match cell {
            Some(cell) => {
                let marks = held::marks(Some(&row.app), column, status.now);
                content(cell, column, (&marks, status.now))
            }
            None => "<span class=\"none\">–</span>".to_owned(),
        };
        line.push_str(&format!(
            "<td data-environment=\"{name}\"><div>{content}</div></td>"
        ));
    }
    line.push_str("</tr>\n");
    line
}

fn content(cell: &Cell, column: &Column, (marks, now): (&str, i64)) -> String {
    let mut content = format!("<span class=\"version\">{}</span>", escaped(cell.version()));
    let (class, words) = match cell.standing {
        Standing::First => ("", None),
        Standing::Same => ("same", Some("same".to_owned())),
        Standing::Behind(_) => ("behind", None),
        Standing::Ahead(_) => ("ahead", None),
        Standing::Differs => ("differs", None),
        Standing::Alone => ("alone", None),
    };
    if let Some(words) = words.or_else(|| standing_text(cell, column)) {
        content.push_str(&format!(
            "<span class=\"mark {class}\">{}</span>",
            escaped(&words)
        ));
    }
    content.push_str(marks);
    if let Some(origin) = &cell.since {
        content.push_str(&format!(
            "<span class=\"by\" title=\"{} UTC, {}\">{} by {}{}</span>",
            when::date_and_time(origin.time),
            escaped(&origin.subject),
            when::ago(origin.time, now),
            escaped(&origin.author),
            time_line::build(origin)
        ));
    }
    content
}

fn warnings(status: &Status) -> String {
    if status.warnings.is_empty() {
        return String::new();
    }
    let mut warnings = "<h2>Warnings</h2>\n<ul class=\"warnings\">\n".to_owned();
    for warning in &status.warnings {
        warnings.push_str(&format!("<li>{}</li>\n", escaped(warning)));
    }
    warnings.push_str("</ul>\n");
    warnings
}
