//! `towpath version`.

use crate::args::VersionArgs;
use crate::error::Error;
use crate::sandbox::{ENGINE_COMPONENT, Limits, Sandbox};
use std::fmt::Write as _;
use std::time::Instant;
use towpath_surface::plan::{Delivery, Plan};

/// Returns the version, and what the sandbox can reach and how far it may go.
///
/// # Errors
/// When the engine does not run on this machine.
pub fn run(args: &VersionArgs) -> Result<String, Error> {
    let mut text = format!("towpath {}\n", env!("CARGO_PKG_VERSION"));
    if !args.verbose {
        return Ok(text);
    }
    let start = Instant::now();
    let limits = Limits::default();
    let sandbox = Sandbox::start(limits);
    sandbox.describe(&Plan::default(), &Delivery::default())?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<8} {value}");
    };
    for import in sandbox.imports()? {
        line("import", &import);
    }
    line("memory", &format!("{} MiB at most", limits.memory >> 20));
    line("stack", &format!("{} KiB at most", limits.stack >> 10));
    line("work", &format!("{} units at most", limits.work));
    line("time", &format!("{} s at most", limits.time.as_secs()));
    line("engine", &format!("{} bytes", ENGINE_COMPONENT.len()));
    line("answer", &format!("after {milliseconds:.1} ms"));
    Ok(text)
}
