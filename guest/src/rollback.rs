//! `towpath rollback`: back to what ran before, and a pin so that it stays.

mod choose;
mod pins;
mod whole;
mod write;

pub(crate) use pins::held;

use crate::config;
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::gate::known_apps;
use crate::plan::Plan;
use crate::promote;
use crate::repository::Repository;
use crate::request::{Request, RollbackRequest};
use crate::trail;
use towpath_surface::preparation::{Preparation, Target};

/// A version that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Back {
    /// The app; the revision of the environment if none.
    app: Option<String>,
    /// The version that is there.
    from: String,
    /// The version that comes back.
    to: String,
    /// The values that come back, each with what it is of.
    values: Vec<(String, String)>,
    /// The number of the build that is rolled back, with its repository.
    build: Option<u64>,
    source: Option<String>,
}

/// Says where the commit of a rollback goes.
pub(crate) fn prepare(
    environment: &str,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let declared = config::required(repository)?;
    let scope = declared.scope(environment)?;
    let way = promote::way(&scope, &Facts::default());
    let environment = environment::read(scope, repository)?;
    let view = environment.writing_view().clone();
    Ok(Preparation {
        target: Target {
            repository: view.repository,
            branch: view.revision,
        },
        way,
        ..Preparation::default()
    })
}

/// Decides what to change to go back.
pub(crate) fn plan(
    request: &RollbackRequest,
    asked: &Request,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let now = asked.facts.since();
    if request.to.is_some() && request.steps.is_some() {
        return Err(
            Failure::new(Kind::Usage, "both a revision and steps are given")
                .hint("Pass --to or --steps, not both."),
        );
    }
    let declared = config::required(repository)?;
    let scope = declared.scope(&request.environment)?;
    let environment = environment::read(scope, repository)?;
    if request.whole {
        return whole::plan((request, asked), &environment, repository);
    }
    if !environment.runs_a_release() {
        known_apps(&environment, &request.apps)?;
    } else if !request.apps.is_empty() {
        return Err(runs_a_release(&environment));
    }
    let backs = choose::backs(request, &environment, repository)?;
    if backs.is_empty() {
        return Err(no_earlier(request));
    }
    let mut plan = write::plan((request, asked), &environment, &backs, repository)?;
    if !request.no_pin {
        pins::add(&mut plan, request, (&backs, now), &environment, repository)?;
    }
    Ok(plan)
}

fn runs_a_release(environment: &Environment<'_>) -> Failure {
    let name = environment.scope.name;
    let release = environment.version_of(None);
    Failure::new(
        Kind::Usage,
        format!("`{name}` runs {release}, of which no app can go back alone"),
    )
    .hint("Leave out the apps to go back to the release before.")
}

fn no_earlier(request: &RollbackRequest) -> Failure {
    let what = match &request.apps[..] {
        [] => format!("`{}`", request.environment),
        apps => format!("{} in `{}`", apps.join(", "), request.environment),
    };
    let message = match &request.to {
        Some(revision) => format!("{what} runs what it ran at {revision}"),
        None => format!("there is no earlier version of {what} to go back to"),
    };
    Failure::new(Kind::NoEarlierVersion, message).hint(format!(
        "Look at `towpath history {}` for what ran there.",
        request.environment
    ))
}

/// Follows the history of an environment until it is enough.
fn follow(
    environment: &Environment<'_>,
    repository: &dyn Repository,
    enough: &dyn Fn(&trail::Trail) -> bool,
) -> Result<trail::Trail, Failure> {
    let enough = |trails: &[trail::Trail]| trails.first().is_some_and(enough);
    let trails = trail::follow(
        std::slice::from_ref(environment),
        repository,
        &trail::Interest::until(&enough),
    )?;
    Ok(trails.into_iter().next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
