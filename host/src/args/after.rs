//! The options of what follows a change.

use std::time::Duration;

/// The options of what follows a change.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct AfterOptions {
    /// Who runs the commit.
    #[command(flatten)]
    pub argocd: ArgoCdOptions,
    /// What is recorded of it.
    #[command(flatten)]
    pub deployment: DeploymentOptions,
}

/// The options of Argo CD.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct ArgoCdOptions {
    /// Address of Argo CD, which is told to sync after a push
    #[arg(long, value_name = "URL", requires = "argocd_app")]
    pub argocd_url: Option<String>,

    /// Application to sync, as `NAME` or `NAMESPACE/NAME`; repeatable
    #[arg(long, value_name = "NAME", requires = "argocd_url")]
    pub argocd_app: Vec<String>,

    /// Wait until the applications run the commit in good health, at most this long, as `10m`
    #[arg(long, value_name = "DURATION", requires = "argocd_url", value_parser = humantime::parse_duration)]
    pub argocd_wait: Option<Duration>,
}

/// The options of deployments.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct DeploymentOptions {
    /// Record a deployment of the commit to the environment, on GitHub
    #[arg(long)]
    pub deployment: bool,
}
