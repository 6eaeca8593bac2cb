//! One connection: four threads that pass bytes on, late.

use super::{Fault, Network, Place, cut};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server has to be silent to have said everything.
const SILENCE: Duration = Duration::from_millis(300);

/// A connection on both sides of the network.
struct Relay<'a> {
    network: &'a Network,
    client: &'a TcpStream,
    server: &'a TcpStream,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whether the client spoke last.
    client_spoke: bool,
    /// What is to happen to the answer of this turn.
    answer: Option<Fault>,
}

/// Bytes on their way, and when they arrive.
type Packet = (Instant, Vec<u8>);

/// Passes bytes on until both sides are done.
pub(super) fn run(network: &Network, client: &TcpStream, server: &TcpStream) {
    let _ = server.set_nodelay(true);
    let relay = Relay {
        network,
        client,
        server,
        state: Mutex::new(State::default()),
    };
    let (up, at_server) = channel();
    let (down, at_client) = channel();
    let relay = &relay;
    thread::scope(|scope| {
        scope.spawn(move || relay.take(client, &up));
        scope.spawn(move || relay.take(server, &down));
        scope.spawn(move || relay.give_server(&at_server));
        scope.spawn(move || relay.give_client(&at_client));
    });
}

impl Relay<'_> {
    /// Takes bytes from one side.
    fn take(&self, mut from: &TcpStream, packets: &Sender<Packet>) {
        let is_client = std::ptr::eq(from, self.client);
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let bytes = buffer[..length].to_owned();
            if is_client && !self.hear(&bytes) {
                break;
            }
            let arrival = Instant::now() + self.network.latency;
            if packets.send((arrival, bytes)).is_err() {
                break;
            }
        }
    }

    /// Counts what the client says; returns whether it goes on.
    fn hear(&self, bytes: &[u8]) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.client_spoke {
            state.client_spoke = true;
            let turn = self.network.turns.fetch_add(1, Ordering::Relaxed) + 1;
            let fault = self.network.fault_at(|place| place == Place::Turn(turn));
            match fault {
                Some(Fault::CutBefore) => return self.break_off(),
                Some(Fault::CutDuring) => {
                    let mut server = self.server;
                    let _ = server.write_all(&bytes[..bytes.len() / 2]);
                    return self.break_off();
                }
                other => state.answer = other,
            }
        }
        true
    }

    /// Brings bytes to the server.
    fn give_server(&self, packets: &Receiver<Packet>) {
        let mut server = self.server;
        for (arrival, mut bytes) in packets {
            wait_until(arrival);
            let count = &self.network.sent;
            let before = count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let end = self.break_at(before, &mut bytes, |place| match place {
                Place::Sent(limit) => Some(limit),
                _ => None,
            });
            if server.write_all(&bytes[..end]).is_err() || end < bytes.len() {
                self.break_off();
                return;
            }
        }
        let _ = self.server.shutdown(Shutdown::Write);
    }

    /// Brings bytes to the client.
    fn give_client(&self, packets: &Receiver<Packet>) {
        let mut client = self.client;
        while let Ok((arrival, mut bytes)) = packets.recv() {
            wait_until(arrival);
            match self.answer() {
                Some(Fault::CutAfter) => {
                    // The server is heard out, so that it has done its work.
                    while packets.recv_timeout(SILENCE).is_ok() {}
                    self.break_off();
                    return;
                }
                Some(Fault::CutAnswer) => {
                    let _ = client.write_all(&bytes[..bytes.len() / 2]);
                    self.break_off();
                    return;
                }
                Some(Fault::Stall(time)) => thread::sleep(time),
                _ => {}
            }
            let count = &self.network.received;
            let before = count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let end = self.break_at(before, &mut bytes, |place| match place {
                Place::Received(limit) => Some(limit),
                _ => None,
            });
            if client.write_all(&bytes[..end]).is_err() || end < bytes.len() {
                self.break_off();
                return;
            }
        }
        let _ = self.client.shutdown(Shutdown::Write);
    }

    /// Notes that the server speaks; returns what happens to what it says.
    fn answer(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.client_spoke = false;
        state.answer.take()
    }

    /// Does what the fault wants after a number of bytes; returns how many of
    /// the bytes go on before the connection is cut.
    fn break_at(
        &self,
        before: u64,
        bytes: &mut [u8],
        limit: impl Fn(Place) -> Option<u64>,
    ) -> usize {
        let range = before..before + bytes.len() as u64;
        let here = |place| limit(place).is_some_and(|limit| range.contains(&limit));
        let Some(fault) = self.network.fault_at(here) else {
            return bytes.len();
        };
        let limit = self.network.fault.and_then(|(place, _)| limit(place));
        let index = usize::try_from(limit.unwrap_or(before) - before);
        let index = index.expect("it is less than the bytes");
        if fault == Fault::Corrupt {
            bytes[index] ^= 0x55;
            return bytes.len();
        }
        index
    }

    /// Cuts the connection on both sides; returns that nothing goes on.
    fn break_off(&self) -> bool {
        cut(self.client);
        cut(self.server);
        false
    }
}

fn wait_until(moment: Instant) {
    thread::sleep(moment.saturating_duration_since(Instant::now()));
}
