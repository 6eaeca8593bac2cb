//! The command component under the stock `wasmtime`.

use super::command::{command, run_with};
use super::temp::TempDir;
use super::tools::{project, wasmtime};
use super::towpath::Outcome;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Runs `wasmtime run --dir .` on the component, in a directory with the files.
pub(crate) fn run(directory: TempDir, arguments: &[String]) -> Outcome {
    let mut wasmtime = command(wasmtime(), directory.path());
    wasmtime
        .args(["run", "--dir", "."])
        .arg(component())
        .args(arguments);
    let output = run_with(&mut wasmtime, b"");
    Outcome::new(&output, directory)
}

/// Returns the component, built from the sources as they are.
pub(crate) fn component() -> &'static Path {
    static COMPONENT: OnceLock<PathBuf> = OnceLock::new();
    COMPONENT.get_or_init(build)
}

fn build() -> PathBuf {
    // A folder of its own: the outer cargo holds the lock of the usual one.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("command");
    let mut build = Command::new(project().join("packaging/component.sh"));
    let status = build.arg(&target).stdout(Stdio::null()).status();
    let status = status.expect("it is a program");
    assert!(status.success(), "cannot build the command component");
    target.join("wasm32-wasip2/guest/towpath-command.wasm")
}
