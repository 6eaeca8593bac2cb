//! What lets the pipelines of one repository write to another: deploy keys on
//! the one, secrets on the other.
//!
//! GitHub: <https://docs.github.com/rest/deploy-keys> and
//! <https://docs.github.com/rest/actions/secrets>. GitLab:
//! <https://docs.gitlab.com/api/deploy_keys/> and
//! <https://docs.gitlab.com/api/project_level_variables/>. Gitea and Forgejo:
//! <https://docs.gitea.com/api/>.

mod secret;

use super::http::{Api, Call, encoded};
use super::{ForgeKind, Place, Result};
use crate::git::{Access, Secret};
use serde_json::{Value, json};
use ureq::http::Method;

/// A deploy key that a forge knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployKey {
    /// Its number.
    pub id: u64,
    /// Its title.
    pub title: String,
}

/// A secret that pipelines get.
#[derive(Clone, Debug)]
pub struct NewSecret<'s> {
    /// The name of the variable.
    pub name: &'s str,
    /// What is in it.
    pub value: &'s Secret,
    /// Whether only protected branches and tags get it, where the forge knows such.
    pub protected: bool,
}

/// What deploy keys are read for, for errors.
const READ: &str = "read the deploy keys";
/// What a deploy key is added for.
const ADD: &str = "register a deploy key";
/// What a deploy key is removed for.
const REMOVE: &str = "remove a deploy key";
/// What a secret is set for.
const SET: &str = "set a secret";

/// The keys and secrets of one repository on a forge.
pub struct KeyRing {
    api: Api,
    kind: ForgeKind,
    /// The path of the repository: `/repos/OWNER/NAME` or `/projects/ID`.
    repository: String,
}

/// Prepares to change the keys and secrets of a repository. Nothing is sent yet.
///
/// # Errors
/// When there is no token, or what was given cannot be used.
pub fn open_keys(place: &Place, token: Option<&Secret>, access: &Access) -> Result<KeyRing> {
    Ok(KeyRing {
        api: super::api(place, token, access)?,
        kind: place.kind,
        repository: match place.kind {
            ForgeKind::GitHub | ForgeKind::Gitea => format!("/repos/{}", place.path),
            ForgeKind::GitLab => format!("/projects/{}", encoded(&place.path)),
        },
    })
}

impl KeyRing {
    /// Returns the deploy keys.
    ///
    /// # Errors
    /// When the forge cannot be asked, or the token may not.
    pub fn deploy_keys(&self) -> Result<Vec<DeployKey>> {
        let page = match self.kind {
            ForgeKind::GitHub | ForgeKind::GitLab => "?per_page=100",
            ForgeKind::Gitea => "?limit=50",
        };
        let keys = self.api.list(&self.keys(page), READ)?;
        Ok(keys.iter().filter_map(deploy_key).collect())
    }

    /// Registers a public key that may push; returns its number.
    ///
    /// # Errors
    /// When the forge refuses.
    pub fn add_deploy_key(&self, title: &str, public: &str) -> Result<u64> {
        let path = self.keys("");
        let mut key = json!({ "title": title, "key": public });
        match self.kind {
            ForgeKind::GitHub | ForgeKind::Gitea => key["read_only"] = json!(false),
            ForgeKind::GitLab => key["can_push"] = json!(true),
        }
        let call = Call::new(Method::POST, &path, ADD).body(key);
        let number = self.api.call(&call)?.body["id"].as_u64();
        number.ok_or_else(|| self.api.protocol(&path, "there is no number in it"))
    }

    /// Removes a deploy key. One that is gone already is removed.
    ///
    /// # Errors
    /// When the forge refuses.
    pub fn remove_deploy_key(&self, id: u64) -> Result<()> {
        let path = self.keys(&format!("/{id}"));
        let call = Call::new(Method::DELETE, &path, REMOVE);
        self.api.call(&call.expect(&[404]))?;
        Ok(())
    }

    /// Gives the pipelines of the repository a secret, in place of one of the
    /// same name.
    ///
    /// # Errors
    /// When the forge refuses.
    pub fn set_secret(&self, secret: &NewSecret<'_>) -> Result<()> {
        match self.kind {
            ForgeKind::GitHub => self.set_sealed(secret),
            ForgeKind::GitLab => self.set_file(secret),
            ForgeKind::Gitea => self.set_plain(secret),
        }
    }

    fn keys(&self, rest: &str) -> String {
        let name = match self.kind {
            ForgeKind::GitHub | ForgeKind::Gitea => "keys",
            ForgeKind::GitLab => "deploy_keys",
        };
        self.path(&format!("/{name}{rest}"))
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.repository)
    }
}

/// Reads a key; every forge has the same names for these fields.
fn deploy_key(key: &Value) -> Option<DeployKey> {
    Some(DeployKey {
        id: key["id"].as_u64()?,
        title: key["title"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Returns the permission that keys and secrets need, as a sentence.
pub(super) fn permission(forge: ForgeKind, what: &str) -> &'static str {
    match (forge, what == SET) {
        (ForgeKind::GitHub, true) => {
            "Give the token the permission \"Secrets: write\" on the repository with the code."
        }
        (ForgeKind::GitHub, false) => {
            "Give the token the permission \"Administration: write\" on the deployment repository."
        }
        (ForgeKind::GitLab, _) => {
            "Give a token with the scope `api` and the role Maintainer in both projects."
        }
        (ForgeKind::Gitea, _) => {
            "Give the token the scope `write:repository`, of a user who administrates the repository."
        }
    }
}
