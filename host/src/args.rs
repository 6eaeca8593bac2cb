//! What the user typed, or gave through the environment instead.
//!
//! `TOWPATH_<OPTION>` stands for `--<option>` where a runner passes its inputs;
//! an empty one is not given, and the command line wins.

mod after;
mod captain;
mod environment;
mod keygen;
mod named;
mod request;
mod shared;

pub use after::{AfterOptions, ArgoCdOptions, DeploymentOptions};
pub use captain::{GateArgs, PinArgs, ReleaseArgs, ReleasesArgs, RollbackArgs, WaitOptions};
pub use environment::{variable, with_environment};
pub use keygen::{KeyForm, KeygenArgs};
pub use request::{ForgeName, HoldOptions, RequestOptions};
pub use shared::{CommitOptions, DeskOptions, RepositoryOptions, RunOptions, Way};

use clap::{CommandFactory as _, Parser, Subcommand};
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
