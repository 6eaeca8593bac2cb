//! Every decision of Towpath.
//!
//! A [`request::Request`] and a read-only [`repository::Repository`] go in, a
//! [`plan::Plan`] comes out: a pure function, without clock, network,
//! environment or files of its own. The launcher, the command component and
//! the tests call the same two functions.

pub mod diff;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub mod directory;
pub mod error;
pub mod image;
pub mod report;
pub mod repository;
pub mod requests;
pub mod template;
pub mod yaml;
pub use towpath_surface::{plan, request};

mod dependency;
mod files;
pub mod formats;
mod message;
mod order;
mod place;
mod resources;
mod select;
mod set;
mod writer;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod component;

use error::Failure;
use repository::Repository;
use towpath_surface::plan::Plan;
use towpath_surface::request::{Intent, Request};

/// Decides what to change in `repository` to meet `request`.
///
/// # Errors
/// When the request cannot be met exactly; nothing may be changed then.
pub fn plan(request: &Request, repository: &dyn Repository) -> Result<Plan, Failure> {
    match &request.intent {
        Intent::Set(set) => set::plan(set, &request.source, repository),
    }
}
