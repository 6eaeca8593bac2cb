//! One change after another: what arrives in an environment may move on to the
//! next by itself.

use super::{Delivered, Launch};
use crate::console::Console;
use crate::error::Error;
use std::collections::VecDeque;
use towpath_surface::Kind;
use towpath_surface::facts::Facts;
use towpath_surface::request::{Intent, Request, Source, Wording};

/// All that became of one run.
pub(super) struct Steps {
    /// The change that was asked for.
    pub(super) first: Delivered,
    /// What followed by itself, each by its environment.
    pub(super) later: Vec<(String, Result<Delivered, Error>)>,
    /// Where it would go on to, in a run that only looks.
    pub(super) would_follow: Vec<String>,
}

impl Steps {
    /// Whether anything was changed anywhere.
    pub(super) fn changed(&self) -> bool {
        let later = self.later.iter().filter_map(|(_, step)| step.as_ref().ok());
        self.first.changed() || later.into_iter().any(Delivered::changed)
    }

    /// Takes what the run fails with, although something was delivered. What waits
    /// is no failure.
    pub(super) fn late(&mut self) -> Option<Error> {
        let own = self.first.late.take();
        own.or_else(|| self.late_further_on())
    }

    fn late_further_on(&mut self) -> Option<Error> {
        let (environment, step) = self.later.pop()?;
        match step {
            Err(error) if !waits(&error) => Some(behind(&environment, error)),
            Ok(mut delivered) => {
                let late = delivered.late.take_if(|late| !waits(late));
                let late = late.map(|error| behind(&environment, error));
                self.later.push((environment, Ok(delivered)));
                late
            }
            waiting => {
                self.later.push((environment, waiting));
                None
            }
        }
    }
}

/// Whether a change is only too early, or not wanted there.
pub(super) fn waits(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::GateClosed | Kind::Pinned | Kind::Downgrade
    )
}

/// Says what was done before something went wrong.
fn behind(environment: &str, mut error: Error) -> Error {
    error.problem.message = format!(
        "the change did not move on to `{environment}`: {}",
        error.problem.message
    );
    error.unchanged = false;
    error
}

impl Launch<'_> {
    /// Delivers the change that was asked for, and what follows.
    pub(super) fn all(&self, console: &mut Console) -> Result<Steps, Error> {
        let mut request = self.change.request.clone();
        request.facts.by_request = self.change.by_request.request;
        let first = self.one(request, console)?;
        let mut queue = VecDeque::from(first.then.clone());
        let is_dry = self.change.report.dry_run;
        let mut steps = Steps {
            would_follow: queue.iter().filter_map(target).filter(|_| is_dry).collect(),
            later: Vec::new(),
            first,
        };
        if is_dry || !steps.first.has_arrived || steps.first.late.is_some() {
            return Ok(steps);
        }
        while let Some(intent) = queue.pop_front() {
            let Some(environment) = target(&intent) else {
                continue;
            };
            console.step(&format!("going on to {environment}"));
            let step = self.one(self.follow(intent), console);
            let fails = match &step {
                Ok(delivered) => {
                    let goes_on = delivered.has_arrived && delivered.late.is_none();
                    queue.extend(delivered.then.iter().filter(|_| goes_on).cloned());
                    delivered.late.as_ref().is_some_and(|late| !waits(late))
                }
                Err(error) => !waits(error),
            };
            steps.later.push((environment, step));
            if fails {
                break;
            }
        }
        Ok(steps)
    }

    /// Asks for what follows. It comes from the same run, and is no build.
    fn follow(&self, intent: Intent) -> Request {
        let asked = &self.change.request;
        Request {
            intent,
            source: Source {
                run_url: asked.source.run_url.clone(),
                ..Source::default()
            },
            facts: Facts::default(),
            wording: Wording {
                skip_ci: asked.wording.skip_ci,
                ..Wording::default()
            },
        }
    }
}

fn target(intent: &Intent) -> Option<String> {
    match intent {
        Intent::Promote(promote) => Some(promote.to.clone()),
        _ => None,
    }
}
