//! `towpath status`, `towpath history` and `towpath diff`.

use super::look::Look;
use crate::args::{DiffArgs, HistoryArgs, StatusArgs, WaitOptions};
use crate::console::{self, Console};
use crate::error::Error;
use crate::settings::Environment;
use towpath_surface::request::{Intent, StatusRequest};

/// Shows which version of which app runs in which environment.
///
/// # Errors
/// When the repository cannot be read or its environments are not known.
pub fn status(
    args: &StatusArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let request = StatusRequest {
        page: args.html.is_some(),
        ..args.status.request(console::columns())
    };
    let look = Look {
        intent: Intent::Status(request),
        repository: &args.repository,
        output: args.view.output,
        html: args.html.as_deref(),
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    look.run(environment, console)
}

/// Shows what changed in an environment.
///
/// # Errors
/// When the repository cannot be read or there is no such environment.
pub fn history(
    args: &HistoryArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let look = Look {
        intent: Intent::History(args.history.request(console::columns())),
        repository: &args.repository,
        output: args.view.output,
        html: None,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    look.run(environment, console)
}

/// Shows in what two environments differ.
///
/// # Errors
/// When the repository cannot be read or there is no such environment.
pub fn diff(
    args: &DiffArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let look = Look {
        intent: Intent::Diff(args.diff.request(console::columns())),
        repository: &args.repository,
        output: args.view.output,
        html: None,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    look.run(environment, console)
}
