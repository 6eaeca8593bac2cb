//! Programs that serve on a loopback port until they are dropped.

use super::temp::TempDir;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fs, process};

/// Ends a process when this one is gone without saying so, for example killed.
const WATCHER: &str = r#"read -r word; [ "$word" = done ] || kill -TERM "$1""#;

/// A running server.
pub(crate) struct Server {
    process: Child,
    watcher: Child,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts a program; what it says goes to `log`.
    pub(crate) fn start(program: &mut Command, directory: &TempDir, log: &str) -> Self {
        let log = directory.join(log);
        let file = fs::File::create(&log).expect("the directory is ours");
        let process = program
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the file is open"))
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {program:?}: {error}"));
        let watcher = Command::new("sh")
            .args(["-c", WATCHER, "watcher", &process.id().to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        Self {
            process,
            watcher,
            log,
        }
    }

    /// Waits until `ready` says so; panics with the log if the server ends before.
    #[track_caller]
    pub(crate) fn wait(&mut self, ready: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !ready() {
            let ended = self.process.try_wait().expect("it is our child");
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "the server did not start:\n{}",
                self.log()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the server takes connections.
    #[track_caller]
    pub(crate) fn wait_for_port(&mut self, port: u16) {
        self.wait(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    /// Returns what the server said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends its own children and is waited for: nothing is left
        // for a first process that may not care for orphans.
        let _ = Command::new("sh")
            .args([
                "-c",
                "kill -TERM \"$1\"",
                "end",
                &self.process.id().to_string(),
            ])
            .stderr(Stdio::null())
            .status();
        let _ = self.process.wait();
        if let Some(mut stdin) = self.watcher.stdin.take() {
            let _ = stdin.write_all(b"done\n");
        }
        let _ = self.watcher.wait();
    }
}

/// Returns a port that nothing listens on.
///
/// It is below those that the system gives to clients, so that no connection
/// takes it before the server does.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    // Tests that run at the same time start far from each other.
    let start = u16::try_from(process::id().wrapping_mul(7919) % u32::from(COUNT))
        .expect("it is less than the count");
    for _ in 0..COUNT {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start + offset % COUNT) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
