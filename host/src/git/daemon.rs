//! `git://`: the git daemon, which knows neither users nor encryption.

use super::wire::{Allowance, Connect, Connection, Outgoing};
use super::{Access, Error, Result, Timeouts};
use gix_transport::client::git::ConnectMode;
use gix_transport::client::git::blocking_io::Connection as GitConnection;
use gix_transport::{Protocol, Service};
use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};

/// Opens connections to a git daemon.
pub(crate) struct Daemon {
    host: String,
    port: u16,
    path: String,
    url: String,
    timeouts: Timeouts,
    allowance: Allowance,
}

impl Daemon {
    pub(crate) fn new((host, port): (&str, u16), path: &str, url: &str, access: &Access) -> Self {
        Self {
            host: host.to_owned(),
            port,
            path: path.to_owned(),
            url: url.to_owned(),
            timeouts: access.timeouts,
            allowance: Allowance::new(access),
        }
    }

    fn stream(&self) -> io::Result<TcpStream> {
        let stream = connect(&self.host, self.port, self.timeouts)?;
        stream.set_read_timeout(Some(self.timeouts.idle))?;
        stream.set_write_timeout(Some(self.timeouts.idle))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Connects to the first address of a host that answers.
pub(super) fn connect(host: &str, port: u16, timeouts: Timeouts) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeouts.connect) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

impl Connect for Daemon {
    fn connect(&mut self, service: Service, _assume: bool) -> Result<Connection> {
        let unreachable = |error: io::Error| Error::Unreachable {
            url: self.url.clone(),
            reason: error.to_string(),
        };
        let reader = self.stream().map_err(unreachable)?;
        let writer = reader.try_clone().map_err(unreachable)?;
        let version = match service {
            Service::UploadPack => Protocol::V2,
            Service::ReceivePack => Protocol::V1,
        };
        Ok(Box::new(GitConnection::new(
            self.allowance.meter(reader),
            Outgoing::new(writer),
            version,
            self.path.as_str(),
            Some((self.host.clone(), Some(self.port))),
            ConnectMode::Daemon,
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
        self.allowance.excess(&self.url)
    }
}
