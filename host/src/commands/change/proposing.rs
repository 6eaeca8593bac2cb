//! A change on its way to the target, by a pull or merge request.

use super::delivering::Delivering;
use super::planning::Planning;
use super::{Delivered, named};
use crate::commands::holding::holding;
use crate::commands::requesting::{Planner, Requested, Requesting, expect_a_push, made};
use crate::commands::seconds_since_1970;
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git::{Access, Identity, Proposal, Remote, Snapshot};
use crate::settings;
use std::cell::RefCell;
use towpath_surface::facts::Answer;
use towpath_surface::plan::{Delivery, Plan, Problem, Requested as Told};
use towpath_surface::request::{Intent, Source};

impl Delivering<'_> {
    /// Brings the request to where it should be, or only says what that is.
    pub(super) fn propose(
        &self,
        (remote, access): (&mut Remote, &Access),
        planning: &mut Planning<'_>,
        console: &Console,
    ) -> Result<Delivered, Error> {
        let change = self.launch.change;
        expect_a_push(&self.launch.commit)?;
        let environment = self.launch.environment;
        let dry_run = change.report.dry_run;
        let url = remote.url().clone();
        let forge = match settings::forge(change.repository, environment, &url, access) {
            Err(error) if dry_run => return self.guess(remote, planning, &error),
            forge => forge?,
        };
        let proposing = Proposing {
            delivering: self,
            planning: RefCell::new(planning),
        };
        let base = self.branch();
        let holding = holding(
            (change.by_request, named(&self.request)),
            (&self.launch.sandbox, forge.as_ref()),
            (self.asking, &self.prepared.target),
            console,
        )?;
        let requesting = Requesting {
            hold: holding.as_ref(),
            ..self.requesting(&proposing, forge.as_ref(), base.as_deref(), console)
        };
        let mut requested = match dry_run {
            true => requesting.preview(remote)?,
            false => requesting.run(remote)?,
        };
        let (has_arrived, late) = match dry_run {
            true => (false, None),
            false => {
                let allowed = self.may_merge(&requested, remote, &proposing, console);
                let arrived = allowed.and_then(|()| requesting.conclude(&requested));
                match arrived {
                    Ok(arrived) => (arrived, None),
                    Err(error) => (false, Some(error)),
                }
            }
        };
        let records = change.after.deployment && !dry_run;
        let record = records
            .then(|| requested.recorded(forge.as_ref()))
            .flatten();
        let mut plan = requested.plan.clone();
        plan.warnings.extend(requested.warnings());
        plan.warnings
            .extend(settings::workflow_warning(environment));
        let mut delivery = requested.delivery(url.to_string(), dry_run);
        if has_arrived && !plan.is_empty() {
            delivery = merged(delivery, &requested, remote)?;
        }
        Ok(Delivered {
            plan,
            delivery,
            requested: Some(requested),
            has_arrived,
            late,
            record,
            ..Delivered::default()
        })
    }

    fn requesting<'r>(
        &'r self,
        planner: &'r dyn Planner,
        forge: &'r dyn Forge,
        base: Option<&'r str>,
        console: &'r Console,
    ) -> Requesting<'r> {
        let change = self.launch.change;
        Requesting {
            planner,
            sandbox: &self.launch.sandbox,
            forge,
            options: change.by_request,
            base,
            notes: Vec::new(),
            hold: None,
            deadline: change.repository.timeout,
            console,
        }
    }

    /// Looks at the gates again before a request is merged: now that it is there,
    /// people may have approved it.
    fn may_merge(
        &self,
        requested: &Requested,
        remote: &mut Remote,
        proposing: &Proposing<'_, '_>,
        console: &Console,
    ) -> Result<(), Error> {
        let options = self.launch.change.by_request;
        let Some(head) = requested.mergeable(options) else {
            return Ok(());
        };
        if !self.prepared.is_gated {
            return Ok(());
        }
        let mut request = self.request.clone();
        request.facts.now = seconds_since_1970();
        request.facts.merging = Some(head.branch.clone());
        let sandbox = &self.launch.sandbox;
        let mut snapshot = remote.at_tip(requested.base.clone());
        let mut planning = proposing.planning.borrow_mut();
        let prepared = planning.prepare(sandbox, &request, &mut snapshot);
        let prepared = prepared.map_err(made)?;
        request.facts.answers = self.asking.answers(&prepared.questions, console);
        for answered in &mut request.facts.answers {
            // The forge may not have seen yet what was pushed a moment ago.
            if let Answer::Request(Some(state)) = &mut answered.answer {
                state.head = head.commit.to_string();
            }
        }
        let plan = planning.decide(sandbox, &request, &mut snapshot);
        plan.map(|_| ()).map_err(made)
    }

    /// Says what a request would bring, where it cannot be asked whether there is
    /// one.
    fn guess(
        &self,
        remote: &mut Remote,
        planning: &mut Planning<'_>,
        error: &Error,
    ) -> Result<Delivered, Error> {
        let mut preview = self.preview(remote, planning)?;
        let outcome = if preview.plan.is_empty() {
            "settled"
        } else {
            "open"
        };
        preview.delivery.request = Some(Told {
            outcome: outcome.to_owned(),
            ..Told::default()
        });
        preview.plan.warnings.push(Problem {
            code: "request".to_owned(),
            message: format!(
                "it is not known whether there is a request already: {}",
                error.problem.message
            ),
            at: None,
            hint: error.problem.hint.clone(),
        });
        Ok(preview)
    }
}

/// Returns where the values are after a merge: at the commit that it made.
fn merged(
    delivery: Delivery,
    requested: &Requested,
    remote: &mut Remote,
) -> Result<Delivery, Error> {
    let tip = remote.tip(Some(&requested.base.branch)).map_err(made)?;
    Ok(Delivery {
        commit: Some(tip.commit.to_string()),
        branch: tip.branch,
        ..delivery
    })
}

/// What makes the change that is proposed.
struct Proposing<'p, 'h> {
    delivering: &'p Delivering<'p>,
    planning: RefCell<&'p mut Planning<'h>>,
}

impl Planner for Proposing<'_, '_> {
    fn decide(&self, snapshot: &mut Snapshot<'_>, proposed: Option<i64>) -> Result<Plan, Error> {
        let mut request = self.delivering.request.clone();
        request.facts.proposed = proposed;
        let sandbox = &self.delivering.launch.sandbox;
        self.planning
            .borrow_mut()
            .decide(sandbox, &request, snapshot)
    }

    fn propose(&self, plan: &Plan, snapshot: &mut Snapshot<'_>) -> Result<Option<Proposal>, Error> {
        self.delivering.proposal(plan, snapshot)
    }

    fn is_repeatable(&self) -> bool {
        matches!(self.delivering.request.intent, Intent::Set(_))
    }

    fn source(&self) -> &Source {
        &self.delivering.request.source
    }

    fn committer(&self) -> &Identity {
        &self.delivering.launch.commit.committer
    }
}
