//! Git over the wire: reads the few objects that are needed and pushes one
//! commit, without a checkout, an object store on disk or the `git` program.
//!
//! [`open`] leads to a [`Remote`]. Its [`Snapshot`] is what the planner reads;
//! [`update`] asks for a plan and pushes it until it is on the branch.

mod access;
mod apart;
mod cache;
mod clock;
mod commit;
mod daemon;
mod error;
mod github;
mod helper;
mod http;
mod local;
mod log;
mod objects;
mod pack;
mod remote;
mod replace;
mod secret;
mod sign;
mod snapshot;
mod ssh;
mod tag;
#[cfg(test)]
mod testing;
mod transport;
mod tree;
mod update;
mod url;
mod views;
mod wire;
mod working_copy;

pub use access::{Access, Limits, Timeouts};
pub use clock::{Clock, SystemClock};
pub use commit::{Change, CommitDetails, Identity, NewCommit};
pub use error::{Error, Result};
pub use github::GitHub;
pub use gix::hash::ObjectId;
pub use helper::ask_helper;
pub use remote::{Commit, Remote, Tip};
pub use replace::Replaced;
pub use secret::Secret;
pub(crate) use secret::SecretBytes;
pub use sign::Signer;
pub use snapshot::Snapshot;
pub use ssh::{NewKey, new_key};
pub use tag::{BranchMove, NewTag, TagDetails, Tagged};
pub use transport::RefUpdate;
pub use update::{Outcome, Proposal, UpdateOptions, update};
pub use url::{Place, RepositoryUrl};
pub use working_copy::{EditedFile, WorkingCopy};

pub(crate) use error::clean;
pub(crate) use http::{agent, is_loopback};
pub(crate) use url::redact;

use transport::Transport;
use wire::Wire;

/// Prepares to talk to a repository. Nothing is sent yet.
///
/// # Errors
/// When what was given cannot be used: a key, a certificate, a token for plain http.
pub fn open(url: &RepositoryUrl, access: &Access) -> Result<Remote> {
    let shown = url.to_string();
    let limit = access.limits.answer;
    let transport: Box<dyn Transport> = match url.place() {
        Place::Daemon { host, port, path } => {
            let daemon = daemon::Daemon::new((host, *port), path, &shown, access);
            Box::new(Wire::new(daemon, url, limit))
        }
        Place::Local(path) => Box::new(local::Local::new(path.clone(), &shown)?),
        Place::Http { .. } => Box::new(Wire::new(http::Http::new(url, access)?, url, limit)),
        Place::Ssh { .. } => Box::new(Wire::new(ssh::Ssh::new(url, access)?, url, limit)),
    };
    Ok(Remote::new(url.clone(), transport, access))
}
