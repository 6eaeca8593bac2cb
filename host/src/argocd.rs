//! Argo CD: tells it to sync, and waits until the applications run the commit.
//!
//! <https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/>

use crate::error::Error;
use crate::git::{self, Access, Clock, Secret, agent, clean, is_loopback};
use serde_json::{Value, json};
use std::io::Read as _;
use std::time::Duration;
use towpath_surface::Kind;
use ureq::http::{Method, Request, Uri};

/// How much of an answer is read; applications can have many resources.
const LONGEST_ANSWER: u64 = 32 << 20;

/// The longest time between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often a look may fail in a row before that is an error.
const MOST_FAILURES: u32 = 5;

/// How often in a row it has to look degraded: what ran before may have been.
const MOST_DEGRADED: u32 = 3;

/// Which applications are synced, and where.
#[derive(Clone, Debug, Default)]
pub struct ArgoCd {
    /// The address of the server.
    pub url: String,
    /// The token of an account that may sync.
    pub token: Secret,
    /// The applications by name, or as `NAMESPACE/NAME`.
    pub apps: Vec<String>,
    /// How long to wait for them; not at all when there is none.
    pub wait: Option<Duration>,
}

/// Syncs applications and waits until they run a commit in good health.
///
/// # Errors
/// When one cannot be synced, degrades, or does not come up in time.
pub fn sync(
    argocd: &ArgoCd,
    commit: &str,
    access: &Access,
    clock: &dyn Clock,
) -> Result<Vec<String>, Error> {
    let server = Server::new(argocd, access)?;
    for app in &argocd.apps {
        server.sync(app, commit)?;
    }
    let Some(longest) = argocd.wait else {
        let told = argocd
            .apps
            .iter()
            .map(|app| format!("told Argo CD to sync {app}"));
        return Ok(told.collect());
    };
    let started = clock.now();
    let mut healthy = Vec::new();
    for app in &argocd.apps {
        server.wait(app, commit, clock, started + longest)?;
        healthy.push(format!("{app} is healthy at {commit}"));
    }
    Ok(healthy)
}

/// A server with a kept connection.
struct Server<'a> {
    argocd: &'a ArgoCd,
    root: String,
    agent: ureq::Agent,
}

impl<'a> Server<'a> {
    fn new(argocd: &'a ArgoCd, access: &Access) -> Result<Self, Error> {
        let root = argocd.url.trim().trim_end_matches('/').to_owned();
        let shown = git::redact(&root);
        let invalid = |reason: &str| {
            Error::new(
                Kind::Usage,
                format!("\"{shown}\" is not the address of Argo CD: {reason}"),
            )
        };
        let address: Uri = root.parse().map_err(|_| invalid("it is none"))?;
        let host = address.host().ok_or_else(|| invalid("it names no host"))?;
        let is_tls = address.scheme_str() == Some("https");
        if !is_tls && !is_loopback(host) && !access.allow_insecure_http {
            return Err(git::Error::ClearText { url: shown }.into());
        }
        if argocd.token.is_blank() {
            return Err(Error::new(Kind::Unauthorized, "no token for Argo CD was given")
                .hint("Give the token of an account that may sync in the variable TOWPATH_ARGOCD_TOKEN."));
        }
        Ok(Self {
            argocd,
            agent: agent(host, access)?,
            root,
        })
    }

    /// Tells Argo CD to sync; one that is at it already is as good.
    fn sync(&self, app: &str, commit: &str) -> Result<(), Error> {
        let (name, query) = parts(app);
        let path = format!("/api/v1/applications/{name}/sync{query}");
        let body = json!({ "name": name, "revision": commit });
        let (status, answer) = self.send(Method::POST, &path, Some(&body))?;
        let words = words(&answer);
        match status {
            200..300 => Ok(()),
            // It will look at the new commit when it is done.
            _ if words.contains("another operation is already in progress") => Ok(()),
            // Where syncs are automatic, only their own revision may be asked for.
            _ if words.contains("auto-sync currently set to") => Ok(()),
            _ => Err(self.refused(app, status, &words)),
        }
    }

    /// Waits until an application runs a commit in good health.
    fn wait(&self, app: &str, commit: &str, clock: &dyn Clock, end: Duration) -> Result<(), Error> {
        let (name, query) = parts(app);
        let refresh = if query.is_empty() {
            "?refresh=normal"
        } else {
            "&refresh=normal"
        };
        let path = format!("/api/v1/applications/{name}{query}{refresh}");
        let mut pause = Duration::from_millis(500);
        let (mut failures, mut degraded) = (0, 0);
        loop {
            let seen = match self.send(Method::GET, &path, None) {
                Ok((200..300, answer)) => {
                    failures = 0;
                    look(&answer, commit)
                }
                Ok((status, answer)) if status < 500 => {
                    return Err(self.refused(app, status, &words(&answer)));
                }
                Ok((status, _)) => Seen::Not(format!("Argo CD answers {status}")),
                Err(error) => Seen::Not(error.problem.message.clone()),
            };
            let state = match seen {
                Seen::Healthy => return Ok(()),
                Seen::Failed(why) => return Err(not_deployed(app, &why)),
                Seen::Degraded(why) => {
                    degraded += 1;
                    if degraded >= MOST_DEGRADED {
                        return Err(not_deployed(app, &why));
                    }
                    why
                }
                Seen::Waiting(state) => {
                    degraded = 0;
                    state
                }
                Seen::Not(why) => {
                    failures += 1;
                    if failures >= MOST_FAILURES {
                        return Err(not_deployed(app, &why));
                    }
                    why
                }
            };
            if clock.now() >= end {
                return Err(not_deployed(app, &format!("not in time: {state}")));
            }
            clock.sleep(pause.min(end.saturating_sub(clock.now())));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), Error> {
        let unreachable = |reason: String| {
            let root = git::redact(&self.root);
            Error::new(
                Kind::Unreachable,
                format!("cannot reach Argo CD at \"{root}\": {reason}"),
            )
        };
        let bearer = Secret::new(format!("Bearer {}", self.argocd.token.expose().trim()));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.root))
            .header("authorization", bearer.expose())
            .header("content-type", "application/json");
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = request
            .body(text)
            .map_err(|error| unreachable(error.to_string()))?;
        let answer = self.agent.run(request);
        let answer = answer.map_err(|error| unreachable(clean(error.to_string().as_bytes())))?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        let read = answer
            .into_body()
            .into_reader()
            .take(LONGEST_ANSWER)
            .read_to_end(&mut bytes);
        read.map_err(|error| unreachable(error.to_string()))?;
        Ok((
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        ))
    }

    fn refused(&self, app: &str, status: u16, words: &str) -> Error {
        let (kind, hint) = match status {
            401 => (
                Kind::Unauthorized,
                "Check that the token in TOWPATH_ARGOCD_TOKEN has not expired.",
            ),
            403 => (
                Kind::ReadOnly,
                "Check the name, and give the account of the token the rights `get` and `sync` on it: Argo CD hides what a token may not see.",
            ),
            404 => (Kind::NotDeployed, "Check the name of the application."),
            _ => (Kind::NotDeployed, "Look at the application in Argo CD."),
        };
        let message = format!("Argo CD refuses to sync \"{app}\": {words} (status {status})");
        Error::new(kind, message).hint(hint)
    }
}

/// What an application looks like.
enum Seen {
    /// It runs the commit, or a later one, in good health.
    Healthy,
    /// It will not.
    Failed(String),
    /// It runs the commit, and not well.
    Degraded(String),
    /// It may yet.
    Waiting(String),
    /// It cannot be seen.
    Not(String),
}

fn look(app: &Value, commit: &str) -> Seen {
    let text = |path: &str| {
        app.pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let sync = text("/status/sync/status");
    let health = text("/status/health/status");
    let phase = text("/status/operationState/phase");
    let revisions = app
        .pointer("/status/sync/revisions")
        .and_then(Value::as_array);
    let is_there = text("/status/sync/revision") == commit
        || revisions.is_some_and(|all| all.iter().any(|one| one == commit));
    let operation = text("/status/operationState/operation/sync/revision");
    let is_ours = operation == commit || is_there;
    if is_ours && matches!(phase, "Failed" | "Error") {
        let message = text("/status/operationState/message");
        return Seen::Failed(format!("the sync failed: {}", clean(message.as_bytes())));
    }
    if is_there && sync == "Synced" {
        match health {
            "Healthy" => return Seen::Healthy,
            "Degraded" => {
                let message = text("/status/health/message");
                return Seen::Degraded(format!("it is degraded: {}", clean(message.as_bytes())));
            }
            "Suspended" => return Seen::Failed("it is suspended".to_owned()),
            _ => {}
        }
    }
    Seen::Waiting(format!("sync {sync}, health {health}"))
}

/// Splits `NAMESPACE/NAME` into what the address needs.
fn parts(app: &str) -> (String, String) {
    match app.split_once('/') {
        Some((namespace, name)) => (name.to_owned(), format!("?appNamespace={namespace}")),
        None => (app.to_owned(), String::new()),
    }
}

fn words(answer: &Value) -> String {
    let words = answer["message"].as_str().or(answer["error"].as_str());
    clean(words.unwrap_or_default().as_bytes())
}

/// The commit is pushed, and does not run.
fn not_deployed(app: &str, why: &str) -> Error {
    let message = format!("application \"{app}\" does not run the commit in good health: {why}");
    Error::new(Kind::NotDeployed, message).hint("Look at the application in Argo CD.")
}
