//! Deployments: a record of each commit for each environment, and how far it is.

use super::{GitHub, text};
use crate::forge::http::{Call, encoded};
use crate::forge::{Deployment, DeploymentState, NO_COMMIT, Result, shortened};
use serde_json::{Value, json};
use ureq::http::Method;

/// What tells the records of Towpath from those of others.
const TASK: &str = "deploy:towpath";

const WHAT: &str = "record a deployment";

/// The longest description, in characters.
const LONGEST: usize = 140;

impl GitHub {
    /// Records how far a deployment is, unless that is known already.
    pub(super) fn record(&self, deployment: &Deployment) -> Result<()> {
        let id = match self.find(deployment)? {
            Some(id) => id,
            None => self.create(deployment)?,
        };
        let state = match deployment.state {
            DeploymentState::Pending => "pending",
            DeploymentState::InProgress => "in_progress",
            DeploymentState::Success => "success",
            DeploymentState::Failure => "failure",
        };
        let path = self.path(&format!("/deployments/{id}/statuses"));
        let newest = self
            .api
            .call(&Call::get(&format!("{path}?per_page=1"), WHAT))?;
        if newest.body[0]["state"] == state {
            return Ok(());
        }
        let mut body = json!({
            "state": state,
            "description": shortened(&deployment.description, LONGEST),
        });
        if let Some(log) = &deployment.log {
            body["log_url"] = json!(log);
        }
        self.api
            .call(&Call::new(Method::POST, &path, WHAT).body(body))?;
        Ok(())
    }

    fn find(&self, deployment: &Deployment) -> Result<Option<u64>> {
        let (commit, environment) = (&deployment.commit, encoded(&deployment.environment));
        let task = encoded(TASK);
        let path = self.path(&format!(
            "/deployments?sha={commit}&environment={environment}&task={task}&per_page=100"
        ));
        let found = self.api.list(&path, WHAT)?;
        let of = |one: &&Value| {
            text(one, "sha") == *commit && text(one, "environment") == deployment.environment
        };
        Ok(found.iter().find(of).and_then(|one| one["id"].as_u64()))
    }

    fn create(&self, deployment: &Deployment) -> Result<u64> {
        let path = self.path("/deployments");
        let call = Call::new(Method::POST, &path, WHAT).body(json!({
            "ref": deployment.commit,
            "task": TASK,
            "environment": deployment.environment,
            "description": shortened(&deployment.description, LONGEST),
            // The commit is there already, and gates are evaluated elsewhere.
            "auto_merge": false,
            "required_contexts": [],
        }));
        let answer = self.api.call(&call)?;
        let id = answer.body["id"].as_u64();
        id.ok_or_else(|| self.api.protocol(&path, "there is no id in it"))
    }

    /// Tries to record a deployment of a commit that cannot be there.
    pub(super) fn may_record(&self) -> Result<()> {
        let path = self.path("/deployments");
        let call = Call::new(Method::POST, &path, WHAT).body(json!({
            "ref": NO_COMMIT,
            "task": TASK,
            "environment": "towpath",
            "auto_merge": false,
            "required_contexts": [],
        }));
        self.api.call(&call.expect(&[409, 422]))?;
        Ok(())
    }
}
