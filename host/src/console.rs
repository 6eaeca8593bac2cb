//! Everything that the program prints goes through here, so that secrets have
//! one door, and it is shut.

use crate::ci::{self, Runner};
use crate::error::Error;
use std::io::Write as _;
use towpath_surface::plan::Problem;

/// Shorter secrets are not looked for: they would be found in ordinary words.
const SHORTEST_SECRET: usize = 6;

/// Standard output for the report, standard error for everything else.
#[derive(Clone, Debug, Default)]
pub struct Console {
    runner: Runner,
    secrets: Vec<String>,
    /// Whether details are told.
    pub verbose: bool,
    /// Whether nothing but errors is told.
    pub quiet: bool,
}

impl Console {
    /// Creates a console that lets none of `secrets` through.
    #[must_use]
    pub fn new(runner: Runner, secrets: Vec<String>) -> Self {
        let lines = secrets.iter().flat_map(|secret| secret.lines());
        let secrets = lines
            .map(str::trim)
            .filter(|line| line.len() >= SHORTEST_SECRET && !line.starts_with("-----"))
            .map(str::to_owned)
            .collect();
        Self {
            runner,
            secrets,
            verbose: false,
            quiet: false,
        }
    }

    /// Lets one more secret through no more.
    pub fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// Prints the report.
    pub fn report(&self, text: &str) {
        if !self.quiet && !text.is_empty() {
            let text = ci::inert(self.runner, text.trim_end_matches('\n'));
            let mut out = std::io::stdout().lock();
            // A reader that went away has seen what it wanted.
            let _ = writeln!(out, "{}", self.redact(text.trim_end_matches('\n')));
        }
    }

    /// Prints a detail, when details are wanted.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.print_error(&ci::inert(self.runner, text));
        }
    }

    /// Marks a warning at its place, where the runner can.
    pub fn warning(&self, problem: &Problem) {
        if let Some(line) = ci::annotation(self.runner, "warning", problem) {
            self.print_error(&line);
        }
    }

    /// Prints a warning that no report has, and marks it, where the runner can.
    pub fn late_warning(&self, problem: &Problem) {
        if !self.quiet {
            let text = format!("warning[{}]: {}", problem.code, problem.message);
            self.print_error(&ci::inert(self.runner, &text));
        }
        self.warning(problem);
    }

    /// Prints an error, and marks it at its place, where the runner can.
    pub fn error(&self, error: &Error) {
        self.print_error(&ci::inert(self.runner, error.to_string().trim_end()));
        if let Some(line) = ci::annotation(self.runner, "error", &error.problem) {
            self.print_error(&line);
        }
    }

    fn print_error(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _ = writeln!(out, "{}", self.redact(text.trim_end_matches('\n')));
    }

    fn redact(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::Console;
    use crate::ci::Runner;

    #[test]
    fn no_line_of_a_secret_gets_through() {
        let key = "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----".to_owned();
        let console = Console::new(Runner::Plain, vec!["hunter22".to_owned(), key]);
        assert_eq!(
            console.redact("a hunter22 b abcdefgh -----BEGIN"),
            "a *** b *** -----BEGIN"
        );
    }
}
