//! Servers that send more than anybody wants: each is a clear error, soon.

use crate::git_remote::open;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use towpath_host::git::{Access, Error, Limits, Timeouts};
use towpath_host::repository::Repository as _;
use towpath_surface::Kind;

/// Time enough for every answer that ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves the same answer to everyone, and then what `rest` writes.
fn serve(answer: Vec<u8>, rest: fn(&mut TcpStream) -> std::io::Result<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.expect("somebody connects"), answer.clone());
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let sent = stream.write_all(&answer);
                // It ends when nobody reads any more.
                let _ = sent.and_then(|()| rest(&mut stream));
            });
        }
    });
    port
}

/// Asks for a file; an answer may take as long as `patience`.
#[track_caller]
fn refusal(scheme: &str, port: u16, patience: Duration) -> Error {
    let access = Access {
        limits: Limits {
            answer: 4 << 20,
            ..Limits::default()
        },
        timeouts: Timeouts {
            answer: patience,
            ..Timeouts::default()
        },
        ..Access::default()
    };
    let started = Instant::now();
    let mut remote = open(&format!("{scheme}://127.0.0.1:{port}/r.git"), &access);
    let error = match remote.snapshot(Some("main")) {
        Err(error) => error,
        Ok(mut snapshot) => {
            let read = snapshot.read(&["values.yaml".to_owned()]).remove(0);
            read.expect_err("nothing useful is sent");
            snapshot.take_failure().expect("it says why")
        }
    };
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
    error
}

fn line(text: &[u8]) -> Vec<u8> {
    let mut line = format!("{:04x}", text.len() + 4).into_bytes();
    line.extend(text);
    line
}

/// Returns what a server of the second version says first.
fn greeting() -> Vec<u8> {
    let lines = ["version 2\n", "ls-refs\n", "fetch=shallow filter\n"];
    let mut greeting: Vec<u8> = lines
        .iter()
        .flat_map(|text| line(text.as_bytes()))
        .collect();
    greeting.extend(b"0000");
    greeting
}

/// Returns the greeting and the answer to the question where the branch is.
fn with_branch() -> Vec<u8> {
    let mut answer = greeting();
    answer.extend(line(
        format!("{} refs/heads/main\n", "1".repeat(40)).as_bytes(),
    ));
    answer.extend(b"0000");
    answer
}

fn endless_refs(stream: &mut TcpStream) -> std::io::Result<()> {
    for number in 0_u64.. {
        let name = format!("{} refs/heads/b{number}\n", "1".repeat(40));
        stream.write_all(&line(name.as_bytes()))?;
    }
    Ok(())
}

/// Sends entries of a pack without end: each a small file.
fn endless_pack(stream: &mut TcpStream) -> std::io::Result<()> {
    // Fifteen times `x`, compressed, behind its kind and size.
    let entry = [63, 120, 156, 171, 168, 64, 1, 0, 56, 79, 7, 9];
    stream.write_all(&line(b"packfile\n"))?;
    stream.write_all(&line(b"\x01PACK\0\0\0\x02\xff\xff\xff\xff"))?;
    let piece = line(&[&[1][..], &entry.repeat(4000)].concat());
    loop {
        stream.write_all(&piece)?;
    }
}

/// Sends without end on one of the bands of an answer with a pack.
fn endless_band(stream: &mut TcpStream, band: u8) -> std::io::Result<()> {
    stream.write_all(&line(b"packfile\n"))?;
    let mut piece = vec![b'x'; 60_000];
    piece[0] = band;
    let piece = line(&piece);
    loop {
        stream.write_all(&piece)?;
    }
}

#[test]
fn refs_without_end_are_not_listed() {
    let error = refusal("git", serve(greeting(), endless_refs), PATIENCE);
    assert_eq!(error.kind(), Kind::Limit, "{error}");
    assert!(
        error.to_string().contains("larger than 4194304 bytes"),
        "{error}"
    );
}

#[test]
fn a_pack_without_end_is_not_taken() {
    let error = refusal("git", serve(with_branch(), endless_pack), PATIENCE);
    assert_eq!(error.kind(), Kind::Limit, "{error}");
    assert!(error.to_string().contains("4194304 bytes"), "{error}");
}

#[test]
fn what_is_no_pack_is_not_waited_for() {
    let talk = serve(with_branch(), |stream| endless_band(stream, 1));
    let error = refusal("git", talk, PATIENCE);
    assert_eq!(error.kind(), Kind::Protocol, "{error}");
}

#[test]
fn talk_without_end_is_not_listened_to() {
    for talk in [
        (|stream: &mut TcpStream| endless_band(stream, 2)) as fn(&mut TcpStream) -> _,
        |stream| endless_band(stream, 3),
    ] {
        let error = refusal("git", serve(with_branch(), talk), PATIENCE);
        assert_eq!(error.kind(), Kind::Limit, "{error}");
    }
}

#[test]
fn a_body_without_end_is_not_read() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n";
    let port = serve(head.to_vec(), |stream| {
        let piece = [b'0'; 60_000];
        loop {
            stream.write_all(&piece)?;
        }
    });
    let error = refusal("http", port, PATIENCE);
    assert_eq!(error.kind(), Kind::Limit, "{error}");
}

#[test]
fn headers_without_end_are_not_read() {
    let port = serve(b"HTTP/1.1 200 OK\r\n".to_vec(), |stream| {
        loop {
            stream.write_all(b"X-More: and more\r\n")?;
        }
    });
    let error = refusal("http", port, PATIENCE);
    assert!(
        matches!(error.kind(), Kind::Unreachable | Kind::Limit),
        "{error}"
    );
}

#[test]
fn an_answer_that_drips_for_ever_is_not_waited_for() {
    fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
        loop {
            stream.write_all(b"1")?;
            thread::sleep(Duration::from_millis(100));
        }
    }
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n";
    for (scheme, start) in [("git", greeting()), ("http", head.to_vec())] {
        let error = refusal(scheme, serve(start, drip), Duration::from_millis(500));
        assert_eq!(error.kind(), Kind::Unreachable, "{scheme}: {error}");
    }
}
