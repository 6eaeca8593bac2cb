//! The proxies of the tests, proved with a server of one line and with git.

use crate::support::files::files;
use crate::support::git::command_for;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::http::{HttpFault, HttpProxy};
use crate::support::proxy::{Fault, Place, Proxy, Traffic};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Starts a server that says every four bytes back, in upper case.
fn shouter() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { continue };
            thread::spawn(move || {
                let mut word = [0; 4];
                while client.read_exact(&mut word).is_ok() {
                    let _ = client.write_all(&word.to_ascii_uppercase());
                }
            });
        }
    });
    format!("tcp://127.0.0.1:{port}/")
}

fn connect(proxy: &Proxy, url: &str) -> TcpStream {
    let url = proxy.url(url);
    let address = url.trim_start_matches("tcp://").trim_end_matches('/');
    TcpStream::connect(address).expect("the proxy listens")
}

/// Says a word and returns the answer.
fn ask(connection: &mut TcpStream, word: &[u8; 4]) -> io::Result<[u8; 4]> {
    connection.write_all(word)?;
    let mut answer = [0; 4];
    connection.read_exact(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_distant_server_costs_a_round_trip_for_the_connection_and_each_turn() {
    let url = shouter();
    let proxy = Proxy::start(&url, Duration::from_millis(60));
    let visit = || {
        proxy.reset();
        let start = Instant::now();
        let mut connection = connect(&proxy, &url);
        for word in [b"abcd", b"efgh"] {
            let answer = ask(&mut connection, word).expect("nothing breaks");
            assert_eq!(answer, word.to_ascii_uppercase()[..]);
        }
        start.elapsed()
    };
    // A machine with other things to do may be late now and then.
    let times: Vec<_> = (0..5).map(|_| visit()).collect();
    let expected = Duration::from_millis(180)..Duration::from_millis(300);
    assert!(
        times.iter().all(|time| *time >= expected.start),
        "{times:?}"
    );
    assert!(times.iter().any(|time| *time < expected.end), "{times:?}");
    let expected = Traffic {
        connections: 1,
        turns: 2,
        sent: 8,
        received: 8,
    };
    assert_eq!(proxy.traffic(), expected);
    proxy.reset();
    assert_eq!(proxy.traffic(), Traffic::default());
}

#[test]
fn what_is_said_at_once_is_one_turn() {
    let url = shouter();
    let proxy = Proxy::start(&url, Duration::from_millis(20));
    let mut connection = connect(&proxy, &url);
    connection.write_all(b"abcd").expect("it is open");
    connection.write_all(b"efgh").expect("it is open");
    let mut answer = [0; 8];
    connection.read_exact(&mut answer).expect("nothing breaks");
    assert_eq!(&answer, b"ABCDEFGH");
    assert_eq!(proxy.traffic().turns, 1);
}

/// Breaks the second turn of two; returns the answers up to the break.
#[track_caller]
fn break_at(place: Place, fault: Fault) -> usize {
    let url = shouter();
    let proxy = Proxy::breaking(&url, place, fault);
    let mut connection = connect(&proxy, &url);
    let answers = [b"abcd", b"efgh"].map(|word| ask(&mut connection, word));
    assert!(proxy.broke());
    // The fault happens once: the next connection works.
    let mut connection = connect(&proxy, &url);
    assert_eq!(&ask(&mut connection, b"next").expect("it works"), b"NEXT");
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[test]
fn a_turn_can_be_cut_before_during_and_after() {
    for fault in [
        Fault::CutBefore,
        Fault::CutDuring,
        Fault::CutAfter,
        Fault::CutAnswer,
    ] {
        assert_eq!(break_at(Place::Turn(2), fault), 1, "{fault:?}");
    }
    assert_eq!(break_at(Place::Sent(6), Fault::CutDuring), 1);
    assert_eq!(break_at(Place::Received(3), Fault::CutDuring), 0);
}

#[test]
fn a_byte_can_be_another_one() {
    let url = shouter();
    let proxy = Proxy::breaking(&url, Place::Received(2), Fault::Corrupt);
    let mut connection = connect(&proxy, &url);
    assert_eq!(
        &ask(&mut connection, b"abcd").expect("it goes on"),
        b"AB\x16D"
    );
    assert_eq!(&ask(&mut connection, b"abcd").expect("it goes on"), b"ABCD");
}

#[test]
fn an_answer_can_be_late() {
    let time = Duration::from_millis(150);
    let start = Instant::now();
    assert_eq!(break_at(Place::Turn(1), Fault::Stall(time)), 2);
    assert!(start.elapsed() >= time);
}

/// What `git clone` says when one of its three requests breaks.
fn clone(fault: HttpFault, request: u64) -> (bool, String) {
    let repository = BareRepository::new(&files([("values.yaml", "tag: v1\n")]));
    let server = HttpServer::start(&repository, HttpOptions::default());
    // Twice, because curl asks again when a connection that it kept is cut.
    let proxy = HttpProxy::breaking(&server.url(), fault, request, 2);
    let directory = TempDir::new();
    let url = proxy.url(&server.url());
    let mut git = command_for(directory.path(), &["clone", "--bare", &url, "clone"]);
    let output = git.output().expect("git runs");
    assert!(proxy.broke(), "{:?}", proxy.requests());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), text)
}

#[test]
fn a_request_can_be_broken_in_every_way() {
    for (fault, words) in [
        (HttpFault::CutBefore, "Empty reply from server"),
        (HttpFault::CutDuring, "Empty reply from server"),
        (HttpFault::CutAfter, "Empty reply from server"),
        (HttpFault::CutAnswer, ""),
        (HttpFault::Status(502, None), "502"),
        (HttpFault::Status(429, Some(1)), "429"),
        (HttpFault::StatusAfter(500), "500"),
        (HttpFault::Truncate, ""),
        (HttpFault::Garbage, ""),
        (HttpFault::Page, ""),
    ] {
        for request in [1, 2, 3] {
            let (ok, text) = clone(fault, request);
            assert!(!ok && text.contains(words), "{fault:?} {request}: {text}");
        }
    }
    // Nothing but a pack has a checksum.
    let (ok, text) = clone(HttpFault::Corrupt, 3);
    assert!(!ok && text.contains("pack"), "{text}");
    let (ok, text) = clone(HttpFault::Stall(Duration::from_millis(100)), 2);
    assert!(ok, "{text}");
}
