//! Scripts of people at a terminal, run step by step as the pages show them.

use super::folder;
use crate::support::command::command;
use crate::support::temp::TempDir;
use crate::support::towpath::Outcome;
use std::ffi::OsString;
use std::path::Path;

/// A script whose steps are separated by empty lines; the first part is what
/// all of them share.
pub(super) struct Script {
    shared: String,
    steps: Vec<String>,
}

impl Script {
    /// Reads a file of `tests/systems/`.
    pub(super) fn read(system: &str, file: &str) -> Self {
        let files = folder(system);
        let text = String::from_utf8(files[file].bytes.clone()).expect("a script is UTF-8");
        let mut parts = text.split("\n\n").map(str::to_owned);
        Self {
            shared: parts.next().unwrap_or_default(),
            steps: parts.collect(),
        }
    }

    /// Runs the one step whose comment begins so.
    #[track_caller]
    pub(super) fn run(&self, comment: &str, environment: &[(&str, String)]) -> Outcome {
        let step = self
            .steps
            .iter()
            .find(|step| step.starts_with(&format!("# {comment}")));
        let step = step.unwrap_or_else(|| panic!("no step begins with `{comment}`"));
        shell(&format!("{}\n{step}", self.shared), environment)
    }
}

/// Runs commands in a shell that finds the launcher.
pub(super) fn shell(text: &str, environment: &[(&str, String)]) -> Outcome {
    let directory = TempDir::new();
    let mut shell = command("sh", directory.path());
    shell.args(["-euc", text]).env("PATH", path());
    for (name, value) in environment {
        shell.env(name, value);
    }
    let output = shell.output().expect("there is a shell");
    Outcome::new(&output, directory)
}

/// Returns the search path with the launcher that was built for the tests.
pub(super) fn path() -> OsString {
    let launcher = Path::new(env!("CARGO_BIN_EXE_towpath"));
    let mut path = OsString::from(launcher.parent().expect("it is in a folder"));
    path.push(":");
    path.push(std::env::var_os("PATH").expect("PATH is set"));
    path
}
