//! `towpath pin` and `towpath unpin`.

use super::{Pin, file, put};
use crate::config;
use crate::environment;
use crate::error::{Failure, Kind};
use crate::gate::known_apps;
use crate::plan::{Change, Location, Plan};
use crate::repository::Repository;
use crate::request::PinRequest;
use crate::rollback;
use crate::time::Zone;
use towpath_surface::preparation::Preparation;

/// Says where the commit of a pin goes.
pub(crate) fn prepare(
    request: &PinRequest,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    rollback::prepare(&request.environment, repository)
}

/// Decides which pins come or go.
pub(crate) fn plan(
    request: &PinRequest,
    now: i64,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let declared = config::required(repository)?;
    let scope = declared.scope(&request.environment)?;
    let environment = environment::read(scope, repository)?;
    let view = environment.writing_view().clone();
    let there = environment::at(&view, repository)?;
    let mut plan = match request.end {
        true => unpin(request, there.get())?,
        false => {
            known_apps(&environment, &request.apps)?;
            let mut plan = Plan::default();
            let apps = request.apps.iter().map(|app| Some(app.as_str()));
            let whole = request.apps.is_empty().then_some(None);
            for app in apps.chain(whole) {
                let mut pin = rollback::held(&environment, app);
                pin.reason = request.reason.clone().unwrap_or_default();
                pin.author.clone_from(&request.author);
                pin.since = Zone::utc().write(now);
                plan.changes.push(told(&pin, false));
                put(&mut plan, &pin, there.get())?;
            }
            plan
        }
    };
    plan.message = message(request, &plan);
    Ok(plan)
}

/// Removes the pins of the apps, or all of the environment.
fn unpin(request: &PinRequest, repository: &dyn Repository) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let pins = super::all(repository)?;
    let own: Vec<_> = pins
        .iter()
        .filter(|(_, pin)| pin.environment == request.environment)
        .collect();
    let is_of = |pin: &Pin, app: &String| pin.app.as_ref() == Some(app);
    if let Some(app) = request
        .apps
        .iter()
        .find(|app| !own.iter().any(|(_, pin)| is_of(pin, app)))
    {
        let names: Vec<_> = own
            .iter()
            .filter_map(|(_, pin)| pin.app.as_deref())
            .collect();
        let message = format!("{app} is not pinned in `{}`", request.environment);
        return Err(Failure::new(Kind::NoSuchApp, message).hint(config::meant(app, &names)));
    }
    for (path, pin) in own {
        let is_named = request.apps.is_empty() || request.apps.iter().any(|app| is_of(pin, app));
        if is_named {
            plan.changes.push(told(pin, true));
            plan.files.push(file::removed(path));
        }
    }
    Ok(plan)
}

fn told(pin: &Pin, end: bool) -> Change {
    let (pinned, free) = (Some("pinned".to_owned()), None);
    let (old, new) = if end { (pinned, free) } else { (free, pinned) };
    Change {
        at: Location {
            path: pin.path(),
            ..Location::default()
        },
        key: pin.what(),
        image: None,
        old,
        new,
        reason: pin.version.clone(),
    }
}

fn message(request: &PinRequest, plan: &Plan) -> String {
    if plan.files.is_empty() {
        return String::new();
    }
    let word = if request.end { "Unpin" } else { "Pin" };
    let what = match &request.apps[..] {
        [] => request.environment.clone(),
        apps => format!("{} in {}", apps.join(", "), request.environment),
    };
    let mut message = format!("{word} {what}\n\n");
    for change in &plan.changes {
        message.push_str(&format!("- {}: {}\n", change.key, change.reason));
    }
    message.push_str(&format!("\nTowpath-Environment: {}\n", request.environment));
    let reason = request.reason.as_deref().unwrap_or_default();
    let reason: Vec<_> = reason.split_whitespace().collect();
    message.push_str(&format!("Towpath-{word}: {}\n", reason.join(" ")).replace(": \n", ": yes\n"));
    message
}
