use super::{Error, Secret};
use gix::url::Scheme;
use std::fmt;
use std::path::{Path, PathBuf};

/// The address of a repository, without the credentials that were written in it.
#[derive(Clone, Debug)]
pub struct RepositoryUrl {
    place: Place,
    /// What users and logs see.
    shown: String,
    user: Option<String>,
    password: Option<Secret>,
}

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A directory of this machine.
    Local(PathBuf),
    /// A server that speaks the smart HTTP protocol.
    Http {
        /// Whether TLS is used.
        tls: bool,
        /// The name or address of the server.
        host: String,
        /// The port, when it is not the usual one.
        port: Option<u16>,
        /// The path of the repository, with its leading slash.
        path: String,
    },
    /// A server that is reached through SSH.
    Ssh {
        /// The name or address of the server.
        host: String,
        /// The port.
        port: u16,
        /// The path of the repository, as the server's shell gets it.
        path: String,
    },
    /// A `git daemon`, which knows no credentials.
    Daemon {
        /// The name or address of the server.
        host: String,
        /// The port.
        port: u16,
        /// The path of the repository, with its leading slash.
        path: String,
    },
}

impl RepositoryUrl {
    /// Reads a path, a `file://`, `http(s)://`, `ssh://` or `git://` address, or
    /// the `host:path` form of SSH.
    ///
    /// # Errors
    /// When it is none of these. The error does not repeat credentials.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let shown = redact(text);
        let invalid = |reason: &str| Error::InvalidUrl {
            url: shown.clone(),
            reason: reason.to_owned(),
        };
        if text.trim().is_empty() {
            return Err(invalid("it is empty"));
        }
        if text.chars().any(char::is_control) {
            return Err(invalid("it has control characters"));
        }
        let url = gix::url::parse(text).map_err(|_| invalid("it does not follow the grammar"))?;
        let place = place(&url).map_err(invalid)?;
        let (user, password) = credentials(&url, &place);
        Ok(Self {
            place,
            shown,
            user,
            password,
        })
    }

    /// Returns where the repository is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns whether both repositories are on the same server, so that the
    /// same credentials are for both.
    #[must_use]
    pub fn has_server_of(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Local(_), Place::Local(_)) => true,
            (
                Place::Http {
                    tls, host, port, ..
                },
                Place::Http {
                    tls: other_tls,
                    host: other_host,
                    port: other_port,
                    ..
                },
            ) => (tls, port) == (other_tls, other_port) && host.eq_ignore_ascii_case(other_host),
            (
                Place::Ssh { host, port, .. },
                Place::Ssh {
                    host: other_host,
                    port: other_port,
                    ..
                },
            )
            | (
                Place::Daemon { host, port, .. },
                Place::Daemon {
                    host: other_host,
                    port: other_port,
                    ..
                },
            ) => port == other_port && host.eq_ignore_ascii_case(other_host),
            _ => false,
        }
    }

    /// Returns the user that the address names; on HTTP only beside a password.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Returns the password or token that was written in the address.
    #[must_use]
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// Returns the name of the server, or nothing for a directory.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match &self.place {
            Place::Local(_) => None,
            Place::Http { host, .. } | Place::Ssh { host, .. } | Place::Daemon { host, .. } => {
                Some(host)
            }
        }
    }

    /// Returns the path of the repository on its server.
    #[must_use]
    pub fn path(&self) -> &str {
        match &self.place {
            Place::Local(path) => path.to_str().unwrap_or_default(),
            Place::Http { path, .. } | Place::Ssh { path, .. } | Place::Daemon { path, .. } => path,
        }
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Removes credentials from an address, valid or not: what stands between
/// `://` and the last `@` before the path, and a query. SSH keeps the user, who
/// is no secret.
pub(crate) fn redact(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let rest = match (scheme, rest.find(['?', '#'])) {
        ("http" | "https", Some(query)) => &rest[..query],
        _ => rest,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A password may hold unescaped slashes: then the `@` comes later.
    let end = if rest[..end].contains('@') {
        end
    } else {
        rest.find('@').map_or(end, |at| at + 1)
    };
    let Some(at) = rest[..end].rfind('@') else {
        return text.to_owned();
    };
    let host = &rest[at + 1..];
    let user = rest[..at].split(':').next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("ssh") && !user.is_empty() {
        format!("{scheme}://{user}@{host}")
    } else {
        format!("{scheme}://{host}")
    }
}

fn place(url: &gix::Url) -> Result<Place, &'static str> {
    let path = std::str::from_utf8(&url.path).map_err(|_| "its path is not UTF-8")?;
    if url.scheme == Scheme::File {
        if url
            .host()
            .is_some_and(|host| !host.eq_ignore_ascii_case("localhost"))
        {
            return Err("a file is on this machine");
        }
        return Ok(Place::Local(Path::new(path).to_owned()));
    }
    let host = url.host().unwrap_or_default().to_owned();
    if host.is_empty() {
        return Err("it names no host");
    }
    // An argument that begins with a dash would be an option somewhere.
    if host.starts_with('-') {
        return Err("its host begins with \"-\"");
    }
    if path.trim_matches('/').is_empty() {
        return Err("it names no repository");
    }
    match url.scheme {
        Scheme::Http | Scheme::Https => {
            if path.contains(['?', '#']) {
                return Err("it has a query or a fragment");
            }
            Ok(Place::Http {
                tls: url.scheme == Scheme::Https,
                host,
                port: url.port,
                path: path.trim_end_matches('/').to_owned(),
            })
        }
        Scheme::Ssh => Ok(Place::Ssh {
            host,
            port: url.port.unwrap_or(22),
            path: ssh_path(path)?,
        }),
        Scheme::Git => Ok(Place::Daemon {
            host,
            port: url.port.unwrap_or(9418),
            path: path.to_owned(),
        }),
        _ => Err("its scheme is none of file, http, https, ssh, git"),
    }
}

/// Returns the path for the server's shell: `/~user/x` means `~user/x`.
fn ssh_path(path: &str) -> Result<String, &'static str> {
    let path = path
        .strip_prefix("/~")
        .map_or_else(|| path.to_owned(), |rest| format!("~{rest}"));
    if path.starts_with('-') {
        return Err("its path begins with \"-\"");
    }
    Ok(path)
}

/// Splits off what the address says about the user. On HTTP, a user without a
/// password is a token: that is how some forges print their addresses.
fn credentials(url: &gix::Url, place: &Place) -> (Option<String>, Option<Secret>) {
    let user = url
        .user()
        .filter(|user| !user.is_empty())
        .map(str::to_owned);
    let password = url
        .password()
        .filter(|password| !password.is_empty())
        .map(Secret::new);
    match (place, user, password) {
        (Place::Http { .. }, Some(token), None) => (None, Some(Secret::new(token))),
        (_, user, password) => (user, password),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, RepositoryUrl};

    #[track_caller]
    fn parsed(text: &str) -> RepositoryUrl {
        RepositoryUrl::parse(text).unwrap()
    }

    #[test]
    fn every_form_of_address_is_read() {
        assert_eq!(
            *parsed("/srv/repo.git").place(),
            Place::Local("/srv/repo.git".into())
        );
        assert_eq!(*parsed("./repo").place(), Place::Local("./repo".into()));
        assert_eq!(
            *parsed("file:///srv/repo.git").place(),
            Place::Local("/srv/repo.git".into())
        );
        assert_eq!(
            *parsed("https://Example.org:8443/o/r.git/").place(),
            Place::Http {
                tls: true,
                host: "example.org".into(),
                port: Some(8443),
                path: "/o/r.git".into()
            }
        );
        assert_eq!(
            *parsed("git@github.com:o/r.git").place(),
            Place::Ssh {
                host: "github.com".into(),
                port: 22,
                path: "o/r.git".into()
            }
        );
        assert_eq!(
            *parsed("ssh://git@host:2222/~jo/r.git").place(),
            Place::Ssh {
                host: "host".into(),
                port: 2222,
                path: "~jo/r.git".into()
            }
        );
        assert_eq!(
            *parsed("git://127.0.0.1/r.git").place(),
            Place::Daemon {
                host: "127.0.0.1".into(),
                port: 9418,
                path: "/r.git".into()
            }
        );
        assert_eq!(parsed("ssh://git@[::1]:22/r").host(), Some("::1"));
    }

    #[test]
    fn credentials_are_taken_out_and_never_shown() {
        let url = parsed("https://jo:s3cr3t%40@example.org/o/r.git");
        assert_eq!(url.user(), Some("jo"));
        assert_eq!(url.password().unwrap().expose(), "s3cr3t@");
        assert_eq!(url.to_string(), "https://example.org/o/r.git");
        assert!(!format!("{url:?}").contains("s3cr3t"));
        let url = parsed("https://ghp_token@github.com/o/r");
        assert_eq!(url.user(), None);
        assert_eq!(url.password().unwrap().expose(), "ghp_token");
        assert_eq!(url.to_string(), "https://github.com/o/r");
        let url = parsed("ssh://git:pass@host/r.git");
        assert_eq!(url.to_string(), "ssh://git@host/r.git");
        assert_eq!(url.user(), Some("git"));
    }

    #[track_caller]
    fn refused(text: &str, reason: &str) {
        let error = RepositoryUrl::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_secrets() {
        refused("", "empty");
        refused("https://example.org", "names no repository");
        refused("https://jo:s3cr3t@example.org/", "names no repository");
        refused(
            "https://jo:s3cr3t@example.org/r?private_token=s3cr3t",
            "query",
        );
        refused("https://jo:s3cr3t/x@example.org/r\n", "control");
        refused("ftp://jo:s3cr3t@example.org/r", "scheme");
        refused("ssh://-oProxyCommand=x/r", "begins with");
        refused("git@host:-r", "begins with");
        refused("file://elsewhere/r", "on this machine");
    }
}
