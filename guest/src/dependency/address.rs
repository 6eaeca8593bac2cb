//! Addresses of repositories, compared by host and path.

use std::fmt;

/// The address of a repository: what is the same in its https and ssh forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The host in lower case, with its port where that makes another server of it.
    host: String,
    /// The path, without slashes at the ends and without `.git`.
    path: String,
}

impl Address {
    /// Parses a URL, `USER@HOST:PATH`, or `HOST/PATH`; `None` for a path in the
    /// repository and for names.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git::").unwrap_or(text);
        if let Some((scheme, rest)) = text.split_once("://") {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            return Self::new(scheme, authority, path);
        }
        if let Some(path) = text.strip_prefix("gh:") {
            return Self::new("https", "github.com", path);
        }
        let slash = text.find('/').unwrap_or(text.len());
        // As git does: a colon before the first slash ends the host.
        if let Some((host, path)) = text.split_once(':').filter(|(host, _)| host.len() < slash) {
            let port = path.split('/').next().unwrap_or_default();
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            return if is_port && !host.contains('@') {
                let (authority, path) = text.split_once('/')?;
                Self::new("", authority, path)
            } else {
                Self::new("ssh", host, path)
            };
        }
        let (host, path) = text.split_once('/')?;
        let is_host = host.contains('.') && !host.starts_with('.') || host == "localhost";
        is_host.then(|| Self::new("", host, path))?
    }

    fn new(scheme: &str, authority: &str, path: &str) -> Option<Self> {
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let default = match scheme {
            "https" | "oci" => ":443",
            "http" => ":80",
            _ => "",
        };
        let host = match (scheme, host.rsplit_once(':')) {
            // The port of ssh says nothing about which repository it is.
            ("ssh" | "git" | "git+ssh", Some((host, _))) if !host.is_empty() => host,
            _ => host.strip_suffix(default).unwrap_or(host),
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        (!host.is_empty()).then(|| Self {
            host: host.to_ascii_lowercase(),
            path: path.to_owned(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.host),
            path => write!(f, "{}/{path}", self.host),
        }
    }
}
