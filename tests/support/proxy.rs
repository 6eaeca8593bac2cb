//! A network between client and server: far away, counted, and broken on demand.
//!
//! [`Proxy`] passes bytes on and knows no protocol, so it serves https and ssh
//! as well; [`http::HttpProxy`] reads plain http and can change what it says.

pub(crate) mod http;
mod relay;

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// What went through a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// Connections that the client made.
    pub connections: u64,
    /// Times the client said something after the server, or first: on one
    /// connection after the other, the round trips beside those of TCP.
    pub turns: u64,
    /// Bytes from the client to the server.
    pub sent: u64,
    /// Bytes from the server to the client.
    pub received: u64,
}

/// A place in the conversation, counted over all connections from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The n-th turn of the client.
    Turn(u64),
    /// After so many bytes from the client.
    Sent(u64),
    /// After so many bytes from the server.
    Received(u64),
}

/// What happens at a place; after a number of bytes, the connection is cut or a
/// byte is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection is cut before the server hears of the turn.
    CutBefore,
    /// The server gets half of the turn's first bytes.
    CutDuring,
    /// The server gets the turn and does what it says; no answer arrives.
    CutAfter,
    /// Half of the first bytes of the answer arrive.
    CutAnswer,
    /// The answer arrives so much later.
    Stall(Duration),
    /// The next byte is another one; only after a number of bytes.
    Corrupt,
}

/// The network between a client and a server, on a loopback port.
pub(crate) struct Proxy {
    network: Arc<Network>,
    listener: Listener,
    target: SocketAddr,
}

/// What the connections of a proxy share.
struct Network {
    /// Half of the time of a round trip.
    latency: Duration,
    fault: Option<(Place, Fault)>,
    /// Whether the fault has happened.
    fired: AtomicBool,
    connections: AtomicU64,
    turns: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Proxy {
    /// Starts a network whose round trips take `rtt`, before the server of `url`.
    pub(crate) fn start(url: &str, rtt: Duration) -> Self {
        Self::open(url, rtt, None)
    }

    /// Starts a network that breaks once.
    pub(crate) fn breaking(url: &str, place: Place, fault: Fault) -> Self {
        Self::open(url, Duration::ZERO, Some((place, fault)))
    }

    fn open(url: &str, rtt: Duration, fault: Option<(Place, Fault)>) -> Self {
        let target = address(url);
        let network = Arc::new(Network {
            latency: rtt / 2,
            fault,
            fired: AtomicBool::new(false),
            connections: AtomicU64::new(0),
            turns: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        });
        let shared = Arc::clone(&network);
        let listener = Listener::start(move |client| {
            shared.connections.fetch_add(1, Ordering::Relaxed);
            // A connection takes a round trip before it carries anything.
            thread::sleep(shared.latency * 2);
            if let Ok(server) = TcpStream::connect(target) {
                relay::run(&shared, client, &server);
            }
        });
        Self {
            network,
            listener,
            target,
        }
    }

    /// Returns the URL by which a client reaches the server through the network.
    pub(crate) fn url(&self, url: &str) -> String {
        self.listener.url(url, self.target)
    }

    /// Returns the text with the server's port replaced: a line of known hosts.
    pub(crate) fn known_host(&self, line: &str) -> String {
        line.replace(
            &format!("]:{} ", self.target.port()),
            &format!("]:{} ", self.listener.port),
        )
    }

    /// Returns what went through so far.
    pub(crate) fn traffic(&self) -> Traffic {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Traffic {
            connections: read(&self.network.connections),
            turns: read(&self.network.turns),
            sent: read(&self.network.sent),
            received: read(&self.network.received),
        }
    }

    /// Returns whether the fault happened.
    pub(crate) fn broke(&self) -> bool {
        self.network.fired.load(Ordering::Relaxed)
    }

    /// Counts from zero again.
    pub(crate) fn reset(&self) {
        let network = &self.network;
        for counter in [
            &network.connections,
            &network.turns,
            &network.sent,
            &network.received,
        ] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}

impl Network {
    /// Returns the fault if it is at this place, once.
    fn fault_at(&self, here: impl Fn(Place) -> bool) -> Option<Fault> {
        let (place, fault) = self.fault?;
        let now = here(place) && !self.fired.swap(true, Ordering::Relaxed);
        now.then_some(fault)
    }
}

/// A loopback port that hands its connections to threads of their own, until it
/// is dropped.
struct Listener {
    port: u16,
    clients: Arc<Mutex<Vec<Weak<TcpStream>>>>,
    closed: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Listener {
    fn start(serve: impl Fn(&TcpStream) + Send + Sync + 'static) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = socket.local_addr().expect("it is bound").port();
        let clients = Arc::new(Mutex::new(Vec::new()));
        let closed = Arc::new(AtomicBool::new(false));
        let (all, end) = (Arc::clone(&clients), Arc::clone(&closed));
        let accept = move || {
            let serve = Arc::new(serve);
            for client in socket.incoming() {
                if end.load(Ordering::Acquire) {
                    break;
                }
                let Ok(client) = client else { continue };
                let _ = client.set_nodelay(true);
                let client = Arc::new(client);
                let twin = Arc::downgrade(&client);
                all.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(twin);
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(&client));
            }
        };
        Self {
            port,
            clients,
            closed,
            thread: Some(thread::spawn(accept)),
        }
    }

    fn url(&self, url: &str, target: SocketAddr) -> String {
        let server = format!("127.0.0.1:{}/", target.port());
        url.replace(&server, &format!("127.0.0.1:{}/", self.port))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Release);
        // The thread is woken by a connection of our own.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
        let clients = self.clients.lock();
        for client in clients.unwrap_or_else(PoisonError::into_inner).drain(..) {
            if let Some(client) = client.upgrade() {
                cut(&client);
            }
        }
    }
}

/// Returns where the server of a URL on this machine listens.
fn address(url: &str) -> SocketAddr {
    let port = url.split_once("127.0.0.1:").and_then(|(_, rest)| {
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    });
    let port = port.unwrap_or_else(|| panic!("{url} has no port on this machine"));
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Ends a connection in both directions, if it is still there.
fn cut(connection: &TcpStream) {
    let _: io::Result<()> = connection.shutdown(Shutdown::Both);
}
