//! The web client for the API of a forge: one kept connection, JSON both ways,
//! patient where waiting helps.

use super::{Error, ForgeKind, Result};
use crate::git::{self, Access, Clock, Secret, SystemClock, agent, clean, is_loopback};
use serde_json::Value;
use std::io::Read as _;
use std::time::Duration;
use ureq::http::{HeaderMap, Method, Request, Uri};

/// How many pages of a list are read; there are 100 entries on each.
const MOST_PAGES: usize = 30;

/// How many redirects of a renamed repository are followed.
const MOST_REDIRECTS: usize = 4;

/// How much of an answer is read.
const LONGEST_ANSWER: u64 = 16 << 20;

/// The waits after failures that may pass.
const WAITS: [Duration; 3] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// The longest wait that a forge can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Where the API of a forge is, and what to show it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The forge.
    pub kind: ForgeKind,
    /// The address that all paths of the API come after.
    pub root: String,
    /// The header with the token, if there is one.
    pub authorization: Option<(&'static str, Secret)>,
}

/// A web client for the API of one forge.
pub(super) struct Api {
    agent: ureq::Agent,
    endpoint: Endpoint,
    clock: Box<dyn Clock + Send>,
}

/// One request to the API.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// The path after the root, with its query; or a whole address of this forge.
    pub(super) path: &'a str,
    pub(super) body: Option<Value>,
    /// What it does, for errors: `open a pull request`.
    pub(super) what: &'a str,
    /// Statuses that are no error, beside success.
    pub(super) expected: &'a [u16],
}

impl<'a> Call<'a> {
    pub(super) fn new(method: Method, path: &'a str, what: &'a str) -> Self {
        Self {
            method,
            path,
            body: None,
            what,
            expected: &[],
        }
    }

    pub(super) fn get(path: &'a str, what: &'a str) -> Self {
        Self::new(Method::GET, path, what)
    }

    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(super) fn expect(mut self, expected: &'a [u16]) -> Self {
        self.expected = expected;
        self
    }
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    headers: HeaderMap,
}

impl Answer {
    /// Returns what the forge says, in one line.
    pub(super) fn words(&self) -> String {
        words(&self.body)
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Returns how long the forge wants to be left alone, if it does.
    fn wait(&self, now: u64) -> Option<Duration> {
        let limited = matches!(self.status, 403 | 429 | 503);
        if let Ok(seconds) = self.header("retry-after").trim().parse() {
            return limited.then(|| Duration::from_secs(seconds));
        }
        let is_spent = self.header("x-ratelimit-remaining").trim() == "0"
            || self.header("ratelimit-remaining").trim() == "0";
        let reset = [
            self.header("x-ratelimit-reset"),
            self.header("ratelimit-reset"),
        ];
        let reset = reset.iter().find_map(|reset| reset.trim().parse().ok());
        match reset {
            Some(reset) if limited && is_spent => {
                Some(Duration::from_secs(u64::saturating_sub(reset, now) + 1))
            }
            _ if self.status == 429 || (limited && self.words().contains("secondary rate")) => {
                Some(Duration::from_secs(60))
            }
            _ => None,
        }
    }

    /// Returns the address of the next page.
    fn next(&self) -> Option<String> {
        let links = self.header("link").split(',');
        links
            .filter(|link| link.contains("rel=\"next\""))
            .find_map(|link| {
                let address = link.split_once('<')?.1.split_once('>')?.0;
                Some(address.to_owned())
            })
    }
}

impl Api {
    pub(super) fn new(endpoint: Endpoint, access: &Access) -> Result<Self> {
        let invalid = |reason: &str| Error::InvalidUrl {
            url: endpoint.root.clone(),
            reason: reason.to_owned(),
        };
        let root: Uri = endpoint
            .root
            .parse()
            .map_err(|_| invalid("it is not an address"))?;
        let host = root.host().ok_or_else(|| invalid("it names no host"))?;
        let is_tls = root.scheme_str() == Some("https");
        if endpoint.authorization.is_some()
            && !is_tls
            && !is_loopback(host)
            && !access.allow_insecure_http
        {
            return Err(git::Error::ClearText {
                url: endpoint.root.clone(),
            }
            .into());
        }
        Ok(Self {
            agent: agent(host, access)?,
            endpoint,
            clock: Box::new(SystemClock::start()),
        })
    }

    /// Makes a call; anything but success and what is expected is an error.
    pub(super) fn call(&self, call: &Call<'_>) -> Result<Answer> {
        let url = match call.path.starts_with("http") {
            true => call.path.to_owned(),
            false => format!("{}{}", self.endpoint.root, call.path),
        };
        let answer = self.patiently(call, &url)?;
        if (200..300).contains(&answer.status) || call.expected.contains(&answer.status) {
            return Ok(answer);
        }
        Err(self.refusal(call, &answer))
    }

    /// Reads all pages of a list.
    pub(super) fn list(&self, path: &str, what: &str) -> Result<Vec<Value>> {
        let mut entries = Vec::new();
        let mut url = format!("{}{path}", self.endpoint.root);
        for _ in 0..MOST_PAGES {
            let call = Call::get(path, what);
            let answer = self.patiently(&call, &url)?;
            if !(200..300).contains(&answer.status) {
                return Err(self.refusal(&call, &answer));
            }
            let next = answer.next();
            match answer.body {
                Value::Array(page) => entries.extend(page),
                _ => return Err(self.protocol(&url, "a list was expected")),
            }
            match next {
                Some(next) if self.is_here(&next) => url = next,
                _ => break,
            }
        }
        Ok(entries)
    }

    /// Makes a request, and again where that is safe and may help.
    fn patiently(&self, call: &Call<'_>, url: &str) -> Result<Answer> {
        let mut waits = WAITS.into_iter();
        // A second one could do the same thing twice.
        let is_repeatable = call.method != Method::POST;
        loop {
            let answer = self.follow(call, url);
            let wait = match &answer {
                Ok(answer) => {
                    let limited = answer.wait(seconds_since_1970());
                    match (limited, answer.status) {
                        (Some(wait), _) if wait <= LONGEST_WAIT => Some(wait),
                        (None, 500..) if is_repeatable => Some(Duration::ZERO),
                        _ => None,
                    }
                }
                Err(Error::Unreachable { .. }) => Some(Duration::ZERO),
                Err(_) => None,
            };
            let (Some(wait), Some(usual)) = (wait, waits.next()) else {
                return answer;
            };
            let spread = Duration::from_millis(self.clock.random() % 200);
            self.clock
                .sleep(if wait.is_zero() { usual } else { wait } + spread);
        }
    }

    /// Makes a request, and again where a renamed repository went to.
    fn follow(&self, call: &Call<'_>, url: &str) -> Result<Answer> {
        let mut url = url.to_owned();
        for _ in 0..MOST_REDIRECTS {
            let answer = self.send(call, &url)?;
            let target = answer.header("location");
            if !matches!(answer.status, 301 | 302 | 307 | 308) || target.is_empty() {
                return Ok(answer);
            }
            let target = if target.starts_with('/') {
                format!("{}{target}", self.origin())
            } else {
                target.to_owned()
            };
            // The token is for this forge alone.
            if !self.is_here(&target) {
                return Err(self.protocol(&url, "it redirects to another host"));
            }
            url = target;
        }
        Err(self.protocol(&url, "it redirects without end"))
    }

    fn send(&self, call: &Call<'_>, url: &str) -> Result<Answer> {
        let body = call.body.as_ref().map(Value::to_string);
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url)
            .header("user-agent", concat!("towpath/", env!("CARGO_PKG_VERSION")))
            .header("accept", "application/json");
        if let Some((name, value)) = &self.endpoint.authorization {
            request = request.header(*name, value.expose());
        }
        if self.endpoint.kind == ForgeKind::GitHub {
            request = request.header("x-github-api-version", "2022-11-28");
        }
        let sent = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body)
                .map(|request| self.agent.run(request)),
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let sent = sent.map_err(|_| self.protocol(url, "its address is not one"))?;
        let lost = |reason: String| self.lost(call, url, &reason);
        let response = sent.map_err(|error| self.broken(call, url, &error))?;
        let status = response.status().as_u16();
        let (parts, body) = response.into_parts();
        let mut bytes = Vec::new();
        body.into_reader()
            .take(LONGEST_ANSWER)
            .read_to_end(&mut bytes)
            .map_err(|error| lost(error.to_string()))?;
        let body = match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) if bytes.is_empty() || !(200..300).contains(&status) => Value::Null,
            Err(_) => return Err(self.protocol(url, "the answer is not JSON")),
        };
        Ok(Answer {
            status,
            body,
            headers: parts.headers,
        })
    }

    /// Tells a request that was not sent from one whose answer was lost.
    fn broken(&self, call: &Call<'_>, url: &str, error: &ureq::Error) -> Error {
        let reason = clean(error.to_string().as_bytes());
        let is_unsent = matches!(
            error,
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::Tls(_)
        ) || matches!(error, ureq::Error::Io(error)
            if error.kind() == std::io::ErrorKind::ConnectionRefused);
        if reason.contains("certificate") {
            return git::Error::Certificate {
                url: self.endpoint.root.clone(),
                reason,
            }
            .into();
        }
        match is_unsent {
            true => Error::Unreachable {
                url: bare(url),
                reason,
            },
            false => self.lost(call, url, &reason),
        }
    }

    fn lost(&self, call: &Call<'_>, url: &str, reason: &str) -> Error {
        let (url, reason) = (bare(url), clean(reason.as_bytes()));
        match call.method == Method::POST {
            true => Error::AnswerLost { url, reason },
            false => Error::Unreachable { url, reason },
        }
    }

    /// Returns the error of an answer.
    pub(super) fn refusal(&self, call: &Call<'_>, answer: &Answer) -> Error {
        let words = match answer.words() {
            words if words.is_empty() => format!("status {}", answer.status),
            words => format!("{words} (status {})", answer.status),
        };
        let url = format!("{}{}", self.endpoint.root, bare(call.path));
        let what = call.what.to_owned();
        match answer.status {
            // A job token is good for little else than the repository.
            401 if !self.is_with("job-token") => Error::Unauthorized { url, words },
            403 if answer.wait(0).is_some() => Error::Unreachable { url, reason: words },
            401 | 403 => Error::Forbidden {
                hint: self.endpoint.kind.permission(call.what).to_owned(),
                what,
                words,
            },
            404 | 410 => Error::NotFound { what, url, words },
            429 => Error::Unreachable { url, reason: words },
            500.. if call.method == Method::POST => Error::AnswerLost { url, reason: words },
            500.. => Error::Unreachable { url, reason: words },
            status => Error::Refused {
                what,
                words,
                status,
            },
        }
    }

    /// Returns whether the token is shown in this header.
    fn is_with(&self, header: &str) -> bool {
        let authorization = self.endpoint.authorization.as_ref();
        authorization.is_some_and(|(name, _)| *name == header)
    }

    /// Returns the error of an answer that this API does not give.
    pub(super) fn protocol(&self, url: &str, reason: &str) -> Error {
        Error::Protocol {
            url: bare(url),
            forge: self.endpoint.kind.name(),
            reason: reason.to_owned(),
        }
    }

    /// Returns the root of the server.
    fn origin(&self) -> &str {
        let root = &self.endpoint.root;
        let start = root.find("://").map_or(0, |at| at + 3);
        let end = root[start..].find('/').map_or(root.len(), |at| start + at);
        &root[..end]
    }

    fn is_here(&self, url: &str) -> bool {
        let rest = url.strip_prefix(self.origin());
        rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Returns an address without its query.
fn bare(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn seconds_since_1970() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map(|now| now.as_secs()).unwrap_or_default()
}

/// Finds what a forge says in an answer: each has its own ways, and GitHub puts
/// the reason into a list.
fn words(body: &Value) -> String {
    let mut words = Vec::new();
    collect(body, &mut words);
    words.dedup();
    clean(words.join("; ").as_bytes()).replace('\n', "; ")
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.clone()),
        Value::Array(values) => values
            .iter()
            .take(5)
            .for_each(|value| collect(value, words)),
        Value::Object(fields) => {
            for name in ["message", "error", "error_description", "errors"] {
                if let Some(value) = fields.get(name) {
                    collect(value, words);
                }
            }
            if words.is_empty() {
                // GitLab: {"message": {"title": ["is too long"]}}
                for (name, value) in fields.iter().filter(|(_, value)| value.is_array()) {
                    let mut said = Vec::new();
                    collect(value, &mut said);
                    words.push(format!("{name} {}", said.join(", ")));
                }
            }
        }
        _ => {}
    }
}

/// Writes a text as part of a path or query.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
