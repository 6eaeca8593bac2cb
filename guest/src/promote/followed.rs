//! What is to be done by itself after a change has arrived in an environment.

use crate::config::Declared;
use crate::environment;
use crate::error::Failure;
use crate::repository::Repository;
use crate::request::{Intent, PromoteRequest};

/// A change that arrives in an environment.
pub(crate) struct Followed<'f> {
    /// The environment.
    pub(crate) name: &'f str,
    /// The apps that change; all of them if none.
    pub(crate) apps: &'f [String],
}

impl Followed<'_> {
    /// Returns the promotions that follow by themselves. What an environment has no
    /// place for does not go there.
    pub(crate) fn by(
        &self,
        declared: &Declared,
        repository: &dyn Repository,
    ) -> Result<Vec<Intent>, Failure> {
        let mut then = Vec::new();
        for to in declared.followers(self.name) {
            let Some(apps) = self.apps_of(to, declared, repository)? else {
                continue;
            };
            then.push(Intent::Promote(PromoteRequest {
                from: Some(self.name.to_owned()),
                to: to.to_owned(),
                apps,
                skip_missing: true,
                ..PromoteRequest::default()
            }));
        }
        Ok(then)
    }

    /// Returns the apps that go on to an environment; nothing if it has none of them.
    fn apps_of(
        &self,
        to: &str,
        declared: &Declared,
        repository: &dyn Repository,
    ) -> Result<Option<Vec<String>>, Failure> {
        let scope = declared.scope(to)?;
        // A release takes all apps along.
        if self.apps.is_empty() || scope.revision.is_some() {
            return Ok(Some(Vec::new()));
        }
        let there = environment::read(scope, repository)?.apps();
        let own = self.apps.iter();
        let own = own.filter(|app| there.iter().any(|known| known.name == **app));
        let apps: Vec<_> = own.cloned().collect();
        Ok((!apps.is_empty()).then_some(apps))
    }
}
