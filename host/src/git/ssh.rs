//! SSH in the process: one connection, any number of commands on it, each with
//! a blocking reader and writer. No `ssh` program and no files are involved.

mod authenticate;
mod channel;
mod connection;
mod error;
mod key;
mod known_hosts;
mod new_key;
mod pinned;
mod session;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod transport;
mod trust;

pub(crate) use key::padded;
pub use new_key::{NewKey, new_key};
pub(crate) use transport::Ssh;

use channel::{Channel, Status};
use error::{Finding, SshError};
use session::{Session, check, connect};

use super::{Access, Secret, Timeouts};
use std::path::PathBuf;

/// The server to connect to, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The name or address of the server, an IPv6 address without brackets.
    pub(crate) host: String,
    /// The port, usually 22.
    pub(crate) port: u16,
    /// The user; forges want `git`.
    pub(crate) user: String,
}

/// What to show to the server, and what the server has to show.
#[derive(Clone, Debug, Default)]
pub(crate) struct SshAccess {
    /// The private key, as text.
    pub(crate) key: Option<Secret>,
    /// What the private key is encrypted with.
    pub(crate) passphrase: Option<Secret>,
    /// The socket of an agent, asked when there is no key.
    pub(crate) agent_socket: Option<PathBuf>,
    /// Host keys to trust, in the format of `known_hosts`.
    pub(crate) known_hosts: String,
    /// Fingerprints of host keys to trust, `SHA256:…`.
    pub(crate) fingerprints: Vec<String>,
    /// How long to wait.
    pub(crate) timeouts: Timeouts,
}

impl From<&Access> for SshAccess {
    fn from(access: &Access) -> Self {
        Self {
            key: access.ssh_key.clone(),
            passphrase: access.ssh_key_passphrase.clone(),
            agent_socket: access.ssh_agent.clone(),
            known_hosts: access.known_hosts.clone().unwrap_or_default(),
            fingerprints: access.host_fingerprints.clone(),
            timeouts: access.timeouts,
        }
    }
}

/// Reads a private key for something else than a connection. An error says
/// whether it is about the passphrase, and what is wrong.
pub(crate) fn private_key(
    text: &Secret,
    passphrase: Option<&Secret>,
) -> Result<russh::keys::PrivateKey, (bool, String)> {
    key::load(text, passphrase).map_err(|error| match error {
        SshError::InvalidCredential { what, reason } => (what.starts_with("passphrase"), reason),
        other => (false, other.to_string()),
    })
}
