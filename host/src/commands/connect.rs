//! Opens the repository of a run, and those that it leads to.

use crate::args::{RepositoryOptions, Way};
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, Access, GitHub, Remote, RepositoryUrl};
use crate::repository::AccessError;
use crate::settings::{self, CommitSettings, Environment};
use towpath_surface::Kind;

/// Prepares to talk to the repository that was given, and returns what leads to
/// its server, too. Others may be read on the same server, and where the user
/// allows it.
///
/// # Errors
/// When an address, a key or a token cannot be used.
pub(super) fn connect_with_access(
    repo: &str,
    options: &RepositoryOptions,
    environment: &Environment,
    console: &mut Console,
) -> Result<(Remote, Access), Error> {
    let url = RepositoryUrl::parse(repo)?;
    let mut access = settings::access(options, environment, &url)?;
    settings::app(options, environment, &url, &mut access)?;
    console.hide(access.secrets());
    let kept = access.clone();
    console.step(&format!("connecting to {url}"));
    let mut remote = git::open(&url, &access)?;
    for address in &options.allow_repository {
        RepositoryUrl::parse(address)?;
    }
    let (options, environment) = (options.clone(), environment.clone());
    remote.allow_others(move |address| {
        let other = RepositoryUrl::parse(address).map_err(|error| denied(&error))?;
        may_reach(&url, &other, &options)
            .map_err(|error| AccessError::Denied(error.problem.message))?;
        let access = if other.has_server_of(&url) {
            access.clone()
        } else {
            settings::access_elsewhere(&access, &options, &environment, &other)
                .map_err(|error| AccessError::Denied(error.to_string()))?
        };
        git::open(&other, &access).map_err(|error| denied(&error))
    });
    Ok((remote, kept))
}

/// Refuses repositories that a configuration names on another server than the one
/// that was given, unless the user allows it: a token would go there.
///
/// # Errors
/// `InvalidConfig`, when it is not allowed.
pub(super) fn may_reach(
    home: &RepositoryUrl,
    other: &RepositoryUrl,
    options: &RepositoryOptions,
) -> Result<(), Error> {
    let allowed = options.allow_repository.iter();
    let mut allowed = allowed.filter_map(|address| RepositoryUrl::parse(address).ok());
    if other.has_server_of(home) || allowed.any(|one| one.place() == other.place()) {
        return Ok(());
    }
    let message = format!(
        "\"{other}\" is on another server than \"{home}\"; \
         `--allow-repository {other}` lets it be reached"
    );
    Err(Error::new(Kind::OutsideRepository, message)
        .hint("Allow it only where you trust what towpath.yaml says."))
}

/// Prepares to make commits in the way that was asked for.
///
/// # Errors
/// When the repository is not one that commits can be made in that way.
pub(super) fn commit_with(
    remote: &mut Remote,
    commit: &CommitSettings,
    options: &RepositoryOptions,
    environment: &Environment,
) -> Result<(), Error> {
    remote.sign_with(commit.signer.clone());
    if commit.through == Way::GitHubApi {
        let url = remote.url().clone();
        let access = settings::access(options, environment, &url)?;
        let endpoint = settings::github_endpoint(environment, &url);
        remote.commit_through(Some(GitHub::new(&url, &access, endpoint)?));
    }
    Ok(())
}

fn denied(error: &git::Error) -> AccessError {
    AccessError::Denied(error.to_string())
}
