//! Gates: what has to hold before a version may enter an environment.
//!
//! Each is evaluated here and now, from facts, and says why it is open or
//! closed and, where that can be known, when it will open.

mod approval;
mod evaluate;
mod outcome;
mod probe;
mod ran_in;
mod soak;
mod status;
mod window;

pub use approval::approvals;
pub(crate) use evaluate::{Candidate, Evaluation, Inputs, Known};
pub use outcome::{Gate, Outcome, Report};
pub use probe::probe;
pub use ran_in::ran_in;
pub use soak::{Picked, newest_soaked, soak};
pub use status::statuses;
pub use window::windows;
