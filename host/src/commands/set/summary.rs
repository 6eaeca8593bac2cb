//! What is told about one repository or several.

use super::several::{Delivered, Outcome};
use crate::ci::Outputs;
use crate::error::Error;
use crate::sandbox::Report;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::{Delivery, Plan};

/// The report on a repository, or its address and why it failed.
pub(super) type Told<'a> = Result<Report, (&'a str, &'a Error)>;

/// Returns the report for standard output. Why a repository failed is told as
/// an error, except in JSON, which is read without it.
pub(super) fn report(reports: &[Told<'_>], form: OutputForm) -> String {
    match (form, reports) {
        (OutputForm::Json, [Ok(report)]) => report.json.clone(),
        (OutputForm::Json, reports) => json_of(reports),
        (OutputForm::Markdown, reports) => markdown(reports),
        (OutputForm::Text, reports) => {
            let texts = reports.iter().flatten().map(|report| report.text.as_str());
            texts.collect::<Vec<_>>().join("\n")
        }
    }
}

/// Returns the reports as Markdown. It is kept, so that the words of a server,
/// which may hold anything, are not repeated in it.
pub(super) fn markdown(reports: &[Told<'_>]) -> String {
    let parts = reports.iter().map(|told| match told {
        Ok(report) => report.markdown.clone(),
        Err((repository, error)) => {
            format!("Failed: <code>{repository}</code> ({}).\n", error.kind)
        }
    });
    parts.collect::<Vec<_>>().join("\n")
}

fn json_of(reports: &[Told<'_>]) -> String {
    let repositories = reports.iter().map(|told| match told {
        Ok(report) => serde_json::from_str(&report.json).unwrap_or(Value::Null),
        Err((repository, error)) => json!({
            "repository": repository,
            "error": {
                "kind": error.kind.name(),
                "message": error.problem.message,
                "hint": error.problem.hint,
                "unchanged": error.unchanged,
            },
        }),
    });
    let repositories: Vec<Value> = repositories.collect();
    json!({ "schema": 1, "repositories": repositories }).to_string()
}

/// Returns the outputs of a run.
pub(super) fn outputs(results: &[Outcome]) -> Outputs {
    let done: Vec<_> = results.iter().flatten().collect();
    let first = done.iter().find_map(|it| it.plan.changes.first());
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let files = done.iter().flat_map(|it| it.plan.files.iter());
    let files: BTreeSet<_> = files.map(|file| file.path.clone()).collect();
    let commits = results.iter().map(|result| match result {
        Ok(it) => it.delivery.commit.clone().unwrap_or_default(),
        Err(_) => String::new(),
    });
    let each = results.iter().map(told);
    Outputs {
        changed: done.iter().any(|it| !it.plan.is_empty()),
        commits: commits.collect(),
        files: files.into_iter().collect(),
        old: first.map(|change| value(&change.old)).unwrap_or_default(),
        new: first.map(|change| value(&change.new)).unwrap_or_default(),
        results: Value::Array(each.collect()).to_string(),
        ..Outputs::default()
    }
}

/// Returns what became of one repository, as the output `results` tells it.
pub(in crate::commands) fn result(plan: &Plan, delivery: &Delivery) -> Value {
    json!({
        "repository": delivery.repository,
        "branch": delivery.branch,
        "changed": !plan.is_empty(),
        "commit": delivery.commit,
        "files": plan.files.iter().map(|file| &file.path).collect::<Vec<_>>(),
    })
}

fn told(told: &Outcome) -> Value {
    match told {
        Ok(Delivered { plan, delivery }) => result(plan, delivery),
        Err((repository, error)) => json!({
            "repository": repository,
            "error": error.kind.name(),
        }),
    }
}
