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
        let known = self.find(deployment)?;
        let id = match known {
            Some(id) => id,
            None => self.create(deployment)?,
        };
        let state = match deployment.state {
            DeploymentState::Pending => "pending",
            DeploymentState::InProgress => "in_progress",
            DeploymentState::Success => "success",
            DeploymentState::Failure => "failure",
        };
        if known.is_some() && self.newest_state(id)?.as_deref() == Some(state) {
            return Ok(());
        }
        let mut body = json!({
            "state": state,
            "description": shortened(&deployment.description, LONGEST),
        });
        if let Some(log) = &deployment.log {
            body["log_url"] = json!(log);
        }
        self.tell(id, body)?;
        match deployment.request {
            Some(request) if known.is_none() => self.retire(deployment, (request, id)),
            _ => Ok(()),
        }
    }

    /// Ends what waits for the same request: the commit took its place. GitHub
    /// does so by itself only for what has arrived.
    fn retire(&self, deployment: &Deployment, (request, id): (u64, u64)) -> Result<()> {
        let all = self.list(deployment, "")?;
        let own = all
            .iter()
            .filter(|one| one["payload"]["request"] == request);
        for other in own.filter_map(|one| one["id"].as_u64()) {
            if other != id && self.newest_state(other)?.as_deref() == Some("pending") {
                let description = "another commit took its place";
                self.tell(
                    other,
                    json!({ "state": "inactive", "description": description }),
                )?;
            }
        }
        Ok(())
    }

    fn newest_state(&self, id: u64) -> Result<Option<String>> {
        let path = self.path(&format!("/deployments/{id}/statuses?per_page=1"));
        let newest = self.api.call(&Call::get(&path, WHAT))?;
        Ok(newest.body[0]["state"].as_str().map(str::to_owned))
    }

    fn tell(&self, id: u64, body: Value) -> Result<()> {
        let path = self.path(&format!("/deployments/{id}/statuses"));
        let call = Call::new(Method::POST, &path, WHAT).body(body);
        self.api.call(&call).map(drop)
    }

    fn find(&self, deployment: &Deployment) -> Result<Option<u64>> {
        let commit = &deployment.commit;
        let found = self.list(deployment, &format!("sha={commit}&"))?;
        let mut of_commit = found.iter().filter(|one| text(one, "sha") == *commit);
        Ok(of_commit.find_map(|one| one["id"].as_u64()))
    }

    /// Returns the newest records of the environment.
    fn list(&self, deployment: &Deployment, narrowed: &str) -> Result<Vec<Value>> {
        let environment = encoded(&deployment.environment);
        let task = encoded(TASK);
        let path = self.path(&format!(
            "/deployments?{narrowed}environment={environment}&task={task}&per_page=100"
        ));
        let Value::Array(mut found) = self.api.call(&Call::get(&path, WHAT))?.body else {
            return Err(self.api.protocol(&path, "a list was expected"));
        };
        found.retain(|one| text(one, "environment") == deployment.environment);
        Ok(found)
    }

    fn create(&self, deployment: &Deployment) -> Result<u64> {
        let path = self.path("/deployments");
        let call = Call::new(Method::POST, &path, WHAT).body(json!({
            "ref": deployment.commit,
            "task": TASK,
            "environment": deployment.environment,
            "description": shortened(&deployment.description, LONGEST),
            "payload": { "request": deployment.request },
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
