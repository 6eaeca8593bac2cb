//! What the unit tests of this module share: throw-away directories and the
//! real git as oracle.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// A directory that is gone when the test is over.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("towpath-git-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs git in a directory, without any configuration of the user's.
#[track_caller]
pub(crate) fn git(directory: &Path, args: &[&str]) -> Vec<u8> {
    git_with_input(directory, args, b"")
}

/// Runs git with something to read.
#[track_caller]
pub(crate) fn git_with_input(directory: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .current_dir(directory)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Jo")
        .env("GIT_AUTHOR_EMAIL", "jo@example.org")
        .env("GIT_COMMITTER_NAME", "Jo")
        .env("GIT_COMMITTER_EMAIL", "jo@example.org")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {error}");
    output.stdout
}

/// Runs git and returns its answer as a line.
#[track_caller]
pub(crate) fn git_line(directory: &Path, args: &[&str]) -> String {
    String::from_utf8(git(directory, args))
        .unwrap()
        .trim_end()
        .to_owned()
}
