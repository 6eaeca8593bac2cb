//! Opens the repository of a run, and those that it leads to.

use crate::args::{RepositoryOptions, Way};
use crate::console::Console;
use crate::error::Error;
use crate::git::{self, Access, GitHub, Remote, RepositoryUrl};
use crate::repository::AccessError;
use crate::settings::{self, CommitSettings, Environment};

/// Prepares to talk to the repository that was given. Others may be read on the
/// same server, and where the user allows it.
///
/// # Errors
/// When an address, a key or a token cannot be used.
pub(super) fn connect(
    repo: &str,
    options: &RepositoryOptions,
    environment: &Environment,
    console: &mut Console,
) -> Result<Remote, Error> {
    connect_with_access(repo, options, environment, console).map(|(remote, _)| remote)
}

/// Prepares as [`connect`] does, and returns what leads to the server, too.
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
    let allowed = options.allow_repository.iter();
    let allowed = allowed.map(|address| RepositoryUrl::parse(address));
    let allowed = allowed.collect::<Result<Vec<_>, _>>()?;
    let (options, environment) = (options.clone(), environment.clone());
    remote.allow_others(move |address| {
        let other = RepositoryUrl::parse(address).map_err(|error| denied(&error))?;
        let access = if other.has_server_of(&url) {
            access.clone()
        } else if allowed.iter().any(|one| one.place() == other.place()) {
            settings::access_elsewhere(&access, &options, &environment, &other)
                .map_err(|error| AccessError::Denied(error.to_string()))?
        } else {
            return Err(AccessError::Denied(format!(
                "\"{other}\" is on another server than \"{url}\"; \
                 `--allow-repository {other}` lets it be read"
            )));
        };
        git::open(&other, &access).map_err(|error| denied(&error))
    });
    Ok((remote, kept))
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
