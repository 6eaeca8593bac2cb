//! Why there is no plan.

use crate::plan::{Location, Problem};
use std::fmt;
pub use towpath_surface::Kind;
use towpath_surface::Trouble;
use towpath_surface::preparation::Verdict;

/// Why there is no plan: a kind for scripts, a problem for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What is wrong, where, and what to do.
    pub problem: Problem,
    /// When it is worth to try again, in seconds since 1970-01-01 UTC.
    pub retry_at: Option<i64>,
}

impl Failure {
    /// Creates a failure from a lower-case fragment that names the object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            problem: Problem {
                code: kind.name().to_owned(),
                message: message.into(),
                at: None,
                hint: None,
            },
            retry_at: None,
        }
    }

    /// Adds the place in a file.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.problem.at = Some(location);
        self
    }

    /// Adds what to do, as a full sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hint = Some(hint.into());
        self
    }

    /// Adds when it is worth to try again.
    #[must_use]
    pub fn retry_at(mut self, time: Option<i64>) -> Self {
        self.retry_at = time;
        self
    }

    /// Returns the failure as a plain value.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        Verdict {
            kind: self.kind.name().to_owned(),
            problem: self.problem,
            retry_at: self.retry_at,
        }
    }

    /// Returns what machines are told.
    #[must_use]
    pub fn trouble(&self) -> Trouble<'_> {
        Trouble {
            kind: self.kind,
            problem: &self.problem,
            causes: &[],
            retry_at: self.retry_at,
            unchanged: true,
        }
    }

    /// Writes the failure for a terminal or a log: what is wrong and where,
    /// then what to do.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut text = format!("error[{}]: ", self.kind);
        if let Some(at) = &self.problem.at {
            text.push_str(&format!("{at}: "));
        }
        text.push_str(&self.problem.message);
        text.push('\n');
        if let Some(hint) = &self.problem.hint {
            text.push_str(&format!("  hint: {hint}\n"));
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.problem.at {
            write!(f, "{}: ", at.path)?;
        }
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Failure {}
