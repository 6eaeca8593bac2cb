//! What the documentation shows is run as it is printed. Only addresses are
//! others: those of servers on this machine.

mod guides;
mod readme;

use crate::support::command::{command, run_with};
use crate::support::temp::TempDir;
use crate::support::tools::{project, wasmtime};
use crate::support::towpath::Outcome;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

/// A block of code in a document.
struct Block {
    language: String,
    text: String,
}

impl Block {
    /// Returns the text, if it is of this language.
    #[track_caller]
    fn of(&self, language: &str) -> &str {
        assert_eq!(self.language, language, "{}", self.text);
        &self.text
    }
}

/// Returns every block of a document, in order.
fn blocks(document: &str) -> Vec<Block> {
    let path = project().join(document);
    let text = fs::read_to_string(path).expect("it is part of the project");
    let mut parts = text.split("\n```");
    parts.next();
    let mut blocks = Vec::new();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').expect("a block has lines");
        blocks.push(Block {
            language: language.to_owned(),
            text: format!("{text}\n"),
        });
    }
    blocks
}

/// Returns the blocks of a document that has so many.
#[track_caller]
fn exactly<const N: usize>(document: &str) -> [Block; N] {
    let blocks = blocks(document);
    let count = blocks.len();
    let blocks = blocks.try_into();
    blocks.unwrap_or_else(|_| panic!("{document} has {count} blocks of code, and not {N}"))
}

/// Puts other addresses in the place of those that are printed.
#[track_caller]
fn at_home(text: &str, addresses: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (printed, here) in addresses {
        assert!(text.contains(printed), "nothing of `{printed}` in:\n{text}");
        text = text.replace(printed, here);
    }
    text
}

/// Returns a block as a part of another, each line so many spaces further in.
fn indented(text: &str, spaces: usize) -> String {
    let margin = " ".repeat(spaces);
    text.lines()
        .map(|line| format!("{margin}{line}\n"))
        .collect()
}

/// A shell with the programs that the documents name, in a directory of its own.
struct Shell {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

impl Shell {
    fn new() -> Self {
        let directory = TempDir::new();
        directory.write("bin/.keep", "");
        let shell = Self {
            directory,
            environment: Vec::new(),
        };
        shell.link("towpath", env!("CARGO_BIN_EXE_towpath").as_ref());
        shell.link("wasmtime", &wasmtime());
        shell
    }

    fn link(&self, name: &str, program: &std::path::Path) {
        let link = self.directory.join("bin").join(name);
        symlink(program, link).expect("the directory is ours");
    }

    /// Adds a program that says something.
    fn program(&self, name: &str, script: &str) {
        let path = self.directory.write(&format!("bin/{name}"), script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Sets a variable of the environment.
    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs lines, and stops at the first that fails.
    fn run(&self, lines: &str) -> Outcome {
        let home = TempDir::new();
        let mut bash = command("bash", self.directory.path());
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.directory.join("bin").display());
        bash.env("PATH", path)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(["-euo", "pipefail", "-c", lines]);
        Outcome::new(&run_with(&mut bash, b""), home)
    }
}

/// Panics unless what a user has today is at least of its language.
#[track_caller]
fn assert_reads(block: &Block) {
    match block.language.as_str() {
        "yaml" => {
            for document in block.text.split("\n---\n") {
                let value: serde_yaml::Value =
                    serde_yaml::from_str(document).unwrap_or_else(|error| panic!("{error}"));
                assert!(value.is_mapping() || value.is_sequence());
            }
        }
        "sh" => {
            let shell = Shell::new();
            shell.directory.write("lines", &block.text);
            let _ = shell.run("bash -n lines").succeeds();
        }
        "make" => {
            let shell = Shell::new();
            shell.directory.write("Makefile", &block.text);
            let _ = shell.run("make --dry-run").succeeds();
        }
        other => panic!("nothing is known of `{other}`"),
    }
}
