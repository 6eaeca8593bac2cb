//! What is told of a change and of what followed by itself.

use super::chain::Steps;
use super::{Delivered, Launch};
use crate::ci::{self, Outputs};
use crate::commands::after;
use crate::commands::requesting::Requested;
use crate::commands::set::result;
use crate::console::Console;
use crate::error::Error;
use crate::sandbox::Report;
use crate::settings;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use towpath_surface::options::OutputForm;

/// What is told of a later step: its environment, the report on it, and why it waits.
struct Later<'s> {
    environment: &'s str,
    report: Option<Report>,
    waits: Option<&'s Error>,
}

impl Launch<'_> {
    /// Tells the user, the runner and others what became of everything.
    pub(super) fn publish(&self, steps: &Steps, console: &Console) -> Result<(), Error> {
        let first = self.describe(&steps.first)?;
        let mut later: Vec<Later<'_>> = Vec::new();
        for (environment, step) in &steps.later {
            let delivered = step.as_ref().ok();
            later.push(Later {
                environment,
                report: delivered.map(|one| self.describe(one)).transpose()?,
                waits: delivered.map_or(step.as_ref().err(), |one| one.late.as_ref()),
            });
        }
        let delivered = steps
            .later
            .iter()
            .filter_map(|(_, step)| step.as_ref().ok());
        let delivered: Vec<_> = [&steps.first].into_iter().chain(delivered).collect();
        for one in &delivered {
            console.remote(&one.messages);
        }
        console.report(&match self.change.report.output {
            OutputForm::Text => text(&first, &later, &steps.would_follow),
            OutputForm::Markdown => markdown(&first, &later),
            OutputForm::Json => json_of(&first, &later, &steps.would_follow),
        });
        for warning in delivered.iter().flat_map(|one| &one.plan.warnings) {
            console.warning(warning);
        }
        let channels = settings::channels(self.change.run, self.environment);
        let report = Report {
            markdown: markdown(&first, &later),
            ..Report::default()
        };
        ci::publish(&channels, &outputs(&delivered), &report)?;
        let reports = later.iter().filter_map(|told| told.report.as_ref());
        for (one, report) in delivered
            .into_iter()
            .zip([&first].into_iter().chain(reports))
        {
            self.notify(one, report, console);
        }
        // The applications that were named are those of the first.
        let (one, argocd) = (&steps.first, self.change.argocd);
        let argocd = argocd.filter(|_| one.has_arrived);
        after::sync(argocd, &one.delivery, &one.access, console)
    }

    fn describe(&self, delivered: &Delivered) -> Result<Report, Error> {
        let Delivered { plan, delivery, .. } = delivered;
        Ok(self.sandbox.describe(plan, delivery)?)
    }

    /// Tells others of a change.
    fn notify(&self, one: &Delivered, report: &Report, console: &Console) {
        if one.changed() && !one.delivery.dry_run {
            let others = settings::notify(self.environment);
            after::notify(&others, self.change.command, report, (&one.access, console));
        }
    }
}

fn text(first: &Report, later: &[Later<'_>], would_follow: &[String]) -> String {
    let mut text = first.text.clone();
    for Later {
        environment,
        report,
        waits,
    } in later
    {
        if let Some(report) = report {
            text.push_str(&format!("\nOn to {environment}:\n{}", report.text));
        } else {
            text.push('\n');
        }
        if let Some(error) = waits {
            let message = &error.problem.message;
            text.push_str(&format!("Not in {environment} yet: {message}.\n"));
        }
    }
    for environment in would_follow {
        text.push_str(&format!("It would go on to {environment} by itself.\n"));
    }
    text
}

/// Writes the reports as Markdown; why something waits may have markup in it, and
/// is left to the log.
fn markdown(first: &Report, later: &[Later<'_>]) -> String {
    let mut text = first.markdown.clone();
    for Later {
        environment,
        report,
        waits,
    } in later
    {
        if let Some(report) = report {
            text.push_str(&format!("\nOn to {environment}:\n\n{}", report.markdown));
        }
        if let Some(error) = waits {
            text.push_str(&format!("\nNot in {environment} yet: {}.\n", error.kind));
        }
    }
    text
}

fn json_of(first: &Report, later: &[Later<'_>], would_follow: &[String]) -> String {
    if later.is_empty() && would_follow.is_empty() {
        return first.json.clone();
    }
    let read = |json: &str| serde_json::from_str::<Value>(json).unwrap_or(Value::Null);
    let later = later.iter().map(|told| {
        let report = told.report.as_ref();
        let mut value = report.map_or_else(|| json!({}), |report| read(&report.json));
        value["environment"] = json!(told.environment);
        if let Some(error) = told.waits {
            value["waiting"] = json!({
                "kind": error.kind.name(),
                "message": error.problem.message,
                "retry_at": error.retry_at,
            });
        }
        value
    });
    let would = would_follow.iter();
    let would = would.map(|environment| json!({ "environment": environment }));
    let mut whole = read(&first.json);
    whole["then"] = later.chain(would).collect();
    whole.to_string()
}

/// Returns the outputs of all steps; what can be said of one only is said of the
/// first.
fn outputs(delivered: &[&Delivered]) -> Outputs {
    let changes = || delivered.iter().flat_map(|one| &one.plan.changes);
    let changed = changes().find(|change| change.old != change.new);
    let first = changed.or_else(|| changes().next());
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let commits = delivered.iter().map(|one| &one.delivery.commit);
    let files = delivered.iter().flat_map(|one| &one.plan.files);
    let files: BTreeSet<_> = files.map(|file| file.path.clone()).collect();
    let results = delivered.iter().map(|one| result(&one.plan, &one.delivery));
    let requested = delivered.iter().find_map(|one| one.requested.as_ref());
    Outputs {
        changed: delivered.iter().any(|one| one.changed()),
        commits: commits.map(value).collect(),
        files: files.into_iter().collect(),
        old: first.map(|change| value(&change.old)).unwrap_or_default(),
        new: first.map(|change| value(&change.new)).unwrap_or_default(),
        results: Value::Array(results.collect()).to_string(),
        ..requested.map(Requested::outputs).unwrap_or_default()
    }
}
