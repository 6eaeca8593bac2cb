//! The body of a message for Slack, Mattermost, Rocket.Chat and others that
//! take the same.

use crate::sandbox::Report;
use serde_json::{Value, json};

/// The longest message, in characters.
const LONGEST: usize = 3000;

/// Writes the message: the report as people read it. Nothing in it is markup.
pub(super) fn body(report: &Report) -> Value {
    let text: String = report.text.trim_end().chars().take(LONGEST).collect();
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    json!({ "text": text })
}
