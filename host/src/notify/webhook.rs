//! The body of a webhook: the report for machines, with the command it is of.

use crate::sandbox::Report;
use serde_json::{Value, json};

/// The version of the body; fields may be added without a new one.
const SCHEMA: u32 = 1;

/// Writes the body.
pub(super) fn body(command: &str, report: &Report) -> Value {
    let said: Value = serde_json::from_str(&report.json).unwrap_or(Value::Null);
    json!({
        "schema": SCHEMA,
        "command": command,
        "text": report.text.trim_end(),
        "report": said,
    })
}
