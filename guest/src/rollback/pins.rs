//! The pins that a rollback leaves.

use super::Back;
use crate::environment::{self, Environment};
use crate::error::Failure;
use crate::pin::Pin;
use crate::plan::{Plan, Problem};
use crate::repository::Repository;
use crate::request::RollbackRequest;
use crate::time::Zone;

/// Adds the pins of what goes back to the plan.
pub(super) fn add(
    plan: &mut Plan,
    request: &RollbackRequest,
    (backs, now): (&[Back], i64),
    environment: &Environment<'_>,
    repository: &dyn Repository,
) -> Result<(), Failure> {
    let view = environment.writing_view();
    let there = environment::at(view, repository)?;
    for back in backs {
        let mut pin = held(environment, back.app.as_deref());
        pin.version.clone_from(&back.to);
        pin.instead_of = Some(back.from.clone());
        pin.build = back.build;
        pin.source.clone_from(&back.source);
        pin.reason = request.reason.clone().unwrap_or_default();
        pin.author.clone_from(&request.author);
        pin.since = Zone::utc().write(now);
        leave(plan, &pin, there.get())?;
    }
    Ok(())
}

/// Adds one pin to the plan, and says how it ends.
pub(super) fn leave(
    plan: &mut Plan,
    pin: &Pin,
    repository: &dyn Repository,
) -> Result<(), Failure> {
    crate::pin::put(plan, pin, repository)?;
    let ends = match &pin.instead_of {
        Some(_) => "a build newer than what was rolled back, or",
        None => "only",
    };
    plan.warnings.push(Problem {
        code: "pinned".to_owned(),
        message: format!("{} is pinned to {} from now on", pin.what(), pin.version),
        at: None,
        hint: Some(format!("What ends it is {ends} `{}`.", pin.unpin())),
    });
    Ok(())
}

/// Returns a pin of what an app, or the whole environment, holds now.
pub(crate) fn held(environment: &Environment<'_>, app: Option<&str>) -> Pin {
    let mut pin = Pin {
        environment: environment.scope.name.to_owned(),
        app: app.map(str::to_owned),
        version: environment.version_of(app),
        ..Pin::default()
    };
    if let (None, true, Some(pointer)) = (app, environment.runs_a_release(), &environment.pointer) {
        pin.files.push(pointer.loaded.path().to_owned());
        pin.of
            .extend(pointer.held().map(|what| what.parts().1.to_owned()));
        return pin;
    }
    let apps = environment.apps();
    let own = apps
        .iter()
        .filter(|own| app.is_none_or(|app| own.name == app));
    for version in own.flat_map(|app| &app.versions) {
        let (_, of) = version.what.parts();
        for (list, text) in [
            (&mut pin.files, version.at.path.as_str()),
            (&mut pin.of, of),
        ] {
            if !list.iter().any(|known| known == text) {
                list.push(text.to_owned());
            }
        }
    }
    pin
}
