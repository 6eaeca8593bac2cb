//! What a run needs, resolved from options and environment: the only place
//! that reads the environment.

use crate::args::{CommitOptions, RepositoryOptions, RunOptions, SetArgs};
use crate::ci::{Channels, Runner};
use crate::error::Error;
use crate::git::{Access, Place, RepositoryUrl, Secret};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::{env, fs, io};
use towpath_surface::Kind;
use towpath_surface::options::SetOptions;
use towpath_surface::request::{Request, Source};

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

/// A name and an address, as commits hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
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

/// Resolves the author of the commit.
///
/// # Errors
/// When `--author` is not of the form `NAME <EMAIL>`.
pub fn author(commit: &CommitOptions, environment: &Environment) -> Result<Identity, Error> {
    if let Some(author) = &commit.author {
        return parse_identity(author);
    }
    let given = (
        environment.get("GIT_AUTHOR_NAME"),
        environment.get("GIT_AUTHOR_EMAIL"),
    );
    Ok(match given {
        (Some(name), Some(email)) => Identity { name, email },
        _ => Identity {
            name: "Towpath".to_owned(),
            email: "towpath@localhost".to_owned(),
        },
    })
}

fn parse_identity(text: &str) -> Result<Identity, Error> {
    let parts = text
        .strip_suffix('>')
        .and_then(|text| text.split_once('<'))
        .map(|(name, email)| (name.trim(), email.trim()));
    match parts {
        Some((name, email))
            if !name.is_empty()
                && !email.is_empty()
                && !text.contains(['\n', '\r', '\0'])
                && !email.contains(['<', '>']) =>
        {
            Ok(Identity {
                name: name.to_owned(),
                email: email.to_owned(),
            })
        }
        _ => Err(Error::new(
            Kind::Usage,
            format!("author `{text}` is not `NAME <EMAIL>`"),
        )
        .hint("Write it as in git: `Jo Doe <jo@example.org>`.")),
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
    let (user, token) = token(environment, url.host());
    let ssh_key = match options.ssh_key_file.as_deref() {
        Some("-") => Some(standard_input()?),
        Some(path) => Some(file(path, "key")?),
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
        token: token.map(Secret::new),
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

/// Resolves how to reach each of several repositories. What was given is read
/// once; what the runner has is looked for by server.
///
/// # Errors
/// As [`access`], and when one token would go to several servers.
pub fn access_to_each(
    options: &RepositoryOptions,
    environment: &Environment,
    urls: &[RepositoryUrl],
) -> Result<Vec<Access>, Error> {
    let Some(first) = urls.first() else {
        return Ok(Vec::new());
    };
    expect_one_server(environment, urls)?;
    let shared = access(options, environment, first)?;
    let each = urls.iter().map(|url| {
        let (user, token) = token(environment, url.host());
        Access {
            token: token.map(Secret::new),
            user: options.username.clone().or(user),
            ..shared.clone()
        }
    });
    Ok(each.collect())
}

/// A token is for one server: no other one may see it.
fn expect_one_server(environment: &Environment, urls: &[RepositoryUrl]) -> Result<(), Error> {
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

/// Finds user and token: what was given, else the runner's own, which goes to
/// the runner's own server and no other.
fn token(environment: &Environment, host: Option<&str>) -> (Option<String>, Option<String>) {
    if let Some(token) = environment.get(TOKEN) {
        return (None, Some(token));
    }
    let server = environment.get("GITHUB_SERVER_URL");
    let github = server.as_deref().and_then(|url| url.split("://").nth(1));
    let gitlab = environment.get("CI_SERVER_HOST");
    match environment.runner() {
        Runner::GitHub if host.is_some() && host == github => {
            (None, environment.get("GITHUB_TOKEN"))
        }
        Runner::GitLab if host.is_some() && host == gitlab.as_deref() => (
            Some("gitlab-ci-token".to_owned()),
            environment.get("CI_JOB_TOKEN"),
        ),
        _ => (None, None),
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

fn standard_input() -> Result<String, Error> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| {
        Error::new(
            Kind::InvalidCredential,
            "cannot read the key from standard input",
        )
        .cause(error)
    })?;
    Ok(text)
}

/// Returns the values that must never be printed.
#[must_use]
pub fn secrets(environment: &Environment) -> Vec<String> {
    [
        TOKEN,
        SSH_KEY,
        SSH_KEY_PASSPHRASE,
        "GITHUB_TOKEN",
        "CI_JOB_TOKEN",
    ]
    .iter()
    .filter_map(|name| environment.get(name))
    .collect()
}

/// The variable with the token for http.
pub const TOKEN: &str = "TOWPATH_TOKEN";
/// The variable with the private key for ssh.
pub const SSH_KEY: &str = "TOWPATH_SSH_KEY";
/// The variable with the passphrase of the private key.
pub const SSH_KEY_PASSPHRASE: &str = "TOWPATH_SSH_KEY_PASSPHRASE";
/// The variable with the host keys to trust.
pub const SSH_KNOWN_HOSTS: &str = "TOWPATH_SSH_KNOWN_HOSTS";

/// What `towpath set` needs beside the connection.
#[derive(Clone, Debug)]
pub struct SetSettings {
    /// What is asked of the planner.
    pub request: Request,
    /// Where outputs and summary go.
    pub channels: Channels,
    /// The author of the commit.
    pub author: Identity,
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
            author: author(&args.commit, environment)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Environment, Identity, parse_identity, source};
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
    fn an_author_is_a_name_and_an_address() {
        assert_eq!(
            parse_identity("Jo Doe <jo@example.org>").unwrap(),
            Identity {
                name: "Jo Doe".to_owned(),
                email: "jo@example.org".to_owned()
            }
        );
        for wrong in ["Jo", "<jo@x>", "Jo <>", "Jo <a>b>", "Jo\n <a@b>"] {
            assert!(parse_identity(wrong).is_err(), "{wrong}");
        }
    }
}
