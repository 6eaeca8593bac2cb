//! The command component under the stock `wasmtime`.

use super::command::{command, run_with, succeed};
use super::temp::TempDir;
use super::tools::{project, wasmtime};
use super::towpath::Outcome;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Runs `wasmtime run --dir .` on the component, in a directory with the files.
pub(crate) fn run(directory: TempDir, arguments: &[String]) -> Outcome {
    run_file(component(), &[], directory, arguments)
}

/// Like [`run`], with the component compiled beforehand: to compile it takes
/// wasmtime longer than all that it does then.
pub(crate) fn run_compiled(directory: TempDir, arguments: &[String]) -> Outcome {
    run_file(compiled(), &["--allow-precompiled"], directory, arguments)
}

fn run_file(file: &Path, options: &[&str], directory: TempDir, arguments: &[String]) -> Outcome {
    let mut wasmtime = command(wasmtime(), directory.path());
    wasmtime.arg("run").args(options).args(["--dir", "."]);
    let output = run_with(wasmtime.arg(file).args(arguments), b"");
    Outcome::new(&output, directory)
}

/// Returns the component as code for this machine.
pub(crate) fn compiled() -> &'static Path {
    static COMPILED: OnceLock<PathBuf> = OnceLock::new();
    COMPILED.get_or_init(compile)
}

/// Compiles the component unless an earlier process did: the name tells from
/// which bytes and by which wasmtime.
fn compile() -> PathBuf {
    let component = component();
    let mut hash = Sha256::new();
    hash.update(fs::read(component).expect("it was built"));
    hash.update(wasmtime().as_os_str().as_encoded_bytes());
    let hash = hash.finalize().into_iter().take(8);
    let name = hash.fold(0, |name: u64, byte| name << 8 | u64::from(byte));
    let folder = component.with_file_name("compiled");
    fs::create_dir_all(&folder).expect("the target folder is ours");
    let lock = fs::File::create(folder.join("lock")).expect("the target folder is ours");
    lock.lock().expect("a file can be locked");
    let compiled = folder.join(format!("{name:016x}.cwasm"));
    if !compiled.exists() {
        let aside = folder.join("new");
        let mut wasmtime = command(wasmtime(), &folder);
        succeed(wasmtime.arg("compile").arg(component).arg("-o").arg(&aside));
        fs::rename(aside, &compiled).expect("the target folder is ours");
    }
    compiled
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
