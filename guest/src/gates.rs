//! Gates: what has to hold before a version may enter an environment.
//!
//! Each is evaluated here and now, from facts, and says why it is open or
//! closed and, where that can be known, when it will open.

mod outcome;
mod ran_in;
mod soak;
mod window;

pub use outcome::{Gate, Outcome, Report};
pub use ran_in::ran_in;
pub use soak::{Picked, newest_soaked, soak};
pub use window::windows;
