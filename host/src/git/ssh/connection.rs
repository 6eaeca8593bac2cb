//! The connection, and the thread that it lives on.

use super::authenticate::{Credential, authenticate};
use super::error::io_reason;
use super::trust::Trust;
use super::{SshError, Target};
use crate::git::Timeouts;
use crate::git::error::clean;
use russh::client::{self, DisconnectReason, Handle};
use russh::keys::PublicKeyOrCertificate;
use russh::{Disconnect, Preferred, SshId};
use std::borrow::Cow;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// How often the server is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// A connection on which the user is logged in. It is closed when it is dropped.
pub(super) struct Connection {
    pub(super) handle: Arc<Handle<Gate>>,
    pub(super) runtime: runtime::Handle,
    pub(super) end: End,
    /// How long to wait for the next bytes.
    pub(super) idle: Duration,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why the connection ended, as soon as it has.
#[derive(Clone, Debug, Default)]
pub(super) struct End(Arc<OnceLock<Reason>>);

#[derive(Debug)]
struct Reason {
    words: String,
    /// Whether the server said goodbye, so that it was no fault of the network.
    by_server: bool,
}

impl End {
    /// Returns the reason, or nothing while the connection stands.
    pub(super) fn reason(&self) -> Option<String> {
        self.0.get().map(|reason| reason.words.clone())
    }

    /// Returns whether the connection ended because the server wanted it.
    pub(super) fn is_by_server(&self) -> bool {
        self.0.get().is_some_and(|reason| reason.by_server)
    }
}

impl Connection {
    /// Connects, checks the server and logs in.
    pub(super) fn open(
        target: &Target,
        trust: Trust,
        credential: Credential,
        timeouts: Timeouts,
    ) -> Result<Self, SshError> {
        let socket = dial(target, timeouts.connect)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| broken(&error))?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let (report, opened) = mpsc::sync_channel(1);
        let end = End::default();
        let opening = Opening {
            socket,
            config: config(&trust),
            gate: Gate {
                trust,
                end: end.clone(),
            },
            user: target.user.clone(),
            credential,
            limit: timeouts.connect,
        };
        let thread = thread::Builder::new()
            .name("ssh".to_owned())
            .spawn(move || drive(&runtime, opening, &report, stopped))
            .map_err(|error| broken(&error))?;
        let opened = opened.recv().unwrap_or_else(|_| {
            Err(SshError::Broken {
                reason: "the connection ended unexpectedly".to_owned(),
            })
        });
        Ok(Self {
            handle: opened?,
            runtime: handle,
            end,
            idle: timeouts.idle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported by the reads that it broke.
            let _ = thread.join();
        }
    }
}

fn broken(error: &std::io::Error) -> SshError {
    SshError::Broken {
        reason: format!("cannot start the connection: {error}"),
    }
}

/// Connects to the first address that answers. Each gets its share of the time.
fn dial(target: &Target, limit: Duration) -> Result<TcpStream, SshError> {
    let unreachable = |reason: String| SshError::Unreachable { reason };
    let deadline = Instant::now() + limit;
    let addresses: Vec<_> = (target.host.as_str(), target.port)
        .to_socket_addrs()
        .map_err(|error| unreachable(format!("cannot find the address of the server: {error}")))?
        .collect();
    let mut reason = "the server has no address".to_owned();
    for (index, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        // A timeout of zero is an error of its own.
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(socket) => return Ok(socket),
            Err(error) => reason = io_reason(&error),
        }
    }
    Err(unreachable(reason))
}

fn config(trust: &Trust) -> client::Config {
    // The grammar of the greeting has no place for a dash in the version.
    let version = env!("CARGO_PKG_VERSION").replace('-', "_");
    client::Config {
        client_id: SshId::Standard(Cow::Owned(format!("SSH-2.0-Towpath_{version}"))),
        preferred: Preferred {
            key: Cow::Owned(trust.algorithms()),
            ..Preferred::DEFAULT
        },
        keepalive_interval: Some(KEEPALIVE),
        ..client::Config::default()
    }
}

/// What the thread needs to open the connection.
struct Opening {
    socket: TcpStream,
    config: client::Config,
    gate: Gate,
    user: String,
    credential: Credential,
    limit: Duration,
}

type Opened = Result<Arc<Handle<Gate>>, SshError>;

/// Runs the connection until it is told to stop.
fn drive(
    runtime: &Runtime,
    opening: Opening,
    report: &mpsc::SyncSender<Opened>,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        let limit = opening.limit;
        let opened = timeout(limit, open(opening)).await.unwrap_or_else(|_| {
            Err(SshError::Unreachable {
                reason: format!("the server did not finish the greeting in {limit:?}"),
            })
        });
        let handle = opened.as_ref().ok().cloned();
        if report.send(opened).is_err() {
            return;
        }
        let Some(handle) = handle else { return };
        // Both a message and a dropped sender say stop.
        let _ = stopped.await;
        let _ = timeout(GOODBYE, say_goodbye(&handle)).await;
    });
}

async fn open(opening: Opening) -> Opened {
    let socket = opening.socket;
    let prepared = socket
        .set_nodelay(true)
        .and_then(|()| socket.set_nonblocking(true));
    let socket = prepared.and_then(|()| tokio::net::TcpStream::from_std(socket));
    let socket = socket.map_err(|error| broken(&error))?;
    let end = opening.gate.end.clone();
    let config = Arc::new(opening.config);
    let mut handle = client::connect_stream(config, socket, opening.gate).await?;
    authenticate(&mut handle, &opening.user, opening.credential, &end).await?;
    Ok(Arc::new(handle))
}

async fn say_goodbye(handle: &Handle<Gate>) {
    let _ = handle.disconnect(Disconnect::ByApplication, "", "").await;
    while !handle.is_closed() {
        sleep(Duration::from_millis(2)).await;
    }
}

/// Stands between the server and the rest: lets only a trusted server pass.
pub(super) struct Gate {
    trust: Trust,
    end: End,
}

impl client::Handler for Gate {
    type Error = SshError;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        self.trust.check(&shown.public_key()).map(|()| true)
    }

    async fn disconnected(&mut self, reason: DisconnectReason<SshError>) -> Result<(), SshError> {
        let reason = match reason {
            DisconnectReason::ReceivedDisconnect(info) => Reason {
                words: format!("the server hung up: {}", clean(info.message.as_bytes())),
                by_server: true,
            },
            DisconnectReason::Error(error) => Reason {
                words: error.to_string(),
                by_server: false,
            },
        };
        // Only the first reason is the reason.
        let _ = self.end.0.set(reason);
        Ok(())
    }
}
