//! Options that several commands have.

use super::ForgeName;
use crate::error::Error;
use std::time::Duration;
use towpath_surface::Kind;

/// The options that lead to a repository.
#[derive(clap::Args, Clone, Debug)]
pub struct RepositoryOptions {
    /// Deployment repository: a path, or an https, ssh or scp-like URL; repeatable, each gets the change
    #[arg(long, value_name = "URL")]
    pub repo: Vec<String>,

    /// Branch to change; the repository's default branch if not given
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,

    /// User name for http and ssh; usually not needed
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,

    /// Helper to ask for the token, as git's `credential.helper`; `git` for those that git is configured with
    #[arg(long, value_name = "HELPER")]
    pub credential_helper: Option<String>,

    /// File with the private key for ssh, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub ssh_key_file: Option<String>,

    /// File with the host keys to trust, as ssh's known_hosts
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<String>,

    /// File with certificates of authorities to trust for https, as PEM
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<String>,

    /// Proxy for http and https
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Directory that keeps what was fetched for the next run; it is only to save time, and never trusted
    #[arg(long, value_name = "DIRECTORY")]
    pub cache: Option<String>,

    /// Send a token over plain http to a host other than this machine
    #[arg(long)]
    pub allow_insecure_http: bool,

    /// Another repository on another server that may be read as well, where towpath.yaml names it; repeatable
    #[arg(long, value_name = "URL")]
    pub allow_repository: Vec<String>,

    /// Forge of the repository; known from its address or the runner where it can be
    #[arg(long, value_name = "FORGE", value_enum)]
    pub forge: Option<ForgeName>,

    /// Address of the forge, where it is not the one of the repository
    #[arg(long, value_name = "URL")]
    pub forge_url: Option<String>,

    /// How long to try while others move the branch, as `90s` or `2m`
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

impl RepositoryOptions {
    /// Returns the one repository that a command is for.
    ///
    /// # Errors
    /// When none was given, or several.
    pub fn only(&self) -> Result<&str, Error> {
        match self.repo.as_slice() {
            [repo] => Ok(repo),
            [] => Err(Error::new(Kind::Usage, "no repository was given")
                .hint("Name the deployment repository with `--repo URL`.")),
            _ => Err(Error::new(
                Kind::Usage,
                "several repositories were given, and this command is for one",
            )
            .hint("Give `--repo` once.")),
        }
    }
}

/// The options that lead to a clone with files.
#[derive(clap::Args, Debug)]
pub struct DeskOptions {
    /// Clone in which files are changed instead, the one around the current directory if none is named
    #[arg(
        long,
        value_name = "DIRECTORY",
        num_args = 0..=1,
        default_missing_value = ".",
        conflicts_with_all = ["repo", "branch"]
    )]
    pub working_copy: Option<String>,

    /// Make a commit of the change in the working copy
    #[arg(long)]
    pub make_commit: bool,
}

/// The options of the commit.
#[derive(clap::Args, Debug)]
pub struct CommitOptions {
    /// Author of the commit, as `NAME <EMAIL>`
    #[arg(long, value_name = "AUTHOR")]
    pub author: Option<String>,

    /// Committer of the commit, as `NAME <EMAIL>`; the author if not given
    #[arg(long, value_name = "COMMITTER")]
    pub committer: Option<String>,

    /// File with the private key that signs the commit, of SSH or OpenPGP; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub signing_key_file: Option<String>,

    /// How the commit gets there: `push`, or `github-api`, which makes and signs it on GitHub
    #[arg(long, value_name = "WAY", value_enum, default_value_t)]
    pub commit_through: Way,

    /// Option for the server's hooks, such as GitLab's `ci.skip`; repeatable
    #[arg(long, value_name = "OPTION")]
    pub push_option: Vec<String>,
}

/// How a commit gets to the repository.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It is made here, and pushed.
    #[default]
    Push,
    /// GitHub makes it, and signs it.
    #[value(name = "github-api")]
    GitHubApi,
}

/// What the launcher leaves for later steps of a pipeline.
#[derive(clap::Args, Debug)]
pub struct RunOptions {
    /// File to write the outputs to, as `NAME=VALUE` lines (GitLab's dotenv report)
    #[arg(long, value_name = "FILE")]
    pub dotenv: Option<String>,

    /// File to append the Markdown summary to; known to the runner on GitHub
    #[arg(long, value_name = "FILE")]
    pub summary: Option<String>,

    /// Say more: what is fetched, and every attempt
    #[arg(long)]
    pub verbose: bool,

    /// Say nothing but errors
    #[arg(long, conflicts_with = "verbose")]
    pub quiet: bool,
}
