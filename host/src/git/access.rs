use super::{RepositoryUrl, Secret};
use std::path::PathBuf;
use std::time::Duration;

/// How to reach a server and what to show it.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The token or password for http(s).
    pub token: Option<Secret>,
    /// The user that goes with the token; forges mostly ignore it.
    pub user: Option<String>,
    /// A private key for SSH, as text.
    pub ssh_key: Option<Secret>,
    /// What the private key is encrypted with.
    pub ssh_key_passphrase: Option<Secret>,
    /// The socket of an SSH agent, asked when there is no key.
    pub ssh_agent: Option<PathBuf>,
    /// Host keys to trust, in the format of `known_hosts`.
    pub known_hosts: Option<String>,
    /// Fingerprints of host keys to trust, `SHA256:…`.
    pub host_fingerprints: Vec<String>,
    /// Certificates to trust instead of the usual ones, as PEM.
    pub ca_bundle: Option<String>,
    /// The proxy for http(s): `http://[user:password@]host:port`.
    pub proxy: Option<Secret>,
    /// Hosts to reach without the proxy, separated by commas, as in `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// Whether credentials may go over plain http to other machines.
    pub allow_insecure_http: bool,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// How much to take.
    pub limits: Limits,
}

/// How long to wait for a server.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection, its encryption included.
    pub connect: Duration,
    /// For the next bytes of an answer.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            idle: Duration::from_secs(120),
        }
    }
}

/// How much is taken from a server, whatever it sends.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one object.
    pub object: u64,
    /// Bytes of one answer, which is a pack or a list of refs.
    pub answer: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            object: 64 << 20,
            answer: 512 << 20,
        }
    }
}

impl Access {
    /// Returns what must never be printed.
    #[must_use]
    pub fn secrets(&self) -> Vec<&Secret> {
        let secrets = [&self.token, &self.ssh_key, &self.ssh_key_passphrase];
        secrets.into_iter().flatten().collect()
    }

    /// Returns the user and the token for an http(s) server: what the address
    /// says goes before what was given besides.
    pub(crate) fn basic(&self, url: &RepositoryUrl) -> Option<(String, Secret)> {
        let token = url
            .password()
            .or(self.token.as_ref())
            .filter(|token| !token.is_blank())?;
        let user = url
            .user()
            .or(self.user.as_deref())
            .unwrap_or_else(|| usual_user(url.host().unwrap_or_default()));
        // A final newline is what files and heredocs leave behind.
        Some((user.to_owned(), Secret::new(token.expose().trim())))
    }
}

/// Returns the user that a forge documents for its tokens; most ignore it.
fn usual_user(host: &str) -> &'static str {
    match host {
        "bitbucket.org" => "x-token-auth",
        "gitlab.com" => "oauth2",
        _ => "x-access-token",
    }
}

#[cfg(test)]
mod tests {
    use super::Access;
    use crate::git::{RepositoryUrl, Secret};

    #[test]
    fn the_address_goes_before_the_token() {
        let access = Access {
            token: Some(Secret::new("abc\n")),
            ..Access::default()
        };
        let basic = |url| {
            let (user, token) = access.basic(&RepositoryUrl::parse(url).unwrap()).unwrap();
            (user, token.expose().to_owned())
        };
        assert_eq!(
            basic("https://example.org/r"),
            ("x-access-token".into(), "abc".into())
        );
        assert_eq!(
            basic("https://jo:pw@example.org/r"),
            ("jo".into(), "pw".into())
        );
    }
}
