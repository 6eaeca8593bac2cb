//! Decides whether a server is the one it should be.

use super::known_hosts::{Entry, entries, host_name};
use super::{Finding, SshAccess, SshError, Target, pinned};
use russh::Preferred;
use russh::keys::ssh_key::Fingerprint;
use russh::keys::{Algorithm, HashAlg, PublicKey};

/// What is known about the keys of one host.
#[derive(Debug)]
pub(super) struct Trust {
    host: String,
    known: Vec<Known>,
    revoked: Vec<Fingerprint>,
}

/// A key that is accepted.
#[derive(Debug)]
struct Known {
    /// The algorithm, when more than the fingerprint is known.
    algorithm: Option<String>,
    fingerprint: Fingerprint,
    /// Whether it stands for the host with this very port. As in OpenSSH, a key
    /// that is known for the usual port is also accepted on another, but a
    /// server on another port may well have another key.
    here: bool,
}

impl Trust {
    /// Collects what is built in and what was given for a host.
    ///
    /// # Errors
    /// When a fingerprint that was given is none.
    pub(super) fn new(target: &Target, access: &SshAccess) -> Result<Self, SshError> {
        let host = host_name(&target.host, target.port);
        let usual = host_name(&target.host, 22);
        let mut known = Vec::new();
        let mut revoked = Vec::new();
        // As with keys, line ends may have been written out on the way here.
        let text = access.known_hosts.replace("\\n", "\n");
        for entry in entries(&text) {
            let here = entry.names(&host);
            if entry.revoked && (here || entry.names(&usual)) {
                revoked.push(fingerprint(&entry.key));
            } else if here || entry.names(&usual) {
                known.push(Known::from_entry(&entry, here));
            }
        }
        for (algorithm, text) in pinned::keys(&target.host) {
            known.push(Known {
                algorithm: Some((*algorithm).to_owned()),
                fingerprint: parse(text)?,
                here: true,
            });
        }
        for text in &access.fingerprints {
            known.push(Known {
                algorithm: None,
                fingerprint: parse(text)?,
                here: true,
            });
        }
        Ok(Self {
            host,
            known,
            revoked,
        })
    }

    /// Decides on the key that the server has shown.
    ///
    /// # Errors
    /// When the key is unknown, revoked or another than the known one.
    pub(super) fn check(&self, key: &PublicKey) -> Result<(), SshError> {
        let shown = fingerprint(key);
        let finding = if self.revoked.contains(&shown) {
            Finding::Revoked
        } else if self.known.iter().any(|known| known.fingerprint == shown) {
            return Ok(());
        } else if self.known.iter().any(|known| known.here) {
            Finding::Changed
        } else {
            Finding::Unknown
        };
        let mut bare = key.clone();
        bare.set_comment("");
        let text = bare.to_openssh().unwrap_or_default();
        Err(SshError::UntrustedHost {
            host: self.host.clone(),
            algorithm: key.algorithm().as_str().to_owned(),
            fingerprint: shown.to_string(),
            line: format!("{} {}", self.host, text.trim_end()),
            finding,
        })
    }

    /// Returns the host key algorithms, most wanted first: those of known keys
    /// before the others, so that the server shows a key that can be checked.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms = Preferred::DEFAULT.key.into_owned();
        algorithms.sort_by_key(|algorithm| !self.knows(algorithm));
        algorithms
    }

    fn knows(&self, algorithm: &Algorithm) -> bool {
        // An RSA key is one kind of key with several kinds of signatures.
        let name = match algorithm {
            Algorithm::Rsa { .. } => "ssh-rsa",
            other => other.as_str(),
        };
        self.known
            .iter()
            .any(|known| known.algorithm.as_deref() == Some(name))
    }
}

impl Known {
    fn from_entry(entry: &Entry<'_>, here: bool) -> Self {
        Self {
            algorithm: Some(entry.key.algorithm().as_str().to_owned()),
            fingerprint: fingerprint(&entry.key),
            here,
        }
    }
}

/// Returns the fingerprint by which keys are compared and named.
pub(super) fn fingerprint(key: &PublicKey) -> Fingerprint {
    key.fingerprint(HashAlg::Sha256)
}

/// Reads a fingerprint as the tools print it, with or without its prefix and padding.
fn parse(text: &str) -> Result<Fingerprint, SshError> {
    let hash = text.trim().trim_end_matches('=');
    let hash = hash.strip_prefix("SHA256:").unwrap_or(hash);
    format!("SHA256:{hash}")
        .parse()
        .map_err(|_| SshError::InvalidCredential {
            what: "fingerprint of a host key",
            reason: "it is not of the form \"SHA256:…\", with 43 characters after the colon"
                .to_owned(),
        })
}
