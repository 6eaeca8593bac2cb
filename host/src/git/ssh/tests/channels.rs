//! Commands on real servers: what goes to them and what comes from them.

use super::live::{PATIENCE, output, session};
use super::server::Server;
use crate::git::Timeouts;
use crate::git::ssh::{Channel, SshAccess, connect};
use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

/// Sends bytes through `cat` and gets them back.
fn echo(channel: Channel, bytes: &[u8]) -> Vec<u8> {
    let (mut reader, mut writer) = channel.split();
    writer.write_all(bytes).unwrap();
    drop(writer);
    let mut back = Vec::new();
    reader.read_to_end(&mut back).unwrap();
    back
}

/// Makes bytes that do not repeat, so that a lost or doubled piece shows.
fn noise(count: usize, mut seed: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        bytes.push((seed >> 56) as u8);
    }
    bytes
}

#[test]
fn much_goes_both_ways_without_a_deadlock() {
    let server = Server::start("");
    let session = session(&server);
    let bytes = noise(5 << 20, 1);
    let channel = session.exec("cat", &[]).unwrap();
    // All is written before anything is read, by one thread.
    assert!(echo(channel, &bytes) == bytes);
}

#[test]
fn small_pieces_arrive_in_order() {
    let server = Server::start("");
    let session = session(&server);
    let (mut reader, mut writer) = session.exec("cat", &[]).unwrap().split();
    let mut expected = String::new();
    for number in 0..5000 {
        let piece = format!("{number} ");
        writer.write_all(piece.as_bytes()).unwrap();
        expected.push_str(&piece);
    }
    drop(writer);
    let mut back = String::new();
    reader.read_to_string(&mut back).unwrap();
    assert_eq!(back, expected);
}

#[test]
fn two_commands_run_at_once() {
    let server = Server::start("");
    let session = session(&server);
    let first = session.exec("cat", &[]).unwrap();
    let second = session.exec("cat", &[]).unwrap();
    let (mut first_reader, mut first_writer) = first.split();
    let (mut second_reader, mut second_writer) = second.split();
    let mut buffer = [0; 3];
    // In turns, which needs both to be running.
    for _ in 0..3 {
        first_writer.write_all(b"one").unwrap();
        second_writer.write_all(b"two").unwrap();
        second_reader.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"two");
        first_reader.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"one");
    }
    let bytes = [noise(2 << 20, 2), noise(2 << 20, 3)];
    std::thread::scope(|scope| {
        for bytes in &bytes {
            let channel = session.exec("cat", &[]).unwrap();
            scope.spawn(move || assert!(echo(channel, bytes) == *bytes));
        }
    });
}

#[test]
fn a_command_that_nobody_reads_does_not_hold_up_another() {
    let server = Server::start("");
    let session = session(&server);
    let unread = session.exec("head -c 8000000 /dev/zero", &[]).unwrap();
    let lines = session
        .exec("for i in $(seq 2000); do echo $i; done", &[])
        .unwrap();
    assert_eq!(output(&session, "sleep 0.3; echo in"), "in\n");
    let mut text = String::new();
    lines.split().0.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 2000);
    let mut bytes = Vec::new();
    unread.split().0.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len(), 8_000_000);
}

#[test]
fn what_is_not_wanted_any_more_is_dropped() {
    let server = Server::start("");
    let session = session(&server);
    let channel = session
        .exec("head -c 100000000 /dev/zero; touch \"$0\"", &[])
        .unwrap();
    let status = channel.status();
    let (mut reader, writer) = channel.split();
    let mut buffer = [0; 10];
    reader.read_exact(&mut buffer).unwrap();
    drop((reader, writer));
    assert!(status.wait(PATIENCE));
    assert_eq!(output(&session, "echo in"), "in\n");
}

#[test]
fn the_end_of_a_hook_can_be_waited_for() {
    let server = Server::start("");
    let session = session(&server);
    let file = server.path("hook-ran");
    let command = format!("echo done; sleep 0.5; echo more; touch {}", file.display());
    let mut reader = session.exec(&command, &[]).unwrap().split().0;
    let mut buffer = [0; 5];
    reader.read_exact(&mut buffer).unwrap();
    drop(reader);
    assert!(!session.drain(Duration::from_millis(10)));
    assert!(!file.exists());
    assert!(session.drain(PATIENCE));
    assert!(file.exists());
}

#[test]
fn a_channel_outlives_its_session() {
    let server = Server::start("");
    let session = session(&server);
    let channel = session.exec("cat", &[]).unwrap();
    drop(session);
    assert_eq!(echo(channel, b"still here"), b"still here");
}

#[test]
fn dropping_a_session_ends_the_connection_at_once() {
    let server = Server::start("");
    let session = session(&server);
    assert_eq!(output(&session, "echo in"), "in\n");
    let started = Instant::now();
    drop(session);
    assert!(
        started.elapsed() < Duration::from_millis(400),
        "{:?}",
        started.elapsed()
    );
    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains("Received disconnect") {
        assert!(Instant::now() < deadline, "{}", server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn writing_to_a_command_that_has_ended_is_an_error() {
    let server = Server::start("");
    let session = session(&server);
    let (mut reader, mut writer) = session.exec("exec 0<&-; echo bye", &[]).unwrap().split();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "bye\n");
    let deadline = Instant::now() + PATIENCE;
    let error = loop {
        assert!(Instant::now() < deadline, "nobody minds");
        if let Err(error) = writer.write_all(b"more") {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
}

#[test]
fn a_connection_that_breaks_is_not_the_end_of_the_output() {
    let server = Server::start("");
    let session = session(&server);
    // The parent of the shell is the server's process for this connection.
    let mut reader = session
        .exec("printf abc; sleep 0.2; kill -9 $PPID", &[])
        .unwrap()
        .split()
        .0;
    let mut text = Vec::new();
    let error = reader.read_to_end(&mut text).unwrap_err();
    assert_eq!(text, b"abc");
    assert_eq!(error.kind(), ErrorKind::ConnectionAborted, "{error}");
    assert!(error.to_string().contains("hung up"), "{error}");
    let error = session
        .exec("echo in", &[])
        .err()
        .expect("there is no connection");
    assert!(error.to_string().contains("hung up"), "{error}");
}

#[test]
fn silence_has_a_limit() {
    let server = Server::start("");
    let key = server.user_key(&["-t", "ed25519"]);
    let access = SshAccess {
        timeouts: Timeouts {
            idle: Duration::from_millis(300),
            ..Timeouts::default()
        },
        ..server.access(&key)
    };
    let session = connect(&server.target(), &access).unwrap();
    let (mut reader, mut writer) = session.exec("sleep 5", &[]).unwrap().split();
    let error = reader.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    // Nobody reads: after the windows on the way are full, writing takes too long.
    let error = writer.write_all(&vec![0; 16 << 20]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
}

#[test]
fn a_server_that_runs_no_commands_is_an_error_of_the_first_read() {
    let server = Server::start("MaxSessions 0");
    let session = session(&server);
    let error = session
        .exec("echo in", &[])
        .unwrap()
        .split()
        .0
        .read(&mut [0; 8])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
    assert!(
        error.to_string().contains("does not open another channel"),
        "{error}"
    );
}

#[test]
fn git_is_served() {
    let server = Server::start("");
    let session = session(&server);
    let repository = server.path("repository.git");
    crate::git::testing::git(
        &server.path(""),
        &["init", "-q", "--bare", repository.to_str().unwrap()],
    );
    let exec_path = crate::git::testing::git(&server.path(""), &["--exec-path"]);
    let exec_path = String::from_utf8(exec_path).unwrap();
    let command = format!(
        "PATH=$PATH:{} git-upload-pack '{}'",
        exec_path.trim(),
        repository.display()
    );
    let channel = session
        .exec(&command, &[("GIT_PROTOCOL", "version=2")])
        .unwrap();
    let (mut reader, writer) = channel.split();
    let mut buffer = [0; 14];
    reader.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"000eversion 2\n");
    drop(writer);
    reader.read_to_end(&mut Vec::new()).unwrap();
    assert!(session.drain(PATIENCE));
}
