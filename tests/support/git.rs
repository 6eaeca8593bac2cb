//! The real git, as builder of repositories and as judge of results.

use super::command::{command, expect_success, run_with, succeed};
use super::files::Files;
use super::tools::project;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Runs git in a directory, and returns what it prints without the last newline.
#[track_caller]
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let text = succeed(&mut command_for(directory, arguments));
    text.trim_end_matches('\n').to_owned()
}

/// Runs git in a directory and returns what a file has, byte for byte.
#[track_caller]
pub(crate) fn git_bytes(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = command_for(directory, arguments);
    let output = command.output().expect("git is installed");
    expect_success(&command, &output);
    output.stdout
}

/// Returns git with a scrubbed environment.
pub(crate) fn command_for(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = command("git", directory);
    command.args(arguments);
    command
}

/// Returns git in the checkout of the project, which may be somebody else's: in
/// a container it belongs to the machine around it.
pub(crate) fn of_project() -> Command {
    command_for(project(), &["-c", "safe.directory=*"])
}

/// Returns the folder of git's own programs.
pub(crate) fn exec_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| git(Path::new("/"), &["--exec-path"]).into())
}

/// Puts one commit with exactly `files` on top of `branch`, without a work tree.
#[track_caller]
pub(crate) fn commit(directory: &Path, branch: &str, files: &Files, message: &str) -> String {
    let mut stream = Vec::new();
    let reference = format!("refs/heads/{branch}");
    let identity = format!("A Tester <tester@example.com> {}", super::command::DATE);
    stream.extend(format!("commit {reference}\ncommitter {identity}\n").bytes());
    data(&mut stream, message.as_bytes());
    let exists = ["rev-parse", "--verify", "--quiet", &reference];
    if command_for(directory, &exists)
        .output()
        .expect("git runs")
        .status
        .success()
    {
        stream.extend(format!("from {reference}^0\n").bytes());
    }
    stream.extend(b"deleteall\n");
    for (path, file) in files {
        stream.extend(format!("M {} inline {path}\n", file.mode).bytes());
        data(&mut stream, &file.bytes);
    }
    let mut import = command_for(directory, &["fast-import", "--quiet"]);
    let output = run_with(&mut import, &stream);
    expect_success(&import, &output);
    git(directory, &["rev-parse", &reference])
}

fn data(stream: &mut Vec<u8>, bytes: &[u8]) {
    stream.extend(format!("data {}\n", bytes.len()).bytes());
    stream.extend(bytes);
    stream.push(b'\n');
}
