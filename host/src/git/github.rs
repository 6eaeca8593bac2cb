//! Commits through the API of GitHub, which signs them with its own key: how a
//! GitHub App gets verified commits. Everything is read over git as usual.
//!
//! `createCommitOnBranch` takes whole files, the head that is expected, and no
//! author: [reference]. It makes every file a plain one, so that the mode of an
//! executable would be lost; those are refused.
//!
//! [reference]: https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch

use super::commit::Change;
use super::error::clean;
use super::http::{agent, is_loopback};
use super::transport::Report;
use super::{Access, Error, Place, RepositoryUrl, Result, Secret};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gix::hash::ObjectId;
use serde_json::{Value, json};
use ureq::Agent;

/// The API, for one repository.
#[derive(Clone)]
pub struct GitHub {
    agent: Agent,
    endpoint: String,
    authorization: Secret,
    /// As `owner/name`.
    repository: String,
    /// The address of the repository, redacted.
    url: String,
}

/// A commit that is wanted.
pub(crate) struct Wanted<'a> {
    /// The branch, without `refs/heads/`.
    pub(crate) branch: &'a str,
    /// The commit that the branch has to be at.
    pub(crate) head: ObjectId,
    /// The message.
    pub(crate) message: &'a str,
    /// The files.
    pub(crate) changes: &'a [Change],
}

/// The most bytes of an answer that are read.
const LIMIT: u64 = 1 << 20;

const MUTATION: &str = "mutation($input: CreateCommitOnBranchInput!) { \
     createCommitOnBranch(input: $input) { commit { oid } } }";

impl GitHub {
    /// Prepares to make commits in a repository. Nothing is sent yet.
    ///
    /// `endpoint` is the address of the API where it does not follow from that
    /// of the repository.
    ///
    /// # Errors
    /// When the address is not one of GitHub's, or there is no token.
    pub fn new(url: &RepositoryUrl, access: &Access, endpoint: Option<String>) -> Result<Self> {
        let unsupported = |reason: &str| Error::Unsupported {
            url: url.to_string(),
            reason: reason.to_owned(),
        };
        let endpoint = endpoint
            .or_else(|| endpoint_of(url.place()))
            .ok_or_else(|| unsupported("no API leads to it: it is no repository on GitHub"))?;
        let repository = name_with_owner(url.path())
            .ok_or_else(|| unsupported("GitHub's API wants an address as OWNER/NAME"))?;
        let (_, token) = access.basic(url).ok_or_else(|| Error::Unauthorized {
            url: endpoint.clone(),
            reason: "GitHub's API wants a token, and none was given".to_owned(),
        })?;
        let host = host_of(&endpoint);
        if !endpoint.starts_with("https:") && !is_loopback(host) && !access.allow_insecure_http {
            return Err(Error::ClearText { url: endpoint });
        }
        Ok(Self {
            agent: agent(host, access)?,
            endpoint,
            authorization: Secret::new(format!("bearer {}", token.expose())),
            repository,
            url: url.to_string(),
        })
    }

    /// Makes a commit, and returns its id, or why there is none.
    pub(crate) fn commit(&self, wanted: &Wanted<'_>) -> Result<Result<ObjectId, Report>> {
        let request = json!({ "query": MUTATION, "variables": { "input": self.input(wanted) } });
        let answer = self.post(&request)?;
        let commit = &answer["data"]["createCommitOnBranch"]["commit"]["oid"];
        if let Some(id) = commit.as_str() {
            let id = ObjectId::from_hex(id.as_bytes());
            return id.map(Ok).map_err(|_| self.lost("the commit has no id"));
        }
        let error = &answer["errors"][0];
        let message = clean(error["message"].as_str().unwrap_or_default().as_bytes());
        let kind = error["type"].as_str().unwrap_or_default();
        match kind {
            _ if message.is_empty() => {
                Err(self.lost("the API answers neither a commit nor an error"))
            }
            "NOT_FOUND" => Err(Error::NoSuchRepository {
                url: self.url.clone(),
                words: message,
            }),
            "RATE_LIMITED" => Err(Error::Throttled {
                url: self.endpoint.clone(),
                reason: message,
                seconds: 60,
            }),
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => Err(Error::ReadOnly {
                url: self.url.clone(),
                words: message,
            }),
            _ => Ok(Err(refusal(wanted.branch, kind, &message))),
        }
    }

    fn input(&self, wanted: &Wanted<'_>) -> Value {
        let (headline, body) = wanted
            .message
            .split_once('\n')
            .unwrap_or((wanted.message, ""));
        let mut additions = Vec::new();
        let mut deletions = Vec::new();
        for change in wanted.changes {
            match &change.content {
                Some(content) => additions.push(json!({
                    "path": change.path,
                    "contents": BASE64_STANDARD.encode(content),
                })),
                None => deletions.push(json!({ "path": change.path })),
            }
        }
        json!({
            "branch": {
                "repositoryNameWithOwner": self.repository,
                "branchName": wanted.branch,
            },
            "message": { "headline": headline, "body": body.trim() },
            "expectedHeadOid": wanted.head.to_string(),
            "fileChanges": { "additions": additions, "deletions": deletions },
        })
    }

    fn post(&self, request: &Value) -> Result<Value> {
        let post = self
            .agent
            .post(&self.endpoint)
            .header("authorization", self.authorization.expose())
            .header("content-type", "application/json")
            .send(request.to_string());
        let response = post.map_err(|error| self.not_answered(&error))?;
        let status = response.status().as_u16();
        let wait = response.headers().get("retry-after");
        let wait = wait.and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
        let mut body = response.into_body();
        let text = body.with_config().limit(LIMIT).read_to_string();
        let text = text.map_err(|error| self.not_answered(&error))?;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let said = answer["message"].as_str().unwrap_or_default();
        let said = match clean(said.as_bytes()) {
            said if said.is_empty() => format!("the API answers {status}"),
            said => format!("the API answers {status}: {said}"),
        };
        match (status, wait) {
            (200, _) => Ok(answer),
            (401, _) => Err(Error::Unauthorized {
                url: self.endpoint.clone(),
                reason: said,
            }),
            (403 | 429, Some(seconds)) => Err(Error::Throttled {
                url: self.endpoint.clone(),
                reason: said,
                seconds,
            }),
            (403, None) => Err(Error::ReadOnly {
                url: self.url.clone(),
                words: said,
            }),
            (404, _) => Err(Error::NoSuchRepository {
                url: self.endpoint.clone(),
                words: said,
            }),
            // It may have been done all the same.
            (500.., _) => Err(self.lost(&said)),
            _ => Err(Error::Protocol {
                url: self.endpoint.clone(),
                reason: said,
            }),
        }
    }

    /// The connection failed: before anything was sent, or maybe after.
    fn not_answered(&self, error: &ureq::Error) -> Error {
        let reason = clean(error.to_string().as_bytes());
        if reason.contains("certificate") || matches!(error, ureq::Error::Tls(_)) {
            let url = self.endpoint.clone();
            return Error::Certificate { url, reason };
        }
        let is_unsent = match error {
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
            ureq::Error::Timeout(timeout) => {
                matches!(timeout, ureq::Timeout::Resolve | ureq::Timeout::Connect)
            }
            ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
            _ => false,
        };
        if is_unsent {
            let url = self.endpoint.clone();
            Error::Unreachable { url, reason }
        } else {
            self.lost(&reason)
        }
    }

    fn lost(&self, reason: &str) -> Error {
        Error::AnswerLost {
            url: self.endpoint.clone(),
            reason: reason.to_owned(),
        }
    }
}

/// Puts a refusal into the words that a git server has for it.
fn refusal(branch: &str, kind: &str, message: &str) -> Report {
    let has_moved = kind == "STALE_DATA" || message.starts_with("Expected branch to point to");
    let reason = if has_moved {
        format!("stale info: {message}")
    } else {
        message.to_owned()
    };
    Report {
        refused: vec![(format!("refs/heads/{branch}"), Some(reason))],
        messages: String::new(),
    }
}

/// Returns where the API of a GitHub server is.
fn endpoint_of(place: &Place) -> Option<String> {
    let (scheme, host, port) = match place {
        Place::Http {
            tls, host, port, ..
        } => (if *tls { "https" } else { "http" }, host, *port),
        Place::Ssh { host, .. } => ("https", host, None),
        Place::Local(_) | Place::Daemon { .. } => return None,
    };
    let name = host.to_ascii_lowercase();
    if matches!(name.as_str(), "github.com" | "ssh.github.com") {
        return Some("https://api.github.com/graphql".to_owned());
    }
    if name.ends_with(".ghe.com") {
        return Some(format!("https://api.{name}/graphql"));
    }
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}/api/graphql"))
}

fn host_of(endpoint: &str) -> &str {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

fn name_with_owner(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.split_once('/')?;
    let is_name = |name: &str| !name.is_empty() && !name.contains('/');
    (is_name(owner) && is_name(name)).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{endpoint_of, name_with_owner};
    use crate::git::RepositoryUrl;

    #[test]
    fn the_api_follows_from_the_address() {
        for (url, expected) in [
            (
                "https://github.com/o/r.git",
                "https://api.github.com/graphql",
            ),
            ("git@github.com:o/r.git", "https://api.github.com/graphql"),
            (
                "ssh://git@ssh.github.com:443/o/r",
                "https://api.github.com/graphql",
            ),
            (
                "https://acme.ghe.com/o/r",
                "https://api.acme.ghe.com/graphql",
            ),
            (
                "https://git.acme.example/o/r",
                "https://git.acme.example/api/graphql",
            ),
            (
                "http://127.0.0.1:8080/o/r",
                "http://127.0.0.1:8080/api/graphql",
            ),
            (
                "ssh://git@git.acme.example:2222/o/r",
                "https://git.acme.example/api/graphql",
            ),
        ] {
            let url = RepositoryUrl::parse(url).unwrap();
            assert_eq!(endpoint_of(url.place()).as_deref(), Some(expected), "{url}");
        }
        for url in ["/srv/deploy.git", "git://host/o/r"] {
            let url = RepositoryUrl::parse(url).unwrap();
            assert_eq!(endpoint_of(url.place()), None, "{url}");
        }
    }

    #[test]
    fn a_repository_has_an_owner_and_a_name() {
        assert_eq!(name_with_owner("/o/r.git").as_deref(), Some("o/r"));
        assert_eq!(name_with_owner("o/r/").as_deref(), Some("o/r"));
        for path in ["/r.git", "/a/b/c", "/o/.git", "//"] {
            assert_eq!(name_with_owner(path), None, "{path}");
        }
    }
}
