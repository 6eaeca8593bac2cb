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
pub mod image;
pub mod report;
pub mod repository;
pub mod template;
pub mod yaml;
pub use towpath_surface::{facts, plan, preparation, request};

mod board;
mod dependency;
mod difference;
#[allow(
    dead_code,
    reason = "promotion, status and history are about to use it"
)]
mod environment;
mod files;
pub mod formats;
mod history;
mod message;
mod names;
mod order;
mod place;
mod promote;
mod resources;
mod select;
mod set;
mod status;
mod table;
mod trail;
mod when;
mod writer;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod component;

use error::{Failure, Kind};
use repository::Repository;
use towpath_surface::plan::Plan;
use towpath_surface::preparation::{Inspection, Preparation};
use towpath_surface::request::{Intent, Request};

/// Says what has to be done before a plan is made for `request`.
///
/// # Errors
/// When the request cannot be met.
pub fn prepare(request: &Request, repository: &dyn Repository) -> Result<Preparation, Failure> {
    match &request.intent {
        Intent::Promote(promote) => promote::prepare(promote, repository),
        Intent::Set(_) | Intent::Status(_) | Intent::History(_) | Intent::Diff(_) => {
            Ok(Preparation::default())
        }
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
        Intent::Set(_) | Intent::Promote(_) => Err(Failure::new(
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
    match &request.intent {
        Intent::Promote(promote) => promote::plan(promote, &words, repository),
        Intent::Status(_) | Intent::History(_) | Intent::Diff(_) => Err(Failure::new(
            Kind::Internal,
            "the command changes nothing in the repository",
        )),
        Intent::Set(set) => set::plan(set, &words, repository),
    }
}
