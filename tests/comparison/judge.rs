//! What became of a file, in a few words.

use super::rows::{Ask, Row};
use super::tools::{Left, Tool};
use serde::Deserialize as _;
use serde_yaml::Value;
use towpath_guest::yaml::{self, ScalarStyle};

/// Returns the cell of the table.
pub(super) fn judge(row: &Row, left: &Left) -> String {
    let before = row.before.as_bytes();
    if !left.succeeded {
        let refused = if left.tool == Tool::Towpath {
            "refused"
        } else {
            "error"
        };
        return match left.after == before {
            true => refused.to_owned(),
            false => "error, **file changed**".to_owned(),
        };
    }
    let Ok(after) = str::from_utf8(&left.after) else {
        return "**not UTF-8**".to_owned();
    };
    match row.after {
        Some(wanted) if after == wanted => "ok".to_owned(),
        Some(wanted) => compared(row, wanted, after),
        None => unasked(row, after),
    }
}

/// Says what a tool did that should have refused.
fn unasked(row: &Row, after: &str) -> String {
    let text = if after == row.before {
        "nothing, exit code 0"
    } else if documents(row.before).is_some() && documents(after).is_none() {
        "**invalid YAML**"
    } else if is_read_alike(row.before, after) {
        "**nothing is set**, file rewritten"
    } else if row.before.contains('&') {
        match after.contains("tag: v1") {
            true => "value of its own",
            false => "**writes the shared anchor**",
        }
    } else if documents(row.before).is_none() {
        "changed as text"
    } else {
        "adds it"
    };
    text.to_owned()
}

/// Says how a result differs from the one that is wanted.
fn compared(row: &Row, wanted: &str, after: &str) -> String {
    if after == row.before {
        return "**nothing is set**, exit code 0".to_owned();
    }
    let (Some(expected), Some(found)) = (documents(wanted), documents(after)) else {
        return "**invalid YAML**".to_owned();
    };
    if found.len() < expected.len() {
        return "**document deleted**".to_owned();
    }
    let mut notes: Vec<String> = Vec::new();
    if let Some(note) = wrong_value(row, &found) {
        notes.push(note);
    } else if expected != found {
        notes.push(other_values(row, &expected, &found));
    }
    if notes.is_empty() && is_bare(row, after) {
        notes.push("**bare**, a number for some readers".to_owned());
    }
    notes.extend(form(row.value(), wanted, after));
    if notes.is_empty() {
        notes.push("ok, in another style".to_owned());
    }
    notes.join(", ")
}

/// Says what was set when it is not the text that was asked for.
fn wrong_value(row: &Row, found: &[Value]) -> Option<String> {
    let (wanted, value) = match &row.ask {
        Ask::Image { tag, index } => (tag, &found[0]["images"][index]["newTag"]),
        Ask::Key { path, value } => {
            let walk = path.iter().fold(&found[0], |place, step| &place[*step]);
            (value, walk)
        }
    };
    let is_number = !value.is_string() && !value.is_null();
    is_number.then(|| format!("**a number**, not `{wanted}`"))
}

/// Whether the value has no quotes though some readers take it for a number.
fn is_bare(row: &Row, after: &str) -> bool {
    let value = row.value();
    let file = yaml::parse("f.yaml", after.as_bytes()).expect("it was read before");
    let mut nodes = file.nodes();
    yaml::quote::is_typed(value)
        && nodes.any(|node| {
            node.as_str() == Some(value) && node.scalar_style() == Some(ScalarStyle::Plain)
        })
}

fn other_values(row: &Row, expected: &[Value], found: &[Value]) -> String {
    let text = |values: &[Value]| format!("{values:?}");
    let text = match row.before {
        before if before.contains("digest:") && text(found).contains("sha256:") => {
            "**stale digest stays**"
        }
        before if before.contains("newName") && !text(found).contains("newName") => {
            "**`newName` lost**"
        }
        before if before.contains("tagSuffix") && !text(found).contains("tagSuffix") => {
            "**`tagSuffix` lost**"
        }
        _ if expected.len() > 1 && text(expected).len() < text(found).len() => {
            "**key added to every document**"
        }
        _ if text(expected).len() < text(found).len() => "keys added",
        _ => "**other values change**",
    };
    text.to_owned()
}

/// Says what else differs, as people see it.
fn form(value: &str, wanted: &str, after: &str) -> Vec<String> {
    let count = |text: &str, what: &str| text.matches(what).count();
    let mut notes = Vec::new();
    let mut note = |applies: bool, text: &str| {
        if applies {
            notes.push(text.to_owned());
        }
    };
    note(comments(after) < comments(wanted), "comments lost");
    note(
        count(after, "\r\n") < count(wanted, "\r\n"),
        "CRLF becomes LF",
    );
    note(
        wanted.starts_with('\u{feff}') && !after.starts_with('\u{feff}'),
        "mark lost",
    );
    note(
        wanted.contains("&t ") && !after.contains("&t "),
        "anchor lost",
    );
    note(
        after.ends_with('\n') && !wanted.ends_with('\n'),
        "newline added",
    );
    let lines = other_lines(value, wanted, after);
    match lines {
        0 => {}
        1 => notes.push("1 more line changes".to_owned()),
        _ => notes.push(format!("{lines} more lines change")),
    }
    notes
}

fn comments(text: &str) -> usize {
    yaml::parse("f.yaml", text.as_bytes()).map_or(0, |file| file.comments().count())
}

/// Returns how many lines differ, but for those with the value.
fn other_lines(value: &str, wanted: &str, after: &str) -> usize {
    let mut there: Vec<_> = after.lines().filter(|line| !line.contains(value)).collect();
    let mut missing = 0;
    for line in wanted.lines().filter(|line| !line.contains(value)) {
        match there.iter().position(|other| *other == line) {
            Some(index) => drop(there.remove(index)),
            None => missing += 1,
        }
    }
    missing.max(there.len())
}

fn is_read_alike(before: &str, after: &str) -> bool {
    documents(before).is_some_and(|values| Some(values) == documents(after))
}

/// Reads all documents, as most programs do.
fn documents(text: &str) -> Option<Vec<Value>> {
    let text = text.trim_start_matches('\u{feff}');
    let documents = serde_yaml::Deserializer::from_str(text).map(Value::deserialize);
    documents.collect::<Result<Vec<_>, _>>().ok()
}
