//! The state of the gates as a commit status, on the head of the request that
//! they hold.

use crate::gates::{Outcome, Report};
use crate::time::Zone;
use towpath_surface::facts::{CommitStatus, StatusState};

/// Writes the status. It is the same as long as nothing opens or closes, so that
/// it need not be written again.
pub(super) fn status(environment: &str, report: &Report) -> CommitStatus {
    let state = match report.is_open() {
        true => StatusState::Success,
        false => StatusState::Pending,
    };
    CommitStatus {
        context: format!("towpath/{environment}"),
        state,
        description: description(report),
        url: None,
    }
}

fn description(report: &Report) -> String {
    if report.outcomes.is_empty() {
        return "no gate is declared".to_owned();
    }
    if report.is_open() {
        return "all gates are open".to_owned();
    }
    match report.opens_at() {
        Some(at) => {
            let names: Vec<_> = report.closed().map(name).collect();
            format!("opens {}: {}", Zone::utc().write(at), names.join(", "))
        }
        None => {
            let reasons: Vec<_> = report.closed().map(reason).collect();
            reasons.join("; ")
        }
    }
}

fn name(outcome: &Outcome) -> String {
    match &outcome.app {
        Some(app) => format!("{} of {app}", outcome.gate),
        None => outcome.gate.to_string(),
    }
}

/// Says why a gate is closed, without how long it has been so.
fn reason(outcome: &Outcome) -> String {
    match outcome.opens_at {
        Some(at) => format!("{} until {}", name(outcome), Zone::utc().write(at)),
        None => outcome.to_string(),
    }
}
