//! `towpath`: parse, run, report, exit.
fn main() {}
