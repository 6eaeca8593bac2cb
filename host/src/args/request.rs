//! The options of requests, and of the forges that have them.

use std::time::Duration;

/// The options of the pull or merge request that carries a change.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct RequestOptions {
    /// Propose the change by a pull or merge request, not by a push to the branch; as is declared for the environment if not given
    #[arg(long)]
    pub request: bool,

    /// Branch that holds the change, a template; `towpath/ENVIRONMENT/APP` if not given
    #[arg(long, value_name = "TEMPLATE")]
    pub head: Option<String>,

    /// Title of the request, a template
    #[arg(long, value_name = "TEMPLATE")]
    pub title: Option<String>,

    /// Text of the request above the table of changes, a template
    #[arg(long, value_name = "TEMPLATE")]
    pub body: Option<String>,

    /// Label of the request, a template; repeatable
    #[arg(long, value_name = "TEMPLATE")]
    pub label: Vec<String>,

    /// User to ask for a review, or team as `ORGANISATION/TEAM`; repeatable
    #[arg(long, value_name = "NAME")]
    pub reviewer: Vec<String>,

    /// User to assign the request to; repeatable
    #[arg(long, value_name = "NAME")]
    pub assignee: Vec<String>,

    /// Milestone of the request, by its title
    #[arg(long, value_name = "TITLE")]
    pub milestone: Option<String>,

    /// Open the request as a draft
    #[arg(long)]
    pub draft: bool,

    /// Leave the branch of a request that Towpath closes
    #[arg(long)]
    pub keep_branch: bool,

    /// The status on its head.
    #[command(flatten)]
    pub status: HoldOptions,

    /// Let the forge merge the request as soon as everything it wants is green
    #[arg(long)]
    pub auto_merge: bool,

    /// Wait until the request is merged, at most this long, as `30m`
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub wait_for_merge: Option<Duration>,
}

/// The options of the status on the head of a request.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct HoldOptions {
    /// Write the state of the gates as commit status `towpath/ENVIRONMENT` on the head of the request
    #[arg(long)]
    pub status: bool,
}

/// A forge, as the user names it.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[value(rename_all = "lower")]
pub enum ForgeName {
    /// GitHub, in the cloud or on a server of one's own.
    GitHub,
    /// GitLab, in the cloud or on a server of one's own.
    GitLab,
    /// Gitea or Forgejo.
    #[value(alias = "forgejo")]
    Gitea,
}
