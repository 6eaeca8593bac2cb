//! Programs that serve on a loopback port until they are dropped.

use super::temp::TempDir;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{fs, process};

/// Runs a program; when its own standard input closes, however that happens,
/// ends the whole process group.
const SUPERVISOR: &str = r#"
exec 3<&0
( read -r _ <&3; kill -KILL 0 ) &
exec 3<&-
"$@" </dev/null
"#;

/// A running server with all its processes.
pub(crate) struct Server {
    supervisor: Child,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts a program in a process group of its own; what it says goes to `log`.
    pub(crate) fn start(program: &Command, directory: &TempDir, log: &str) -> Self {
        let log = directory.join(log);
        let file = fs::File::create(&log).expect("the directory is ours");
        let mut supervisor = Command::new("sh");
        supervisor
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir(directory.path())
            .env_clear()
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file.try_clone().expect("the file is open"))
            .stderr(file);
        let supervisor = supervisor
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {program:?}: {error}"));
        Self { supervisor, log }
    }

    /// Waits until `ready` says so; panics with the log if the server ends before.
    #[track_caller]
    pub(crate) fn wait(&mut self, ready: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !ready() {
            let ended = self.supervisor.try_wait().expect("it is our child");
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
        drop(self.supervisor.stdin.take());
        // The supervisor is in the group that is killed.
        let _ = self.supervisor.wait();
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
