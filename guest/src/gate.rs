//! `towpath gate`: whether versions may enter an environment now.

mod report;

use crate::config::{self, Declared, meant};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::gates::{Candidate, Evaluation, Inputs, Report};
use crate::repository::Repository;
use crate::request::GateRequest;
use towpath_surface::facts::{Facts, HeadBranch};
use towpath_surface::preparation::{Inspection, Preparation};

/// Says what has to be found out before gates are evaluated.
pub(crate) fn prepare(
    request: &GateRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    with_evaluation(request, facts, repository, |evaluation| Preparation {
        questions: evaluation.questions(),
        ..Preparation::default()
    })
}

/// Evaluates the gates.
pub(crate) fn inspect(
    request: &GateRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let name = &request.environment;
    with_evaluation(request, facts, repository, |evaluation| {
        let report = evaluation.report();
        Inspection {
            report: report::all(name, evaluation.candidates(), &report, facts.now),
            verdict: (!report.is_open()).then(|| closed(name, &report, facts.now).verdict()),
        }
    })
}

/// Describes an environment that may not be entered now.
pub(crate) fn closed(environment: &str, report: &Report, now: i64) -> Failure {
    let reasons: Vec<_> = report.closed().map(ToString::to_string).collect();
    let message = format!("`{environment}` is closed: {}", reasons.join("; "));
    let mut failure = Failure::new(Kind::GateClosed, message);
    failure.retry_at = report.look_again_at();
    failure.hint(match report.opens_at() {
        Some(at) => format!(
            "It opens {}; pass --wait to wait for it.",
            report::moment(at, now)
        ),
        None => "Try again later, or look at it with `towpath gate`.".to_owned(),
    })
}

fn with_evaluation<T>(
    request: &GateRequest,
    facts: &Facts,
    repository: &dyn Repository,
    then: impl FnOnce(&Evaluation<'_>) -> T,
) -> Result<T, Failure> {
    let declared = config::required(repository)?;
    let head = request.head.as_ref().map(|branch| HeadBranch {
        repository: None,
        branch: branch.clone(),
    });
    let evaluation = Evaluation::new(Inputs {
        candidates: candidates(&declared, request, repository)?,
        declared: &declared,
        environment: &request.environment,
        head: head.as_ref(),
        facts,
        repository,
    })?;
    Ok(then(&evaluation))
}

/// Returns what would enter: the versions of the environment before that differ.
fn candidates(
    declared: &Declared,
    request: &GateRequest,
    repository: &dyn Repository,
) -> Result<Vec<Candidate>, Failure> {
    let scope = declared.scope(&request.environment)?;
    let from = request
        .from
        .as_deref()
        .or_else(|| scope.settings.from.iter().next());
    let target = environment::read(scope.clone(), repository)?;
    let Some(from) = from else {
        known_apps(&target, &request.apps)?;
        return Ok(Vec::new());
    };
    let source = environment::read(declared.scope(from)?, repository)?;
    if let Some(candidate) = release(&source, &target) {
        return Ok(candidate.into_iter().collect());
    }
    known_apps(&source, &request.apps)?;
    let there = target.apps();
    let wanted = source.apps().into_iter();
    let wanted = wanted.filter(|app| request.apps.is_empty() || request.apps.contains(&app.name));
    let candidates = wanted.filter_map(|app| {
        let same = there.iter().find(|own| own.name == app.name)?;
        let (version, running) = (app.version(), same.version());
        (version != running).then(|| Candidate {
            app: Some(app.name),
            version,
            running: Some(running).filter(|running| !running.is_empty()),
        })
    });
    Ok(candidates.collect())
}

/// Returns the release that would enter, where environments run releases.
fn release(source: &Environment<'_>, target: &Environment<'_>) -> Option<Option<Candidate>> {
    let running = target.pointer.as_ref()?.revision.clone();
    let version = source.pointer.as_ref().filter(|pointer| !pointer.moves());
    let version = version.and_then(|pointer| pointer.revision.clone());
    Some(
        version
            .filter(|version| Some(version) != running.as_ref())
            .map(|version| Candidate {
                app: None,
                version,
                running,
            }),
    )
}

/// Refuses apps that an environment does not have.
pub(crate) fn known_apps(environment: &Environment<'_>, wanted: &[String]) -> Result<(), Failure> {
    let apps = environment.apps();
    let names: Vec<_> = apps.iter().map(|app| app.name.as_str()).collect();
    match wanted.iter().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Failure::new(
            Kind::NoSuchApp,
            format!(
                "no app `{name}` in environment `{}`",
                environment.scope.name
            ),
        )
        .hint(meant(name, &names))),
    }
}

#[cfg(test)]
mod tests;
