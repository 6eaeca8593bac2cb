//! OpenSSH's server with deploy keys, as the forges have them.

use super::command::{command, succeed};
use super::git::exec_path;
use super::protocol::Protocol;
use super::repository::BareRepository;
use super::server::{Server, free_port};
use super::temp::TempDir;
use super::tools::system;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

/// What a deploy key may run: `git` only, and no push with a key for reading.
const FORCED_COMMAND: &str = r#"case "$SSH_ORIGINAL_COMMAND" in
"git-upload-pack "*) ;;
"git-receive-pack "*)
  if [ "$1" != write ]; then
    echo "ERROR: The key you are authenticating with has been marked as read only." >&2
    exit 1
  fi
  ;;
*)
  echo "ERROR: This key is for git only." >&2
  exit 1
  ;;
esac
exec git-shell -c "$SSH_ORIGINAL_COMMAND"
"#;

/// An SSH server that serves one repository.
pub(crate) struct SshServer {
    port: u16,
    user: String,
    repository: PathBuf,
    directory: TempDir,
    server: Server,
}

impl SshServer {
    /// Starts the server, with a key for writing, one for reading and a stranger's.
    pub(crate) fn start(repository: &BareRepository) -> Self {
        Self::speaking(repository, Protocol::Two)
    }

    /// Starts a server that speaks a version of the protocol.
    pub(crate) fn speaking(repository: &BareRepository, protocol: Protocol) -> Self {
        let directory = TempDir::new();
        let port = free_port();
        for name in ["host_key", "write_key", "read_key", "strange_key"] {
            let mut keygen = command(system("ssh-keygen"), directory.path());
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]);
            succeed(&mut keygen);
        }
        let script = format!("#!/bin/sh\n{}\n{FORCED_COMMAND}", protocol.script());
        let script = directory.write("forced-command", script);
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&script, permissions).expect("the script is ours");
        let authorize = |access: &str| {
            let key = fs::read_to_string(directory.join(&format!("{access}_key.pub")));
            let key = key.expect("ssh-keygen wrote it");
            format!("restrict,command=\"{} {access}\" {key}", script.display())
        };
        let keys = directory.write("authorized_keys", authorize("write") + &authorize("read"));

        // Only a server that runs as root needs it, and that one may create it.
        let _ = fs::create_dir_all("/run/sshd");
        let configuration = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {here}/host_key\nPidFile none\n\
             AuthorizedKeysFile {keys}\nStrictModes no\nUsePAM no\nAcceptEnv GIT_PROTOCOL\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             MaxStartups 200\nSetEnv PATH={path}:{git} GIT_CONFIG_NOSYSTEM=1 HOME={here}\n",
            here = directory.path().display(),
            keys = keys.display(),
            path = std::env::var("PATH").expect("PATH is set"),
            git = exec_path().display(),
        );
        let file = directory.write("sshd_config", configuration);
        let mut sshd = command(system("sshd"), directory.path());
        sshd.args(["-D", "-e", "-f"]).arg(file);
        let mut server = Server::start(&mut sshd, &directory, "sshd.log");
        server.wait_for_port(port);
        Self {
            port,
            user: succeed(command("id", directory.path()).arg("-un"))
                .trim()
                .to_owned(),
            repository: repository.path(),
            directory,
            server,
        }
    }

    /// Returns the URL of the repository.
    pub(crate) fn url(&self) -> String {
        let path = self.repository.display();
        format!("ssh://{}@127.0.0.1:{}{path}", self.user, self.port)
    }

    /// Returns the file of a private key: `write`, `read` or `strange`.
    pub(crate) fn key(&self, access: &str) -> PathBuf {
        self.directory.join(&format!("{access}_key"))
    }

    /// Lets the key of another server's clients in as well.
    pub(crate) fn authorize(&self, other: &Self, access: &str) {
        let read = |server: &Self, name: &str| {
            let text = fs::read_to_string(server.directory.join(name));
            text.expect("it was written")
        };
        let theirs = read(other, &format!("{access}_key.pub"));
        let own = read(self, &format!("{access}_key.pub"));
        let keys = read(self, "authorized_keys");
        let line = keys.lines().find(|line| line.ends_with(own.trim_end()));
        let line = line
            .expect("it is let in")
            .replace(own.trim_end(), theirs.trim_end());
        self.directory
            .write("authorized_keys", format!("{keys}{line}\n"));
    }

    /// Lets in who has the other half of a public key, and lets them write.
    pub(crate) fn let_in(&self, public: &str) {
        let path = self.directory.join("authorized_keys");
        let keys = fs::read_to_string(&path).expect("it was written");
        let script = self.directory.join("forced-command");
        let line = format!("restrict,command=\"{} write\" {public}", script.display());
        fs::write(path, format!("{keys}{line}\n")).expect("the file is ours");
    }

    /// Returns the line by which a client knows the server.
    pub(crate) fn known_host(&self) -> String {
        self.known_as("host_key.pub")
    }

    /// Returns a line that expects another host key than the server's.
    pub(crate) fn wrong_host(&self) -> String {
        self.known_as("strange_key.pub")
    }

    /// Returns what the server said.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    fn known_as(&self, key: &str) -> String {
        let key = fs::read_to_string(self.directory.join(key)).expect("ssh-keygen wrote it");
        format!("[127.0.0.1]:{} {key}", self.port)
    }
}
