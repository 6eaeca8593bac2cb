//! `git daemon`: the git protocol, without authentication.

use super::command::command;
use super::git;
use super::repository::BareRepository;
use super::server::{Server, free_port};
use super::temp::TempDir;

/// A daemon that serves one repository for reading and writing.
pub(crate) struct GitDaemon {
    port: u16,
    _server: Server,
    _directory: TempDir,
}

impl GitDaemon {
    /// Starts the daemon.
    pub(crate) fn start(repository: &BareRepository) -> Self {
        let directory = TempDir::new();
        let port = free_port();
        // Without `git` in between, the process that is started is the server.
        let mut daemon = command(git::exec_path().join("git-daemon"), directory.path());
        daemon
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
