//! Git over the wire: reads the few objects that are needed and pushes one
//! commit, without a checkout, an object store on disk or the `git` program.

mod access;
mod error;
mod objects;
mod pack;
mod secret;
#[cfg(test)]
mod testing;
mod url;

pub use access::{Access, Limits, Timeouts};
pub use error::{Error, Result};
pub use secret::Secret;
pub use url::{Place, RepositoryUrl};
