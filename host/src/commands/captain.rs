//! `towpath gate`, `rollback`, `pin`, `unpin`, `release` and `releases`.

use super::change::Change;
use super::look::Look;
use super::wait;
use crate::args::{
    CommitOptions, GateArgs, PinArgs, ReleaseArgs, ReleasesArgs, RequestOptions, RollbackArgs,
    WaitOptions,
};
use crate::console::Console;
use crate::error::Error;
use crate::settings::{self, Environment};
use towpath_surface::request::Intent;

/// Says whether versions may enter an environment now, or waits until they may.
///
/// # Errors
/// `GateClosed`, and when the repository cannot be read.
pub fn gate(
    args: &GateArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    wait::until_open(&args.wait, console, |console| {
        let look = Look {
            intent: Intent::Gate(args.gate.request()),
            repository: &args.repository,
            output: args.view.output,
            html: None,
            run: &args.run,
            wait: &args.wait,
        };
        look.run(environment, console)
    })
}

/// Takes an environment, or apps in it, back to what ran before.
///
/// # Errors
/// When there is nothing to go back to, or the change cannot be pushed.
pub fn rollback(
    args: &RollbackArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let author = who(&args.commit, environment)?;
    let change = Change {
        command: "rollback",
        request: settings::with_run(args.rollback.request(author), environment),
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

/// Holds versions as they are, or ends that.
///
/// # Errors
/// When there is no such app or pin, or the change cannot be pushed.
pub fn pin(
    (args, end): (&PinArgs, bool),
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let author = who(&args.commit, environment)?;
    let change = Change {
        command: if end { "unpin" } else { "pin" },
        request: settings::with_run(args.pin.request(author, end), environment),
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

/// Cuts a release.
///
/// # Errors
/// When the tag is on another commit, or cannot be pushed.
pub fn release(
    args: &ReleaseArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let change = Change {
        command: "release",
        request: settings::with_run(args.release.request(), environment),
        repository: &args.repository,
        commit: &args.commit,
        argocd: None,
        by_request: &RequestOptions::default(),
        report: &args.report,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    change.run(environment, console)
}

/// Lists the releases, and where each is live.
///
/// # Errors
/// When the repository cannot be read.
pub fn releases(
    args: &ReleasesArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    let look = Look {
        intent: Intent::Releases(args.releases.request()),
        repository: &args.repository,
        output: args.view.output,
        html: None,
        run: &args.run,
        wait: &WaitOptions::default(),
    };
    look.run(environment, console)
}

/// Returns who does it, for people: who is named, or who started the run.
fn who(commit: &CommitOptions, environment: &Environment) -> Result<String, Error> {
    let started = ["GITHUB_ACTOR", "GITLAB_USER_NAME"];
    let started = started.into_iter().find_map(|name| environment.get(name));
    let named = commit.author.is_some() || environment.get("GIT_AUTHOR_NAME").is_some();
    match started.filter(|_| !named) {
        Some(name) => Ok(name),
        None => {
            let author = settings::author(commit, environment)?;
            Ok(format!("{} <{}>", author.name, author.email))
        }
    }
}
