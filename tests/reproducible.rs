//! The same sources give the same bytes, wherever they are.

use crate::support::command::{command, succeed};
use crate::support::component::component;
use crate::support::git::of_project;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use std::path::Path;
use std::{env, fs};

/// What the components are built from.
const SOURCES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "guest",
    "host",
    "packaging",
];

#[test]
fn the_components_are_the_same_in_another_folder() {
    let directory = TempDir::new();
    let mut list = of_project();
    list.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    let files = succeed(list.args(SOURCES));
    for file in files.split_terminator('\0') {
        // What was deleted and is not committed yet is still listed.
        if let Ok(bytes) = fs::read(project().join(file)) {
            directory.write(&format!("elsewhere/and/deeper/{file}"), bytes);
        }
    }
    let root = directory.join("elsewhere/and/deeper");
    let tools = ["CARGO_HOME", "RUSTUP_HOME", "HOME"];
    let mut build = command("bash", &root);
    build.args(["packaging/component.sh", "../target", "engine"]);
    for name in tools {
        if let Some(value) = env::var_os(name) {
            build.env(name, value);
        }
    }
    succeed(&mut build);
    let built = root.join("../target");
    let command = "wasm32-wasip2/guest/towpath-command.wasm";
    assert_same(component(), &built.join(command));
    // The build script of the launcher has left the module of its engine here.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("guest");
    let engine = "wasm32-unknown-unknown/guest/towpath_guest.wasm";
    assert_same(&target.join(engine), &built.join(engine));
}

#[track_caller]
fn assert_same(one: &Path, other: &Path) {
    let read =
        |path: &Path| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let same = read(one) == read(other);
    assert!(same, "{} and {} differ", one.display(), other.display());
}
