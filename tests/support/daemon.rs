//! `git daemon`: the git protocol, without authentication.

use super::command::command;
use super::git;
use super::protocol::Protocol;
use super::repository::BareRepository;
use super::server::{Server, free_port};
use super::temp::TempDir;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A daemon that serves one repository for reading and writing.
pub(crate) struct GitDaemon {
    port: u16,
    _server: Server,
    _directory: TempDir,
}

impl GitDaemon {
    /// Starts the daemon.
    pub(crate) fn start(repository: &BareRepository) -> Self {
        Self::speaking(repository, Protocol::Two)
    }

    /// Starts a daemon that speaks a version of the protocol.
    pub(crate) fn speaking(repository: &BareRepository, protocol: Protocol) -> Self {
        let directory = TempDir::new();
        let port = free_port();
        // The daemon runs the `git` that it finds there.
        let git = format!(
            "#!/bin/sh\n{}\nexec {}/git \"$@\"\n",
            protocol.script(),
            git::exec_path().display()
        );
        let git = directory.write("git", git);
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(git, permissions).expect("the script is ours");
        // Without `git` in between, the process that is started is the server.
        let mut daemon = command(git::exec_path().join("git-daemon"), directory.path());
        daemon
            .env("GIT_EXEC_PATH", directory.path())
            .args(["--reuseaddr", "--export-all", "--enable=receive-pack"])
            .args(["--listen=127.0.0.1", &format!("--port={port}")])
            .arg(format!("--base-path={}", repository.root().display()));
        let mut server = Server::start(&mut daemon, &directory, "daemon.log");
        server.wait_for_port(port);
        Self {
            port,
            _server: server,
            _directory: directory,
        }
    }

    /// Returns the URL of the repository.
    pub(crate) fn url(&self) -> String {
        format!("git://127.0.0.1:{}/deploy.git", self.port)
    }
}
