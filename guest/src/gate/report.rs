//! What is told about gates.

use crate::gates::{Candidate, Outcome, Report};
use crate::time::{Instant, Span, Zone};
use serde::Serialize;
use towpath_surface::preparation;

/// The version of the report for machines; fields may be added without a new one.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'r> {
    schema: u32,
    environment: &'r str,
    open: bool,
    opens_at: Option<Instant>,
    candidates: Vec<JsonCandidate<'r>>,
    gates: Vec<JsonGate<'r>>,
}

#[derive(Serialize)]
struct JsonCandidate<'r> {
    app: Option<&'r str>,
    version: &'r str,
    running: Option<&'r str>,
}

#[derive(Serialize)]
struct JsonGate<'r> {
    gate: &'r str,
    app: Option<&'r str>,
    open: bool,
    known: bool,
    reason: &'r str,
    opens_at: Option<Instant>,
}

/// Writes the report in every form.
pub(super) fn all(
    environment: &str,
    candidates: &[Candidate],
    report: &Report,
    now: Instant,
) -> preparation::Report {
    preparation::Report {
        text: text(environment, candidates, report, now),
        markdown: markdown(environment, report, now),
        json: json(environment, candidates, report),
        html: None,
    }
}

/// Writes a moment in UTC, with how long that is from now.
pub(crate) fn moment(at: Instant, now: Instant) -> String {
    format!("at {} (in {})", Zone::utc().write(at), Span(at - now))
}

fn headline(environment: &str, report: &Report, now: Instant) -> String {
    match (report.is_open(), report.opens_at()) {
        (true, _) => format!("{environment} is open"),
        (false, Some(at)) => format!("{environment} is closed and opens {}", moment(at, now)),
        (false, None) => format!("{environment} is closed"),
    }
}

fn text(environment: &str, candidates: &[Candidate], report: &Report, now: Instant) -> String {
    let mut text = format!("{}\n", headline(environment, report, now));
    for candidate in candidates {
        let app = candidate.app.as_deref().unwrap_or(environment);
        let running = candidate.running.as_deref().unwrap_or("nothing");
        text.push_str(&format!("  {app}: {running} -> {}\n", candidate.version));
    }
    for outcome in &report.outcomes {
        text.push_str(&format!("  {:<6}  {outcome}\n", word(outcome)));
    }
    text
}

fn word(outcome: &Outcome) -> &'static str {
    if outcome.open { "open" } else { "closed" }
}

fn markdown(environment: &str, report: &Report, now: Instant) -> String {
    let mut text = format!("**{}**\n", headline(environment, report, now));
    if !report.outcomes.is_empty() {
        text.push_str("\n| gate | app | | reason |\n|---|---|---|---|\n");
    }
    for outcome in &report.outcomes {
        let cell = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        text.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            outcome.gate,
            cell(outcome.app.as_deref().unwrap_or_default()),
            word(outcome),
            cell(&outcome.reason)
        ));
    }
    text
}

fn json(environment: &str, candidates: &[Candidate], report: &Report) -> String {
    let candidates = candidates.iter().map(|one| JsonCandidate {
        app: one.app.as_deref(),
        version: &one.version,
        running: one.running.as_deref(),
    });
    let gates = report.outcomes.iter().map(|one| JsonGate {
        gate: one.gate.name(),
        app: one.app.as_deref(),
        open: one.open,
        known: one.known,
        reason: &one.reason,
        opens_at: one.opens_at,
    });
    let report = JsonReport {
        schema: SCHEMA,
        environment,
        open: report.is_open(),
        opens_at: report.opens_at(),
        candidates: candidates.collect(),
        gates: gates.collect(),
    };
    let mut json = serde_json::to_string(&report).expect("strings, numbers and lists are JSON");
    json.push('\n');
    json
}
