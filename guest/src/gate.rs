//! `towpath gate`: whether versions may enter an environment now.

mod report;

use crate::config::{self, Declared, Scope, meant};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::gates::{Candidate, Evaluation, Gate, Inputs, Outcome, Report};
use crate::promote;
use crate::repository::Repository;
use crate::request::GateRequest;
use crate::requests::About;
use towpath_surface::facts::{Facts, HeadBranch, Question};
use towpath_surface::preparation::{Inspection, Preparation, Way};

/// Says what has to be found out before gates are evaluated.
pub(crate) fn prepare(
    request: &GateRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    with_evaluation(request, (None, facts), repository, |evaluation| {
        Preparation {
            questions: evaluation.questions(),
            ..Preparation::default()
        }
    })
}

/// Evaluates the gates.
pub(crate) fn inspect(
    request: &GateRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let name = &request.environment;
    with_evaluation(request, (None, facts), repository, |evaluation| {
        let report = evaluation.report();
        Inspection {
            report: report::all(name, evaluation.candidates(), &report, facts.now),
            verdict: (!report.is_open()).then(|| closed(name, &report, facts.now).verdict()),
        }
    })
}

/// What gates let in.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// All gates.
    pub(crate) report: Report,
    /// The commits whose versions enter instead of the current ones, by app.
    pub(crate) picked: Vec<(String, String)>,
}

/// Lets versions into an environment, or refuses them. What comes by request is
/// refused only when it never was where it has to come from: the other gates
/// hold the request.
///
/// # Errors
/// `GateClosed`, with the reasons.
pub(crate) fn admit(
    request: &GateRequest,
    (version, way): (Option<&str>, Way),
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Admission, Failure> {
    if !is_gated(&request.environment, repository)? {
        return Ok(Admission::default());
    }
    with_evaluation(request, (version, facts), repository, |evaluation| {
        admitted(evaluation, (&request.environment, way), facts)
    })?
}

/// Lets versions into an environment that do not come from the one before, or
/// refuses them, as [`admit`] does.
///
/// # Errors
/// `GateClosed`, with the reasons.
pub(crate) fn admit_these(
    wants: Wants<'_>,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Admission, Failure> {
    let (environment, way) = (wants.environment, wants.way);
    wants.evaluate(facts, repository, |evaluation| {
        admitted(evaluation, (environment, way), facts)
    })?
}

/// Returns what has to be found out before they are let in.
pub(crate) fn questions_of(
    wants: Wants<'_>,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Vec<Question>, Failure> {
    wants.evaluate(facts, repository, |evaluation| evaluation.questions())
}

/// Whether an environment has gates.
pub(crate) fn is_gated(environment: &str, repository: &dyn Repository) -> Result<bool, Failure> {
    let declared = config::required(repository)?;
    Ok(!declared.scope(environment)?.settings.gates.is_empty())
}

fn admitted(
    evaluation: &Evaluation<'_>,
    (environment, way): (&str, Way),
    facts: &Facts,
) -> Result<Admission, Failure> {
    let report = evaluation.report();
    let holds_back = way == Way::Push || facts.merging.is_some();
    let stops = |outcome: &Outcome| !outcome.open && (holds_back || outcome.gate == Gate::RanIn);
    if report.outcomes.iter().any(stops) {
        return Err(closed(environment, &report, facts.now));
    }
    Ok(Admission {
        picked: evaluation.picked(),
        report,
    })
}

/// Versions that want to enter an environment.
pub(crate) struct Wants<'w> {
    /// The environment.
    pub(crate) environment: &'w str,
    /// The versions that differ from those that it runs.
    pub(crate) candidates: Vec<Candidate>,
    /// How they get there.
    pub(crate) way: Way,
    /// The branch of the request that carries them, where one does.
    pub(crate) head: Option<String>,
}

impl Wants<'_> {
    fn evaluate<T>(
        self,
        facts: &Facts,
        repository: &dyn Repository,
        then: impl FnOnce(&Evaluation<'_>) -> T,
    ) -> Result<T, Failure> {
        let declared = config::required(repository)?;
        let scope = declared.scope(self.environment)?;
        let head = facts.merging.clone().or(self.head);
        let head = head.map(|branch| HeadBranch {
            repository: promote::target(&scope).repository,
            branch,
        });
        let evaluation = Evaluation::new(Inputs {
            candidates: self.candidates,
            picks: false,
            declared: &declared,
            environment: self.environment,
            head: head.as_ref(),
            facts,
            repository,
        })?;
        Ok(then(&evaluation))
    }
}

/// Returns what has to be found out before a promotion is let in.
pub(crate) fn questions(
    request: &GateRequest,
    (version, facts): (Option<&str>, &Facts),
    repository: &dyn Repository,
) -> Result<Vec<Question>, Failure> {
    if !is_gated(&request.environment, repository)? {
        return Ok(Vec::new());
    }
    with_evaluation(request, (version, facts), repository, |evaluation| {
        evaluation.questions()
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
    (version, facts): (Option<&str>, &Facts),
    repository: &dyn Repository,
    then: impl FnOnce(&Evaluation<'_>) -> T,
) -> Result<T, Failure> {
    let declared = config::required(repository)?;
    let head = head(request, &declared.scope(&request.environment)?, facts);
    let evaluation = Evaluation::new(Inputs {
        candidates: candidates(&declared, (request, version), repository)?,
        picks: true,
        declared: &declared,
        environment: &request.environment,
        head: head.as_ref(),
        facts,
        repository,
    })?;
    Ok(then(&evaluation))
}

/// Returns the branch of the request that carries a promotion: the one that was
/// named, or else the one that `towpath promote` would take.
fn head(request: &GateRequest, scope: &Scope<'_>, facts: &Facts) -> Option<HeadBranch> {
    let by_request = promote::way(scope, facts) == Way::Request;
    let usual = by_request.then(|| {
        let about = About {
            what: "promote",
            environment: scope.name,
            apps: &request.apps,
        };
        about.head()
    });
    let named = facts.merging.clone().or_else(|| request.head.clone());
    Some(HeadBranch {
        repository: promote::target(scope).repository,
        branch: named.or(usual)?,
    })
}

/// Returns what would enter: the versions of the environment before that differ.
fn candidates(
    declared: &Declared,
    (request, version): (&GateRequest, Option<&str>),
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
    if let Some(candidate) = release(&source, &target, version) {
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
fn release(
    source: &Environment<'_>,
    target: &Environment<'_>,
    version: Option<&str>,
) -> Option<Option<Candidate>> {
    let running = target.pointer.as_ref()?.revision.clone();
    let own = source.pointer.as_ref().filter(|pointer| !pointer.moves());
    let runs = own.and_then(|pointer| pointer.revision.clone());
    let entering = runs.or_else(|| version.map(str::to_owned));
    Some(
        entering
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
