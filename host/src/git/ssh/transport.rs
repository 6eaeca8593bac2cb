//! The git protocol on a session: a command for every connection to a service.

use super::{Finding, Session, SshAccess, SshError, Status, Target, connect};
use crate::git::wire::{Allowance, Connect, Connection, Outgoing, words};
use crate::git::{Access, Error, Place, RepositoryUrl, Result};
use gix_transport::client::git::ConnectMode;
use gix_transport::client::git::blocking_io::Connection as GitConnection;
use gix_transport::{Protocol, Service};
use std::time::Duration;

/// Opens channels to a repository on an SSH server: all share one session.
pub(crate) struct Ssh {
    target: Target,
    access: SshAccess,
    /// The path as the server's shell gets it.
    path: String,
    url: String,
    session: Option<Session>,
    /// How the command that was started last is doing.
    status: Option<Status>,
    allowance: Allowance,
}

impl Ssh {
    /// How long the last words of a command that has failed are waited for.
    const LAST_WORDS: Duration = Duration::from_secs(2);
    /// How long the server has to end its commands before we hang up.
    const GOODBYE: Duration = Duration::from_secs(5);

    /// Reads the key and the host keys. Nothing is sent yet.
    pub(crate) fn new(url: &RepositoryUrl, access: &Access) -> Result<Self> {
        let Place::Ssh { host, port, path } = url.place() else {
            return Err(Error::Unsupported {
                url: url.to_string(),
                reason: "it is not reached by ssh".to_owned(),
            });
        };
        let target = Target {
            host: host.clone(),
            port: *port,
            user: url.user().unwrap_or("git").to_owned(),
        };
        let ssh = Self {
            target,
            access: SshAccess::from(access),
            path: path.clone(),
            url: url.to_string(),
            session: None,
            status: None,
            allowance: Allowance::new(access),
        };
        super::check(&ssh.target, &ssh.access).map_err(|error| ssh.explain(error))?;
        Ok(ssh)
    }

    fn start(&mut self, service: Service) -> Result<super::Channel, SshError> {
        let command = format!("{} {}", service.as_str(), quote(&self.path));
        // A server that does not take it speaks an older protocol.
        let environment: &[(&str, &str)] = match service {
            Service::UploadPack => &[("GIT_PROTOCOL", "version=2")],
            Service::ReceivePack => &[],
        };
        // A kept session may have been ended by the server meanwhile.
        if let Some(session) = &self.session
            && let Ok(channel) = session.exec(&command, environment)
        {
            return Ok(channel);
        }
        let session = connect(&self.target, &self.access)?;
        self.session.insert(session).exec(&command, environment)
    }

    fn explain(&self, error: SshError) -> Error {
        let hint = error.hint().unwrap_or_default();
        let message = error.to_string();
        let url = self.url.clone();
        match error {
            SshError::Unreachable { reason } => Error::Unreachable { url, reason },
            SshError::UntrustedHost {
                finding: Finding::Unknown | Finding::Changed | Finding::Revoked,
                fingerprint,
                ..
            } => Error::UntrustedHost {
                message,
                fingerprint,
                hint,
            },
            SshError::Unauthorized { .. } => Error::Unauthorized {
                url,
                reason: message,
            },
            SshError::InvalidCredential { what, reason } => {
                Error::InvalidCredential { what, reason }
            }
            SshError::Broken { reason } => Error::Protocol { url, reason },
        }
    }
}

/// Quotes a path for the server's shell, as git does.
fn quote(path: &str) -> String {
    format!("'{}'", path.replace('\'', "'\\''").replace('!', "'\\!'"))
}

impl Connect for Ssh {
    fn connect(&mut self, service: Service, _assume: bool) -> Result<Connection> {
        let channel = self.start(service).map_err(|error| self.explain(error))?;
        self.status = Some(channel.status());
        let (reader, writer) = channel.split();
        let version = match service {
            Service::UploadPack => Protocol::V2,
            Service::ReceivePack => Protocol::V1,
        };
        Ok(Box::new(GitConnection::new(
            self.allowance.meter(reader),
            Outgoing::new(writer),
            version,
            self.path.as_str(),
            None::<(String, _)>,
            ConnectMode::Process,
            false,
        )))
    }

    fn is_stateless(&self) -> bool {
        false
    }

    fn set_limit(&mut self, limit: u64) {
        self.allowance.renew(limit);
    }

    fn failure(&mut self) -> Option<Error> {
        if let Some(excess) = self.allowance.excess(&self.url) {
            return Some(excess);
        }
        let status = self.status.take()?;
        status.wait(Self::LAST_WORDS);
        let said = status.stderr();
        if !said.is_empty() {
            return Some(words::from_server(&self.url, said.as_bytes()));
        }
        let exit = status.exit().filter(|exit| *exit != 0)?;
        Some(Error::Protocol {
            url: self.url.clone(),
            reason: format!("its command ended with status {exit}"),
        })
    }
}

impl Drop for Ssh {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            // A server that is hung up on may end a hook that still runs.
            session.drain(Self::GOODBYE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_path_is_one_word_for_the_shell() {
        assert_eq!(quote("o/r.git"), "'o/r.git'");
        assert_eq!(quote("it's; rm -rf !"), "'it'\\''s; rm -rf '\\!''");
    }
}
