//! Points in time, as far as the planner needs them.
//!
//! The planner has no clock: what is now is a fact that the launcher brings.

pub mod cron;
pub mod span;
pub mod zone;

mod civil;

pub use civil::Civil;
pub use cron::Cron;
pub use span::Span;
pub use zone::Zone;

/// A point in time, in seconds since 1970-01-01 UTC.
pub type Instant = i64;

/// The seconds of a day without a change of the clocks.
pub(crate) const DAY: i64 = 86_400;
