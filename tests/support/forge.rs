//! Forges on loopback: the API of GitHub, GitLab or Gitea, and a real repository
//! behind it, so that a merge moves a branch.
//!
//! All that is said, either way, is compared with what the forge has published.

mod gitea;
mod github;
mod gitlab;
pub(crate) mod keys;
mod sample;
pub(crate) mod server;
pub(crate) mod state;

use state::Fault;
pub(crate) use state::{Deployed, Progress, Pull, State, Word, Wrong};

use super::command::{command, expect_success, run_with};
use super::repository::BareRepository;
use super::tools::{project, python};
use sample::Published;
use serde_json::{Value, json};
use server::{Call, Reply, git_backend, serve};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use towpath_host::forge::ForgeKind;

/// The token that the fakes take.
pub(crate) const TOKEN: &str = "forge-token-of-the-tests";

/// A forge that runs in this process.
pub(crate) struct FakeForge {
    kind: ForgeKind,
    port: u16,
    shared: Arc<Shared>,
}

/// What the threads of the server share.
struct Shared {
    kind: ForgeKind,
    root: PathBuf,
    published: Published,
    state: Mutex<State>,
    exchanges: Mutex<Vec<Value>>,
}

impl FakeForge {
    /// Starts a forge with a repository.
    pub(crate) fn start(kind: ForgeKind, repository: &BareRepository) -> Self {
        let users = ["towpath", "jo", "kim"];
        let labels = ["deploy", "env:dev"];
        let numbered = |names: &[&str]| {
            let names = names.iter().zip(1..);
            names
                .map(|(name, number)| (number, (*name).to_owned()))
                .collect()
        };
        let shared = Arc::new(Shared {
            kind,
            root: repository.root().to_owned(),
            published: Published::read(file(kind)),
            state: Mutex::new(State {
                repository: repository.path(),
                users: numbered(&users),
                labels: numbered(&labels),
                milestones: numbered(&["Sprint 1", "Sprint 2"]),
                token: TOKEN.to_owned(),
                ..State::default()
            }),
            exchanges: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        let port = serve(move |call| served.answer(call));
        Self { kind, port, shared }
    }

    /// Returns the address of the forge.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address of the repository.
    pub(crate) fn repository(&self) -> String {
        format!("{}/acme/deploy.git", self.url())
    }

    /// Returns the name of the forge, as the option wants it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            ForgeKind::GitHub => "github",
            ForgeKind::GitLab => "gitlab",
            ForgeKind::Gitea => "gitea",
        }
    }

    /// Returns what the forge knows, to be looked at and changed.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// Lets calls go wrong.
    pub(crate) fn break_down(&self, method: &'static str, path: &'static str, what: Wrong) {
        self.state().faults.push(Fault {
            on: (method, path),
            times: 1,
            what,
        });
    }
}

impl Drop for FakeForge {
    /// Fails the test if anything was said that the forge does not know.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let exchanges = self.shared.exchanges();
        let lines: Vec<_> = exchanges.iter().map(Value::to_string).collect();
        let script = project().join("tests/support/forge/contract.py");
        let mut check = command(python("python"), Path::new("/"));
        check
            .arg(script)
            .arg(project().join("tests/openapi").join(file(self.kind)));
        match self.kind {
            ForgeKind::GitHub => check.arg(project().join("tests/openapi/github-more.json")),
            ForgeKind::Gitea => check.arg(project().join("tests/openapi/forgejo-more.json")),
            ForgeKind::GitLab => &mut check,
        };
        let output = run_with(&mut check, lines.join("\n").as_bytes());
        expect_success(&check, &output);
        let faults = String::from_utf8_lossy(&output.stdout);
        assert!(
            faults.is_empty(),
            "{} and its contract:\n{faults}",
            self.kind.name()
        );
    }
}

fn file(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::GitHub => "github.json",
        ForgeKind::GitLab => "gitlab.json",
        ForgeKind::Gitea => "forgejo.json",
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Value>> {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, call: &Call) -> Option<Reply> {
        if call.path.contains(".git/") {
            return Some(git_backend(&self.root, call));
        }
        let path = self.path(call);
        if let Some((old, new)) = &self.state().renamed
            && let Some(rest) = path
                .trim_start_matches("/api/v1")
                .strip_prefix(old.as_str())
        {
            let query = call
                .target()
                .split_once('?')
                .map(|(_, query)| format!("?{query}"));
            let target = format!("{new}{rest}{}", query.unwrap_or_default());
            return Some(Reply::json(307, &json!({})).with("Location", target));
        }
        let fault = self.state().fault(&call.method, &call.target());
        match fault {
            Some(Wrong::Status(status, headers)) => {
                let said = json!({ "message": "so it is", "documentation_url": "x" });
                let headers = headers.into_iter();
                let reply = headers.fold(Reply::json(status, &said), |reply, (name, value)| {
                    reply.with(name, value)
                });
                // What stands before a forge can send its clients elsewhere.
                if (300..400).contains(&status) {
                    return Some(reply);
                }
                return Some(self.noted(call, &path, reply));
            }
            Some(Wrong::Slow(time)) => sleep(time),
            Some(Wrong::AnswerLost) => {
                self.act(call, &path);
                return None;
            }
            None => {}
        }
        let reply = self.act(call, &path);
        Some(self.noted(call, &path, reply))
    }

    /// Returns the path as the published API has it.
    fn path(&self, call: &Call) -> String {
        let root = match self.kind {
            ForgeKind::GitHub => "/api/v3",
            ForgeKind::GitLab => "/api/v4",
            ForgeKind::Gitea => "",
        };
        call.path
            .strip_prefix(root)
            .unwrap_or(&call.path)
            .to_owned()
    }

    fn act(&self, call: &Call, path: &str) -> Reply {
        let mut state = self.state();
        let token = match self.kind {
            ForgeKind::GitHub => call.header("authorization").strip_prefix("Bearer "),
            ForgeKind::GitLab => Some(call.header("private-token")),
            ForgeKind::Gitea => call.header("authorization").strip_prefix("token "),
        };
        let is_for_apps = path.ends_with("/installation") || path.starts_with("/app/");
        if !is_for_apps && token != Some(state.token.as_str()) {
            let said =
                json!({ "message": "Bad credentials", "documentation_url": "x", "url": "x" });
            return Reply::json(401, &said);
        }
        let mut desk = Desk {
            state: &mut state,
            published: &self.published,
            call,
        };
        desk.tidy(self.kind);
        if let Some(reply) = keys::answer(&mut desk, self.kind, path) {
            return reply;
        }
        desk.state.note_versions();
        match self.kind {
            ForgeKind::GitHub => github::answer(&mut desk, path),
            ForgeKind::GitLab => gitlab::answer(&mut desk, path),
            ForgeKind::Gitea => gitea::answer(&mut desk, path),
        }
    }

    /// Keeps what was said, to be compared with the contract.
    fn noted(&self, call: &Call, path: &str, reply: Reply) -> Reply {
        let target = match call.query.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", call.query),
        };
        if !path.ends_with("/graphql") {
            self.exchanges().push(json!({
                "method": call.method,
                "path": target,
                "body": call.json(),
                "status": reply.status,
                "answer": serde_json::from_slice(&reply.body).unwrap_or(Value::Null),
            }));
        }
        reply
    }
}

/// One call with all that it takes to answer it.
struct Desk<'a> {
    state: &'a mut State,
    published: &'a Published,
    call: &'a Call,
}

impl Desk<'_> {
    /// Closes what has lost its branch, as GitHub and Gitea do.
    fn tidy(&mut self, kind: ForgeKind) {
        if kind == ForgeKind::GitLab {
            return;
        }
        let open = self.state.open().into_iter();
        let lost = open.filter(|pull| self.state.tip(&pull.head).is_none());
        let lost: Vec<u64> = lost.map(|pull| pull.number).collect();
        for number in lost {
            self.state.close(number);
        }
    }

    /// Returns one page of a list, with the address of the next one.
    fn page(&self, values: Vec<Value>, size: &str) -> Reply {
        let number = |name: &str| self.call.parameter(name)?.parse::<usize>().ok();
        let size = self.state.page.or(number(size)).unwrap_or(30);
        let page = number("page").unwrap_or(1);
        let is_last = values.len() <= page * size;
        let shown: Vec<_> = values
            .into_iter()
            .skip((page - 1) * size)
            .take(size)
            .collect();
        let reply = Reply::json(200, &Value::Array(shown));
        if is_last {
            return reply;
        }
        let query = self
            .call
            .query
            .split('&')
            .filter(|part| !part.starts_with("page="));
        let query: Vec<_> = query.collect();
        let host = self.call.header("host");
        let next = format!(
            "http://{host}{}?{}&page={}",
            self.call.path,
            query.join("&"),
            page + 1
        );
        reply.with(
            "Link",
            format!("<{next}>; rel=\"next\", <{next}>; rel=\"last\""),
        )
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}/acme/deploy/{rest}", self.call.header("host"))
    }

    fn user(&self, name: &str) -> bool {
        self.state.users.values().any(|user| user == name)
    }
}

/// Returns whether a commit cannot be there.
fn is_nowhere(commit: &str) -> bool {
    commit.bytes().all(|digit| digit == b'0')
}

/// Returns the texts of a list.
fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}
