//! GitHub: <https://docs.github.com/rest/deploy-keys> and
//! <https://docs.github.com/rest/actions/secrets>.

use super::super::http::{Api, Call, encoded};
use super::super::{Place, Result};
use super::{ADD, DeployKey, KeyRing, NewSecret, READ, REMOVE, SET};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;
use serde_json::json;
use ureq::http::Method;

/// The keys and secrets of one repository on GitHub.
pub(super) struct GitHubKeys {
    api: Api,
    /// `/repos/OWNER/NAME`.
    repository: String,
}

impl GitHubKeys {
    pub(super) fn new(api: Api, place: &Place) -> Self {
        Self {
            api,
            repository: format!("/repos/{}", place.path),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.repository)
    }
}

impl KeyRing for GitHubKeys {
    fn deploy_keys(&self) -> Result<Vec<DeployKey>> {
        let keys = self.api.list(&self.path("/keys?per_page=100"), READ)?;
        Ok(super::known(&keys))
    }

    fn add_deploy_key(&self, title: &str, public: &str) -> Result<u64> {
        let path = self.path("/keys");
        let call = Call::new(Method::POST, &path, ADD).body(json!({
            "title": title,
            "key": public,
            "read_only": false,
        }));
        super::number(&self.api, &path, &self.api.call(&call)?)
    }

    fn remove_deploy_key(&self, id: u64) -> Result<()> {
        let path = self.path(&format!("/keys/{id}"));
        let call = Call::new(Method::DELETE, &path, REMOVE);
        self.api.call(&call.expect(&[404]))?;
        Ok(())
    }

    fn set_secret(&self, secret: &NewSecret<'_>) -> Result<()> {
        let path = self.path("/actions/secrets/public-key");
        let theirs = self.api.call(&Call::get(&path, SET))?.body;
        let key = theirs["key"].as_str().unwrap_or_default();
        let sealed = seal(key, secret.value.expose().as_bytes());
        let sealed = sealed.ok_or_else(|| self.api.protocol(&path, "its key cannot be used"))?;
        let path = self.path(&format!("/actions/secrets/{}", encoded(secret.name)));
        let call = Call::new(Method::PUT, &path, SET).body(json!({
            "encrypted_value": sealed,
            "key_id": theirs["key_id"],
        }));
        self.api.call(&call)?;
        Ok(())
    }
}

/// Encrypts something for the owner of a key, as libsodium's sealed boxes.
fn seal(key: &str, text: &[u8]) -> Option<String> {
    let key = BASE64_STANDARD.decode(key).ok()?;
    let key = PublicKey::from_slice(&key).ok()?;
    let sealed = key.seal(&mut OsRng, text).ok()?;
    Some(BASE64_STANDARD.encode(sealed))
}
