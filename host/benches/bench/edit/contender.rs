//! Who edits: the tools of today, and Towpath in three bodies.

use super::planner;
use super::tree::{IMAGE, Tree};
use crate::measure::{Usage, measure};
use crate::support::command::command;
use crate::support::{component, tools};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Of a tool that runs once a file, so many files are measured and the rest is
/// taken to cost the same.
const SAMPLE: usize = 500;

/// A way to make an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// `sed -i` with all files.
    Sed,
    /// `yq -i`, once for each file, as it edits only one.
    Yq,
    /// `yq` with all files, whose results go nowhere.
    YqReading,
    /// `kustomize edit set image`, once for each directory.
    Kustomize,
    /// The command, compiled for this machine.
    Native,
    /// The command component under `wasmtime run`.
    Wasmtime,
    /// The planner compiled for this machine, on files in memory.
    Planner,
    /// The planner in the launcher's sandbox, on files in memory.
    Component,
}

impl Contender {
    /// Returns those that can make the edit of this tree.
    pub(crate) fn for_tree(tree: &Tree) -> impl Iterator<Item = Self> {
        let many = tree.paths.len() > 1;
        let kustomize = tree.name == "kustomizations";
        [
            Some(Self::Sed),
            Some(Self::Yq),
            many.then_some(Self::YqReading),
            kustomize.then_some(Self::Kustomize),
            Some(Self::Native),
            Some(Self::Wasmtime),
            Some(Self::Planner),
            Some(Self::Component),
        ]
        .into_iter()
        .flatten()
    }

    /// Returns the name for a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sed => "sed -i",
            Self::Yq => "yq -i",
            Self::YqReading => "yq, one process, nothing written",
            Self::Kustomize => "kustomize edit",
            Self::Native => "towpath, native, files on disk",
            Self::Wasmtime => "towpath, `wasmtime run`, files on disk",
            Self::Planner => "planner alone, native",
            Self::Component => "planner alone, in the sandbox",
        }
    }

    /// Makes the edit once, with a new tag.
    pub(crate) fn run(self, tree: &Tree) -> Usage {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let tag = format!("v2.0.{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let files = tree.paths.len();
        match self {
            Self::Sed => written(tree, &tag, files, &sed(tree, &tag)),
            Self::Yq => each(tree, &tag, |path| {
                let mut yq = yq(tree, &tag);
                yq.args(["-i", &tree.yq, path]);
                yq
            }),
            Self::YqReading => {
                let mut yq = yq(tree, &tag);
                measure(yq.arg(&tree.yq).args(&tree.paths)).0
            }
            Self::Kustomize => each(tree, &tag, |path| {
                let directory = Path::new(path).parent().expect("it is in a directory");
                let directory = tree.directory.path().join(directory);
                let mut kustomize = command(tools::debian("kustomize"), &directory);
                kustomize.args(["edit", "set", "image"]);
                kustomize.arg(format!("{IMAGE}={IMAGE}:{tag}"));
                kustomize
            }),
            Self::Native => {
                let mut native = command(native(), tree.directory.path());
                written(tree, &tag, files, native.args(options(tree, &tag)))
            }
            Self::Wasmtime => {
                let mut wasmtime = command(tools::wasmtime(), tree.directory.path());
                wasmtime.args(["run", "--dir", "."]);
                wasmtime.arg(component::component());
                written(tree, &tag, files, wasmtime.args(options(tree, &tag)))
            }
            Self::Planner => planner::plan(tree, "native", &options(tree, &tag)[1..]),
            Self::Component => planner::plan(tree, "component", &options(tree, &tag)[1..]),
        }
    }
}

/// Runs a command that edits files, and checks how many it did.
fn written(tree: &Tree, tag: &str, files: usize, command: &Command) -> Usage {
    let (usage, _) = measure(command);
    assert_eq!(tree.expect_tag(tag), files, "{command:?}");
    usage
}

/// Runs a command for some of the files, and scales to all.
fn each(tree: &Tree, tag: &str, command_for: impl Fn(&str) -> Command) -> Usage {
    let count = tree.paths.len().min(SAMPLE);
    let mut total = Usage::default();
    for path in &tree.paths[..count] {
        let (usage, _) = measure(&command_for(path));
        total.wall += usage.wall;
        total.cpu += usage.cpu;
        total.memory = total.memory.max(usage.memory);
    }
    assert_eq!(tree.expect_tag(tag), count);
    let scale = |time: Duration| time.mul_f64(tree.paths.len() as f64 / count as f64);
    Usage {
        wall: scale(total.wall),
        cpu: scale(total.cpu),
        ..total
    }
}

fn sed(tree: &Tree, tag: &str) -> Command {
    let mut sed = command("sed", tree.directory.path());
    sed.arg("-i").arg(tree.sed.replace("$TAG", tag));
    sed.args(&tree.paths);
    sed
}

fn yq(tree: &Tree, tag: &str) -> Command {
    let mut yq = command(tools::debian("yq-go"), tree.directory.path());
    yq.env("TAG", tag);
    yq
}

/// Returns the arguments of the command, `set` first.
fn options(tree: &Tree, tag: &str) -> Vec<String> {
    let mut arguments = vec!["set".to_owned()];
    arguments.extend_from_slice(&tree.options);
    arguments.extend([tree.tag_option.to_owned(), tag.to_owned()]);
    arguments
}

/// Returns the command, built for this machine with the profile of the component.
fn native() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("command");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(tools::project())
            .args(["build", "--locked", "--quiet", "--package", "towpath-guest"])
            .args(["--bin", "towpath-command", "--features", "command"])
            .args(["--profile", "guest", "--target-dir"])
            .arg(&target);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_") && name != "CARGO_HOME" || name.ends_with("RUSTFLAGS") {
                cargo.env_remove(&*name);
            }
        }
        let status = cargo.status().expect("cargo runs these benchmarks");
        assert!(status.success(), "cannot build the command");
        target.join("guest/towpath-command")
    })
}
