//! Pipelines of an application repository: GitHub's by `act`, GitLab's by
//! `gitlab-ci-local`, each with the launcher that was built for the tests.

use super::folder;
use crate::action::linger;
use crate::support::command::command;
use crate::support::files;
use crate::support::git::git;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::{node, node_runtime, project, python};
use std::process::Output;

/// What a run of a pipeline said.
pub(super) struct Run {
    /// Whether every job ended well.
    pub(super) succeeded: bool,
    /// Everything that was printed.
    pub(super) log: String,
}

impl Run {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            succeeded: output.status.success(),
            log: text(&output.stdout) + &text(&output.stderr),
        }
    }

    /// Panics unless every job ended well.
    #[track_caller]
    pub(super) fn succeeds(self) -> Self {
        assert!(self.succeeded, "{}", self.log);
        self
    }

    /// Panics unless it said this.
    #[track_caller]
    pub(super) fn says(self, text: &str) -> Self {
        assert!(
            self.log.contains(text),
            "nothing of `{text}` in:\n{}",
            self.log
        );
        self
    }
}

/// A workflow of GitHub, about to be run.
pub(super) struct Workflow<'a> {
    /// The folder with the application repository.
    pub(super) folder: &'a str,
    /// The repository, as `OWNER/NAME`.
    pub(super) name: &'a str,
    /// What happens to it, and what GitHub tells of that.
    pub(super) event: (&'a str, &'a str),
    /// Secrets of the repository.
    pub(super) secrets: &'a [(&'a str, &'a str)],
    /// Variables of the runner.
    pub(super) environment: &'a [(&'a str, String)],
}

impl Workflow<'_> {
    /// Lets `act` run the workflow.
    pub(super) fn run(&self) -> Run {
        let (home, action) = (TempDir::new(), checkout());
        let application = repository(
            &home,
            self.folder,
            &format!("https://github.com/{}.git", self.name),
        );
        let event = home.write("event.json", self.event.1);
        let mut act = command(python("act"), &application);
        act.env("HOME", home.path())
            .args([self.event.0, "--no-cache-server", "--eventpath"])
            .arg(event)
            .args(["-P", "ubuntu-latest=-self-hosted", "--local-repository"])
            .arg(format!("towpath/towpath@v1={}", action.path().display()));
        for (name, value) in self.secrets {
            act.args(["--secret", &format!("{name}={value}")]);
        }
        act.args([
            "--env",
            concat!("TOWPATH_BIN=", env!("CARGO_BIN_EXE_towpath")),
        ]);
        for (name, value) in self.environment {
            act.args(["--env", &format!("{name}={value}")]);
        }
        linger(&mut act, &home);
        Run::new(&act.output().expect("it is installed"))
    }
}

/// Makes the clone of an application repository that a runner has.
fn repository(home: &TempDir, source: &str, url: &str) -> std::path::PathBuf {
    let clone = home.join("application");
    std::fs::create_dir(&clone).expect("the directory is ours");
    files::write(&clone, &folder(source));
    git(&clone, &["init", "--quiet", "-b", "main"]);
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "--quiet", "-m", "Build"]);
    git(&clone, &["remote", "add", "origin", url]);
    clone
}

/// Returns the action as a checkout of its repository has it.
fn checkout() -> TempDir {
    let directory = TempDir::new();
    for file in ["action.yml", ".github/action/run.sh", "Cargo.toml"] {
        let target = directory.write(file, "");
        std::fs::copy(project().join(file), target).expect("it is part of the project");
    }
    directory.write(".github/action/checksums.txt", "");
    directory
}

/// A pipeline of GitLab, about to be run.
pub(super) struct Pipeline<'a> {
    /// The folder with the application repository.
    pub(super) folder: &'a str,
    /// Variables of the project.
    pub(super) variables: &'a [(&'a str, &'a str)],
}

impl Pipeline<'_> {
    /// Lets `gitlab-ci-local` run the pipeline.
    pub(super) fn run(&self) -> Run {
        let home = TempDir::new();
        let application = repository(&home, self.folder, "https://gitlab.com/acme/web.git");
        let component = component();
        let path = std::env::var("PATH").expect("PATH is set");
        let mut run = command(node("gitlab-ci-local"), &application);
        run.env("PATH", format!("{}:{path}", node_runtime().display()))
            .env("HOME", home.path())
            .arg("--force-shell-executor")
            .args(["--variable", "GITLAB_CI=true", "--variable"])
            .arg(concat!("TOWPATH_BIN=", env!("CARGO_BIN_EXE_towpath")));
        for (name, value) in self.variables {
            run.args(["--variable", &format!("{name}={value}")]);
        }
        // Only this one project is taken from here instead of from its host.
        let redirect = format!("url.file://{}.insteadOf", component.path().display());
        run.env("GIT_CONFIG_COUNT", "2");
        for (number, host) in ["gitlab.com", "gitlab.com:443"].iter().enumerate() {
            run.env(format!("GIT_CONFIG_KEY_{number}"), &redirect).env(
                format!("GIT_CONFIG_VALUE_{number}"),
                format!("https://{host}/towpath/towpath.git"),
            );
        }
        Run::new(&run.output().expect("it is installed"))
    }
}

/// Makes the repository of the component: its folder as the root, with a tag.
fn component() -> BareRepository {
    let files = files::read(&project().join("gitlab-component"));
    let repository = BareRepository::new(&files);
    repository.git(&["tag", "1.0.0", "main"]);
    repository
}
