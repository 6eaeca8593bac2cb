//! The tools that `tests/setup.sh` installs.

use std::env;
use std::path::{Path, PathBuf};

/// The version of the `wasmtime` program, as in `tests/setup.sh`.
const WASMTIME: &str = "wasmtime-48.0.8/bin/wasmtime";

/// Returns the root of the project.
pub(crate) fn project() -> &'static Path {
    let host = Path::new(env!("CARGO_MANIFEST_DIR"));
    host.parent()
        .expect("the host is a member of the workspace")
}

/// Returns the stock `wasmtime`.
pub(crate) fn wasmtime() -> PathBuf {
    tool(WASMTIME)
}

/// Returns a program of the Python tools, for example `act`.
pub(crate) fn python(name: &str) -> PathBuf {
    tool(&format!("python/bin/{name}"))
}

/// Returns a program of the Node tools, for example `gitlab-ci-local`.
pub(crate) fn node(name: &str) -> PathBuf {
    tool(&format!("node/node_modules/.bin/{name}"))
}

/// Returns the folder of the pinned Node.
pub(crate) fn node_runtime() -> PathBuf {
    tool("node/runtime/bin")
}

/// Returns a program of a newer Debian, for example `kustomize`.
pub(crate) fn debian(name: &str) -> PathBuf {
    tool(&format!("{name}/usr/bin/{name}"))
}

/// Returns the path of a system program that may be outside of `PATH`.
pub(crate) fn system(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|directory| directory.join(name))
        .find(|program| program.is_file());
    found.unwrap_or_else(|| panic!("{name} is missing; run: tests/setup.sh test"))
}

fn tool(path: &str) -> PathBuf {
    let root = env::var_os("TOWPATH_TOOLS").map_or_else(
        || {
            let home = env::var_os("HOME").expect("HOME is set");
            Path::new(&home).join(".cache/towpath/tools")
        },
        PathBuf::from,
    );
    let tool = root.join(path);
    assert!(
        tool.exists(),
        "{} is missing; run: tests/setup.sh test",
        tool.display()
    );
    tool
}
