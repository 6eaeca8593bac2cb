//! Deploy keys of `acme/deploy` and secrets of `acme/web`, on every forge.

use super::server::Reply;
use super::{Desk, text};
use serde_json::{Value, json};
use towpath_host::forge::ForgeKind;

/// The key by which GitHub wants secrets encrypted.
pub(crate) const GITHUB_KEY: &str = "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=";

/// What opens what was encrypted by that key.
pub(crate) const GITHUB_PRIVATE_KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// A deploy key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub id: u64,
    pub title: String,
    pub key: String,
    pub may_write: bool,
}

/// Keys and secrets, and in which order they came and went.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub keys: Vec<Key>,
    /// The bodies that secrets were set by, with their names.
    pub secrets: Vec<(String, Value)>,
    /// Words such as `added`, `set` and `removed`.
    pub order: Vec<&'static str>,
}

/// Answers what is about keys and secrets, and nothing else.
pub(super) fn answer(desk: &mut Desk<'_>, kind: ForgeKind, path: &str) -> Option<Reply> {
    let (deploy, web) = match kind {
        ForgeKind::GitHub => ("/repos/acme/deploy", "/repos/acme/web"),
        ForgeKind::GitLab => ("/projects/acme%2Fdeploy", "/projects/acme%2Fweb"),
        ForgeKind::Gitea => ("/api/v1/repos/acme/deploy", "/api/v1/repos/acme/web"),
    };
    let keys = if kind == ForgeKind::GitLab {
        "/deploy_keys"
    } else {
        "/keys"
    };
    if let Some(rest) = path.strip_prefix(&format!("{deploy}{keys}")) {
        return Some(of_keys(desk, kind, rest.trim_start_matches('/')));
    }
    let rest = path.strip_prefix(web)?;
    let name = rest.rsplit('/').next().unwrap_or_default();
    let method = desk.call.method.as_str();
    Some(match (kind, method, rest) {
        (ForgeKind::GitHub, "GET", "/actions/secrets/public-key") => {
            Reply::json(200, &json!({ "key_id": "7", "key": GITHUB_KEY }))
        }
        (ForgeKind::GitHub | ForgeKind::Gitea, "PUT", _) => {
            let status = if set(desk, name) { 204 } else { 201 };
            let said = if kind == ForgeKind::GitHub && status == 201 {
                b"{}".to_vec()
            } else {
                Vec::new()
            };
            Reply {
                status,
                headers: Vec::new(),
                body: said,
            }
        }
        (ForgeKind::GitLab, "PUT", _) if !has(desk, name) => {
            Reply::json(404, &json!({ "message": "404 Variable Not Found" }))
        }
        (ForgeKind::GitLab, _, _) => variable(desk, name),
        _ => Reply::json(404, &json!({ "message": "Not Found" })),
    })
}

fn of_keys(desk: &mut Desk<'_>, kind: ForgeKind, id: &str) -> Reply {
    let body = desk.call.json();
    match desk.call.method.as_str() {
        "GET" => {
            let keys = desk.state.keys.keys.iter();
            let keys = keys.map(|key| shown(desk, kind, key)).collect();
            let size = if kind == ForgeKind::Gitea {
                "limit"
            } else {
                "per_page"
            };
            desk.page(keys, size)
        }
        "POST" => {
            let key = Key {
                id: desk
                    .state
                    .keys
                    .keys
                    .iter()
                    .map(|key| key.id)
                    .max()
                    .unwrap_or(0)
                    + 1,
                title: text(&body, "title").unwrap_or_default(),
                key: text(&body, "key").unwrap_or_default(),
                may_write: body["read_only"] == false || body["can_push"] == true,
            };
            // Gitea wants a title of its own for each.
            let mut known = desk.state.keys.keys.iter();
            if known.any(|other| other.title == key.title || other.key == key.key) {
                let said = json!({ "message": "key is already in use", "documentation_url": "x", "url": "x" });
                return Reply::json(if kind == ForgeKind::GitLab { 400 } else { 422 }, &said);
            }
            desk.state.keys.keys.push(key.clone());
            desk.state.keys.order.push("added");
            Reply::json(201, &shown(desk, kind, &key))
        }
        _ => {
            let id: u64 = id.parse().expect("a key has a number");
            desk.state.keys.keys.retain(|key| key.id != id);
            desk.state.keys.order.push("removed");
            Reply {
                status: 204,
                headers: Vec::new(),
                body: Vec::new(),
            }
        }
    }
}

fn shown(desk: &Desk<'_>, kind: ForgeKind, key: &Key) -> Value {
    let mut said = json!({ "id": key.id, "title": key.title, "key": key.key });
    let schema = match kind {
        ForgeKind::GitHub => "deploy-key",
        ForgeKind::GitLab => "deploy_key",
        ForgeKind::Gitea => "DeployKey",
    };
    match kind {
        ForgeKind::GitLab => said["can_push"] = json!(key.may_write),
        _ => said["read_only"] = json!(!key.may_write),
    }
    desk.published.value(schema, said)
}

/// Keeps a secret; returns whether it was there before.
fn set(desk: &mut Desk<'_>, name: &str) -> bool {
    let known = has(desk, name);
    let body = desk.call.json();
    desk.state.keys.order.push("set");
    desk.state.keys.secrets.push((name.to_owned(), body));
    known
}

fn has(desk: &Desk<'_>, name: &str) -> bool {
    let mut secrets = desk.state.keys.secrets.iter();
    secrets.any(|(known, _)| known == name)
}

fn variable(desk: &mut Desk<'_>, name: &str) -> Reply {
    let body = desk.call.json();
    let status = if desk.call.method == "POST" { 201 } else { 200 };
    let name = text(&body, "key").unwrap_or_else(|| name.to_owned());
    // What GitLab says when it is to mask something of several lines.
    let value = text(&body, "value").unwrap_or_default();
    if body["masked"] == true && value.contains('\n') {
        return Reply::json(400, &json!({ "message": { "value": ["is invalid"] } }));
    }
    set(desk, &name);
    let said = json!({
        "key": name,
        "value": value,
        "variable_type": body["variable_type"],
        "protected": body["protected"],
        "masked": body["masked"],
        "raw": body["raw"],
        "environment_scope": "*",
    });
    Reply::json(status, &desk.published.value("variable", said))
}
