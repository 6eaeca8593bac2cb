//! One web client for one repository: one kept connection, credentials from
//! the first request on, errors in the words of the server.

use super::advertisement::is_lasting;
use super::agent::agent;
use super::proxy::is_loopback;
use super::rest::Rest;
use crate::git::error::clean;
use crate::git::url::redact;
use crate::git::wire::words;
use crate::git::{Access, Error, Place, RepositoryUrl, Result, Secret};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::io::{self, Read as _};
use towpath_surface::Kind;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// A request of gix.
pub(super) struct Request {
    pub(super) url: String,
    /// Whether it goes to the service that takes pushes.
    pub(super) writes: bool,
    pub(super) headers: Vec<(String, String)>,
}

/// An answer, read to its end so that the connection can be used again; of a
/// large one only the start.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Bytes of an answer that is read as a whole.
const SMALL: u64 = 64 << 10;

/// A web client for one repository.
pub(super) struct Client {
    agent: Agent,
    authorization: Option<Secret>,
    /// What was offered, for errors: never the token.
    offered: &'static str,
    url: String,
    host: String,
    limit: u64,
    redirected: Option<String>,
    failure: Option<Error>,
    /// What the last failure was, until there is a success.
    last: Option<Kind>,
    /// Whether the last failure was an answer of the server by its status.
    refused: bool,
    belief: Belief,
    /// An advertisement that stays true.
    advertisement: Option<Answer>,
    /// Whether the server says that it is one of GitHub's, on any host.
    is_github: bool,
}

/// Whether what was assumed of the server is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belief {
    /// Nothing was assumed yet.
    None,
    /// Something was, and no answer speaks for it or against it.
    Open,
    /// It may be wrong: the server has to be asked.
    Doubted,
}

/// Most redirects that are followed for one address.
const MOST_REDIRECTS: usize = 5;

impl Client {
    pub(super) fn new(url: &RepositoryUrl, access: &Access) -> Result<Self> {
        let host = url.host().unwrap_or_default();
        let is_tls = matches!(url.place(), Place::Http { tls: true, .. });
        let basic = access.basic(url);
        if basic.is_some() && !is_tls && !is_loopback(host) && !access.allow_insecure_http {
            return Err(Error::ClearText {
                url: url.to_string(),
            });
        }
        Ok(Self {
            agent: agent(host, access)?,
            offered: match basic {
                Some(_) => "the token was not accepted",
                None => "no token was given",
            },
            authorization: basic.map(|(user, token)| authorization(&user, &token)),
            url: url.to_string(),
            host: host.to_owned(),
            limit: access.limits.answer,
            redirected: None,
            failure: None,
            last: None,
            refused: false,
            belief: Belief::None,
            advertisement: None,
            is_github: false,
        })
    }

    /// Limits the bytes of the next answers.
    pub(super) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Returns the address that a redirect led to.
    pub(super) fn redirected(&self) -> Option<String> {
        self.redirected.clone()
    }

    /// Returns what went wrong last, once.
    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Takes note that something is assumed of the server.
    pub(super) fn assume(&mut self) {
        self.belief = Belief::Open;
    }

    /// Returns whether the server has to be asked.
    pub(super) fn is_doubted(&self) -> bool {
        self.belief == Belief::Doubted
    }

    /// Returns whether what was assumed may be why a request failed; from then
    /// on the server is asked. The network and credentials are other reasons.
    pub(super) fn doubt(&mut self) -> bool {
        let other = matches!(
            self.last,
            Some(Kind::Unreachable | Kind::UntrustedHost | Kind::Unauthorized)
        );
        let is_doubt = self.belief == Belief::Open && !other;
        if is_doubt {
            self.belief = Belief::Doubted;
        }
        is_doubt
    }

    /// Returns whether the server is one of GitHub's, as far as it has answered.
    pub(super) fn is_github(&self) -> bool {
        self.is_github
    }

    /// Returns whether the last failure was a status of the 300s or 400s.
    pub(super) fn was_refused(&self) -> bool {
        self.refused
    }

    /// Gets the advertisement of a service, unless it is known.
    pub(super) fn advertisement(&mut self, request: &Request, base: &str) -> Result<Answer> {
        if let Some(known) = self.advertisement.clone().filter(|_| !request.writes) {
            return Ok(known);
        }
        let answer = self.get(request, base)?;
        if !request.writes && is_lasting(&answer.body) {
            self.advertisement = Some(answer.clone());
        }
        Ok(answer)
    }

    /// Gets an address; follows redirects on the same host.
    fn get(&mut self, request: &Request, base: &str) -> Result<Answer> {
        let tail = request.url.strip_prefix(base).unwrap_or_default();
        let mut url = request.url.clone();
        for _ in 0..MOST_REDIRECTS {
            let response = self.with_retry(|client| {
                let mut get = client.agent.get(&url);
                for (name, value) in client.headers(request) {
                    get = get.header(name, value);
                }
                get.call()
            })?;
            if !response.status().is_redirection() {
                let (answer, _) = self.answer(response, request.writes, u64::MAX)?;
                if url != request.url {
                    self.redirected = url.strip_suffix(tail).map(str::to_owned);
                }
                return Ok(answer);
            }
            url = self.redirect(&response, &url, tail)?;
        }
        Err(self.fail(self.protocol("it redirects without end")))
    }

    /// Posts a request to a service.
    pub(super) fn post(
        &mut self,
        request: &Request,
        body: &[u8],
    ) -> Result<(Answer, Option<Rest>)> {
        let post = |client: &Self| {
            let mut post = client.agent.post(&request.url);
            for (name, value) in client.headers(request) {
                post = post.header(name, value);
            }
            post.send(body)
        };
        // A push may have been done although its answer got lost.
        let response = if request.writes {
            let response = post(self);
            response.map_err(|error| self.fail(self.unreachable(&error)))?
        } else {
            self.with_retry(post)?
        };
        let small = if request.writes { u64::MAX } else { SMALL };
        self.answer(response, request.writes, small)
    }

    fn headers<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = (&'a str, &'a str)> {
        let authorization = self
            .authorization
            .iter()
            .map(|value| ("authorization", value.expose()));
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        headers
            .filter(|(name, _)| !name.eq_ignore_ascii_case("user-agent"))
            .chain(authorization)
    }

    /// Sends a request that changes nothing, twice if need be: a kept connection
    /// may have been closed meanwhile.
    fn with_retry(
        &mut self,
        send: impl Fn(&Self) -> std::result::Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>> {
        let sent = match send(self) {
            Err(ureq::Error::Io(error)) if is_closed(&error) => send(self),
            sent => sent,
        };
        sent.map_err(|error| self.fail(self.unreachable(&error)))
    }

    /// Reads an answer, of one that is not `small` only the start; everything but
    /// success is an error.
    fn answer(
        &mut self,
        response: Response<Body>,
        writes: bool,
        small: u64,
    ) -> Result<(Answer, Option<Rest>)> {
        let status = response.status();
        let content_type = header(&response, "content-type");
        self.is_github |= response.headers().contains_key("x-github-request-id");
        let retry_after = header(&response, "retry-after").trim().parse().ok();
        let (_, body) = response.into_parts();
        let mut bytes = Vec::new();
        let limit = if status.is_success() {
            self.limit
        } else {
            64 << 10
        };
        let mut reader = body.into_reader();
        let whole = limit.min(small);
        let mut start = reader.by_ref().take(whole.saturating_add(1));
        let read = start.read_to_end(&mut bytes);
        if !status.is_success() {
            let said = if content_type.starts_with("text/plain") {
                &bytes[..]
            } else {
                b""
            };
            let error = match (status.as_u16(), retry_after) {
                (429, _) | (503, Some(_)) => self.throttled(status, retry_after, said),
                _ => self.refusal(status, writes, said),
            };
            let error = self.fail(error);
            self.refused = status.is_redirection() || status.is_client_error();
            return Err(error);
        }
        read.map_err(|error| self.fail(self.unreachable(&ureq::Error::Io(error))))?;
        let length = bytes.len() as u64;
        if length > limit {
            return Err(self.too_large(limit));
        }
        if !content_type.starts_with("application/x-git-") {
            let words = match content_type.as_str() {
                "" => "the answer is not one of git".to_owned(),
                kind => format!("the answer is {}, not one of git", clean(kind.as_bytes())),
            };
            let url = self.url.clone();
            return Err(self.fail(Error::NoSuchRepository { url, words }));
        }
        self.last = None;
        let rest = (length > whole).then(|| Rest::new(Box::new(reader), limit - length));
        let body = bytes;
        Ok((Answer { content_type, body }, rest))
    }

    /// Returns the next piece of a large answer, empty at its end.
    pub(super) fn piece(&mut self, piece: io::Result<Option<Vec<u8>>>) -> Result<Vec<u8>> {
        match piece {
            Ok(Some(piece)) => Ok(piece),
            Ok(None) => Err(self.too_large(self.limit)),
            Err(error) => Err(self.fail(self.unreachable(&ureq::Error::Io(error)))),
        }
    }

    fn too_large(&mut self, limit: u64) -> Error {
        self.fail(Error::TooLarge {
            url: self.url.clone(),
            what: "an answer".to_owned(),
            limit,
        })
    }

    /// Returns where a redirect leads to, as long as that is the same host: the
    /// token is for it alone.
    fn redirect(&mut self, response: &Response<Body>, from: &str, tail: &str) -> Result<String> {
        let location = header(response, "location");
        let target = if location.starts_with('/') {
            let scheme = from.find("://").map_or(0, |at| at + 3);
            let end = from[scheme..]
                .find('/')
                .map_or(from.len(), |at| scheme + at);
            format!("{}{location}", &from[..end])
        } else {
            location
        };
        let same_host = RepositoryUrl::parse(target.strip_suffix(tail).unwrap_or_default())
            .ok()
            .filter(|url| url.password().is_none())
            .filter(|url| {
                !from.starts_with("https:") || target.starts_with("https:") && url.host().is_some()
            })
            .is_some_and(|url| url.host() == Some(&self.host));
        if same_host {
            return Ok(target);
        }
        let target = redact(&target);
        let words = format!("the server redirects to \"{}\"", clean(target.as_bytes()));
        let url = self.url.clone();
        Err(self.fail(Error::NoSuchRepository { url, words }))
    }

    fn throttled(&self, status: StatusCode, retry_after: Option<u64>, said: &[u8]) -> Error {
        /// What a server means that gives no time.
        const USUAL: u64 = 5;
        Error::Throttled {
            url: self.url.clone(),
            reason: in_words(status, said),
            seconds: retry_after.unwrap_or(USUAL),
        }
    }

    fn refusal(&self, status: StatusCode, writes: bool, said: &[u8]) -> Error {
        let url = self.url.clone();
        let words = in_words(status, said);
        match status.as_u16() {
            401 => Error::Unauthorized {
                url,
                reason: format!("{} ({words})", self.offered),
            },
            403 if writes || words::meaning(&words) == words::Meaning::ReadOnly => {
                Error::ReadOnly { url, words }
            }
            403 => Error::Unauthorized {
                url,
                reason: format!("{} ({words})", self.offered),
            },
            404 | 410 => Error::NoSuchRepository { url, words },
            407 => Error::Unauthorized {
                url,
                reason: format!("the proxy wants other credentials ({words})"),
            },
            408 | 425 | 500.. => Error::Unreachable {
                url,
                reason: format!("the server answers {words}"),
            },
            _ => self.protocol(&format!("it answers {words}")),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> Error {
        let url = self.url.clone();
        let text = clean(error.to_string().as_bytes());
        if text.contains("certificate") || matches!(error, ureq::Error::Tls(_)) {
            let reason = text.trim_start_matches("io: ").to_owned();
            return Error::Certificate { url, reason };
        }
        if matches!(error, ureq::Error::ConnectProxyFailed(_)) && text.contains("407") {
            return Error::Unauthorized {
                url,
                reason: format!("the proxy wants other credentials ({text})"),
            };
        }
        let reason = match error {
            ureq::Error::HostNotFound => format!("the host \"{}\" is not known", self.host),
            ureq::Error::Timeout(timeout) => format!("no answer in time ({timeout})"),
            ureq::Error::Io(error) => clean(error.to_string().as_bytes()),
            _ => text,
        };
        Error::Unreachable { url, reason }
    }

    fn protocol(&self, reason: &str) -> Error {
        Error::Protocol {
            url: self.url.clone(),
            reason: reason.to_owned(),
        }
    }

    /// Remembers an error: gix passes on only a text.
    fn fail(&mut self, error: Error) -> Error {
        self.refused = false;
        self.last = Some(error.kind());
        self.failure = Some(error.clone());
        error
    }
}

/// Returns a status with what the server says about it.
fn in_words(status: StatusCode, said: &[u8]) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    let code = format!("{} {reason}", status.as_u16());
    match clean(said) {
        said if said.is_empty() => code,
        said => format!("{code}: {said}"),
    }
}

fn authorization(user: &str, token: &Secret) -> Secret {
    let pair = Secret::new(format!("{user}:{}", token.expose()));
    let encoded = BASE64_STANDARD.encode(pair.expose());
    Secret::new(format!("Basic {encoded}"))
}

fn header(response: &Response<Body>, name: &str) -> String {
    let value = response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::BrokenPipe | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::UnexpectedEof
    )
}
