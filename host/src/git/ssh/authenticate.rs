//! Logging in, with a key or through an agent.

use super::connection::{End, Gate};
use super::trust::fingerprint;
use super::{SshAccess, SshError, key};
use russh::MethodSet;
use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::UnixStream;

/// What proves who the user is.
pub(super) enum Credential {
    /// A key in memory.
    Key(Arc<PrivateKey>),
    /// An agent that signs, by its socket.
    Agent(PathBuf),
    /// Nothing: only a server that lets everybody in will do.
    None,
}

impl Credential {
    /// Takes what was given: the key goes before the agent.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub(super) fn new(access: &SshAccess) -> Result<Self, SshError> {
        if let Some(text) = access.key.as_ref().filter(|text| !text.expose().is_empty()) {
            let key = key::load(text, access.passphrase.as_ref())?;
            return Ok(Self::Key(Arc::new(key)));
        }
        Ok(access.agent_socket.clone().map_or(Self::None, Self::Agent))
    }
}

/// Logs in.
pub(super) async fn authenticate(
    handle: &mut Handle<Gate>,
    user: &str,
    credential: Credential,
    end: &End,
) -> Result<(), SshError> {
    let mut login = Login {
        handle,
        user,
        end,
        offered: Vec::new(),
        wanted: MethodSet::empty(),
    };
    let let_in = match credential {
        Credential::Key(key) => login.with_key(&key).await?,
        Credential::Agent(socket) => login.with_agent(&socket).await?,
        Credential::None => login.with_nothing().await?,
    };
    if let_in { Ok(()) } else { Err(login.refused()) }
}

/// The attempts of one user to get in.
struct Login<'a> {
    handle: &'a mut Handle<Gate>,
    user: &'a str,
    end: &'a End,
    /// The keys that were offered, by algorithm and fingerprint.
    offered: Vec<String>,
    /// What the server would take.
    wanted: MethodSet,
}

impl Login<'_> {
    async fn with_nothing(&mut self) -> Result<bool, SshError> {
        let answer = self.handle.authenticate_none(self.user).await?;
        self.is_in(answer)
    }

    async fn with_key(&mut self, key: &Arc<PrivateKey>) -> Result<bool, SshError> {
        self.offers(key.public_key());
        for hash in self.hashes(key.public_key()).await? {
            let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
            let answer = self.handle.authenticate_publickey(self.user, key).await?;
            if self.is_in(answer)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn with_agent(&mut self, socket: &Path) -> Result<bool, SshError> {
        let mut agent = AgentClient::connect_uds(socket).await.map_err(|_| {
            unusable_agent(format!(
                "nothing answers on its socket \"{}\"",
                socket.display()
            ))
        })?;
        if let Some(binding) = self.handle.agent_session_binding() {
            // Agents that do not know destinations say no, and work all the same.
            let _ = agent.bind_session(binding, false).await;
        }
        let identities = agent.request_identities().await;
        let identities =
            identities.map_err(|_| unusable_agent("it does not tell its keys".to_owned()))?;
        if identities.is_empty() {
            return Err(unusable_agent("it holds no key".to_owned()));
        }
        for identity in identities {
            if self.with_identity(&mut agent, identity).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn with_identity(
        &mut self,
        agent: &mut AgentClient<UnixStream>,
        identity: AgentIdentity,
    ) -> Result<bool, SshError> {
        let key = identity.public_key().into_owned();
        self.offers(&key);
        for hash in self.hashes(&key).await? {
            let answer = match &identity {
                AgentIdentity::PublicKey { key, .. } => {
                    let key = key.clone();
                    self.handle
                        .authenticate_publickey_with(self.user, key, hash, agent)
                        .await
                }
                AgentIdentity::Certificate { certificate, .. } => {
                    let certificate = certificate.clone();
                    self.handle
                        .authenticate_certificate_with(self.user, certificate, hash, agent)
                        .await
                }
            };
            // An agent that does not sign with this key may do so with another.
            let Ok(answer) = answer else { break };
            if self.is_in(answer)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn offers(&mut self, key: &PublicKey) {
        let algorithm = key.algorithm();
        self.offered
            .push(format!("{} {}", algorithm.as_str(), fingerprint(key)));
    }

    /// Returns the hashes to try, which is a question for RSA keys only.
    async fn hashes(&self, key: &PublicKey) -> Result<Vec<Option<HashAlg>>, SshError> {
        if !matches!(key.algorithm(), Algorithm::Rsa { .. }) {
            return Ok(vec![None]);
        }
        Ok(rsa_hashes(self.handle.best_supported_rsa_hash().await?))
    }

    /// Returns whether the server lets the user in.
    ///
    /// # Errors
    /// When there is no server any more to answer.
    fn is_in(&mut self, answer: AuthResult) -> Result<bool, SshError> {
        match answer {
            AuthResult::Success => Ok(true),
            AuthResult::Failure {
                remaining_methods, ..
            } => {
                if !remaining_methods.is_empty() {
                    self.wanted = remaining_methods;
                } else if self.handle.is_closed() {
                    return Err(self.lost());
                }
                Ok(false)
            }
        }
    }

    /// Tells why the connection is gone: a server may hang up on an unwanted user.
    fn lost(&self) -> SshError {
        match self.end.reason() {
            Some(reason) if self.wanted.is_empty() && !self.end.is_by_server() => {
                SshError::Unreachable { reason }
            }
            _ => self.refused(),
        }
    }

    fn refused(&self) -> SshError {
        let mut reason = match self.offered.as_slice() {
            [] => "neither a key nor an agent is given".to_owned(),
            [key] => format!("it does not accept the key {key}"),
            keys => format!("it accepts none of the keys {}", keys.join(", ")),
        };
        if !self.wanted.is_empty() {
            let wanted: Vec<&str> = self.wanted.iter().map(<&str>::from).collect();
            reason.push_str(&format!(" (it asks for: {})", wanted.join(", ")));
        }
        if let Some(end) = self.end.reason() {
            reason.push_str(&format!("; {end}"));
        }
        SshError::Unauthorized {
            user: self.user.to_owned(),
            reason,
        }
    }
}

/// Returns the hashes for RSA, given the best one that the server has announced,
/// if it has announced anything. SHA-1, which is `None`, is only for servers
/// that may know nothing else.
fn rsa_hashes(announced: Option<Option<HashAlg>>) -> Vec<Option<HashAlg>> {
    let (best, good) = (Some(HashAlg::Sha512), Some(HashAlg::Sha256));
    match announced {
        // OpenSSH also announces what its configuration forbids.
        Some(Some(HashAlg::Sha512)) => vec![best, good],
        Some(other) => vec![other],
        None => vec![best, good, None],
    }
}

fn unusable_agent(reason: String) -> SshError {
    SshError::InvalidCredential {
        what: "ssh agent",
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::rsa_hashes;
    use russh::keys::HashAlg;

    #[test]
    fn sha_1_is_only_for_servers_that_may_know_nothing_else() {
        let (sha512, sha256) = (Some(HashAlg::Sha512), Some(HashAlg::Sha256));
        assert_eq!(rsa_hashes(Some(sha512)), [sha512, sha256]);
        assert_eq!(rsa_hashes(Some(sha256)), [sha256]);
        assert_eq!(rsa_hashes(Some(None)), [None]);
        assert_eq!(rsa_hashes(None), [sha512, sha256, None]);
    }
}
