//! The connection: who the server is, and who we are.

use super::hosts::{KnownHosts, Verdict};
use super::key;
use crate::git::error::clean;
use crate::git::{Access, Error, RepositoryUrl, Result, Timeouts, daemon};
use russh::Channel;
use russh::client::{AuthResult, Config, Handle, Handler, Msg, connect_stream};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{
    Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate,
};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A connection to one server, made when it is first needed.
pub(super) struct Session {
    host: String,
    port: u16,
    user: String,
    url: String,
    credential: Credential,
    hosts: Arc<KnownHosts>,
    timeouts: Timeouts,
    handle: Option<Handle<Doorkeeper>>,
}

/// What proves who we are.
enum Credential {
    Key(Arc<PrivateKey>),
    Agent(PathBuf),
    Nothing,
}

impl Session {
    pub(super) fn new(
        (host, port): (&str, u16),
        url: &RepositoryUrl,
        access: &Access,
    ) -> Result<Self> {
        let credential = match (&access.ssh_key, &access.ssh_agent) {
            (Some(text), _) if !text.is_blank() => Credential::Key(Arc::new(key::read(
                text,
                access.ssh_key_passphrase.as_ref(),
            )?)),
            (_, Some(agent)) => Credential::Agent(agent.clone()),
            _ => Credential::Nothing,
        };
        let known_hosts = access.known_hosts.as_deref().unwrap_or_default();
        let hosts = KnownHosts::new((host, port), known_hosts, &access.host_fingerprints)?;
        Ok(Self {
            host: host.to_owned(),
            port,
            user: url.user().unwrap_or("git").to_owned(),
            url: url.to_string(),
            credential,
            hosts: Arc::new(hosts),
            timeouts: access.timeouts,
            handle: None,
        })
    }

    pub(super) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Opens a channel that runs a command, connecting first if need be.
    pub(super) async fn open(
        &mut self,
        command: &str,
        environment: Option<(&str, &str)>,
    ) -> Result<Channel<Msg>> {
        let is_new = match &self.handle {
            Some(handle) if !handle.is_closed() => false,
            _ => {
                self.handle = Some(self.connect_in_time().await?);
                true
            }
        };
        match self.open_once(command, environment).await {
            // A kept connection may have been closed by the server meanwhile.
            Err(_) if !is_new => {
                self.handle = Some(self.connect_in_time().await?);
                self.open_once(command, environment).await
            }
            opened => opened,
        }
    }

    async fn open_once(
        &self,
        command: &str,
        environment: Option<(&str, &str)>,
    ) -> Result<Channel<Msg>> {
        let broken = |error: russh::Error| self.unreachable(&error);
        let Some(handle) = &self.handle else {
            return Err(broken(russh::Error::Disconnect));
        };
        let opening = timeout(self.timeouts.idle, handle.channel_open_session());
        let channel = opening
            .await
            .map_err(|_| broken(russh::Error::ConnectionTimeout))?;
        let channel = channel.map_err(broken)?;
        if let Some((name, value)) = environment {
            // A server that does not take it speaks an older protocol.
            channel.set_env(false, name, value).await.map_err(broken)?;
        }
        channel.exec(true, command).await.map_err(broken)?;
        Ok(channel)
    }

    async fn connect_in_time(&self) -> Result<Handle<Doorkeeper>> {
        match timeout(self.timeouts.connect, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(self.unreachable(&russh::Error::ConnectionTimeout)),
        }
    }

    async fn connect(&self) -> Result<Handle<Doorkeeper>> {
        let stream = daemon::connect(&self.host, self.port, self.timeouts).and_then(|stream| {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            TcpStream::from_std(stream)
        });
        let stream = stream.map_err(|error| Error::Unreachable {
            url: self.url.clone(),
            reason: error.to_string(),
        })?;
        let doorkeeper = Doorkeeper {
            hosts: Arc::clone(&self.hosts),
            refusal: Arc::default(),
        };
        let refusal = Arc::clone(&doorkeeper.refusal);
        let connected = connect_stream(Arc::new(self.config()), stream, doorkeeper).await;
        let mut handle = connected.map_err(|error| {
            let refusal = refusal
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            refusal.unwrap_or_else(|| self.unreachable(&error))
        })?;
        self.authenticate(&mut handle).await?;
        Ok(handle)
    }

    fn config(&self) -> Config {
        let mut config = Config {
            inactivity_timeout: Some(self.timeouts.idle),
            nodelay: true,
            ..Config::default()
        };
        config.preferred.key = Cow::Owned(self.hosts.algorithms());
        config
    }

    async fn authenticate(&self, handle: &mut Handle<Doorkeeper>) -> Result<()> {
        match &self.credential {
            Credential::Key(key) => self.authenticate_with_key(handle, key).await,
            Credential::Agent(socket) => self.authenticate_with_agent(handle, socket).await,
            Credential::Nothing => Err(self.unauthorized("no ssh key was given".to_owned())),
        }
    }

    async fn authenticate_with_key(
        &self,
        handle: &mut Handle<Doorkeeper>,
        key: &Arc<PrivateKey>,
    ) -> Result<()> {
        for hash in hashes(&key.algorithm()) {
            let key = PrivateKeyWithHashAlg::new(Arc::clone(key), *hash);
            let result = handle.authenticate_publickey(&self.user, key).await;
            if let AuthResult::Success = result.map_err(|error| self.unreachable(&error))? {
                return Ok(());
            }
        }
        Err(self.unauthorized(format!(
            "the key {} was not accepted",
            describe(key.public_key())
        )))
    }

    async fn authenticate_with_agent(
        &self,
        handle: &mut Handle<Doorkeeper>,
        socket: &PathBuf,
    ) -> Result<()> {
        let unusable = |error: russh::keys::Error| Error::InvalidCredential {
            what: "ssh agent",
            reason: clean(error.to_string().as_bytes()),
        };
        let mut agent = AgentClient::connect_uds(socket).await.map_err(unusable)?;
        let identities = agent.request_identities().await.map_err(unusable)?;
        let mut offered = Vec::new();
        for identity in identities {
            let AgentIdentity::PublicKey { key, .. } = identity else {
                continue;
            };
            for hash in hashes(&key.algorithm()) {
                let user = self.user.as_str();
                let result =
                    handle.authenticate_publickey_with(user, key.clone(), *hash, &mut agent);
                if let Ok(AuthResult::Success) = result.await {
                    return Ok(());
                }
            }
            offered.push(describe(&key));
        }
        Err(self.unauthorized(if offered.is_empty() {
            "the ssh agent has no key".to_owned()
        } else {
            format!(
                "none of the agent's keys was accepted: {}",
                offered.join(", ")
            )
        }))
    }

    fn unauthorized(&self, reason: String) -> Error {
        let url = self.url.clone();
        let reason = format!("{reason} for the user \"{}\"", self.user);
        Error::Unauthorized { url, reason }
    }

    fn unreachable(&self, error: &russh::Error) -> Error {
        Error::Unreachable {
            url: self.url.clone(),
            reason: clean(error.to_string().as_bytes()).to_lowercase(),
        }
    }
}

/// Returns the hashes to sign with; only RSA leaves a choice.
fn hashes(algorithm: &Algorithm) -> &'static [Option<HashAlg>] {
    match algorithm {
        Algorithm::Rsa { .. } => &[Some(HashAlg::Sha512), Some(HashAlg::Sha256)],
        _ => &[None],
    }
}

fn describe(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

/// Decides whether the server is the one that it should be.
pub(super) struct Doorkeeper {
    hosts: Arc<KnownHosts>,
    refusal: Arc<Mutex<Option<Error>>>,
}

impl Handler for Doorkeeper {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        server: &PublicKeyOrCertificate,
    ) -> std::result::Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = server else {
            return Ok(false);
        };
        let refusal = match self.hosts.verdict(key) {
            Verdict::Known => return Ok(true),
            Verdict::Unknown => Error::UnknownHost {
                host: self.hosts.name(),
                key: key.to_openssh().unwrap_or_default(),
                fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
            },
            Verdict::Changed => Error::ChangedHost {
                host: self.hosts.name(),
                algorithm: key.algorithm().to_string(),
                fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
            },
        };
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
        Ok(false)
    }
}
