use std::fmt;
use std::io;

/// Why a server cannot be used through SSH. No variant ever holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SshError {
    /// The server cannot be reached, or hung up before it was known who it is.
    #[error("{reason}")]
    Unreachable {
        /// What the network said.
        reason: String,
    },
    /// The key of the server is not one to trust.
    #[error("the host key of {host} {finding}: {algorithm} {fingerprint}")]
    UntrustedHost {
        /// The host as known hosts name it: with brackets and port when the port is not 22.
        host: String,
        /// The algorithm of the key, such as `ssh-ed25519`.
        algorithm: String,
        /// The fingerprint, `SHA256:…`.
        fingerprint: String,
        /// The line of a `known_hosts` file that would accept the key.
        line: String,
        /// What is wrong with the key.
        finding: Finding,
    },
    /// The server knows the user not, or none of the keys.
    #[error("the server does not let user \"{user}\" in: {reason}")]
    Unauthorized {
        /// The user of the address.
        user: String,
        /// Which keys were offered, by fingerprint, and what the server would take.
        reason: String,
    },
    /// A key or another credential that was given cannot be used.
    #[error("cannot use the {what}: {reason}")]
    InvalidCredential {
        /// The credential, such as `ssh key`.
        what: &'static str,
        /// What is wrong with it, without the credential.
        reason: String,
    },
    /// The server does not speak SSH as expected, or the connection broke later.
    #[error("{reason}")]
    Broken {
        /// What happened.
        reason: String,
    },
}

/// What is wrong with the key of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing is known about this host.
    Unknown,
    /// Keys of this host are known, and this is none of them.
    Changed,
    /// The known hosts say that this key must not be accepted any more.
    Revoked,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "is not known",
            Self::Changed => "is not the known one, somebody may be in between",
            Self::Revoked => "is marked as revoked",
        })
    }
}

impl SshError {
    /// Returns what to do about it, as full sentences.
    pub(crate) fn hint(&self) -> Option<String> {
        let Self::UntrustedHost {
            host,
            fingerprint,
            line,
            finding,
            ..
        } = self
        else {
            return None;
        };
        Some(match finding {
            Finding::Unknown => format!(
                "Compare {fingerprint} with the fingerprint that the owner of {host} publishes. Only when they are the same, add this line to the file for `--known-hosts FILE` or to the variable TOWPATH_SSH_KNOWN_HOSTS: {line}"
            ),
            Finding::Changed => format!(
                "Do not go on before the owner of {host} has confirmed, on another way, that the key was changed to {fingerprint}. Only then replace the old key in the known hosts."
            ),
            Finding::Revoked => format!(
                "Ask the owner of {host} why the server still uses a key that was withdrawn."
            ),
        })
    }
}

impl From<russh::Error> for SshError {
    fn from(error: russh::Error) -> Self {
        use russh::Error as E;
        let reason = match &error {
            E::HUP | E::Disconnect | E::SendError | E::RecvError => "the server hung up".to_owned(),
            E::IO(error) => io_reason(error),
            E::KeepaliveTimeout => "the server does not answer any more".to_owned(),
            E::Version => "it is not an SSH server".to_owned(),
            E::NoCommonAlgo { kind, theirs, .. } => {
                let theirs = theirs.join(", ");
                format!("no common {kind:?} algorithm, the server offers only {theirs}")
            }
            other => format!("the SSH protocol was not followed: {other}"),
        };
        match error {
            E::HUP | E::Disconnect | E::SendError | E::RecvError | E::IO(_) => {
                Self::Unreachable { reason }
            }
            _ => Self::Broken { reason },
        }
    }
}

/// Puts what the network said into words without an error number.
pub(super) fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            "there was no answer in time".to_owned()
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
        _ => error.to_string(),
    }
}
