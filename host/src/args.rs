//! What the user typed, or gave through the environment instead.
//!
//! `TOWPATH_<OPTION>` stands for `--<option>` where a runner passes its inputs;
//! an empty one is not given, and the command line wins.

mod after;
mod captain;
mod keygen;
mod named;
mod request;

pub use after::{AfterOptions, ArgoCdOptions, DeploymentOptions};
pub use captain::{GateArgs, PinArgs, ReleaseArgs, ReleasesArgs, RollbackArgs, WaitOptions};
pub use keygen::{KeyForm, KeygenArgs};
pub use request::{ForgeName, HoldOptions, RequestOptions};

use crate::error::Error;
use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, CommandFactory as _, Parser, Subcommand};
use std::ffi::OsString;
use std::time::Duration;
use towpath_surface::Kind;
use towpath_surface::options::{
    AddEnvironmentOptions, DiffOptions, HistoryOptions, InitOptions, PromoteOptions, ReportOptions,
    SetOptions, StatusOptions, ViewOptions,
};

/// Moves image tags through a GitOps pipeline
#[derive(Parser, Debug)]
#[command(name = "towpath", version, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Set image tags and other values in a deployment repository
    Set(Box<SetArgs>),
    /// Write towpath.yaml from what the repository looks like
    Init(Box<InitArgs>),
    /// Check whether towpath.yaml fits the repository, or with --permissions what the credentials may do
    Check(Box<CheckArgs>),
    /// Change which environments there are
    Env(Box<EnvArgs>),
    /// Promote what one environment runs to the next one
    Promote(Box<PromoteArgs>),
    /// Show which version of which app runs in which environment
    Status(Box<StatusArgs>),
    /// Show what changed in an environment, by whatever hand
    History(Box<HistoryArgs>),
    /// Show in what two environments differ
    Diff(Box<DiffArgs>),
    /// Say whether versions may enter an environment now, and when
    Gate(Box<GateArgs>),
    /// Take an environment, or apps in it, back to what ran before
    Rollback(Box<RollbackArgs>),
    /// Hold versions as they are
    Pin(Box<PinArgs>),
    /// Let versions move again
    Unpin(Box<PinArgs>),
    /// Cut a release: a tag that names the state of all apps
    Release(Box<ReleaseArgs>),
    /// List the releases, and where each is live
    Releases(Box<ReleasesArgs>),
    /// Make a deploy key, and register it where it is needed
    Keygen(Box<KeygenArgs>),
    /// Show the version, and with --verbose what the sandbox can reach
    Version(VersionArgs),
    /// Write the completions of a shell, for its start-up file
    Completions(CompletionsArgs),
}

/// The options of `towpath set`.
#[derive(clap::Args, Debug)]
pub struct SetArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub set: SetOptions,
    /// How long it waits for the gates of the environment.
    #[command(flatten)]
    pub wait: WaitOptions,
    /// Where the change goes.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// Or the clone in which it is made.
    #[command(flatten)]
    pub desk: DeskOptions,
    /// Who makes the commit.
    #[command(flatten)]
    pub commit: CommitOptions,
    /// The request that carries the change.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What follows the change.
    #[command(flatten)]
    pub after: AfterOptions,
    /// What is reported, and where.
    #[command(flatten)]
    pub report: ReportOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath init`.
#[derive(clap::Args, Debug)]
pub struct InitArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub init: InitOptions,
    /// Where `towpath.yaml` is.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// Who makes the commit.
    #[command(flatten)]
    pub commit: CommitOptions,
    /// The request that carries the change, where one does.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What is reported, and where.
    #[command(flatten)]
    pub report: ReportOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath check`.
#[derive(clap::Args, Debug)]
pub struct CheckArgs {
    /// Try what a command would need: to read, to push, and as far as they are given --request, --status and --deployment
    #[arg(long)]
    pub permissions: bool,
    /// The request that would carry a change.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What would follow it.
    #[command(flatten)]
    pub deployment: DeploymentOptions,
    /// Where `towpath.yaml` is.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// What is reported.
    #[command(flatten)]
    pub view: ViewOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath env`.
#[derive(clap::Args, Debug)]
pub struct EnvArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: EnvCommand,
}

/// What to do with environments.
#[derive(Subcommand, Debug)]
pub enum EnvCommand {
    /// Make a new environment from one that is there
    Add(Box<AddEnvironmentArgs>),
}

/// The options of `towpath env add`.
#[derive(clap::Args, Debug)]
pub struct AddEnvironmentArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub add: AddEnvironmentOptions,
    /// Where `towpath.yaml` is.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// Who makes the commit.
    #[command(flatten)]
    pub commit: CommitOptions,
    /// The request that carries the change, where one does.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What follows the change.
    #[command(flatten)]
    pub after: AfterOptions,
    /// What is reported, and where.
    #[command(flatten)]
    pub report: ReportOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath promote`.
#[derive(clap::Args, Debug)]
pub struct PromoteArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub promote: PromoteOptions,
    /// How long it waits for gates, and whether probes may be run.
    #[command(flatten)]
    pub wait: WaitOptions,
    /// Where `towpath.yaml` is.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// Who makes the commit.
    #[command(flatten)]
    pub commit: CommitOptions,
    /// The request that carries the change, where one does.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What follows the change.
    #[command(flatten)]
    pub after: AfterOptions,
    /// What is reported, and where.
    #[command(flatten)]
    pub report: ReportOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath status`.
#[derive(clap::Args, Debug)]
pub struct StatusArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub status: StatusOptions,
    /// What is looked at.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// What is reported.
    #[command(flatten)]
    pub view: ViewOptions,
    /// File to write the board to, a page for browsers that needs nothing else
    #[arg(long, value_name = "FILE")]
    pub html: Option<String>,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath history`.
#[derive(clap::Args, Debug)]
pub struct HistoryArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub history: HistoryOptions,
    /// What is looked at.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// What is reported.
    #[command(flatten)]
    pub view: ViewOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath diff`.
#[derive(clap::Args, Debug)]
pub struct DiffArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub diff: DiffOptions,
    /// What is looked at.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// What is reported.
    #[command(flatten)]
    pub view: ViewOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

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

/// The options of `towpath version`.
#[derive(clap::Args, Debug)]
pub struct VersionArgs {
    /// Show what the sandbox can reach and how far it may go
    #[arg(long)]
    pub verbose: bool,
}

/// The options of `towpath completions`.
#[derive(clap::Args, Debug)]
pub struct CompletionsArgs {
    /// Shell to write them for
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Returns every command with its whole name, such as `env add`, in order.
#[must_use]
pub fn commands() -> Vec<(String, clap::Command)> {
    named("", &Args::command())
}

fn named(prefix: &str, parent: &clap::Command) -> Vec<(String, clap::Command)> {
    let all = parent.get_subcommands().flat_map(|command| {
        let name = format!("{prefix}{}", command.get_name());
        if command.has_subcommands() {
            named(&format!("{name} "), command)
        } else {
            vec![(name, command.clone())]
        }
    });
    all.collect()
}

/// Completes a command line with the options that the environment gives.
///
/// `lookup` returns the value of an environment variable. One that no option
/// of the command goes by is not looked at.
///
/// # Errors
/// When a switch has another value than `true` or `false`.
pub fn with_environment(
    mut arguments: Vec<OsString>,
    lookup: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Vec<OsString>> {
    let cli = Args::command();
    let (mut command, mut position) = (&cli, 1);
    let named = |position: usize| arguments.get(position).and_then(|name| name.to_str());
    while let Some(found) = named(position).and_then(|name| command.find_subcommand(name)) {
        command = found;
        position += 1;
    }
    let (mut added, mut operands) = (Vec::new(), Vec::new());
    for option in command.get_arguments() {
        let Some(long) = option.get_long() else {
            // What has no name on the command line has the name of its field.
            if matches!(option.get_action(), ArgAction::Append)
                && let Some(value) = lookup(&variable(option.get_id().as_str()))
            {
                operands.extend(lines(&value).map(OsString::from));
            }
            continue;
        };
        let name = variable(long);
        let value = lookup(&name).filter(|value| !value.trim().is_empty());
        if let Some(value) = value
            && !is_given(&arguments, long)
        {
            added.extend(as_arguments(option, long, &value).with_context(|| name)?);
        }
    }
    let position = position.min(arguments.len());
    arguments.splice(position..position, added);
    if !operands.is_empty() {
        if !arguments.iter().any(|argument| argument == "--") {
            arguments.push(OsString::from("--"));
        }
        arguments.extend(operands);
    }
    Ok(arguments)
}

/// Returns the values of a variable that holds several.
fn lines(value: &str) -> impl Iterator<Item = &str> {
    let lines = value.lines().map(str::trim);
    lines.filter(|line| !line.is_empty())
}

/// Returns the environment variable that stands for an option.
#[must_use]
pub fn variable(long: &str) -> String {
    format!("TOWPATH_{}", long.to_uppercase().replace('-', "_"))
}

fn is_given(arguments: &[OsString], long: &str) -> bool {
    let flag = format!("--{long}");
    let prefix = format!("{flag}=");
    arguments
        .iter()
        .filter_map(|argument| argument.to_str())
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == flag || argument.starts_with(&prefix))
}

/// Writes the value of a variable as arguments: a line each where an option repeats.
fn as_arguments(option: &Arg, long: &str, value: &str) -> anyhow::Result<Vec<OsString>> {
    let argument = |value: &str| OsString::from(format!("--{long}={value}"));
    Ok(match option.get_action() {
        ArgAction::SetTrue => match value.trim() {
            "true" => vec![OsString::from(format!("--{long}"))],
            "false" => Vec::new(),
            other => bail!("`{other}` is neither true nor false"),
        },
        ArgAction::Append => lines(value).map(argument).collect(),
        _ => vec![argument(value)],
    })
}

#[cfg(test)]
mod tests {
    use super::{Args, Command, with_environment};
    use clap::Parser as _;
    use std::ffi::OsString;

    fn complete(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let arguments = arguments.iter().map(OsString::from).collect();
        with_environment(arguments, |name| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
        .map(|all| {
            all.iter()
                .map(|a| a.to_string_lossy().into_owned())
                .collect()
        })
        .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_variable_stands_for_an_option() {
        let all = complete(
            &["towpath", "set", "--tag", "v2"],
            &[
                ("TOWPATH_TAG", "v1"),
                ("TOWPATH_IMAGE", "a:1\n\n  b:2\n"),
                ("TOWPATH_ALL", "true"),
                ("TOWPATH_CREATE", "false"),
                ("TOWPATH_REPO", "r"),
                ("TOWPATH_FILE", ""),
            ],
        );
        assert_eq!(
            all.unwrap(),
            [
                "towpath",
                "set",
                "--image=a:1",
                "--image=b:2",
                "--all",
                "--repo=r",
                "--tag",
                "v2"
            ]
        );
    }

    #[test]
    fn a_variable_stands_for_operands() {
        let all = complete(
            &["towpath", "promote", "--to", "prod"],
            &[("TOWPATH_APP", "web\napi\n"), ("TOWPATH_REPO", "r")],
        );
        let expected = [
            "towpath", "promote", "--repo=r", "--to", "prod", "--", "web", "api",
        ];
        assert_eq!(all.unwrap(), expected);
    }

    #[test]
    fn a_switch_is_true_or_false() {
        let error = complete(&["towpath", "set"], &[("TOWPATH_ALL", "maybe")]).unwrap_err();
        assert_eq!(error, "TOWPATH_ALL: `maybe` is neither true nor false");
    }

    #[test]
    fn what_was_completed_parses() {
        let all = complete(
            &["towpath", "set"],
            &[
                ("TOWPATH_REPO", "r"),
                ("TOWPATH_VALUE", "-1"),
                ("TOWPATH_KEY", "a.b"),
            ],
        );
        let args = Args::try_parse_from(all.unwrap()).unwrap();
        let Command::Set(set) = args.command else {
            panic!("not set")
        };
        assert_eq!(set.set.value, ["-1"]);
    }
}
