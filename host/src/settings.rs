//! What a run needs, resolved from options and environment: the only place
//! that reads the environment.

mod after;
mod commit;
mod forge;

pub use after::AfterSettings;
pub use commit::{CommitSettings, author};
pub use forge::{app, forge, forge_of, keys, place};

use crate::args::{RepositoryOptions, RunOptions, SetArgs};
use crate::ci::{Channels, Runner};
use crate::console::Colours;
use crate::error::Error;
use crate::git::{self, Access, Place, RepositoryUrl, Secret};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use std::{env, fs, io};
use towpath_surface::Kind;
use towpath_surface::options::SetOptions;
use towpath_surface::plan::Problem;
use towpath_surface::request::{Request, Source};
use towpath_surface::variable::{SSH_KEY, SSH_KEY_PASSPHRASE, SSH_KNOWN_HOSTS, TOKEN, VARIABLES};

/// The variables of the environment, as they were when the program started.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Takes the variables of this process; those that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let pairs = env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self(pairs.collect())
    }

    /// Returns a variable; an empty one is not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// Returns the kind of runner that the variables tell.
    #[must_use]
    pub fn runner(&self) -> Runner {
        let is = |name| self.get(name).as_deref() == Some("true");
        if is("GITHUB_ACTIONS") {
            Runner::GitHub
        } else if is("GITLAB_CI") {
            Runner::GitLab
        } else {
            Runner::Plain
        }
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(owned.into())
    }
}

/// Resolves what `towpath set` asks of the planner.
///
/// # Errors
/// When keys and values do not pair.
pub fn request(set: &SetOptions, environment: &Environment) -> Result<Request, Error> {
    let asked = set
        .request()
        .map_err(|message| Error::new(Kind::Usage, message))?;
    Ok(Request {
        source: source(asked.source, environment),
        ..asked
    })
}

/// Adds the page of the pipeline run, where the runner knows it. What a promotion
/// moves was built elsewhere.
pub fn with_run(request: Request, environment: &Environment) -> Request {
    let known = source(request.source.clone(), environment);
    Request {
        source: Source {
            run_url: known.run_url,
            ..request.source
        },
        ..request
    }
}

/// Returns the page of the pipeline run, where the runner knows it.
#[must_use]
pub fn run_url(environment: &Environment) -> Option<String> {
    source(Source::default(), environment).run_url
}

/// Resolves where the request comes from: what was given, else what the runner says.
fn source(given: Source, environment: &Environment) -> Source {
    let known = match environment.runner() {
        Runner::GitHub => github_source(environment),
        Runner::GitLab => gitlab_source(environment),
        Runner::Plain => Source::default(),
    };
    Source {
        environment: given.environment,
        repository: given.repository.or(known.repository),
        revision: given.revision.or(known.revision),
        run_url: given.run_url.or(known.run_url),
        build: given.build.or(known.build),
    }
}

fn github_source(environment: &Environment) -> Source {
    let repository = environment.get("GITHUB_REPOSITORY");
    let server = environment.get("GITHUB_SERVER_URL");
    let run = environment.get("GITHUB_RUN_ID");
    let run_url = match (&server, &repository, &run) {
        (Some(server), Some(repository), Some(run)) => {
            Some(format!("{server}/{repository}/actions/runs/{run}"))
        }
        _ => None,
    };
    Source {
        environment: None,
        repository,
        revision: environment.get("GITHUB_SHA"),
        run_url,
        build: number(environment, "GITHUB_RUN_NUMBER"),
    }
}

fn gitlab_source(environment: &Environment) -> Source {
    Source {
        environment: None,
        repository: environment.get("CI_PROJECT_PATH"),
        revision: environment.get("CI_COMMIT_SHA"),
        run_url: environment.get("CI_PIPELINE_URL"),
        build: number(environment, "CI_PIPELINE_IID"),
    }
}

fn number(environment: &Environment, name: &str) -> Option<u64> {
    environment.get(name)?.parse().ok()
}

/// Resolves where a run leaves outputs and summary.
#[must_use]
pub fn channels(run: &RunOptions, environment: &Environment) -> Channels {
    let runner = environment.runner();
    let on_github = |name| match runner {
        Runner::GitHub => environment.get(name),
        Runner::GitLab | Runner::Plain => None,
    };
    Channels {
        runner,
        output_file: on_github("GITHUB_OUTPUT").map(Into::into),
        summary_file: run
            .summary
            .clone()
            .or_else(|| on_github("GITHUB_STEP_SUMMARY"))
            .map(Into::into),
        dotenv_file: run.dotenv.clone().map(Into::into),
    }
}

/// Resolves how to reach a repository and what to show it.
///
/// # Errors
/// When a file that was named cannot be read.
pub fn access(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
) -> Result<Access, Error> {
    let (user, token) = token(options, environment, url)?;
    let ssh_key = match options.ssh_key_file.as_deref() {
        Some(path) => Some(key_file(path)?),
        None => environment.get(SSH_KEY),
    };
    let known_hosts = match &options.known_hosts {
        Some(path) => Some(file(path, "known hosts")?),
        None => environment.get(SSH_KNOWN_HOSTS),
    };
    let ca_file = options.ca_file.clone();
    let ca_file = ca_file.or_else(|| environment.get("SSL_CERT_FILE"));
    let either = |upper, lower| environment.get(upper).or_else(|| environment.get(lower));
    Ok(Access {
        token,
        user: options.username.clone().or(user),
        ssh_key: ssh_key.map(Secret::new),
        ssh_key_passphrase: environment.get(SSH_KEY_PASSPHRASE).map(Secret::new),
        ssh_agent: environment.get("SSH_AUTH_SOCK").map(Into::into),
        known_hosts,
        ca_bundle: ca_file
            .map(|path| file(&path, "certificates"))
            .transpose()?,
        proxy: options
            .proxy
            .clone()
            .or_else(|| either("HTTPS_PROXY", "https_proxy"))
            .map(Secret::new),
        no_proxy: either("NO_PROXY", "no_proxy"),
        allow_insecure_http: options.allow_insecure_http,
        cache: options.cache.clone().map(Into::into),
        ..Access::default()
    })
}

/// Refuses to show one token to several servers.
///
/// # Errors
/// When repositories on several web servers are given with one token.
pub fn expect_one_server(environment: &Environment, urls: &[RepositoryUrl]) -> Result<(), Error> {
    let web = urls
        .iter()
        .filter(|url| matches!(url.place(), Place::Http { .. }));
    let mut hosts: Vec<_> = web.filter_map(RepositoryUrl::host).collect();
    hosts.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    match hosts.as_slice() {
        [one, other, ..] if environment.get(TOKEN).is_some() => Err(Error::new(
            Kind::InvalidCredential,
            format!("the token in {TOKEN} would go to \"{one}\" and to \"{other}\""),
        )
        .hint("Run once for the repositories of each server, with its own token.")),
        _ => Ok(()),
    }
}

/// Returns how to reach a repository on another server than the one that
/// `access` is for.
///
/// # Errors
/// When a helper for credentials fails.
pub fn access_elsewhere(
    access: &Access,
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
) -> Result<Access, Error> {
    let (user, token) = token(options, environment, url)?;
    Ok(Access {
        token,
        user,
        ..access.clone()
    })
}

/// Finds user and token: what was given, else what a helper says that was named,
/// else the runner's own, which goes to the runner's own server and no other.
fn token(
    options: &RepositoryOptions,
    environment: &Environment,
    url: &RepositoryUrl,
) -> Result<(Option<String>, Option<Secret>), Error> {
    if let Some(token) = environment.get(TOKEN) {
        return Ok((None, Some(Secret::new(token))));
    }
    if let Some(helper) = &options.credential_helper {
        let (user, token) = git::ask_helper(helper, url, options.username.as_deref())?;
        return Ok((Some(user), Some(token)));
    }
    let runner = environment.runner();
    let (user, name) = match runner {
        Runner::GitHub => (None, "GITHUB_TOKEN"),
        Runner::GitLab => (Some("gitlab-ci-token".to_owned()), "CI_JOB_TOKEN"),
        Runner::Plain => return Ok((None, None)),
    };
    if !is_own_server(environment, url) {
        return Ok((None, None));
    }
    Ok((user, environment.get(name).map(Secret::new)))
}

/// Returns whether a repository is on the server that the runner belongs to.
fn is_own_server(environment: &Environment, url: &RepositoryUrl) -> bool {
    let server = match environment.runner() {
        Runner::GitHub => environment.get("GITHUB_SERVER_URL"),
        Runner::GitLab => environment.get("CI_SERVER_URL"),
        Runner::Plain => None,
    };
    let Some(server) = server else { return false };
    let server = server.trim_end_matches('/');
    match url.place() {
        Place::Http {
            tls, host, port, ..
        } => {
            let scheme = if *tls { "https" } else { "http" };
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            server.eq_ignore_ascii_case(&format!("{scheme}://{host}{port}"))
        }
        Place::Ssh { host, .. } => {
            let own = server.split_once("://").map_or(server, |(_, rest)| rest);
            own.split(':')
                .next()
                .is_some_and(|own| own.eq_ignore_ascii_case(host))
        }
        Place::Local(_) | Place::Daemon { .. } => false,
    }
}

/// Returns where the runner says that the API of its own server is.
#[must_use]
pub fn github_endpoint(environment: &Environment, url: &RepositoryUrl) -> Option<String> {
    let is_own = environment.runner() == Runner::GitHub && is_own_server(environment, url);
    is_own
        .then(|| environment.get("GITHUB_GRAPHQL_URL"))
        .flatten()
}

/// Reads a key from a file, or from standard input for `-`.
fn key_file(path: &str) -> Result<String, Error> {
    match path {
        "-" => standard_input(),
        path => file(path, "key"),
    }
}

fn file(path: &str, what: &str) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| {
        Error::new(
            Kind::InvalidCredential,
            format!("cannot read the {what} in \"{path}\""),
        )
        .cause(error)
    })
}

/// Reads standard input, once: it may be the key for several repositories.
fn standard_input() -> Result<String, Error> {
    static READ: OnceLock<Result<String, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let read = io::read_to_string(io::stdin());
        read.map_err(|error| error.to_string())
    });
    read.clone().map_err(|error| {
        Error::new(
            Kind::InvalidCredential,
            "cannot read the key from standard input",
        )
        .cause(error)
    })
}

/// Resolves where colours are shown: on terminals, unless the convention of
/// `NO_COLOR` or `CLICOLOR_FORCE` says otherwise.
#[must_use]
pub fn colours(environment: &Environment) -> Colours {
    let forced = |name| environment.get(name).is_some_and(|value| value != "0");
    let wanted = |is_terminal: bool| {
        if environment.get("NO_COLOR").is_some() {
            false
        } else if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") {
            true
        } else {
            is_terminal && environment.get("TERM").as_deref() != Some("dumb")
        }
    };
    Colours {
        output: wanted(io::stdout().is_terminal()),
        error: wanted(io::stderr().is_terminal()),
    }
}

/// Returns the values that must never be printed.
#[must_use]
pub fn secrets(environment: &Environment) -> Vec<String> {
    let own = VARIABLES.iter().filter(|variable| variable.is_secret);
    let own = own.map(|variable| variable.name);
    own.chain(["GITHUB_TOKEN", "CI_JOB_TOKEN"])
        .filter_map(|name| environment.get(name))
        .collect()
}

/// Returns the warning that requests are made with the workflow's own token, if they are.
#[must_use]
pub fn workflow_warning(environment: &Environment) -> Option<Problem> {
    forge::is_workflow_token(environment).then(forge::workflow_token)
}

/// What `towpath set` needs beside the connection.
#[derive(Clone, Debug)]
pub struct SetSettings {
    /// What is asked of the planner.
    pub request: Request,
    /// Where outputs and summary go.
    pub channels: Channels,
    /// Who makes the commit, and how it is signed.
    pub commit: CommitSettings,
    /// What follows the change.
    pub after: AfterSettings,
    /// The warning that requests are made with the workflow's own token, if they are.
    pub workflow_token: Option<Problem>,
}

impl SetSettings {
    /// Resolves the settings of one run.
    ///
    /// # Errors
    /// When options contradict each other.
    pub fn resolve(args: &SetArgs, environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            request: request(&args.set, environment)?,
            channels: channels(&args.run, environment),
            commit: CommitSettings::resolve(&args.commit, environment)?,
            after: AfterSettings::resolve(&args.after, environment),
            workflow_token: workflow_warning(environment),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Environment, is_own_server, source};
    use crate::git::RepositoryUrl;
    use towpath_surface::request::Source;

    #[test]
    fn the_runner_knows_where_the_build_came_from() {
        let environment = Environment::from([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/web"),
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_RUN_ID", "77"),
            ("GITHUB_RUN_NUMBER", "12"),
            ("GITHUB_SHA", "abc"),
        ]);
        let source = source(Source::default(), &environment);
        assert_eq!(
            source.run_url.as_deref(),
            Some("https://github.example/acme/web/actions/runs/77")
        );
        assert_eq!(source.build, Some(12));
        assert_eq!(source.revision.as_deref(), Some("abc"));
    }

    #[test]
    fn an_option_wins_over_the_runner() {
        let environment = Environment::from([("GITLAB_CI", "true"), ("CI_PIPELINE_IID", "5")]);
        let given = Source {
            build: Some(9),
            ..Source::default()
        };
        assert_eq!(source(given, &environment).build, Some(9));
    }

    #[test]
    fn the_token_of_a_runner_is_for_its_own_server() {
        let github = Environment::from([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
        ]);
        let gitlab = Environment::from([
            ("GITLAB_CI", "true"),
            ("CI_SERVER_URL", "https://gitlab.example:8443"),
        ]);
        for (environment, url, expected) in [
            (&github, "https://github.com/o/r.git", true),
            (&github, "https://GitHub.com/o/r.git", true),
            (&github, "git@github.com:o/r.git", true),
            (&github, "http://github.com/o/r.git", false),
            (&github, "https://github.com:444/o/r.git", false),
            (&github, "https://github.com.evil.example/o/r.git", false),
            (&github, "https://gitlab.example:8443/o/r.git", false),
            (&gitlab, "https://gitlab.example:8443/o/r.git", true),
            (&gitlab, "https://gitlab.example/o/r.git", false),
            (&gitlab, "/srv/r.git", false),
            (&Environment::from([]), "https://github.com/o/r.git", false),
        ] {
            let parsed = RepositoryUrl::parse(url).unwrap();
            assert_eq!(is_own_server(environment, &parsed), expected, "{url}");
        }
    }
}
