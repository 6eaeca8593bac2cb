//! GitLab: <https://docs.gitlab.com/api/deploy_keys/> and
//! <https://docs.gitlab.com/api/project_level_variables/>.

use super::super::http::{Api, Call, encoded};
use super::super::{Place, Result};
use super::{ADD, DeployKey, KeyRing, NewSecret, READ, REMOVE, SET};
use serde_json::json;
use ureq::http::Method;

/// The keys and variables of one project on GitLab.
pub(super) struct GitLabKeys {
    api: Api,
    /// `/projects/ID`.
    project: String,
}

impl GitLabKeys {
    pub(super) fn new(api: Api, place: &Place) -> Self {
        Self {
            api,
            project: format!("/projects/{}", encoded(&place.path)),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.project)
    }
}

impl KeyRing for GitLabKeys {
    fn deploy_keys(&self) -> Result<Vec<DeployKey>> {
        let path = self.path("/deploy_keys?per_page=100");
        Ok(super::known(&self.api.list(&path, READ)?))
    }

    fn add_deploy_key(&self, title: &str, public: &str) -> Result<u64> {
        let path = self.path("/deploy_keys");
        let call = Call::new(Method::POST, &path, ADD).body(json!({
            "title": title,
            "key": public,
            "can_push": true,
        }));
        super::number(&self.api, &path, &self.api.call(&call)?)
    }

    fn remove_deploy_key(&self, id: u64) -> Result<()> {
        let path = self.path(&format!("/deploy_keys/{id}"));
        let call = Call::new(Method::DELETE, &path, REMOVE);
        self.api.call(&call.expect(&[404]))?;
        Ok(())
    }

    /// Sets a variable of type file. GitLab masks nothing that has several lines;
    /// what a job has in the variable is the name of the file.
    fn set_secret(&self, secret: &NewSecret<'_>) -> Result<()> {
        let mut variable = json!({
            "value": secret.value.expose(),
            "variable_type": "file",
            "protected": secret.protected,
            "masked": false,
            "raw": true,
        });
        let path = self.path(&format!("/variables/{}", encoded(secret.name)));
        let call = Call::new(Method::PUT, &path, SET).body(variable.clone());
        let answer = self.api.call(&call.expect(&[404]))?;
        if answer.status != 404 {
            return Ok(());
        }
        variable["key"] = json!(secret.name);
        let path = self.path("/variables");
        let call = Call::new(Method::POST, &path, SET).body(variable);
        self.api.call(&call)?;
        Ok(())
    }
}
