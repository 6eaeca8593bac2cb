//! The options of gates, rollbacks, pins and releases.

use super::{CommitOptions, RepositoryOptions, RequestOptions, RunOptions};
use std::time::Duration;
use towpath_surface::options::{
    GateOptions, PinOptions, ReleaseOptions, ReleasesOptions, ReportOptions, RollbackOptions,
    ViewOptions,
};

/// The options of commands that gates can stop.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct WaitOptions {
    /// Wait so long for gates to open, as `90s` or `2h`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,

    /// Run the commands of probes that `towpath.yaml` declares
    #[arg(long)]
    pub allow_probes: bool,
}

/// The options of `towpath gate`.
#[derive(clap::Args, Debug)]
pub struct GateArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub gate: GateOptions,
    /// How long it waits, and for what.
    #[command(flatten)]
    pub wait: WaitOptions,
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

/// The options of `towpath rollback`.
#[derive(clap::Args, Debug)]
pub struct RollbackArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub rollback: RollbackOptions,
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

/// The options of `towpath pin` and `towpath unpin`.
#[derive(clap::Args, Debug)]
pub struct PinArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub pin: PinOptions,
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

/// The options of `towpath release`.
#[derive(clap::Args, Debug)]
pub struct ReleaseArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub release: ReleaseOptions,
    /// Where `towpath.yaml` is.
    #[command(flatten)]
    pub repository: RepositoryOptions,
    /// Who makes the tag.
    #[command(flatten)]
    pub commit: CommitOptions,
    /// What is reported, and where.
    #[command(flatten)]
    pub report: ReportOptions,
    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The options of `towpath releases`.
#[derive(clap::Args, Debug)]
pub struct ReleasesArgs {
    /// What the planner reads.
    #[command(flatten)]
    pub releases: ReleasesOptions,
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
