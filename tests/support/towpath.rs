//! The built launcher, run as a user runs it.

use super::command::{command, run_with};
use super::temp::TempDir;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use towpath_surface::Kind;

/// A run of the launcher that is being prepared, in a directory of its own.
#[must_use]
pub(crate) struct Towpath {
    command: Command,
    directory: TempDir,
    stdin: Vec<u8>,
}

impl Towpath {
    /// Prepares a run without arguments.
    pub(crate) fn new() -> Self {
        let directory = TempDir::new();
        let mut command = command(env!("CARGO_BIN_EXE_towpath"), directory.path());
        // Only what a program needs to run at all: the rest is each test's to give.
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", directory.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        Self {
            command,
            directory,
            stdin: Vec::new(),
        }
    }

    /// Prepares `towpath set` on a repository.
    pub(crate) fn set(repository: impl Into<OsString>) -> Self {
        Self::new().args(["set", "--repo"]).arg(repository.into())
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs the launcher in another directory.
    pub(crate) fn in_directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Gives the launcher something to read.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Returns the directory that the run happens in.
    pub(crate) fn directory(&self) -> &TempDir {
        &self.directory
    }

    /// Starts the run without waiting for its end.
    pub(crate) fn start(mut self) -> (Child, TempDir) {
        let piped = self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        (
            piped.spawn().expect("the launcher was built"),
            self.directory,
        )
    }

    /// Runs the launcher to its end.
    #[must_use = "a run succeeds or fails"]
    pub(crate) fn run(mut self) -> Outcome {
        let output = run_with(&mut self.command, &self.stdin);
        Outcome::new(&output, self.directory)
    }
}

/// What a run left.
pub(crate) struct Outcome {
    /// The exit code.
    pub code: i32,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
    /// The directory that it happened in.
    pub directory: TempDir,
}

impl Outcome {
    /// Takes what a process left.
    pub(crate) fn new(output: &Output, directory: TempDir) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            directory,
        }
    }

    /// Panics unless the run succeeded.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.everything());
        self
    }

    /// Panics unless the run failed in this way.
    #[track_caller]
    pub(crate) fn fails(self, kind: Kind) -> Self {
        let told = format!("error[{kind}]: ");
        assert!(
            self.stderr.contains(&told),
            "not {kind}: {}",
            self.everything()
        );
        assert_eq!(
            self.code,
            i32::from(kind.exit_code()),
            "{}",
            self.everything()
        );
        self
    }

    /// Panics unless the run said this, on either stream.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text) || self.stderr.contains(text),
            "nothing of `{text}` in:\n{}",
            self.everything()
        );
        self
    }

    /// Returns the standard output without what differs from run to run.
    pub(crate) fn report(&self) -> String {
        normalise(&self.stdout)
    }

    /// Returns everything that the run said, for a failing test.
    pub(crate) fn everything(&self) -> String {
        format!(
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// Replaces commits, temporary directories and ports by what they are.
fn normalise(text: &str) -> String {
    let temporary = std::env::temp_dir().join("towpath-");
    let mut normal = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hex = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (name, length) = if matches!(hex, 40 | 64) {
            ("[COMMIT]", hex)
        } else if let Some(after) = rest.strip_prefix(&*temporary.to_string_lossy()) {
            let number = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
            let number = after.bytes().take_while(number).count();
            ("[TEMP]", rest.len() - after.len() + number)
        } else if let Some(after) = rest.strip_prefix("127.0.0.1:") {
            let port = after.bytes().take_while(u8::is_ascii_digit).count();
            ("[SERVER]", rest.len() - after.len() + port)
        } else {
            normal.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        normal.push_str(name);
        rest = &rest[length..];
    }
    normal
}

/// Returns the lines that a runner of GitHub Actions would obey.
pub(crate) fn obeyed(text: &str) -> Vec<&str> {
    let mut obeyed = Vec::new();
    let mut resume: Option<String> = None;
    for line in text.lines().map(str::trim_start) {
        match &resume {
            Some(until) if line == until => resume = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(token) => resume = Some(format!("::{token}::")),
                None if line.starts_with("::") || line.contains("##[") => obeyed.push(line),
                None => {}
            },
        }
    }
    assert!(resume.is_none(), "commands are not resumed:\n{text}");
    obeyed
}
