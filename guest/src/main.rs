//! The command for `wasmtime run --dir . towpath.wasm`.
//!
//! It plans as the launcher does, and edits the directory it is given. It
//! needs nothing else: no network, no environment, no other program.

use clap::Parser;
use std::io::{self, Write as _};
use std::process::ExitCode;
use towpath_guest::directory::Directory;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::plan::Delivery;
use towpath_guest::report::{Report, report};
use towpath_surface::options::{OutputForm, ReportOptions, SetOptions};

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
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    let written = run(arguments).and_then(|text| {
        let written = io::stdout().write_all(text.as_bytes());
        written.map_err(|error| {
            Failure::new(Kind::Internal, format!("cannot write the report: {error}"))
        })
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

/// Plans, writes the files unless it is a dry run, and returns the report.
fn run(
    Arguments::Set {
        set,
        report: options,
    }: Arguments,
) -> Result<String, Failure> {
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
    let Report {
        text,
        markdown,
        json,
        html: _,
    } = report(&plan, &delivery);
    Ok(match options.output {
        OutputForm::Text => text,
        OutputForm::Json => json,
        OutputForm::Markdown => markdown,
    })
}

/// Prints help to where it belongs, or what is wrong with the command line.
fn explain(error: &clap::Error) -> ExitCode {
    // Nothing can be said where nothing can be written.
    let _ = error.print();
    if error.use_stderr() {
        let _ = writeln!(io::stderr(), "kind: {}", Kind::Usage);
        ExitCode::from(Kind::Usage.exit_code())
    } else {
        ExitCode::SUCCESS
    }
}

/// Prints a failure; the kind is on a line of its own at the end, because
/// `wasmtime run` makes 1 of every exit code.
fn fail(failure: &Failure) -> ExitCode {
    let _ = io::stderr().write_all(failure.explanation().as_bytes());
    let _ = writeln!(io::stderr(), "kind: {}", failure.kind);
    ExitCode::from(failure.kind.exit_code())
}
