//! What follows a change: who is told, who runs it, and what is recorded.

use super::Environment;
use crate::argocd::ArgoCd;
use crate::args::{AfterOptions, ArgoCdOptions};
use crate::git::Secret;
use crate::notify::Notify;
use towpath_surface::variable::{ARGOCD_TOKEN, SLACK_URL, WEBHOOK_SECRET, WEBHOOK_URL};

/// What follows a change.
#[derive(Clone, Debug, Default)]
pub struct AfterSettings {
    /// Who is told.
    pub notify: Notify,
    /// Who runs the commit.
    pub argocd: Option<ArgoCd>,
    /// Whether a deployment is recorded.
    pub deployment: bool,
    /// The page of the pipeline run.
    pub run_url: Option<String>,
}

impl AfterSettings {
    /// Resolves what follows a change.
    #[must_use]
    pub fn resolve(options: &AfterOptions, environment: &Environment) -> Self {
        Self {
            notify: notify(environment),
            argocd: argocd(&options.argocd, environment),
            deployment: options.deployment.deployment,
            run_url: super::run_url(environment),
        }
    }

    /// Resolves what follows where nothing can be deployed but by Argo CD.
    #[must_use]
    pub fn synced(options: &ArgoCdOptions, environment: &Environment) -> Self {
        Self {
            argocd: argocd(options, environment),
            ..Self::told(environment)
        }
    }

    /// Resolves what follows where others are only told.
    #[must_use]
    pub fn told(environment: &Environment) -> Self {
        Self::resolve(&AfterOptions::default(), environment)
    }
}

/// Resolves which applications of Argo CD are synced, if any.
fn argocd(options: &ArgoCdOptions, environment: &Environment) -> Option<ArgoCd> {
    Some(ArgoCd {
        url: options.argocd_url.clone()?,
        token: Secret::new(environment.get(ARGOCD_TOKEN).unwrap_or_default()),
        apps: options.argocd_app.clone(),
        wait: options.argocd_wait,
    })
}

/// Resolves who is told of a change.
fn notify(environment: &Environment) -> Notify {
    let secret = |name| environment.get(name).map(Secret::new);
    Notify {
        webhook: secret(WEBHOOK_URL),
        webhook_secret: secret(WEBHOOK_SECRET),
        slack: secret(SLACK_URL),
    }
}
