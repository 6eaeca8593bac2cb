//! SSH in the process: the key stays in memory, and there is no configuration
//! but what was given.

mod channel;
mod hosts;
mod key;
mod session;

use super::wire::{Connect, Connection, words};
use super::{Access, Error, Place, RepositoryUrl, Result};
use channel::Said;
use gix_transport::client::git::ConnectMode;
use gix_transport::client::git::blocking_io::Connection as GitConnection;
use gix_transport::{Protocol, Service};
use session::Session;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

/// Opens channels to a repository on an SSH server: all share one connection.
pub(crate) struct Ssh {
    runtime: Arc<Runtime>,
    session: Session,
    /// The path as the server's shell gets it.
    path: String,
    url: String,
    said: Arc<Said>,
}

impl Ssh {
    /// Reads the key and the host keys. Nothing is sent yet.
    pub(crate) fn new(url: &RepositoryUrl, access: &Access) -> Result<Self> {
        let Place::Ssh { host, port, path } = url.place() else {
            return Err(Error::Unsupported {
                url: url.to_string(),
                reason: "it is not reached by ssh".to_owned(),
            });
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Unreachable {
            url: url.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            runtime: Arc::new(runtime),
            session: Session::new((host, *port), url, access)?,
            path: path.clone(),
            url: url.to_string(),
            said: Arc::default(),
        })
    }

    fn open(&mut self, service: Service) -> Result<(channel::Reader, channel::Writer)> {
        let command = format!("{} {}", service.as_str(), quote(&self.path));
        let environment = match service {
            Service::UploadPack => Some(("GIT_PROTOCOL", "version=2")),
            Service::ReceivePack => None,
        };
        let opening = self.session.open(&command, environment);
        let channel = self.runtime.block_on(opening)?;
        self.said.clear();
        let bridge = channel::Bridge {
            runtime: Arc::clone(&self.runtime),
            said: Arc::clone(&self.said),
            idle: self.session.timeouts().idle,
        };
        Ok(bridge.split(channel))
    }
}

/// Quotes a path for the server's shell, as git does.
fn quote(path: &str) -> String {
    format!("'{}'", path.replace('\'', "'\\''").replace('!', "'\\!'"))
}

impl Connect for Ssh {
    fn connect(&mut self, service: Service) -> Result<Connection> {
        let (reader, writer) = self.open(service)?;
        let version = match service {
            Service::UploadPack => Protocol::V2,
            Service::ReceivePack => Protocol::V1,
        };
        Ok(Box::new(GitConnection::new(
            reader,
            writer,
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

    fn failure(&mut self) -> Option<Error> {
        let said = self.said.take();
        if said.is_empty() {
            return None;
        }
        Some(words::from_server(&self.url, &said))
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
