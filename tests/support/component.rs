//! The command component under the stock `wasmtime`.

use super::command::{command, run_with};
use super::temp::TempDir;
use super::tools::{project, wasmtime};
use super::towpath::Outcome;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
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
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(project())
        .args(["build", "--locked", "--quiet", "--package", "towpath-guest"])
        .args(["--bin", "towpath-command", "--features", "command"])
        .args(["--profile", "guest", "--target", "wasm32-wasip2"])
        .arg("--target-dir")
        .arg(&target);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        // What the tests themselves are compiled with is not for the component.
        if name.starts_with("CARGO_") && name != "CARGO_HOME" || name.ends_with("RUSTFLAGS") {
            cargo.env_remove(&*name);
        }
    }
    let status = cargo.status().expect("cargo runs these tests");
    assert!(status.success(), "cannot build the command component");
    target.join("wasm32-wasip2/guest/towpath-command.wasm")
}
