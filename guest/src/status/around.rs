//! What holds for an environment besides the versions in it: pins, gates and
//! open requests.

use crate::config::{Declared, Delivery, Scope};
use crate::environment::{self, Environment};
use crate::error::Failure;
use crate::facts::{Answer, Facts, HeadBranch, Question, RequestProgress, RequestState};
use crate::gate;
use crate::gates::{Evaluation, Known, Outcome, Report};
use crate::pin::{self, Pin};
use crate::repository::{Repository, View};
use crate::requests::{apps_of, heads_of};
use crate::time::Instant;

/// Branches of requests that are asked about at most, of each environment.
const ASKED: usize = 50;

/// What holds for an environment besides the versions in it.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Its pins.
    pub(crate) pins: Vec<Pin>,
    /// Its gates, where it has any.
    pub(crate) gates: Option<Gates>,
    /// The requests to change it that are open, as far as that is known.
    pub(crate) requests: Vec<Open>,
}

/// The gates of an environment.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    /// All of them.
    pub(crate) report: Report,
    /// The apps that would enter.
    entering: Vec<Option<String>>,
}

/// A request that is open.
#[derive(Debug)]
pub(crate) struct Open {
    /// The apps that it is about, as far as its branch tells.
    pub(crate) apps: Vec<String>,
    /// The request.
    pub(crate) request: RequestState,
}

/// Whether something may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It may.
    Open,
    /// It may not, until the time that is known, if one is.
    Closed(Option<Instant>),
    /// Not everything that matters could be found out.
    Unknown,
}

impl Gate {
    /// Returns its name for machines.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed(_) => "closed",
            Self::Unknown => "unknown",
        }
    }

    /// Returns when it opens, where that is known.
    pub(crate) fn opens_at(self) -> Option<Instant> {
        match self {
            Self::Closed(at) => at,
            Self::Open | Self::Unknown => None,
        }
    }
}

impl Gates {
    /// Returns whether an app may enter; none when it does not want to. Without a
    /// name it is about all that want to.
    pub(crate) fn of(&self, app: Option<&str>) -> Option<Gate> {
        let wants = |one: &Option<String>| one.is_none() || one.as_deref() == app;
        if self.entering.is_empty() || app.is_some() && !self.entering.iter().any(wants) {
            return None;
        }
        let counts =
            |one: &&Outcome| app.is_none() || one.app.is_none() || one.app.as_deref() == app;
        let own: Vec<_> = self.report.outcomes.iter().filter(counts).collect();
        let closed = own.iter().filter(|one| !one.open && one.known);
        let times: Vec<_> = closed.map(|one| one.opens_at).collect();
        Some(match times.is_empty() {
            false => {
                let known: Option<Vec<_>> = times.into_iter().collect();
                Gate::Closed(known.and_then(|times| times.into_iter().max()))
            }
            true if own.iter().all(|one| one.known) => Gate::Open,
            true => Gate::Unknown,
        })
    }
}

impl Around {
    /// Returns the pin that holds an app, or the whole environment if none is named.
    pub(crate) fn pin(&self, app: Option<&str>) -> Option<&Pin> {
        let mut pins = self.pins.iter();
        pins.find(|pin| pin.app.as_deref() == app)
    }

    /// Returns the requests about an app, or about the environment if none is named.
    pub(crate) fn requests(&self, app: Option<&str>) -> impl Iterator<Item = &RequestState> {
        let is_about = move |open: &&Open| match app {
            Some(app) => open.apps.iter().any(|own| own == app),
            None => open.apps.is_empty(),
        };
        self.requests
            .iter()
            .filter(is_about)
            .map(|open| &open.request)
    }

    /// Returns whether an app may enter, where that is a question.
    pub(crate) fn gate(&self, app: Option<&str>) -> Option<Gate> {
        self.gates.as_ref()?.of(app)
    }
}

/// Returns what only the launcher can find out for environments.
///
/// # Errors
/// When the history cannot be read.
pub(super) fn questions(
    declared: &Declared,
    known: Known<'_>,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Vec<Question>, Failure> {
    let mut questions = Vec::new();
    for environment in known.environments {
        let heads = heads(environment, repository);
        let all = heads.into_iter().map(|(_, head)| Question::Request(head));
        questions.extend(all);
        let inputs = (known, facts, None);
        if let Some(evaluation) = evaluation(environment, declared, inputs, repository)? {
            // Who only looks sets nothing in motion.
            let asked = evaluation.questions().into_iter();
            questions.extend(asked.filter(|one| !matches!(one, Question::Probe(_))));
        }
    }
    let mut unique = Vec::new();
    for question in questions {
        if !unique.contains(&question) {
            unique.push(question);
        }
    }
    Ok(unique)
}

/// Whether something about environments can only be found out by the launcher.
pub(super) fn may_ask(scopes: &[Scope<'_>]) -> bool {
    scopes.iter().any(|scope| {
        let settings = scope.settings;
        let gates = &settings.gates;
        settings.delivery == Delivery::Request
            || gates.approvals > 0
            || !gates.statuses.is_empty()
            || !gates.source_statuses.is_empty()
    })
}

/// Finds what holds for an environment; what cannot be found is a warning.
pub(super) fn around(
    environment: &Environment<'_>,
    declared: &Declared,
    (known, facts): (Known<'_>, &Facts),
    repository: &dyn Repository,
    warnings: &mut Vec<String>,
) -> Around {
    let name = environment.scope.name;
    let mut around = Around::default();
    match pins(environment, repository) {
        Ok(pins) => around.pins = pins,
        Err(failure) => warnings.push(failure.problem.message),
    }
    let mut carrying = None;
    let heads = heads(environment, repository);
    let apps = heads.first().map(|_| environment.apps());
    let apps = apps.into_iter().flatten().map(|app| app.name);
    let apps: Vec<_> = apps.collect();
    for (about, head) in heads {
        let question = Question::Request(head.clone());
        if let Some(Answer::Request(Some(request))) = facts.answer(&question)
            && request.progress == RequestProgress::Open
        {
            let (apps, request) = (apps_of(&about, &apps), request.clone());
            around.requests.push(Open { apps, request });
            carrying = carrying.or(Some(head));
        }
    }
    let inputs = (known, facts, carrying.as_ref());
    match evaluation(environment, declared, inputs, repository) {
        Ok(None) => {}
        Ok(Some(evaluation)) => {
            let candidates = evaluation.candidates().iter();
            around.gates = Some(Gates {
                report: evaluation.report(),
                entering: candidates.map(|one| one.app.clone()).collect(),
            });
        }
        Err(failure) => warnings.push(format!(
            "the gates of `{name}` are not known: {}",
            failure.problem.message
        )),
    }
    around
}

/// Evaluates the gates of an environment, where it has any and there is a clock.
fn evaluation<'i>(
    environment: &'i Environment<'i>,
    declared: &'i Declared,
    (known, facts, head): (Known<'i>, &'i Facts, Option<&'i HeadBranch>),
    repository: &'i dyn Repository,
) -> Result<Option<Evaluation<'i>>, Failure> {
    let settings = environment.scope.settings;
    if settings.gates.is_empty() || facts.now == 0 {
        return Ok(None);
    }
    let name = environment.scope.name;
    gate::look_at(name, declared, (known, head), facts, repository).map(Some)
}

fn pins(environment: &Environment<'_>, repository: &dyn Repository) -> Result<Vec<Pin>, Failure> {
    let there = environment::at(environment.writing_view(), repository)?;
    let all = pin::all(there.get())?.into_iter().map(|(_, pin)| pin);
    let name = environment.scope.name;
    Ok(all.filter(|pin| pin.environment == name).collect())
}

/// Returns the branches that may hold requests to change an environment, each
/// with what is behind the part that all have in common.
fn heads(environment: &Environment<'_>, repository: &dyn Repository) -> Vec<(String, HeadBranch)> {
    if environment.scope.settings.delivery != Delivery::Request {
        return Vec::new();
    }
    let prefix = heads_of(environment.scope.name);
    let view = environment.writing_view();
    let there = View {
        repository: view.repository.clone(),
        revision: None,
    };
    // Where branches cannot be listed, none is known.
    let refs = environment::at(&there, repository).and_then(|there| {
        let refs = there.get().refs(&prefix);
        refs.map_err(|error| crate::trail::unreadable(&error))
    });
    let heads = refs.unwrap_or_default().into_iter().filter_map(|one| {
        let about = one.name.strip_prefix(&prefix)?.to_owned();
        let branch = one.name.strip_prefix("refs/heads/")?.to_owned();
        let repository = view.repository.clone();
        Some((about, HeadBranch { repository, branch }))
    });
    heads.take(ASKED).collect()
}
