//! Smart HTTP: our own client behind gix's protocol, so that one connection is
//! kept for both services and nothing is asked twice.

mod advertisement;
mod agent;
mod client;
mod exchange;
mod proxy;
mod rest;

use super::wire::{Connect, Connection};
use super::{Access, Error, Place, RepositoryUrl, Result};
pub(crate) use agent::agent;
use client::Client;
use exchange::GixHttp;
use gix_transport::client::blocking_io::http::Transport;
use gix_transport::{Protocol, Service};
pub(crate) use proxy::is_loopback;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Opens "connections" to a repository on a web server: all share one client.
pub(crate) struct Http {
    client: Arc<Mutex<Client>>,
    /// The address without credentials; where a redirect led to, once it did.
    base: String,
    url: String,
}

impl Http {
    /// Prepares the client. Nothing is sent yet.
    pub(crate) fn new(url: &RepositoryUrl, access: &Access) -> Result<Self> {
        let client = Client::new(url, access)?;
        Ok(Self {
            client: Arc::new(Mutex::new(client)),
            base: base(url.place()),
            url: url.to_string(),
        })
    }

    fn client(&self) -> MutexGuard<'_, Client> {
        lock(&self.client)
    }
}

/// A panic elsewhere does not make the client unusable.
fn lock(client: &Mutex<Client>) -> MutexGuard<'_, Client> {
    client.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the address that requests go to.
fn base(place: &Place) -> String {
    let Place::Http {
        tls,
        host,
        port,
        path,
    } = place
    else {
        return String::new();
    };
    let scheme = if *tls { "https" } else { "http" };
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.clone()
    };
    match port {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    }
}

impl Connect for Http {
    fn connect(&mut self, service: Service, assume: bool) -> Result<Connection> {
        let redirected = self.client().redirected();
        self.base = redirected.unwrap_or_else(|| self.base.clone());
        let url = gix::url::parse(self.base.as_str()).map_err(|error| Error::InvalidUrl {
            url: self.url.clone(),
            reason: error.to_string(),
        })?;
        let version = match service {
            Service::UploadPack => Protocol::V2,
            Service::ReceivePack => Protocol::V1,
        };
        let assume = assume && !self.client().is_doubted();
        let http = GixHttp::new(Arc::clone(&self.client), service, assume);
        Ok(Box::new(Transport::new_http(http, url, version, false)))
    }

    fn is_stateless(&self) -> bool {
        true
    }

    fn doubt(&mut self) -> bool {
        self.client().doubt()
    }

    fn was_refused(&self) -> bool {
        self.client().was_refused()
    }

    fn is_github(&self) -> bool {
        lock(&self.client).is_github()
    }

    fn set_limit(&mut self, limit: u64) {
        self.client().set_limit(limit);
    }

    fn failure(&mut self) -> Option<Error> {
        self.client().take_failure()
    }
}
