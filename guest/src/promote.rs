//! `towpath promote`: what one environment says now goes to the next one.
//!
//! Only values that say a version move: tags, digests, versions of charts,
//! revisions. All else that differs between two environments is theirs.

mod carry;
mod entering;
mod followed;
mod newer;
mod pair;
mod pointed;
mod words;

pub(crate) use followed::Followed;
use newer::is_newer;

use crate::config::{self, Declared, Delivery, Scope};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::gate;
use crate::message::{Move, Words};
use crate::plan::Plan;
use crate::preparation::{Preparation, Target, Way};
use crate::repository::{Repository, View};
use crate::request::PromoteRequest;

/// Says where the commit of a promotion goes, and how.
pub(crate) fn prepare(
    request: &PromoteRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let declared = config::required(repository)?;
    let to = declared.scope(&request.to)?;
    let from = source(request, &declared, &to)?;
    let version = request.revision.as_deref();
    let entering = entering::gate_request(request, from);
    let after = Followed {
        name: to.name,
        apps: &request.apps,
    };
    Ok(Preparation {
        target: target(&to),
        way: way(&to, facts),
        questions: gate::questions(&entering, (version, facts), repository)?,
        is_gated: !to.settings.gates.is_empty(),
        then: after.by(&declared, repository)?,
    })
}

/// Returns where the commits for an environment go.
pub(crate) fn target(scope: &Scope<'_>) -> Target {
    let view = target_view(scope);
    Target {
        repository: view.repository,
        branch: view.revision,
    }
}

/// Returns how the commits for an environment get there.
pub(crate) fn way(scope: &Scope<'_>, facts: &Facts) -> Way {
    match scope.settings.delivery {
        Delivery::Push if !facts.by_request => Way::Push,
        Delivery::Push | Delivery::Request => Way::Request,
    }
}

fn target_view(scope: &Scope<'_>) -> View {
    scope.revision_view().unwrap_or_else(|| scope.view())
}

/// Decides what to change so that one environment runs what another one does.
pub(crate) fn plan(
    request: &PromoteRequest,
    (words, facts): (&Words<'_>, &Facts),
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let declared = config::required(repository)?;
    let to = declared.scope(&request.to)?;
    let from = declared.scope(source(request, &declared, &to)?)?;
    let mut promotion = Promotion {
        request: request.clone(),
        asked: &request.apps,
        words,
        from: environment::read(from, repository)?,
        to: environment::read(to, repository)?,
    };
    entering::plan(&mut promotion, facts, repository)
}

/// Plans what is let in.
fn carried(
    promotion: &Promotion<'_>,
    repository: &dyn Repository,
) -> Result<(Plan, Vec<Move>), Failure> {
    if promotion.to.pointer.is_some() {
        pointed::plan(promotion, repository)
    } else {
        carry::plan(promotion)
    }
}

/// A promotion with all that was read for it.
struct Promotion<'p> {
    request: PromoteRequest,
    /// The apps that the user named; `request` may have fewer of all.
    asked: &'p [String],
    words: &'p Words<'p>,
    from: Environment<'p>,
    to: Environment<'p>,
}

/// Returns the environment that versions come from: the one that was asked
/// for, or the only one that is declared.
fn source<'d>(
    request: &'d PromoteRequest,
    declared: &'d Declared,
    to: &Scope<'d>,
) -> Result<&'d str, Failure> {
    let declared_sources: Vec<_> = to.settings.from.iter().collect();
    let at = declared.locate(&["environments", to.name]);
    let name = to.name;
    if let Some(from) = request.from.as_deref() {
        declared.scope(from)?;
        if declared_sources.contains(&from) {
            return Ok(from);
        }
        let message = format!("environment `{name}` does not come from `{from}`");
        let failure = Failure::new(Kind::Usage, message).at(at);
        return Err(match declared_sources.is_empty() {
            true => failure.hint(format!("Add `from: {from}` to it in `towpath.yaml`.")),
            false => failure.hint(format!(
                "It comes from `{}`.",
                declared_sources.join("`, `")
            )),
        });
    }
    match declared_sources[..] {
        [only] => Ok(only),
        [] => Err(Failure::new(
            Kind::Usage,
            format!("environment `{name}` comes from nowhere"),
        )
        .at(at)
        .hint("Add `from` to it in `towpath.yaml`.")),
        _ => Err(Failure::new(
            Kind::Usage,
            format!("environment `{name}` comes from several environments"),
        )
        .at(at)
        .hint(format!(
            "Name one of them with --from: {}.",
            declared_sources.join(", ")
        ))),
    }
}
