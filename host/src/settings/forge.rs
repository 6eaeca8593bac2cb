//! Which forge a repository is on, and with which token it is asked.

use super::Environment;
use crate::args::{ForgeName, RepositoryOptions};
use crate::ci::Runner;
use crate::error::Error;
use crate::forge::{self, App, Forge, ForgeKind, KeyRing, Place, Told};
use crate::git::{Access, RepositoryUrl, Secret};
use std::time::{SystemTime, UNIX_EPOCH};
use towpath_surface::Kind;
use towpath_surface::plan::Problem;
use towpath_surface::variable::{APP_ID, APP_KEY, FORGE_TOKEN, TOKEN};

/// Prepares to talk to the forge of a repository.
///
/// # Errors
/// When the forge is not known, or there is no token.
pub fn forge(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
    access: &Access,
) -> Result<Box<dyn Forge>, Error> {
    forge_of(options, environment, url, access, None)
}

/// Prepares to talk to the forge of a repository, about it or about another one
/// of its path.
///
/// # Errors
/// When the forge is not known, or there is no token.
pub fn forge_of(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
    access: &Access,
    path: Option<&str>,
) -> Result<Box<dyn Forge>, Error> {
    let mut place = place(options, environment, url)?;
    if let Some(path) = path {
        path.clone_into(&mut place.path);
    }
    let own = environment.get(FORGE_TOKEN).map(Secret::new);
    let token = own.as_ref().or(url.password()).or(access.token.as_ref());
    Ok(forge::open(&place, token, access)?)
}

/// Lets a GitHub App show a token of its own, where one was given.
///
/// # Errors
/// When its key cannot be used, or the forge does not know it.
pub fn app(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
    access: &mut Access,
) -> Result<Option<Secret>, Error> {
    let (id, key) = match (environment.get(APP_ID), environment.get(APP_KEY)) {
        (Some(id), Some(key)) => (id, Secret::new(key)),
        (None, None) => return Ok(None),
        _ => {
            let message = format!("{APP_ID} and {APP_KEY} go together");
            return Err(Error::new(Kind::InvalidCredential, message));
        }
    };
    let place = place(options, environment, url)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map(|now| now.as_secs()).unwrap_or_default();
    let now = i64::try_from(now).unwrap_or_default();
    let token = forge::installation_token(&place, &App { id, key }, access, now)?;
    access.token = Some(token.clone());
    Ok(Some(token))
}

/// Prepares to change the keys and secrets of a repository.
///
/// # Errors
/// When the forge is not known, or there is no token.
pub fn keys(
    place: &Place,
    environment: &Environment,
    url: &RepositoryUrl,
    access: &Access,
) -> Result<KeyRing, Error> {
    let own = environment.get(FORGE_TOKEN).map(Secret::new);
    let token = own.as_ref().or(url.password()).or(access.token.as_ref());
    Ok(forge::open_keys(place, token, access)?)
}

/// Finds the forge of a repository.
///
/// # Errors
/// When it is not known.
pub fn place(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
) -> Result<Place, Error> {
    let told = Told {
        forge: options.forge.map(kind),
        url: options.forge_url.clone(),
        runner: runner(environment),
        is_job_token: is_job_token(environment),
    };
    Ok(forge::detect(url, &told)?)
}

/// Returns whether requests would be made with the token of the workflow itself,
/// which starts no checks.
pub(super) fn is_workflow_token(environment: &Environment) -> bool {
    let token = environment
        .get(FORGE_TOKEN)
        .or_else(|| environment.get(TOKEN));
    let own = environment.get("GITHUB_TOKEN");
    environment.runner() == Runner::GitHub && own.is_some() && (token.is_none() || token == own)
}

/// Warns that nothing checks a request which the workflow itself has made.
pub(super) fn workflow_token() -> Problem {
    Problem {
        code: "workflow-token".to_owned(),
        message:
            "the request is made with the workflow's own token, so that no checks start for it"
                .to_owned(),
        at: None,
        hint: Some(
            "Give the token of a GitHub App or of a user in TOWPATH_FORGE_TOKEN.".to_owned(),
        ),
    }
}

fn kind(name: ForgeName) -> ForgeKind {
    match name {
        ForgeName::GitHub => ForgeKind::GitHub,
        ForgeName::GitLab => ForgeKind::GitLab,
        ForgeName::Gitea => ForgeKind::Gitea,
    }
}

fn is_job_token(environment: &Environment) -> bool {
    let given = environment
        .get(FORGE_TOKEN)
        .or_else(|| environment.get(TOKEN));
    environment.runner() == Runner::GitLab && given.is_none()
}

/// Returns the forge that runs this pipeline. Gitea and Forgejo set GitHub's
/// variables, and one of their own.
fn runner(environment: &Environment) -> Option<(String, ForgeKind, Option<String>)> {
    let is = |name: &str| environment.get(name).as_deref() == Some("true");
    match environment.runner() {
        Runner::GitHub => {
            let server = environment.get("GITHUB_SERVER_URL")?;
            let place = server.split("://").nth(1)?;
            let place = place.split('/').next().unwrap_or_default();
            let host = place.split(':').next().unwrap_or_default();
            let kind = match is("GITEA_ACTIONS") || is("FORGEJO_ACTIONS") {
                true => ForgeKind::Gitea,
                false => ForgeKind::GitHub,
            };
            Some((host.to_owned(), kind, environment.get("GITHUB_API_URL")))
        }
        Runner::GitLab => Some((
            environment.get("CI_SERVER_HOST")?,
            ForgeKind::GitLab,
            environment.get("CI_API_V4_URL"),
        )),
        Runner::Plain => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Environment, ForgeKind, is_workflow_token, runner};

    #[test]
    fn the_runner_tells_its_own_forge() {
        let github = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "http://code.example:3000"),
            ("GITHUB_API_URL", "http://code.example:3000/api/v1"),
            ("GITEA_ACTIONS", "true"),
        ];
        let found = runner(&Environment::from(github)).unwrap();
        assert_eq!(
            (found.0.as_str(), found.1),
            ("code.example", ForgeKind::Gitea)
        );
        let gitlab = [("GITLAB_CI", "true"), ("CI_SERVER_HOST", "gitlab.example")];
        let found = runner(&Environment::from(gitlab)).unwrap();
        assert_eq!(
            found,
            ("gitlab.example".to_owned(), ForgeKind::GitLab, None)
        );
    }

    #[test]
    fn the_token_of_the_workflow_is_known() {
        let on = |token: &str| {
            Environment::from([
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_TOKEN", "ghs_1"),
                ("TOWPATH_TOKEN", token),
            ])
        };
        assert!(is_workflow_token(&on("ghs_1")) && is_workflow_token(&on("")));
        assert!(!is_workflow_token(&on("ghp_2")));
        assert!(!is_workflow_token(&Environment::default()));
    }
}
