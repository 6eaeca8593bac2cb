//! Joining plans that were made file by file, or app by app.

use crate::plan::Plan;

/// Trailers that belong to a change; all others are said once.
const OF_CHANGES: [&str; 8] = [
    "Image", "Chart", "Revision", "Key", "Old", "New", "File", "App",
];

/// Adds another plan, of other places.
pub(crate) fn join(whole: &mut Plan, plan: Plan) {
    whole.message = match (whole.message.is_empty(), plan.message.is_empty()) {
        (true, _) => plan.message,
        (false, true) => std::mem::take(&mut whole.message),
        (false, false) => joined(&whole.message, &plan.message),
    };
    match (&mut whole.table, plan.table) {
        (Some(table), Some(more)) => table.rows.extend(more.rows),
        (table, more) => *table = table.take().or(more),
    }
    match (&mut whole.request, plan.request) {
        (Some(words), Some(more)) => words.body.push_str(rows(&more.body)),
        (words, more) => *words = words.take().or(more),
    }
    whole.files.extend(plan.files);
    whole.changes.extend(plan.changes);
    whole.warnings.extend(plan.warnings);
    whole.diff.push_str(&plan.diff);
    whole.files.sort_by(|one, other| one.path.cmp(&other.path));
}

/// Returns the rows of a table in Markdown, without its head.
fn rows(table: &str) -> &str {
    let mut parts = table.trim_start().splitn(3, '\n');
    parts.nth(2).unwrap_or_default()
}

/// Joins two messages with the same subject: the changes of both, then the
/// trailers of both.
fn joined(one: &str, other: &str) -> String {
    let (one_text, one_trailers) = parts(one);
    let (other_text, other_trailers) = parts(other);
    let changes = other_text
        .split_once("\n\n")
        .map_or("", |(_, changes)| changes);
    let is_of_change = |line: &&str| {
        let name = line
            .strip_prefix("Towpath-")
            .and_then(|rest| rest.split_once(": "));
        name.is_some_and(|(name, _)| OF_CHANGES.contains(&name))
    };
    let (own, rest): (Vec<_>, Vec<_>) = one_trailers.lines().partition(is_of_change);
    let trailers = own
        .into_iter()
        .chain(other_trailers.lines().filter(is_of_change))
        .chain(rest);
    let trailers: Vec<_> = trailers.collect();
    format!("{one_text}\n{changes}\n\n{}\n", trailers.join("\n"))
}

/// Splits a message before its trailers.
fn parts(message: &str) -> (&str, &str) {
    let message = message.trim_end();
    message.rsplit_once("\n\n").unwrap_or((message, ""))
}
