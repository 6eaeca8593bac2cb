//! The command for `wasmtime run --dir . towpath.wasm`.
//!
//! It plans as the launcher does, and edits the directory it is given. It
//! needs nothing else: no network, no environment, no other program.

use clap::Parser;
use std::io::{self, Write as _};
use std::process::ExitCode;
use towpath_guest::directory::Directory;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::facts::Facts;
use towpath_guest::plan::Delivery;
use towpath_guest::report::{Report, report};
use towpath_guest::request::{Intent, Request, Source, Wording};
use towpath_surface::options::{
    DiffOptions, HistoryOptions, OutputForm, ReportOptions, SetOptions, StatusOptions, ViewOptions,
    asked_form, is_help, misunderstood,
};

/// Moves container image tags in the files of a directory, exact to the byte.
#[derive(Parser)]
#[command(name = "towpath.wasm", version, about)]
enum Arguments {
    /// Set new versions for images and new values for keys
    Set {
        #[command(flatten)]
        set: SetOptions,
        #[command(flatten)]
        report: ReportOptions,
    },
    /// Show which version of which app runs in which environment
    Status {
        #[command(flatten)]
        status: StatusOptions,
        #[command(flatten)]
        view: ViewOptions,
    },
    /// Show what changed in an environment; a directory has no history
    History {
        #[command(flatten)]
        history: HistoryOptions,
        #[command(flatten)]
        view: ViewOptions,
    },
    /// Show in what two environments differ
    Diff {
        #[command(flatten)]
        diff: DiffOptions,
        #[command(flatten)]
        view: ViewOptions,
    },
}

fn main() -> ExitCode {
    let given: Vec<_> = std::env::args_os().collect();
    let form = asked_form(&given).unwrap_or_default();
    let arguments = match Arguments::try_parse_from(given) {
        Ok(arguments) => arguments,
        Err(error) if is_help(&error) => {
            // Nothing can be said where nothing can be written.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
        Err(error) => return fail(&misread(&error), form),
    };
    let written = run(arguments).and_then(|text| {
        let written = io::stdout().write_all(text.as_bytes());
        written.map_err(|error| {
            Failure::new(Kind::Internal, format!("cannot write the report: {error}"))
        })
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure, form),
    }
}

/// Does what was asked, and returns the report.
fn run(arguments: Arguments) -> Result<String, Failure> {
    match arguments {
        Arguments::Set { set, report } => change(&set, &report),
        Arguments::Status { status, view } => look(Intent::Status(status.request(0)), &view),
        Arguments::History { history, view } => look(Intent::History(history.request(0)), &view),
        Arguments::Diff { diff, view } => look(Intent::Diff(diff.request(0)), &view),
    }
}

/// Plans, writes the files unless it is a dry run, and returns the report.
fn change(set: &SetOptions, options: &ReportOptions) -> Result<String, Failure> {
    let request = set
        .request()
        .map_err(|message| Failure::new(Kind::Usage, message))?;
    let directory = Directory::new(".");
    let plan = towpath_guest::plan(&request, &directory)?;
    if !options.dry_run {
        directory
            .apply(&plan.files)
            .map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
    }
    let delivery = Delivery {
        dry_run: options.dry_run,
        ..Delivery::default()
    };
    Ok(form(report(&plan, &delivery), options.output))
}

/// Looks at the directory and returns what was seen.
fn look(intent: Intent, options: &ViewOptions) -> Result<String, Failure> {
    let request = Request {
        intent,
        source: Source::default(),
        facts: Facts::default(),
        wording: Wording::default(),
    };
    let seen = towpath_guest::inspect(&request, &Directory::new("."))?;
    Ok(form(seen.report, options.output))
}

fn form(report: Report, form: OutputForm) -> String {
    match form {
        OutputForm::Text => report.text,
        OutputForm::Json => report.json,
        OutputForm::Markdown => report.markdown,
    }
}

fn misread(error: &clap::Error) -> Failure {
    let mut failure = Failure::new(Kind::Usage, "");
    failure.problem = misunderstood(error);
    failure
}

/// Prints a failure; the kind is on a line of its own at the end, because
/// `wasmtime run` makes 1 of every exit code.
fn fail(failure: &Failure, form: OutputForm) -> ExitCode {
    let _ = io::stderr().write_all(failure.explanation().as_bytes());
    let _ = writeln!(io::stderr(), "kind: {}", failure.kind);
    if form == OutputForm::Json {
        let _ = writeln!(io::stdout(), "{}", failure.trouble().document());
    }
    ExitCode::from(failure.kind.exit_code())
}
