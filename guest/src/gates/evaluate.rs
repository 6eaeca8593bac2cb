//! All gates of one environment, from the configuration and the facts.

use super::{
    Gate, Outcome, Picked, Report, approvals, newest_soaked, ran_in, soak, statuses, windows,
};
use crate::config::{Asks, Declared, Gates, Pick, Scope};
use crate::environment;
use crate::error::Failure;
use crate::repository::Repository;
use crate::time::{Instant, Span};
use crate::timeline::{Stay, Timeline};
use crate::trail::{self, Trail};
use towpath_surface::facts::{Answer, CommitAt, Facts, HeadBranch, Probe, ProbeTarget, Question};

/// A version of an app that wants to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The app; the environment as a whole if none.
    pub(crate) app: Option<String>,
    /// The version that wants to enter.
    pub(crate) version: String,
    /// The version that is there.
    pub(crate) running: Option<String>,
}

/// What gates are evaluated from.
pub(crate) struct Inputs<'i> {
    /// The configuration.
    pub(crate) declared: &'i Declared,
    /// The environment that is entered.
    pub(crate) environment: &'i str,
    /// The versions that want to enter.
    pub(crate) candidates: Vec<Candidate>,
    /// Whether other versions may be picked instead.
    pub(crate) picks: bool,
    /// The branch of the request that carries them, where one does.
    pub(crate) head: Option<&'i HeadBranch>,
    /// What only the launcher knows.
    pub(crate) facts: &'i Facts,
    /// The repository of the configuration.
    pub(crate) repository: &'i dyn Repository,
}

/// Where versions come from, with what was there when.
struct Origin {
    /// The repository whose commits bring versions there.
    repository: Option<String>,
    /// One for each candidate.
    timelines: Vec<Timeline>,
}

/// The gates of an environment, with what they are evaluated from.
pub(crate) struct Evaluation<'i> {
    inputs: Inputs<'i>,
    gates: &'i Gates,
    origins: Vec<Origin>,
    /// The stays that are picked instead of the current ones, by app.
    picked: Vec<(String, Stay)>,
}

impl<'i> Evaluation<'i> {
    /// Reads what the gates of an environment need of the history.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn new(mut inputs: Inputs<'i>) -> Result<Self, Failure> {
        let scope = inputs.declared.scope(inputs.environment)?;
        let gates = &scope.settings.gates;
        let mut origins = Vec::new();
        for name in origin_names(&scope) {
            origins.push(Origin::read(name, &inputs)?);
        }
        let picked = match (&origins[..], gates.pick, gates.soak) {
            ([first, ..], Pick::NewestSoaked, Some(needed)) if inputs.picks => {
                pick(&mut inputs, first, needed)
            }
            _ => Vec::new(),
        };
        Ok(Self {
            picked,
            inputs,
            gates,
            origins,
        })
    }

    /// Returns the versions that want to enter.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.inputs.candidates
    }

    /// Returns what only the launcher can find out.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        if !self.gates.statuses.is_empty() {
            questions.extend(self.commits().into_iter().map(Question::Statuses));
        }
        if !self.gates.source_statuses.is_empty() {
            let sources = self.sources().into_iter();
            questions.extend(sources.filter_map(|(_, at)| at).map(Question::Statuses));
        }
        if self.gates.approvals > 0 {
            questions.extend(self.inputs.head.cloned().map(Question::Request));
        }
        questions.extend(
            self.gates
                .probes
                .iter()
                .map(|probe| Question::Probe(ask(probe))),
        );
        let mut unique = Vec::new();
        for question in questions {
            if !unique.contains(&question) {
                unique.push(question);
            }
        }
        unique
    }

    /// Evaluates all gates.
    pub(crate) fn report(&self) -> Report {
        let gates = self.gates;
        let now = self.inputs.facts.now;
        let mut outcomes = Vec::new();
        for origin in &self.origins {
            for (candidate, timeline) in self.inputs.candidates.iter().zip(&origin.timelines) {
                outcomes.extend(origin_outcomes(gates, candidate, timeline, now));
            }
        }
        outcomes.extend(self.status_outcomes());
        outcomes.extend(windows(&gates.windows, &gates.freezes, now));
        if gates.approvals > 0 {
            outcomes.push(self.approval_outcome());
        }
        outcomes.extend(self.probe_outcomes());
        outcomes.dedup();
        Report { outcomes }
    }
}

/// Returns the environments that versions must have been in.
fn origin_names<'s>(scope: &Scope<'s>) -> Vec<&'s str> {
    let gates = &scope.settings.gates;
    if !gates.ran_in.is_empty() {
        return gates.ran_in.iter().collect();
    }
    let needs =
        gates.soak.is_some() || !gates.statuses.is_empty() || !gates.source_statuses.is_empty();
    let from = scope.settings.from.iter();
    from.filter(|_| needs).collect()
}

impl Origin {
    fn read(name: &str, inputs: &Inputs<'_>) -> Result<Self, Failure> {
        let scope = inputs.declared.scope(name)?;
        let gates = &inputs.declared.scope(inputs.environment)?.settings.gates;
        let environment = environment::read(scope, inputs.repository)?;
        let candidates = &inputs.candidates;
        let pick = if inputs.picks {
            gates.pick
        } else {
            Pick::Current
        };
        let here = |candidate: &Candidate| environment.version_of(candidate.app.as_deref());
        let line = |trail: &Trail, one: &Candidate| {
            let app = one.app.as_deref().unwrap_or_default();
            Timeline::of(name, trail, app, &here(one))
        };
        let enough = |trails: &[Trail]| {
            let trail = trails.first();
            trail.is_some_and(|trail| {
                let mut all = candidates.iter();
                all.all(|one| is_enough(pick, one, &line(trail, one)))
            })
        };
        let trails = trail::follow(
            std::slice::from_ref(&environment),
            inputs.repository,
            &trail::Interest::until(&enough),
        )?;
        let trail = trails.into_iter().next().unwrap_or_default();
        let timelines = candidates.iter().map(|one| line(&trail, one)).collect();
        Ok(Self {
            repository: environment.repository(),
            timelines,
        })
    }
}

/// Whether a time line goes back far enough to tell about a version.
fn is_enough(pick: Pick, candidate: &Candidate, timeline: &Timeline) -> bool {
    // The oldest stay may have begun earlier than is known.
    let mut known = timeline.stays.iter().filter(|stay| stay.commit.is_some());
    let mut has = |version: &str| known.any(|stay| stay.version == version);
    match pick {
        Pick::Current => has(&candidate.version),
        Pick::NewestSoaked => candidate.running.as_deref().is_some_and(&mut has),
    }
}

fn origin_outcomes(
    gates: &Gates,
    candidate: &Candidate,
    timeline: &Timeline,
    now: Instant,
) -> Vec<Outcome> {
    let mut outcomes = vec![ran_in(timeline, &candidate.version)];
    if let (Some(needed), true) = (gates.soak, outcomes[0].open) {
        outcomes.push(soak(timeline, &candidate.version, needed, now));
    }
    let outcomes = outcomes.into_iter();
    outcomes.map(|outcome| of(candidate, outcome)).collect()
}

fn of(candidate: &Candidate, outcome: Outcome) -> Outcome {
    match &candidate.app {
        Some(app) => outcome.of(app),
        None => outcome,
    }
}

/// Replaces the candidates by the newest versions that have soaked.
fn pick(inputs: &mut Inputs<'_>, origin: &Origin, needed: Span) -> Vec<(String, Stay)> {
    let now = inputs.facts.now;
    let mut all = Vec::new();
    for (candidate, timeline) in inputs.candidates.iter_mut().zip(&origin.timelines) {
        let running = candidate.running.as_deref();
        let Picked::Version(index) = newest_soaked(timeline, running, needed, now) else {
            continue;
        };
        if let Some(stay) = timeline.stays.get(index) {
            candidate.version.clone_from(&stay.version);
            if index > 0 {
                all.push((candidate.app.clone().unwrap_or_default(), stay.clone()));
            }
        }
    }
    all
}

impl Evaluation<'_> {
    /// Returns the commits whose versions enter instead of the current ones, by
    /// app: where the environment picks the newest that has soaked.
    pub(crate) fn picked(&self) -> Vec<(String, String)> {
        let picked = self.picked.iter();
        let commit = |(app, stay): &(String, Stay)| Some((app.clone(), stay.commit.clone()?));
        picked.filter_map(commit).collect()
    }

    /// Returns the stay that brought the version of a candidate, where it was.
    fn stays(&self) -> impl Iterator<Item = (&Origin, &Candidate, Option<&Stay>)> {
        self.origins.iter().flat_map(|origin| {
            let candidates = self.inputs.candidates.iter().zip(&origin.timelines);
            candidates.map(move |(candidate, timeline)| {
                let mut stays = timeline.stays.iter();
                let stay = stays.find(|stay| stay.version == candidate.version);
                (origin, candidate, stay)
            })
        })
    }

    /// Returns the commits that brought the candidates into where they come from.
    fn commits(&self) -> Vec<CommitAt> {
        let mut commits = Vec::new();
        for (origin, _, stay) in self.stays() {
            let at = stay
                .and_then(|stay| stay.commit.clone())
                .map(|commit| CommitAt {
                    repository: origin.repository.clone(),
                    commit,
                });
            commits.extend(at.filter(|at| !commits.contains(at)));
        }
        commits
    }

    /// Returns the commits that the candidates were built from, by the trailers.
    fn sources(&self) -> Vec<(&Candidate, Option<CommitAt>)> {
        let mut sources = Vec::<(&Candidate, Option<CommitAt>)>::new();
        for (_, candidate, stay) in self.stays() {
            let built = stay.map(|stay| &stay.built);
            let at = built.and_then(|built| {
                Some(CommitAt {
                    repository: Some(built.repository.clone()?),
                    commit: built.revision.clone()?,
                })
            });
            let mut known = sources.iter_mut();
            match known.find(|(own, _)| own.app == candidate.app) {
                Some((_, known)) => *known = known.take().or(at),
                None => sources.push((candidate, at)),
            }
        }
        sources
    }

    fn status_outcomes(&self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let names = |list: &crate::config::List| list.iter().map(str::to_owned).collect::<Vec<_>>();
        let wanted = names(&self.gates.statuses);
        if !wanted.is_empty() {
            let commits = self.commits();
            if commits.is_empty() {
                let reason = "no commit is known whose statuses could be looked at";
                outcomes.push(Outcome::closed(Gate::Status, reason));
            }
            outcomes.extend(commits.iter().flat_map(|at| self.statuses_of(&wanted, at)));
        }
        let wanted = names(&self.gates.source_statuses);
        let sources = self.sources().into_iter().filter(|_| !wanted.is_empty());
        for (candidate, at) in sources {
            let found = match at {
                Some(at) => self.statuses_of(&wanted, &at),
                None => vec![Outcome::closed(
                    Gate::Status,
                    format!("it is not known what {} was built from", candidate.version),
                )],
            };
            outcomes.extend(found.into_iter().map(|outcome| of(candidate, outcome)));
        }
        outcomes
    }

    fn statuses_of(&self, wanted: &[String], at: &CommitAt) -> Vec<Outcome> {
        let names = wanted.iter().map(String::as_str);
        match self.inputs.facts.answer(&Question::Statuses(at.clone())) {
            Some(Answer::Statuses(found)) => statuses(names, &at.commit, found),
            answer => {
                let why = unanswered(answer);
                let closed =
                    |name| Outcome::closed(Gate::Status, format!("`{name}` is not known: {why}"));
                names.map(closed).collect()
            }
        }
    }

    fn approval_outcome(&self) -> Outcome {
        let needed = self.gates.approvals;
        let Some(head) = self.inputs.head else {
            return approvals(needed, None, &[]);
        };
        match self.inputs.facts.answer(&Question::Request(head.clone())) {
            Some(Answer::Request(Some(request))) => {
                approvals(needed, Some(&request.head), &request.approvals)
            }
            Some(Answer::Request(None)) => approvals(needed, None, &[]),
            answer => {
                let why = unanswered(answer);
                Outcome::closed(Gate::Approval, format!("the request is not known: {why}"))
            }
        }
    }

    fn probe_outcomes(&self) -> Vec<Outcome> {
        let all = self.gates.probes.iter();
        all.map(|probe| {
            let asked = self.inputs.facts.answer(&Question::Probe(ask(probe)));
            match asked {
                Some(Answer::Probe(result)) => super::probe(&probe.name, Ok(result)),
                answer => super::probe(&probe.name, Err(&unanswered(answer))),
            }
        })
        .collect()
    }
}

fn ask(probe: &crate::config::Probe) -> Probe {
    Probe {
        name: probe.name.clone(),
        target: match &probe.asks {
            Asks::Command(command) => ProbeTarget::Command(command.clone()),
            Asks::Url(url) => ProbeTarget::Url(url.clone()),
        },
    }
}

/// Says why there is no answer.
fn unanswered(answer: Option<&Answer>) -> String {
    match answer {
        Some(Answer::Unknown(why)) => why.clone(),
        _ => "nobody asked".to_owned(),
    }
}
