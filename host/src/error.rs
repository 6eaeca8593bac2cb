//! What is told when something goes wrong: the only place that knows how
//! errors of the parts become kinds, exit codes and hints.

use crate::{forge, git, sandbox};
use std::fmt;
use towpath_surface::options::misunderstood;
use towpath_surface::plan::{Location, Problem};
use towpath_surface::preparation::Verdict;
use towpath_surface::{Kind, Trouble};

/// An error as the user meets it.
#[derive(Debug)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// What is wrong, where, and what to do.
    pub problem: Box<Problem>,
    /// What led to it, innermost last.
    pub causes: Vec<String>,
    /// Whether it is certain that nothing was changed.
    pub unchanged: bool,
    /// When it is worth to try again, in seconds since 1970-01-01 UTC.
    pub retry_at: Option<i64>,
}

impl Error {
    /// Creates an error from a lower-case fragment that names the object.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            problem: Box::new(Problem {
                code: kind.name().to_owned(),
                message: message.into(),
                at: None,
                hint: None,
            }),
            causes: Vec::new(),
            unchanged: true,
            retry_at: None,
        }
    }

    /// Adds what to do, as a full sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hint = Some(hint.into());
        self
    }

    /// Adds what led to it.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Returns the exit code of the program.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    /// Returns what machines are told.
    #[must_use]
    pub fn trouble(&self) -> Trouble<'_> {
        Trouble {
            kind: self.kind,
            problem: &self.problem,
            causes: &self.causes,
            retry_at: self.retry_at,
            unchanged: self.unchanged,
        }
    }
}

impl fmt::Display for Error {
    /// Writes what the program prints: the message with its place, the causes,
    /// the hint, and whether anything was changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: ", self.kind)?;
        if let Some(at) = &self.problem.at {
            write!(f, "{}", place(at))?;
        }
        writeln!(f, "{}", self.problem.message)?;
        for cause in &self.causes {
            writeln!(f, "  caused by: {cause}")?;
        }
        if let Some(hint) = &self.problem.hint {
            writeln!(f, "  hint: {hint}")?;
        }
        if self.kind == Kind::Internal {
            writeln!(
                f,
                "  hint: This is a fault of Towpath; please report it with the command you ran."
            )?;
        }
        if self.unchanged {
            writeln!(f, "  nothing was changed")?;
        }
        Ok(())
    }
}

/// Writes `path:line:column: `, without what is not known.
fn place(at: &Location) -> String {
    match (at.line, at.column) {
        (0, _) => format!("{}: ", at.path),
        (line, 0) => format!("{}:{line}: ", at.path),
        (line, column) => format!("{}:{line}:{column}: ", at.path),
    }
}

impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        let mut told = Self::new(Kind::Usage, "");
        *told.problem = misunderstood(&error);
        told
    }
}

impl From<sandbox::Refusal> for Error {
    fn from(refusal: sandbox::Refusal) -> Self {
        match refusal {
            sandbox::Refusal::Failure(verdict) => (*verdict).into(),
            sandbox::Refusal::Sandbox(error) => error.into(),
        }
    }
}

impl From<Verdict> for Error {
    fn from(verdict: Verdict) -> Self {
        Self {
            kind: Kind::from_name(&verdict.kind).unwrap_or(Kind::Internal),
            problem: Box::new(verdict.problem),
            causes: Vec::new(),
            unchanged: true,
            retry_at: verdict.retry_at,
        }
    }
}

impl From<sandbox::Error> for Error {
    fn from(error: sandbox::Error) -> Self {
        let message = error.to_string();
        match error {
            sandbox::Error::Limit { .. } => Self::new(Kind::Limit, message)
                .hint("Name the files or a directory, so that less has to be read."),
            sandbox::Error::Broken(_) => Self::new(Kind::Internal, message),
        }
    }
}

impl From<git::Error> for Error {
    fn from(error: git::Error) -> Self {
        let mut told = Self::new(error.kind(), error.to_string());
        told.problem.hint = error.hint();
        told.unchanged = !matches!(error, git::Error::AnswerLost { .. });
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            told = told.cause(cause);
            source = cause.source();
        }
        told
    }
}

impl From<forge::Error> for Error {
    fn from(error: forge::Error) -> Self {
        let mut told = Self::new(error.kind(), error.to_string());
        told.problem.hint = error.hint();
        told.unchanged = !matches!(error, forge::Error::AnswerLost { .. });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::Error;
    use towpath_surface::Kind;
    use towpath_surface::plan::Location;

    #[test]
    fn an_error_says_where_what_and_what_to_do() {
        let mut error = Error::new(Kind::NoSuchKey, "no key `a.b`").hint("Try `a.c`.");
        error.problem.at = Some(Location {
            path: "values.yaml".to_owned(),
            line: 3,
            column: 0,
        });
        assert_eq!(
            error.to_string(),
            "error[no-such-key]: values.yaml:3: no key `a.b`\n  hint: Try `a.c`.\n  nothing was changed\n"
        );
    }

    #[test]
    fn an_error_of_ours_asks_for_a_report() {
        let text = Error::new(Kind::Internal, "oops").cause("deep").to_string();
        assert!(text.contains("caused by: deep"), "{text}");
        assert!(text.contains("please report it"), "{text}");
    }
}
