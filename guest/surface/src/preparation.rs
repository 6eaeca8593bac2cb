//! What has to be done before a plan is made, and what a look at the
//! repository brings, as plain data.

use crate::facts::Question;
use crate::plan::Problem;
use crate::request::Intent;

/// What the launcher has to do before it asks for a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preparation {
    /// Where the commit goes.
    pub target: Target,
    /// What has to be found out first.
    pub questions: Vec<Question>,
    /// How the commit gets there.
    pub way: Way,
    /// Whether gates have to be open before a request is merged.
    pub is_gated: bool,
    /// What is to be done after this was delivered, in this order.
    pub then: Vec<Intent>,
}

/// Where a commit goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The address of the repository; that of the request if none.
    pub repository: Option<String>,
    /// The branch; that of the request if none.
    pub branch: Option<String>,
}

/// How a commit gets to its branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// At once.
    #[default]
    Push,
    /// Through a pull or merge request.
    Request,
}

/// What a look at the repository brings; it changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// What was seen.
    pub report: Report,
    /// Why the command does not succeed, such as a closed gate.
    pub verdict: Option<Verdict>,
}

/// Why a command does not succeed although it could be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// A name of the documented list of errors.
    pub kind: String,
    /// What is wrong.
    pub problem: Problem,
    /// When it is worth to try again, in seconds since 1970-01-01 UTC.
    pub retry_at: Option<i64>,
}

/// A report in every form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// For a terminal or a log.
    pub text: String,
    /// For a job summary.
    pub markdown: String,
    /// For machines; its schema has a version.
    pub json: String,
    /// For a browser, complete in itself; not every report has it.
    pub html: Option<String>,
}
