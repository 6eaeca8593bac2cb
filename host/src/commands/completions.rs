//! `towpath completions`.

use crate::args::{Args, CompletionsArgs};
use clap::CommandFactory as _;

/// Returns the completions of a shell.
#[must_use]
pub fn run(args: &CompletionsArgs) -> String {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "towpath", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
