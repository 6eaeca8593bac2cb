//! The same change in several repositories.

use super::{Delivered, Run, Stage};
use crate::console::Console;
use crate::error::Error;
use crate::git::Remote;
use towpath_surface::Kind;

/// Plans the change in every repository, then makes it in each.
///
/// # Errors
/// When it cannot be planned in one of them: then nothing is changed in any. When
/// some could not be changed although it was planned in all: the others are.
pub(super) fn run(run: &Run<'_>, remotes: &mut [Remote], stage: &Stage<'_>) -> Result<(), Error> {
    let console = stage.console;
    expect_distinct(remotes)?;
    let mut planned = Vec::new();
    for remote in &mut *remotes {
        let plan = run.preview(remote, console);
        planned.push(plan.map_err(|error| within(remote, error))?);
    }
    if run.args.report.dry_run {
        let planned: Vec<_> = planned.into_iter().map(Ok).collect();
        return run.publish(&planned, None, stage);
    }
    let results = remotes.iter_mut().map(|remote| {
        let done = run.deliver(remote, console);
        done.map_err(|error| (remote.url().to_string(), within(remote, error)))
    });
    let results: Vec<_> = results.collect();
    run.publish(&results, None, stage)?;
    conclude(results, console)
}

/// One repository twice would be a race with itself.
fn expect_distinct(remotes: &[Remote]) -> Result<(), Error> {
    let urls = remotes.iter().map(|remote| remote.url().to_string());
    let urls: Vec<_> = urls.collect();
    let mut named = urls.iter().enumerate();
    match named.find(|(index, url)| urls[..*index].contains(url)) {
        None => Ok(()),
        Some((_, url)) => Err(Error::new(
            Kind::Usage,
            format!("the repository \"{url}\" was given twice"),
        )),
    }
}

/// Names the repository in an error that does not.
fn within(remote: &Remote, mut error: Error) -> Error {
    let url = remote.url().to_string();
    if !error.problem.message.contains(&url) {
        error.problem.message = format!("{} (in \"{url}\")", error.problem.message);
    }
    error
}

/// Returns the error of a run that did not succeed everywhere.
fn conclude(
    results: Vec<Result<Delivered, (String, Error)>>,
    console: &Console,
) -> Result<(), Error> {
    let count = results.len();
    let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let everywhere = failed.len() == count;
    let names = failed.iter().map(|(url, _)| format!("\"{url}\""));
    let names = names.collect::<Vec<_>>().join(", ");
    let message = format!("{} of {count} repositories failed: {names}", failed.len());
    let mut errors = failed.into_iter().map(|(_, error)| error);
    // When it failed everywhere, the run fails as the first of them did.
    let first = if everywhere { errors.next() } else { None };
    for error in errors {
        console.error(&error);
    }
    Err(first.unwrap_or_else(|| {
        let mut partial = Error::new(Kind::Partial, message);
        partial.unchanged = false;
        partial.hint("Run the same command again: what is done already is found as asked.")
    }))
}
