//! The same change in several repositories.

use super::{Run, summary};
use crate::args::SetArgs;
use crate::ci;
use crate::commands::connect::{commit_with, connect_with_access};
use crate::console::Console;
use crate::error::Error;
use crate::git::{Remote, RepositoryUrl};
use crate::sandbox::{Report, Sandbox};
use crate::settings::{Environment, SetSettings, expect_one_server};
use towpath_surface::Kind;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::{Delivery, Plan};
use towpath_surface::preparation::Target;

/// What became of one repository.
pub(super) struct Delivered {
    pub(super) plan: Plan,
    pub(super) delivery: Delivery,
}

/// What became of one repository, or its address and why it failed.
pub(super) type Outcome = Result<Delivered, (String, Error)>;

/// Plans the change in every repository, then makes it in each.
///
/// # Errors
/// When it cannot be planned in one of them: then nothing is changed in any. When
/// some could not be changed although it was planned in all: the others are.
pub(super) fn run(
    args: &SetArgs,
    (settings, sandbox): (SetSettings, Sandbox),
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    if args.request.request {
        let message = "a request is for one repository, and several were given";
        return Err(Error::new(Kind::Usage, message).hint("Run once for each of them."));
    }
    let mut remotes = open(args, &settings, environment, console)?;
    let run = Run {
        args,
        settings,
        sandbox,
        access: remotes.1,
    };
    let mut planned = Vec::new();
    for remote in &mut remotes.0 {
        let plan = plan(&run, remote, console);
        planned.push(plan.map_err(|error| within(remote, error))?);
    }
    if args.report.dry_run {
        let planned: Vec<_> = planned.into_iter().map(Ok).collect();
        return publish(&run, &planned, console);
    }
    let results = remotes.0.iter_mut().map(|remote| {
        let done = run.deliver(remote, console);
        let done = done.map(|(plan, delivery, messages)| {
            console.remote(&messages);
            Delivered { plan, delivery }
        });
        done.map_err(|error| (remote.url().to_string(), within(remote, error)))
    });
    let results: Vec<_> = results.collect();
    publish(&run, &results, console)?;
    for done in results.iter().flatten() {
        run.sync(&done.delivery, console)?;
    }
    conclude(results, console)
}

/// Prepares to talk to every repository that was given.
fn open(
    args: &SetArgs,
    settings: &SetSettings,
    environment: &Environment,
    console: &mut Console,
) -> Result<(Vec<Remote>, crate::git::Access), Error> {
    let options = &args.repository;
    let urls = options.repo.iter().map(|url| RepositoryUrl::parse(url));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    expect_one_server(environment, &urls)?;
    expect_distinct(&urls)?;
    let mut remotes = Vec::new();
    let mut first = None;
    for url in &options.repo {
        let (mut remote, access) = connect_with_access(url, options, environment, console)?;
        commit_with(&mut remote, &settings.commit, options, environment)?;
        remotes.push(remote);
        first.get_or_insert(access);
    }
    Ok((remotes, first.unwrap_or_default()))
}

/// One repository twice would be a race with itself.
fn expect_distinct(urls: &[RepositoryUrl]) -> Result<(), Error> {
    let urls: Vec<_> = urls.iter().map(ToString::to_string).collect();
    let mut named = urls.iter().enumerate();
    match named.find(|(index, url)| urls[..*index].contains(url)) {
        None => Ok(()),
        Some((_, url)) => Err(Error::new(
            Kind::Usage,
            format!("the repository \"{url}\" was given twice"),
        )),
    }
}

/// Plans the change in one repository.
fn plan(run: &Run<'_>, remote: &mut Remote, console: &Console) -> Result<Delivered, Error> {
    if run.args.set.environment.is_some() {
        let mut snapshot = remote.snapshot(run.args.repository.branch.as_deref())?;
        let prepared = run.sandbox.prepare(&run.settings.request, &mut snapshot);
        let prepared = snapshot.explain(prepared.map_err(Error::from))?;
        if prepared.target != Target::default() {
            let message = "the environment is on another branch or in another repository";
            return Err(Error::new(Kind::Unsupported, message)
                .hint("Run once for each of the repositories that were given."));
        }
    }
    let (plan, delivery, _) = run.preview(remote, console)?;
    Ok(Delivered { plan, delivery })
}

/// Names the repository in an error that does not.
fn within(remote: &Remote, mut error: Error) -> Error {
    let url = remote.url().to_string();
    if !error.problem.message.contains(&url) {
        error.problem.message = format!("{} (in \"{url}\")", error.problem.message);
    }
    error
}

/// Tells the user and the runner what became of every repository.
fn publish(run: &Run<'_>, results: &[Outcome], console: &Console) -> Result<(), Error> {
    let form = run.args.report.output;
    let mut reports = Vec::new();
    for result in results {
        reports.push(match result {
            Ok(Delivered { plan, delivery }) => Ok(run.sandbox.describe(plan, delivery)?),
            Err((repository, error)) => Err((repository.as_str(), error)),
        });
    }
    if run.args.report.dry_run && form == OutputForm::Text {
        for Delivered { plan, .. } in results.iter().flatten() {
            console.diff(&plan.diff);
        }
    }
    console.report(&summary::report(&reports, form));
    for Delivered { plan, .. } in results.iter().flatten() {
        for warning in &plan.warnings {
            console.warning(warning);
        }
    }
    let outputs = summary::outputs(results);
    let report = Report {
        text: summary::report(&reports, OutputForm::Text),
        markdown: summary::markdown(&reports),
        json: summary::report(&reports, OutputForm::Json),
    };
    ci::publish(&run.settings.channels, &outputs, &report)?;
    if outputs.changed && !run.args.report.dry_run {
        run.notify(&report, console);
    }
    Ok(())
}

/// Returns the error of a run that did not succeed everywhere.
fn conclude(results: Vec<Outcome>, console: &Console) -> Result<(), Error> {
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
