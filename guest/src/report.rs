//! Reports: what became of a plan, in the forms that people and machines read.

use crate::plan::{Delivery, Plan};

/// A report in every form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// For a terminal or a log.
    pub text: String,
    /// For a job summary.
    pub markdown: String,
    /// For machines; its schema has a version.
    pub json: String,
}

/// Describes what became of a plan.
#[must_use]
pub fn report(plan: &Plan, delivery: &Delivery) -> Report {
    let _ = (plan, delivery);
    Report::default()
}
