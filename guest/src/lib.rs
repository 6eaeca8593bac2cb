//! Every decision of Towpath.
//!
//! A [`request::Request`] and a read-only [`repository::Repository`] go in, a
//! [`plan::Plan`] comes out: a pure function, without clock, network,
//! environment or files of its own. The launcher, the command component and
//! the tests call the same four functions.

#[allow(
    dead_code,
    unused_imports,
    reason = "promotion, status and history are about to use it"
)]
pub mod config;
pub mod diff;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub mod directory;
pub mod error;
pub mod gates;
pub mod image;
pub mod report;
pub mod repository;
pub mod requests;
pub mod template;
pub mod time;
pub mod timeline;
pub mod yaml;
pub use towpath_surface::{facts, plan, preparation, request};

mod add_environment;
mod board;
mod check;
mod dependency;
mod difference;
#[allow(
    dead_code,
    reason = "promotion, status and history are about to use it"
)]
mod environment;
mod files;
pub mod formats;
mod gate;
mod history;
mod init;
mod join;
mod message;
mod names;
mod order;
mod pin;
mod place;
mod promote;
mod release;
mod resources;
mod rollback;
mod select;
mod set;
mod status;
mod table;
#[cfg(test)]
mod testing;
mod trail;
mod version;
mod when;
mod writer;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod component;

use error::{Failure, Kind};
use repository::Repository;
use towpath_surface::plan::Plan;
use towpath_surface::preparation::{Inspection, Preparation, Way};
use towpath_surface::request::{Intent, Request};

/// Says what has to be done before a plan is made for `request`.
///
/// # Errors
/// When the request cannot be met.
pub fn prepare(request: &Request, repository: &dyn Repository) -> Result<Preparation, Failure> {
    let mut prepared = prepared(request, repository)?;
    if request.facts.by_request {
        prepared.way = Way::Request;
    }
    Ok(prepared)
}

fn prepared(request: &Request, repository: &dyn Repository) -> Result<Preparation, Failure> {
    match &request.intent {
        Intent::Promote(promote) => promote::prepare(promote, &request.facts, repository),
        Intent::Set(set) => set::prepare(set, (&request.source, &request.facts), repository),
        Intent::Gate(gate) => gate::prepare(gate, &request.facts, repository),
        Intent::Rollback(rollback) => rollback::prepare(&rollback.environment, repository),
        Intent::Pin(pin) => pin::prepare(pin, repository),
        Intent::Release(_) => release::prepare(repository),
        Intent::AddEnvironment(add) => add_environment::prepare(add, &request.facts, repository),
        Intent::Init(_)
        | Intent::Check(_)
        | Intent::Status(_)
        | Intent::History(_)
        | Intent::Diff(_)
        | Intent::Releases(_) => Ok(Preparation::default()),
    }
}

/// Looks at `repository`, for a command that changes nothing.
///
/// # Errors
/// When the request cannot be answered.
pub fn inspect(request: &Request, repository: &dyn Repository) -> Result<Inspection, Failure> {
    match &request.intent {
        Intent::Status(status) => status::inspect(status, &request.facts, repository),
        Intent::History(history) => history::inspect(history, &request.facts, repository),
        Intent::Diff(diff) => difference::inspect(diff, repository),
        Intent::Check(_) => check::inspect(repository),
        Intent::Gate(gate) => gate::inspect(gate, &request.facts, repository),
        Intent::Releases(releases) => release::inspect(releases, repository),
        Intent::Set(_)
        | Intent::Promote(_)
        | Intent::AddEnvironment(_)
        | Intent::Init(_)
        | Intent::Rollback(_)
        | Intent::Pin(_)
        | Intent::Release(_) => Err(Failure::new(
            Kind::Internal,
            "the command changes the repository",
        )),
    }
}

/// Decides what to change in `repository` to meet `request`.
///
/// # Errors
/// When the request cannot be met exactly; nothing may be changed then.
pub fn plan(request: &Request, repository: &dyn Repository) -> Result<Plan, Failure> {
    let words = message::Words {
        wording: message::Wording::parse(&request.wording)?,
        source: &request.source,
    };
    let plan = match &request.intent {
        Intent::Set(set) => set::plan(set, (&words, &request.facts), repository),
        Intent::Promote(promote) => promote::plan(promote, (&words, &request.facts), repository),
        Intent::Rollback(rollback) => rollback::plan(rollback, request, repository),
        Intent::Pin(pin) => pin::plan(pin, request.facts.since(), repository),
        Intent::Release(release) => release::plan(release, repository),
        Intent::AddEnvironment(add) => add_environment::plan(add, &words, repository),
        Intent::Init(_) => init::plan(&words, repository),
        Intent::Check(_)
        | Intent::Status(_)
        | Intent::History(_)
        | Intent::Diff(_)
        | Intent::Gate(_)
        | Intent::Releases(_) => Err(Failure::new(
            Kind::Internal,
            "the command changes nothing in the repository",
        )),
    };
    Ok(match about(&request.intent) {
        Some(about) => requests::proposed(plan?, about),
        None => plan?,
    })
}

/// Returns what a request would be about, for commands that do not say it themselves.
fn about(intent: &Intent) -> Option<requests::About<'_>> {
    let (what, environment, apps) = match intent {
        Intent::Rollback(rollback) => ("rollback", &rollback.environment, &rollback.apps[..]),
        Intent::Pin(pin) if pin.end => ("unpin", &pin.environment, &pin.apps[..]),
        Intent::Pin(pin) => ("pin", &pin.environment, &pin.apps[..]),
        Intent::AddEnvironment(add) => ("add", &add.name, &[][..]),
        Intent::Init(_) => ("init", const { &String::new() }, &[][..]),
        _ => return None,
    };
    Some(requests::About {
        what,
        environment,
        apps,
    })
}
