//! `towpath`: parse, run, report, exit.

use clap::Parser as _;
use std::ffi::OsString;
use std::process::ExitCode;
use towpath_host::args::{Args, Command, with_environment};
use towpath_host::commands;
use towpath_host::console::Console;
use towpath_host::error::Error;
use towpath_host::settings::{self, Environment};
use towpath_surface::Kind;
use towpath_surface::options::{OutputForm, asked_form, is_help};

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let mut console = Console::new(environment.runner(), settings::secrets(&environment));
    console.colours = settings::colours(&environment);
    let result = run(&environment, &mut console);
    console.end(result.as_ref().err());
    result.unwrap_or_else(|error| ExitCode::from(error.exit_code()))
}

fn run(environment: &Environment, console: &mut Console) -> Result<ExitCode, Error> {
    let given: Vec<_> = std::env::args_os().collect();
    console.json = wants_json(&given, environment);
    let arguments = with_environment(given, |name| environment.get(name))
        .map_err(|error| Error::new(Kind::Usage, format!("{error:#}")))?;
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) if is_help(&error) => {
            // A reader that went away has seen what it wanted.
            let _ = error.print();
            return Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)));
        }
        Err(error) => return Err(error.into()),
    };
    match args.command {
        Command::Set(args) => commands::set::run(&args.filled()?, environment, console)?,
        Command::Init(args) => commands::environments::init(&args, environment, console)?,
        Command::Check(args) if args.permissions => {
            commands::permissions::run(&args, environment, console)?;
        }
        Command::Check(args) => commands::environments::check(&args, environment, console)?,
        Command::Env(args) => commands::environments::env(&args, environment, console)?,
        Command::Promote(args) => commands::promote::run(&args, environment, console)?,
        Command::Status(args) => commands::status::status(&args, environment, console)?,
        Command::History(args) => commands::status::history(&args, environment, console)?,
        Command::Diff(args) => commands::status::diff(&args, environment, console)?,
        Command::Gate(args) => commands::captain::gate(&args, environment, console)?,
        Command::Rollback(args) => commands::captain::rollback(&args, environment, console)?,
        Command::Pin(args) => commands::captain::pin((&args, false), environment, console)?,
        Command::Unpin(args) => commands::captain::pin((&args, true), environment, console)?,
        Command::Release(args) => commands::captain::release(&args, environment, console)?,
        Command::Releases(args) => commands::captain::releases(&args, environment, console)?,
        Command::Keygen(args) => commands::keygen::run(&args, environment, console)?,
        Command::Version(args) => console.report(&commands::version::run(&args)?),
        Command::Completions(args) => console.report(&commands::completions::run(&args)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether standard output is for machines, whatever else was asked for.
fn wants_json(given: &[OsString], environment: &Environment) -> bool {
    match asked_form(given) {
        Some(form) => form == OutputForm::Json,
        None => environment
            .get("TOWPATH_OUTPUT")
            .is_some_and(|form| form.trim() == "json"),
    }
}
