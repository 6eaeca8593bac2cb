//! OpenSSH's server, agent and key tool, as oracles on this machine.

use crate::git::Secret;
use crate::git::ssh::{SshAccess, Target};
use crate::git::testing::Directory;
use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// A server that lets the current user in with a few keys.
pub(super) struct Server {
    directory: Directory,
    port: u16,
    process: Child,
}

impl Server {
    /// Starts a server with an ed25519 host key. Its configuration begins with
    /// some lines of the test's own.
    pub(super) fn start(configuration: &str) -> Self {
        Self::start_with(&["ed25519"], configuration)
    }

    /// Starts a server with host keys of some kinds.
    pub(super) fn start_with(kinds: &[&str], configuration: &str) -> Self {
        let directory = Directory::new();
        let here = directory.path();
        let mut host_keys = String::new();
        for kind in kinds {
            keygen(here, &["-t", kind, "-f", &format!("host_{kind}")]);
            host_keys.push_str(&format!("HostKey {}/host_{kind}\n", here.display()));
        }
        fs::write(here.join("authorized_keys"), "").unwrap();
        // Only a server that runs as root needs it, and that one may create it.
        let _ = fs::create_dir_all("/run/sshd");
        let port = free_port();
        let path = here.display();
        let configuration = format!(
            "{configuration}\nListenAddress 127.0.0.1:{port}\n{host_keys}PidFile none\n\
             AuthorizedKeysFile {path}/authorized_keys\nStrictModes no\nUsePAM no\n\
             AcceptEnv GIT_PROTOCOL\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nMaxStartups 100\nLogLevel VERBOSE\n"
        );
        fs::write(here.join("sshd_config"), configuration).unwrap();
        let log = fs::File::create(here.join("log")).unwrap();
        let process = Command::new(tool("sshd"))
            .args(["-D", "-e", "-f"])
            .arg(here.join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("openssh-server is installed");
        let mut server = Self {
            directory,
            port,
            process,
        };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "sshd ended: {}", self.log());
            assert!(
                Instant::now() < deadline,
                "sshd does not listen: {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes a key that the server lets in; returns the file of the private key.
    pub(super) fn user_key(&self, args: &[&str]) -> PathBuf {
        let file = self.strange_key(args);
        let public = fs::read_to_string(file.with_extension("pub")).unwrap();
        let authorized = self.directory.path().join("authorized_keys");
        let others = fs::read_to_string(&authorized).unwrap();
        fs::write(authorized, others + &public).unwrap();
        file
    }

    /// Makes a key that the server does not know.
    pub(super) fn strange_key(&self, args: &[&str]) -> PathBuf {
        let count = fs::read_dir(self.directory.path()).unwrap().count();
        let name = format!("key-{count}");
        let mut all = vec!["-f", &name];
        all.extend(args);
        keygen(self.directory.path(), &all);
        self.directory.path().join(name)
    }

    pub(super) fn target(&self) -> Target {
        Target {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: user(),
        }
    }

    /// Returns what is needed to get in with a key, the known host included.
    pub(super) fn access(&self, key: &Path) -> SshAccess {
        SshAccess {
            key: Some(Secret::new(fs::read_to_string(key).unwrap())),
            known_hosts: self.known_host("ed25519"),
            ..SshAccess::default()
        }
    }

    /// Returns the line by which a client knows one of the host keys.
    pub(super) fn known_host(&self, kind: &str) -> String {
        let key = fs::read_to_string(self.path(&format!("host_{kind}.pub"))).unwrap();
        format!("[127.0.0.1]:{} {key}", self.port)
    }

    /// Returns the fingerprint of one of the host keys, by OpenSSH's own words.
    pub(super) fn host_fingerprint(&self, kind: &str) -> String {
        fingerprint(&self.path(&format!("host_{kind}.pub")))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An agent with some keys.
pub(super) struct Agent {
    directory: Directory,
    process: Child,
}

impl Agent {
    pub(super) fn start(keys: &[&Path]) -> Self {
        let directory = Directory::new();
        let process = Command::new(tool("ssh-agent"))
            .args(["-D", "-a"])
            .arg(directory.path().join("socket"))
            .stdout(Stdio::null())
            .spawn()
            .expect("openssh-client is installed");
        let agent = Self { directory, process };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !agent.socket().exists() {
            assert!(Instant::now() < deadline, "ssh-agent does not listen");
            thread::sleep(Duration::from_millis(10));
        }
        for key in keys {
            let mut add = Command::new(tool("ssh-add"));
            run(add.arg("-q").arg(key).env("SSH_AUTH_SOCK", agent.socket()));
        }
        agent
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes a key without a passphrase, unless the arguments say otherwise.
pub(super) fn keygen(directory: &Path, args: &[&str]) {
    let mut keygen = Command::new(tool("ssh-keygen"));
    keygen.args(["-q", "-C", "a comment"]).args(args);
    if !args.contains(&"-N") {
        keygen.args(["-N", ""]);
    }
    run(keygen.current_dir(directory));
}

/// Returns the fingerprint of a key, as ssh-keygen prints it.
pub(super) fn fingerprint(public: &Path) -> String {
    let line = run(Command::new(tool("ssh-keygen")).arg("-lf").arg(public));
    line.split(' ').nth(1).unwrap().to_owned()
}

/// Runs a tool that has to succeed.
#[track_caller]
pub(super) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the full path of a tool of the system, which sshd insists on.
#[track_caller]
pub(super) fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap();
    let usual = ["/usr/sbin", "/usr/bin", "/sbin"].map(PathBuf::from);
    let mut places = env::split_paths::<OsStr>(&path).chain(usual);
    let found = places.find_map(|place| {
        let file = place.join(name);
        file.is_file().then_some(file)
    });
    found.unwrap_or_else(|| panic!("{name} is not installed: install openssh-server"))
}

fn user() -> String {
    run(Command::new("id").arg("-un")).trim().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
