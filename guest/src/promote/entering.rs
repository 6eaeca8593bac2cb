//! What a promotion is let in for: gates, and pins.

use super::{Promotion, carried, target_view, way};
use crate::environment;
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::gate::{self, Admission};
use crate::join::join;
use crate::message::Move;
use crate::pin::{self, Pin, Wanted};
use crate::plan::{Plan, Problem};
use crate::report;
use crate::repository::Repository;
use crate::request::{GateRequest, PromoteRequest};
use crate::timeline::Timeline;
use crate::trail;
use std::collections::BTreeSet;

/// Returns what is asked of the gates for a promotion.
pub(super) fn gate_request(request: &PromoteRequest, from: &str) -> GateRequest {
    GateRequest {
        environment: request.to.clone(),
        apps: request.apps.clone(),
        from: Some(from.to_owned()),
        head: None,
    }
}

/// Plans what gates and pins let in.
pub(super) fn plan(
    promotion: &mut Promotion<'_>,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let view = target_view(&promotion.to.scope);
    let there = environment::at(&view, repository)?;
    let left = leave_pinned(promotion, there.get(), repository)?;
    let (plan, moves) = carried(promotion, repository)?;
    if plan.files.is_empty() {
        return Ok(warned(plan, left));
    }
    let entering = gate_request(&promotion.request, promotion.from.scope.name);
    let version = promotion.request.revision.clone();
    let way = way(&promotion.to.scope, facts);
    let admission = gate::admit(&entering, (version.as_deref(), way), facts, repository)?;
    let (mut plan, moves) = match admission.picked.is_empty() {
        true => (plan, moves),
        false => picked(promotion, &admission.picked, repository)?,
    };
    note(&mut plan, &admission);
    let history = Past::read(promotion, repository, &plan)?;
    let wanted: Vec<_> = moves.iter().map(|new| history.wanted(new)).collect();
    let plan = pin::respect(plan, &wanted, there.get())?;
    Ok(warned(plan, left))
}

fn warned(mut plan: Plan, warnings: Vec<Problem>) -> Plan {
    plan.warnings.extend(warnings);
    plan
}

/// Writes the gates into the request that carries the change.
fn note(plan: &mut Plan, admission: &Admission) {
    let Some(draft) = &mut plan.request else {
        return;
    };
    draft.notes.extend(report::gates(&admission.report));
}

/// Plans versions of the past: of each app the one that was picked.
fn picked(
    promotion: &mut Promotion<'_>,
    picked: &[(String, String)],
    repository: &dyn Repository,
) -> Result<(Plan, Vec<Move>), Failure> {
    let asked = promotion.request.clone();
    let from = promotion.from.scope.clone();
    let here: Vec<_> = promotion
        .to
        .apps()
        .into_iter()
        .map(|app| app.name)
        .collect();
    let current = promotion.from.apps().into_iter().map(|app| app.name);
    let wanted = current.filter(|app| match asked.apps.is_empty() {
        true => here.contains(app),
        false => asked.apps.contains(app),
    });
    let mut groups = Vec::<(Option<&str>, Vec<String>)>::new();
    for app in wanted {
        let pick = picked.iter().find(|(own, _)| *own == app);
        let commit = pick.map(|(_, commit)| commit.as_str());
        match groups.iter_mut().find(|(own, _)| *own == commit) {
            Some((_, apps)) => apps.push(app),
            None => groups.push((commit, vec![app])),
        }
    }
    let (mut whole, mut moves) = (Plan::default(), Vec::new());
    for (commit, apps) in groups {
        promotion.request.apps = apps;
        promotion.from = match commit {
            Some(commit) => environment::read_at(from.clone(), repository, commit)?,
            None => environment::read(from.clone(), repository)?,
        };
        let (plan, new) = carried(promotion, repository)?;
        join(&mut whole, plan);
        moves.extend(new);
    }
    promotion.request = asked;
    retitle(&mut whole, promotion);
    Ok((whole, moves))
}

/// Lets a change of several plans say that it is of all of them, unless the user
/// has a subject of their own.
fn retitle(plan: &mut Plan, promotion: &Promotion<'_>) {
    let apps = plan.message.lines();
    let apps: BTreeSet<_> = apps
        .filter_map(|line| line.strip_prefix("Towpath-App: "))
        .collect();
    if apps.len() < 2 || promotion.words.wording.has_subject() {
        return;
    }
    let (from, to) = (promotion.from.scope.name, promotion.to.scope.name);
    let subject = format!("Promote {} apps from {from} to {to}", apps.len());
    if let Some((_, rest)) = plan.message.split_once('\n') {
        plan.message = format!("{subject}\n{rest}");
    }
    if let Some(draft) = &mut plan.request {
        draft.title = subject;
    }
}

/// Leaves out what is pinned, when all apps are promoted; returns what to say about it.
fn leave_pinned(
    promotion: &mut Promotion<'_>,
    there: &dyn Repository,
    repository: &dyn Repository,
) -> Result<Vec<Problem>, Failure> {
    let pins = pin::all(there)?.into_iter().map(|(_, pin)| pin);
    let own = pins.filter(|pin| pin.environment == promotion.request.to && pin.app.is_some());
    let own: Vec<Pin> = own.collect();
    if own.is_empty() || !promotion.request.apps.is_empty() || promotion.to.pointer.is_some() {
        return Ok(Vec::new());
    }
    let history = Past::follow(promotion, repository)?;
    let here: Vec<_> = promotion
        .to
        .apps()
        .into_iter()
        .map(|app| app.name)
        .collect();
    let (mut apps, mut left) = (Vec::new(), Vec::new());
    for app in promotion.from.apps() {
        let version = app.version();
        let pin = own.iter().find(|pin| pin.app.as_ref() == Some(&app.name));
        let stays = pin.filter(|pin| {
            let differs = promotion.to.version_of(Some(&app.name)) != version;
            differs && !pin.ends_with(&history.of_app(&app.name, &version))
        });
        match stays {
            Some(pin) => left.push(pin::left_alone(pin, &version)),
            None if here.contains(&app.name) => apps.push(app.name),
            None => {}
        }
    }
    if left.is_empty() {
        return Ok(left);
    }
    if apps.is_empty() {
        let what: Vec<_> = own.iter().map(Pin::what).collect();
        let message = format!(
            "nothing else than {} is there to promote, and it is pinned",
            what.join(", ")
        );
        return Err(Failure::new(Kind::Pinned, message)
            .hint("Run `towpath unpin` for what may be promoted again."));
    }
    promotion.request.apps = apps;
    Ok(left)
}

/// What ran in the source environment, as far as pins need it.
struct Past {
    timelines: Vec<(String, Timeline)>,
}

impl Past {
    /// Follows the history only where a pin could be in the way.
    fn read(
        promotion: &Promotion<'_>,
        repository: &dyn Repository,
        plan: &Plan,
    ) -> Result<Self, Failure> {
        let there = environment::at(&target_view(&promotion.to.scope), repository)?;
        let touched = |pin: &Pin| {
            pin.files
                .iter()
                .any(|path| plan.files.iter().any(|file| file.path == *path))
        };
        match pin::all(there.get())?.iter().any(|(_, pin)| touched(pin)) {
            true => Self::follow(promotion, repository),
            false => Ok(Self {
                timelines: Vec::new(),
            }),
        }
    }

    fn follow(promotion: &Promotion<'_>, repository: &dyn Repository) -> Result<Self, Failure> {
        let from = &promotion.from;
        let enough = |trails: &[trail::Trail]| trails.iter().all(|trail| trail.events.len() > 2000);
        let trails = trail::follow(
            std::slice::from_ref(from),
            repository,
            &trail::Interest::until(&enough),
        )?;
        let trail = trails.into_iter().next().unwrap_or_default();
        let line = |app: String, now: String| {
            let timeline = Timeline::of(from.scope.name, &trail, &app, &now);
            (app, timeline)
        };
        let apps = from
            .apps()
            .into_iter()
            .map(|app| (app.name.clone(), app.version()));
        let whole = (String::new(), from.version_of(None));
        let timelines = apps.chain([whole]).map(|(app, now)| line(app, now));
        Ok(Self {
            timelines: timelines.collect(),
        })
    }

    /// Returns a new version as pins see it.
    fn wanted<'w>(&'w self, new: &'w Move) -> Wanted<'w> {
        let of = self.timelines.iter().find(|(_, timeline)| {
            let newest = timeline.stays.first();
            newest.is_some_and(|stay| stay.version == new.new)
        });
        let app = of.map_or("", |(app, _)| app.as_str());
        Wanted {
            of: new.what.parts().1,
            ..self.of_app(app, &new.new)
        }
    }

    fn of_app<'w>(&'w self, app: &str, version: &'w str) -> Wanted<'w> {
        let line = self.timelines.iter().find(|(own, _)| own == app);
        let stays = line.map_or(&[][..], |(_, timeline)| timeline.stays.as_slice());
        let at = stays.iter().position(|stay| stay.version == version);
        let built = at.and_then(|at| stays.get(at)).map(|stay| &stay.built);
        let earlier = at.map_or(&[][..], |at| stays.get(at + 1..).unwrap_or_default());
        // What came back is not newer than what came in between.
        let is_back = earlier.iter().any(|stay| stay.version == version);
        let earlier = earlier.iter().filter(|_| !is_back);
        Wanted {
            of: "",
            version,
            build: built.and_then(|built| built.build),
            source: built.and_then(|built| built.repository.as_deref()),
            earlier: earlier.map(|stay| stay.version.as_str()).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
