//! One file for each command, and what they share.

mod after;
mod answers;
pub mod captain;
mod change;
pub mod completions;
mod connect;
mod contents;
pub mod environments;
mod holding;
pub mod keygen;
pub mod look;
pub mod permissions;
mod probe;
pub mod promote;
mod requesting;
pub mod set;
pub mod status;
pub mod version;
mod wait;

use crate::git::Tip;
use std::time::{SystemTime, UNIX_EPOCH};
use towpath_surface::plan::{Delivery, Plan};

/// Returns the time for commits and plans.
fn seconds_since_1970() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.ok()
        .and_then(|now| i64::try_from(now.as_secs()).ok())
        .unwrap_or_default()
}

/// Returns what became of a plan that was only made: it is where the branch is,
/// if there is nothing in it.
fn previewed(repository: String, tip: Tip, plan: &Plan) -> Delivery {
    Delivery {
        repository,
        branch: tip.branch,
        commit: plan.is_empty().then(|| tip.commit.to_string()),
        dry_run: true,
        request: None,
    }
}
