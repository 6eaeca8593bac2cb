//! Gitea and Forgejo: <https://docs.gitea.com/api/>.

use super::super::http::{Api, Call, encoded};
use super::super::{Place, Result};
use super::{ADD, DeployKey, KeyRing, NewSecret, READ, REMOVE, SET};
use serde_json::json;
use ureq::http::Method;

/// The keys and secrets of one repository on Gitea or Forgejo.
pub(super) struct GiteaKeys {
    api: Api,
    /// `/repos/OWNER/NAME`.
    repository: String,
}

impl GiteaKeys {
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

impl KeyRing for GiteaKeys {
    fn deploy_keys(&self) -> Result<Vec<DeployKey>> {
        let keys = self.api.list(&self.path("/keys?limit=50"), READ)?;
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
        let path = self.path(&format!("/actions/secrets/{}", encoded(secret.name)));
        let call = Call::new(Method::PUT, &path, SET);
        let call = call.body(json!({ "data": secret.value.expose() }));
        self.api.call(&call)?;
        Ok(())
    }
}
