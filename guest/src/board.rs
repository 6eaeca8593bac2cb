//! The status as one page for browsers, complete in itself: it asks for nothing.

mod held;
mod page;
mod time_line;

use crate::status::Status;

const STYLE: &str = include_str!("board/board.css");
const SCRIPT: &str = include_str!("board/board.js");

/// The only script that the page runs, as browsers name it.
const SCRIPT_HASH: &str = "sha256-Er4P7cNdPxYe+K/7PiPW8ExV8zdkfirBIBnrn3tp/8U=";

/// Writes the page.
pub(crate) fn html(status: &Status) -> String {
    page::page(status)
}

/// Replaces every character that HTML could read as markup, in texts and in
/// attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            char if char.is_control() => escaped.push('\u{fffd}'),
            char => escaped.push(char),
        }
    }
    escaped
}

/// Returns an attribute with what the search looks at.
fn searched<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<_> = texts.into_iter().map(str::to_lowercase).collect();
    escaped(&texts.join(" "))
}

#[cfg(test)]
mod tests;
