//! Everything that the program prints goes through here, so that secrets have
//! one door, and it is shut.

mod colour;
mod progress;

pub use colour::Colours;

use crate::ci::{self, Runner};
use crate::error::Error;
use crate::git::Secret;
use progress::Progress;
use std::cell::{Cell, RefCell};
use std::io::Write as _;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::Problem;
use towpath_surface::preparation::Report;

/// Shorter secrets are not looked for: they would be found in ordinary words.
const SHORTEST_SECRET: usize = 6;

/// Standard output for the report, standard error for everything else.
#[derive(Clone, Debug, Default)]
pub struct Console {
    runner: Runner,
    secrets: Vec<String>,
    progress: Progress,
    /// Whether the details that are told are in an open group of the log.
    grouped: Cell<bool>,
    /// The report for machines, which is printed last: an error belongs to it.
    document: RefCell<Option<String>>,
    /// Where colours are shown.
    pub colours: Colours,
    /// Whether standard output is for machines: one JSON document, of an error as well.
    pub json: bool,
    /// Whether details are told.
    pub verbose: bool,
    /// Whether nothing but errors is told.
    pub quiet: bool,
}

impl Console {
    /// Creates a console that lets none of `secrets` through.
    #[must_use]
    pub fn new(runner: Runner, secrets: Vec<String>) -> Self {
        let mut console = Self {
            runner,
            ..Self::default()
        };
        for secret in &secrets {
            console.hide_text(secret);
        }
        console
    }

    /// Lets none of more secrets through from now on.
    pub fn hide<'s>(&mut self, secrets: impl IntoIterator<Item = &'s Secret>) {
        for secret in secrets {
            self.hide_text(secret.expose());
        }
    }

    fn hide_text(&mut self, secret: &str) {
        let lines = secret.lines().map(str::trim);
        let lines =
            lines.filter(|line| line.len() >= SHORTEST_SECRET && !line.starts_with("-----"));
        for line in lines {
            self.secrets.push(line.to_owned());
            // As JSON writes it.
            let quoted = serde_json::Value::from(line).to_string();
            let quoted = quoted.trim_matches('"');
            if quoted != line {
                self.secrets.push(quoted.to_owned());
            }
        }
    }

    /// Prints the report.
    pub fn report(&self, text: &str) {
        self.print(text);
    }

    /// Prints the report in one of its forms.
    pub fn report_in(&self, form: OutputForm, report: &Report) {
        let text = match form {
            OutputForm::Text => &report.text,
            OutputForm::Json => &report.json,
            OutputForm::Markdown => &report.markdown,
        };
        self.report_as(form, text);
    }

    /// Prints the report; in the form for machines when it is sure whether it
    /// is followed by an error.
    pub fn report_as(&self, form: OutputForm, text: &str) {
        if form == OutputForm::Json {
            self.document.replace(Some(text.to_owned()));
        } else {
            self.report(text);
        }
    }

    fn print(&self, text: &str) {
        self.progress.clear();
        self.group(false);
        if !self.quiet && !text.is_empty() {
            self.write(text);
        }
    }

    fn write(&self, text: &str) {
        let text = ci::inert(self.runner, text.trim_end_matches('\n'));
        let text = self.redact(text.trim_end_matches('\n'));
        let text = if self.colours.output {
            colour::report(&text)
        } else {
            text
        };
        let mut out = std::io::stdout().lock();
        // A reader that went away has seen what it wanted.
        let _ = writeln!(out, "{text}");
    }

    /// Prints a secret that was asked for, and nothing else: it is no part of the
    /// report, and the report is on the other stream then.
    pub fn reveal(&self, secret: &Secret) {
        self.progress.clear();
        let mut out = std::io::stdout().lock();
        // A reader that went away has seen what it wanted.
        let _ = out.write_all(secret.expose().as_bytes());
    }

    /// Prints the report beside standard output, which is for something else.
    pub fn aside(&self, text: &str) {
        if !self.quiet {
            self.print_error(&ci::inert(self.runner, text.trim_end_matches('\n')));
        }
    }

    /// Says what is being done, to somebody who waits at a terminal.
    pub fn step(&self, text: &str) {
        self.detail(text);
        if !self.verbose && !self.quiet {
            self.progress.step(&self.redact(text));
        }
    }

    /// Prints a detail, when details are wanted.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.group(true);
            self.print_error(&ci::inert(self.runner, text));
        }
    }

    /// Prints what the server has to say to the user, as git does.
    pub fn remote(&self, messages: &str) {
        if !self.quiet && !messages.is_empty() {
            let lines = messages.lines().map(|line| format!("remote: {line}\n"));
            self.print_error(&ci::inert(
                self.runner,
                lines.collect::<String>().trim_end(),
            ));
        }
    }

    /// Marks a warning at its place, where the runner can.
    pub fn warning(&self, problem: &Problem) {
        self.group(false);
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
        self.group(false);
        self.print_error(&ci::inert(self.runner, error.to_string().trim_end()));
        if let Some(line) = ci::annotation(self.runner, "error", &error.problem) {
            self.print_error(&line);
        }
    }

    /// Opens the group of details in the log of a runner, or closes it.
    fn group(&self, open: bool) {
        if self.grouped.replace(open) != open
            && let Some(line) = ci::group(self.runner, open)
        {
            self.print_error(&line);
        }
    }

    /// Takes the progress line away, for good, and says how it ended.
    pub fn end(&self, error: Option<&Error>) {
        self.group(false);
        self.progress.end();
        if let Some(error) = error {
            self.error(error);
        }
        let report = self.document.take().filter(|_| !self.quiet);
        let document = match (error, report) {
            (None, report) => report,
            (Some(error), Some(report)) => Some(error.trouble().added_to(&report)),
            (Some(error), None) => self.json.then(|| error.trouble().document()),
        };
        if let Some(document) = document {
            self.write(&document);
        }
    }

    fn print_error(&self, text: &str) {
        self.progress.clear();
        let text = self.redact(text.trim_end_matches('\n'));
        let text = if self.colours.error {
            colour::error(&text)
        } else {
            text
        };
        let mut out = std::io::stderr().lock();
        let _ = writeln!(out, "{text}");
    }

    fn redact(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// Returns how many columns the reader has; 0 when that is not known.
#[must_use]
pub fn columns() -> u32 {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(0, |(width, _)| width.0.into())
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
