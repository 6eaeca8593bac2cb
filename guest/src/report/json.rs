//! The report for machines.

use super::changes;
use crate::plan::{Change, Delivery, Location, Plan, Problem};
use serde::Serialize;

/// The version of the report; fields may be added without a new one.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    schema: u32,
    changed: bool,
    dry_run: bool,
    repository: &'a str,
    branch: &'a str,
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<JsonRequest<'a>>,
    files: Vec<&'a str>,
    changes: Vec<JsonChange<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<JsonTable<'a>>,
    warnings: Vec<JsonProblem<'a>>,
    message: &'a str,
    diff: &'a str,
}

#[derive(Serialize)]
struct JsonRequest<'a> {
    number: Option<u64>,
    url: Option<&'a str>,
    outcome: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonTable<'a> {
    columns: &'a [String],
    rows: &'a [Vec<String>],
}

#[derive(Serialize)]
struct JsonChange<'a> {
    #[serde(flatten)]
    at: JsonLocation<'a>,
    key: &'a str,
    image: Option<&'a str>,
    old: Option<&'a str>,
    new: Option<&'a str>,
    changed: bool,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    code: &'a str,
    message: &'a str,
    at: Option<JsonLocation<'a>>,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLocation<'a> {
    path: &'a str,
    line: u32,
    column: u32,
}

/// Writes the report for machines.
pub(super) fn json(plan: &Plan, delivery: &Delivery) -> String {
    let report = JsonReport {
        schema: SCHEMA,
        changed: !plan.is_empty(),
        dry_run: delivery.dry_run,
        repository: &delivery.repository,
        branch: &delivery.branch,
        commit: delivery.commit.as_deref(),
        request: delivery.request.as_ref().map(|told| JsonRequest {
            number: told.number,
            url: told.url.as_deref(),
            outcome: &told.outcome,
            reason: &told.reason,
        }),
        files: plan.files.iter().map(|file| file.path.as_str()).collect(),
        changes: plan.changes.iter().map(Into::into).collect(),
        table: plan.table.as_ref().map(|table| JsonTable {
            columns: &table.columns,
            rows: &table.rows,
        }),
        warnings: plan.warnings.iter().map(Into::into).collect(),
        message: &plan.message,
        diff: &plan.diff,
    };
    let mut json = serde_json::to_string(&report).expect("strings, numbers and lists are JSON");
    json.push('\n');
    json
}

impl<'a> From<&'a Change> for JsonChange<'a> {
    fn from(change: &'a Change) -> Self {
        Self {
            at: (&change.at).into(),
            key: &change.key,
            image: change.image.as_deref(),
            old: change.old.as_deref(),
            new: change.new.as_deref(),
            changed: changes(change),
            reason: &change.reason,
        }
    }
}

impl<'a> From<&'a Problem> for JsonProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            code: &problem.code,
            message: &problem.message,
            at: problem.at.as_ref().map(Into::into),
            hint: problem.hint.as_deref(),
        }
    }
}

impl<'a> From<&'a Location> for JsonLocation<'a> {
    fn from(at: &'a Location) -> Self {
        Self {
            path: &at.path,
            line: at.line,
            column: at.column,
        }
    }
}
