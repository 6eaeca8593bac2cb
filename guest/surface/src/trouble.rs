//! An error for machines: what a command leaves on standard output, with
//! `--output json`, when it fails.

use crate::Kind;
use crate::plan::Problem;
use serde::Serialize;

/// The version of the form; fields may be added without a new one.
const SCHEMA: u32 = 1;

/// Every field of the member `error`, with its meaning.
pub const ERROR_FIELDS: &[(&str, &str)] = &[
    (
        "kind",
        "The kind of error, as the table of exit codes has it",
    ),
    ("exit_code", "The exit code of the command"),
    ("message", "What is wrong, in one sentence"),
    ("file", "The file that is wrong, or `null`"),
    ("line", "The line in it, from 1, or `null`"),
    ("column", "The column in it, from 1, or `null`"),
    ("hint", "What to do, or `null`"),
    ("causes", "What led to it, the innermost last"),
    (
        "retry_at",
        "When it is worth to try again, in seconds since 1970-01-01 UTC, or `null`",
    ),
];

/// An error, as far as machines are told of it.
#[derive(Clone, Copy, Debug)]
pub struct Trouble<'a> {
    /// Decides the exit code.
    pub kind: Kind,
    /// What is wrong, where, and what to do.
    pub problem: &'a Problem,
    /// What led to it, innermost last.
    pub causes: &'a [String],
    /// When it is worth to try again, in seconds since 1970-01-01 UTC.
    pub retry_at: Option<i64>,
    /// Whether it is certain that nothing was changed.
    pub unchanged: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    /// Never `true`: what was changed is told by a report.
    changed: Option<bool>,
    error: JsonError<'a>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    kind: &'a str,
    exit_code: u8,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    hint: Option<&'a str>,
    causes: &'a [String],
    retry_at: Option<i64>,
}

impl Trouble<'_> {
    /// Writes the error as a document of its own.
    #[must_use]
    pub fn document(&self) -> String {
        let document = Document {
            schema: SCHEMA,
            changed: self.unchanged.then_some(false),
            error: self.error(),
        };
        serde_json::to_string(&document).expect("strings, numbers and lists are JSON")
    }

    /// Adds the error to the report of a command that failed after it had one.
    #[must_use]
    pub fn added_to(&self, report: &str) -> String {
        let error = serde_json::to_string(&self.error());
        let error = error.expect("strings, numbers and lists are JSON");
        match report.trim_end().strip_suffix('}') {
            Some(members) => format!("{members},\"error\":{error}}}"),
            None => self.document(),
        }
    }

    fn error(&self) -> JsonError<'_> {
        let at = self.problem.at.as_ref();
        let known = |number: u32| (number != 0).then_some(number);
        JsonError {
            kind: self.kind.name(),
            exit_code: self.kind.exit_code(),
            message: &self.problem.message,
            file: at.map(|at| at.path.as_str()),
            line: at.and_then(|at| known(at.line)),
            column: at.and_then(|at| known(at.column)),
            hint: self.problem.hint.as_deref(),
            causes: self.causes,
            retry_at: self.retry_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ERROR_FIELDS, Trouble};
    use crate::Kind;
    use crate::plan::{Location, Problem};

    fn problem() -> Problem {
        Problem {
            code: "no-such-key".to_owned(),
            message: "no key \"a\"".to_owned(),
            at: Some(Location {
                path: "values.yaml".to_owned(),
                line: 3,
                column: 0,
            }),
            hint: None,
        }
    }

    fn trouble(problem: &Problem) -> Trouble<'_> {
        Trouble {
            kind: Kind::NoSuchKey,
            problem,
            causes: &[],
            retry_at: None,
            unchanged: true,
        }
    }

    const ERROR: &str = r#""error":{"kind":"no-such-key","exit_code":14,"message":"no key \"a\"","file":"values.yaml","line":3,"column":null,"hint":null,"causes":[],"retry_at":null}"#;

    #[test]
    fn an_error_is_one_document_alone_or_with_its_report() {
        let problem = problem();
        let trouble = trouble(&problem);
        assert_eq!(
            trouble.document(),
            format!("{{\"schema\":1,\"changed\":false,{ERROR}}}")
        );
        assert_eq!(
            trouble.added_to("{\"schema\":1,\"changed\":true}\n"),
            format!("{{\"schema\":1,\"changed\":true,{ERROR}}}")
        );
        let uncertain = Trouble {
            unchanged: false,
            ..trouble
        };
        assert!(uncertain.document().contains("\"changed\":null,"));
    }

    #[test]
    fn every_field_is_explained() {
        let document: serde_json::Value =
            serde_json::from_str(&trouble(&problem()).document()).expect("it is JSON");
        let error = document["error"].as_object().expect("it is an object");
        let mut found: Vec<_> = error.keys().map(String::as_str).collect();
        let mut explained: Vec<_> = ERROR_FIELDS.iter().map(|(name, _)| *name).collect();
        found.sort_unstable();
        explained.sort_unstable();
        assert_eq!(found, explained);
    }
}
