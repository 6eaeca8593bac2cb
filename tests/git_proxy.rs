//! A proxy that breaks connections at the worst moment.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// What becomes of a push on its way through a proxy.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    /// It arrives, but its answer does not.
    AnswerLost,
    /// It does not arrive whole.
    RequestLost,
}

/// Stands between a client and a web server and breaks the first pushes.
pub(crate) fn breaking_proxy(port: u16, fate: Fate, breaks: u32) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port");
    let own = listener.local_addr().expect("it is bound").port();
    let left = Arc::new(AtomicU32::new(breaks));
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { return };
            let left = Arc::clone(&left);
            thread::spawn(move || pass(client, port, fate, &left));
        }
    });
    own
}

fn pass(mut client: TcpStream, port: u16, fate: Fate, left: &AtomicU32) {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
    let mut answers = server.try_clone().expect("a socket can be cloned");
    let mut back = client.try_clone().expect("a socket can be cloned");
    let silent = Arc::new(AtomicU32::new(0));
    let is_silent = Arc::clone(&silent);
    let answering = thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(length @ 1..) = answers.read(&mut buffer) {
            if is_silent.load(Ordering::SeqCst) == 1 {
                // The answer has come, so the push is done; the client never knows.
                let _ = back.shutdown(Shutdown::Both);
                return;
            }
            let _ = back.write_all(&buffer[..length]);
        }
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 65_536];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let is_push = request.starts_with("POST") && request.contains("git-receive-pack HTTP");
        let take = |left: u32| left.checked_sub(1);
        if is_push
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
                .is_ok()
        {
            if fate == Fate::RequestLost {
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
                break;
            }
            silent.store(1, Ordering::SeqCst);
        }
        if server.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = answering.join();
}
