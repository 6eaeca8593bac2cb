//! `towpath promote`.

use super::change::Change;
use crate::args::PromoteArgs;
use crate::console::Console;
use crate::error::Error;
use crate::settings::{self, Environment};

/// Promotes what one environment runs to another one.
///
/// # Errors
/// When the request cannot be met or the change cannot be pushed. Unless the
/// error says otherwise, nothing was changed.
pub fn run(
    args: &PromoteArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let change = Change {
        command: "promote",
        request: settings::with_run(args.promote.request(), environment),
        repository: &args.repository,
        commit: &args.commit,
        argocd: None,
        by_request: &args.request,
        report: &args.report,
        run: &args.run,
        wait: &args.wait,
    };
    change.run(environment, console)
}
