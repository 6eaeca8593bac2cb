//! The options of gates, rollbacks, pins and releases.

use super::WordingOptions;
use crate::facts::Facts;
use crate::request::{
    GateRequest, Intent, PinRequest, ReleaseRequest, ReleasesRequest, Request, RollbackRequest,
    Source, Wording,
};
use clap::Args;

/// The options of `towpath gate` that the planner reads.
#[derive(Args, Clone, Debug, Default)]
pub struct GateOptions {
    /// Environment that is entered
    #[arg(long, value_name = "NAME", required = true)]
    pub environment: String,

    /// Only these apps
    #[arg(value_name = "APP")]
    pub app: Vec<String>,

    /// Environment that versions come from; the first of its `from` if not given
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,

    /// Branch of the request that carries the change, whose approvals count
    #[arg(long, value_name = "BRANCH")]
    pub head: Option<String>,
}

/// The options of `towpath rollback` that the planner reads.
#[derive(Args, Clone, Debug, Default)]
pub struct RollbackOptions {
    /// Environment that goes back
    #[arg(long, value_name = "NAME", required = true)]
    pub environment: String,

    /// Apps that go back, each to its version before; without any, the environment goes to before its last change
    #[arg(value_name = "APP")]
    pub app: Vec<String>,

    /// Commit to whose versions it goes back
    #[arg(long, value_name = "REVISION")]
    pub to: Option<String>,

    /// How many versions, or changes of the environment, it goes back; 1 if not given
    #[arg(long, value_name = "NUMBER", conflicts_with = "to", value_parser = clap::value_parser!(u32).range(1..))]
    pub steps: Option<u32>,

    /// Take back all files of the environment, not only versions
    #[arg(long)]
    pub whole: bool,

    /// Leave no pin: the next build or promotion may undo the rollback
    #[arg(long)]
    pub no_pin: bool,

    /// Why, for the pin and the commit message
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// What the commit message says.
    #[command(flatten)]
    pub wording: WordingOptions,

    /// Page of the pipeline run, for the commit message; known to the runner
    #[arg(long, value_name = "URL")]
    pub run_url: Option<String>,
}

/// The options of `towpath pin` and `towpath unpin` that the planner reads.
#[derive(Args, Clone, Debug, Default)]
pub struct PinOptions {
    /// Environment of the pin
    #[arg(long, value_name = "NAME", required = true)]
    pub environment: String,

    /// Apps that are pinned; all of the environment if none is given
    #[arg(value_name = "APP")]
    pub app: Vec<String>,

    /// Why, for the pin and the commit message
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// The options of `towpath release` that the planner reads.
#[derive(Args, Clone, Debug, Default)]
pub struct ReleaseOptions {
    /// Version of the release, as `2.7.0`, or the name of its tag
    #[arg(value_name = "VERSION", required = true)]
    pub release: String,

    /// Commit to release, by its whole name; the tip of the branch if not given
    #[arg(long, value_name = "REVISION")]
    pub commit: Option<String>,

    /// What the tag says besides the apps and their changes
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
}

/// The options of `towpath releases` that the planner reads.
#[derive(Args, Clone, Debug, Default)]
pub struct ReleasesOptions {
    /// How many releases are listed at most; all of them if not given
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub limit: u32,
}

impl GateOptions {
    /// Returns what the planner is asked.
    #[must_use]
    pub fn request(&self) -> GateRequest {
        GateRequest {
            environment: self.environment.clone(),
            apps: self.app.clone(),
            from: self.from.clone(),
            head: self.head.clone(),
            carried: None,
        }
    }
}

impl RollbackOptions {
    /// Returns what the planner is asked by `author`.
    #[must_use]
    pub fn request(&self, author: String) -> Request {
        let rollback = RollbackRequest {
            environment: self.environment.clone(),
            apps: self.app.clone(),
            to: self.to.clone(),
            steps: self.steps,
            whole: self.whole,
            no_pin: self.no_pin,
            reason: self.reason.clone(),
            author,
        };
        let mut request = request(Intent::Rollback(rollback));
        request.source.run_url.clone_from(&self.run_url);
        request.wording = self.wording.wording();
        request
    }
}

impl PinOptions {
    /// Returns what the planner is asked by `author`, who may end the pin.
    #[must_use]
    pub fn request(&self, author: String, end: bool) -> Request {
        request(Intent::Pin(PinRequest {
            environment: self.environment.clone(),
            apps: self.app.clone(),
            end,
            reason: self.reason.clone(),
            author,
        }))
    }
}

impl ReleaseOptions {
    /// Returns what the planner is asked.
    #[must_use]
    pub fn request(&self) -> Request {
        request(Intent::Release(ReleaseRequest {
            version: self.release.clone(),
            commit: self.commit.clone(),
            text: self.message.clone(),
        }))
    }
}

impl ReleasesOptions {
    /// Returns what the planner is asked.
    #[must_use]
    pub fn request(&self) -> ReleasesRequest {
        ReleasesRequest { limit: self.limit }
    }
}

fn request(intent: Intent) -> Request {
    Request {
        intent,
        source: Source::default(),
        facts: Facts::default(),
        wording: Wording::default(),
    }
}
