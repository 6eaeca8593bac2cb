//! `towpath init`, `towpath check` and `towpath env add`.

use super::change::Change;
use super::look::Look;
use crate::args::{CheckArgs, EnvArgs, EnvCommand, InitArgs, WaitOptions};
use crate::console::{self, Console};
use crate::error::Error;
use crate::settings::Environment;
use towpath_surface::request::{CheckRequest, Intent};

/// Writes `towpath.yaml` from what the repository looks like.
///
/// # Errors
/// When there is one, or nothing was found, or the change cannot be pushed.
pub fn init(
    args: &InitArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let change = Change {
        command: "init",
        request: args.init.request(console::columns()),
        repository: &args.repository,
        commit: &args.commit,
        argocd: None,
        by_request: &args.request,
        report: &args.report,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    change.run(environment, console)
}

/// Checks whether `towpath.yaml` fits the repository.
///
/// # Errors
/// When it does not, or the repository cannot be read.
pub fn check(
    args: &CheckArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let look = Look {
        intent: Intent::Check(CheckRequest {
            width: console::columns(),
        }),
        repository: &args.repository,
        output: args.view.output,
        html: None,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    look.run(environment, console)
}

/// Adds an environment.
///
/// # Errors
/// When it cannot be made, or the change cannot be pushed.
pub fn env(args: &EnvArgs, environment: &Environment, console: &mut Console) -> Result<(), Error> {
    let EnvCommand::Add(args) = &args.command;
    let change = Change {
        command: "env add",
        request: args.add.request(),
        repository: &args.repository,
        commit: &args.commit,
        argocd: None,
        by_request: &args.request,
        report: &args.report,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    change.run(environment, console)
}
