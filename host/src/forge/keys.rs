//! What lets the pipelines of one repository write to another: deploy keys on
//! the one, secrets on the other.

mod gitea;
mod github;
mod gitlab;

use super::http::{Answer, Api};
use super::{Endpoint, Error, ForgeKind, Place, Result};
use crate::git::{Access, Secret};
use serde_json::Value;

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

/// The keys and secrets of one repository on a forge.
pub trait KeyRing {
    /// Returns the deploy keys.
    ///
    /// # Errors
    /// When the forge cannot be asked, or the token may not.
    fn deploy_keys(&self) -> Result<Vec<DeployKey>>;

    /// Registers a public key that may push; returns its number.
    ///
    /// # Errors
    /// When the forge refuses.
    fn add_deploy_key(&self, title: &str, public: &str) -> Result<u64>;

    /// Removes a deploy key. One that is gone already is removed.
    ///
    /// # Errors
    /// When the forge refuses.
    fn remove_deploy_key(&self, id: u64) -> Result<()>;

    /// Gives the pipelines of the repository a secret, in place of one of the
    /// same name.
    ///
    /// # Errors
    /// When the forge refuses.
    fn set_secret(&self, secret: &NewSecret<'_>) -> Result<()>;
}

/// What deploy keys are read for, for errors.
const READ: &str = "read the deploy keys";
/// What a deploy key is added for.
const ADD: &str = "register a deploy key";
/// What a deploy key is removed for.
const REMOVE: &str = "remove a deploy key";
/// What a secret is set for.
const SET: &str = "set a secret";

/// Prepares to change the keys and secrets of a repository. Nothing is sent yet.
///
/// # Errors
/// When there is no token, or what was given cannot be used.
pub fn open_keys(
    place: &Place,
    token: Option<&Secret>,
    access: &Access,
) -> Result<Box<dyn KeyRing>> {
    let token = token.filter(|token| !token.is_blank());
    let token = token.ok_or(Error::NoToken {
        forge: place.kind.name(),
    })?;
    let endpoint = Endpoint {
        kind: place.kind,
        root: place.api.clone(),
        authorization: Some(place.authorization(token)),
    };
    let api = Api::new(endpoint, access)?;
    Ok(match place.kind {
        ForgeKind::GitHub => Box::new(github::GitHubKeys::new(api, place)),
        ForgeKind::GitLab => Box::new(gitlab::GitLabKeys::new(api, place)),
        ForgeKind::Gitea => Box::new(gitea::GiteaKeys::new(api, place)),
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

/// Returns the keys of a list; every forge has the same names for these fields.
fn known(keys: &[Value]) -> Vec<DeployKey> {
    let known = keys.iter().filter_map(|key| {
        Some(DeployKey {
            id: key["id"].as_u64()?,
            title: key["title"].as_str().unwrap_or_default().to_owned(),
        })
    });
    known.collect()
}

/// Returns the number of a key that was registered.
fn number(api: &Api, path: &str, answer: &Answer) -> Result<u64> {
    let number = answer.body["id"].as_u64();
    number.ok_or_else(|| api.protocol(path, "there is no number in it"))
}
