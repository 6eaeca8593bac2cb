//! The GitHub Action, used by a workflow that `act` runs.

mod release;

use crate::support::command::{command, succeed};
use crate::support::git::git;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
/// The token of the workflow, and that of the deployment repository.
pub(crate) const TOKEN: &str = "s3cret-deploy-token";

const WORKFLOW: &str = r#"
on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: towpath/towpath@v1
        id: deploy
        with:
          repo: ${{ vars.DEPLOY_REPOSITORY }}
          username: towpath
          token: ${{ secrets.DEPLOY_TOKEN }}
          image: |
            registry.example/shop/web:${{ vars.TAG }}
          file: apps/web/overlays/dev/kustomization.yaml
          environment: dev
      - run: printf 'told %s %s %s %s %s\n' "$CHANGED" "$COMMIT" "$FILES" "$OLD" "$NEW"
        env:
          CHANGED: ${{ steps.deploy.outputs.changed }}
          COMMIT: ${{ steps.deploy.outputs.commit }}
          FILES: ${{ steps.deploy.outputs.files }}
          OLD: ${{ steps.deploy.outputs.old }}
          NEW: ${{ steps.deploy.outputs.new }}
"#;

/// What a run of the workflow said.
pub(crate) struct Run {
    /// Whether every step ended well.
    pub(crate) succeeded: bool,
    events: Vec<Value>,
}

impl Run {
    /// Returns everything that was printed, for people and for tests.
    pub(crate) fn log(&self) -> String {
        let messages = self.events.iter().filter_map(|event| event["msg"].as_str());
        messages
            .map(|message| format!("{}\n", message.trim_end()))
            .collect()
    }

    /// Returns what the steps told by a workflow command.
    fn command(&self, name: &str) -> Vec<&Value> {
        self.events
            .iter()
            .filter(|event| event["command"] == name)
            .collect()
    }
}

/// Pushes to an application repository whose workflow uses the action, with
/// the launcher that was built for the tests.
fn push(repository_url: &str, tag: &str) -> Run {
    let (action, home) = (checkout(), TempDir::new());
    let launcher = [("TOWPATH_BIN", env!("CARGO_BIN_EXE_towpath"))];
    let vars = [("DEPLOY_REPOSITORY", repository_url), ("TAG", tag)];
    run_workflow(WORKFLOW, action.path(), &home, &vars, &launcher)
}

/// Returns the action as a checkout of its repository has it, without what it
/// is built from.
pub(crate) fn checkout() -> TempDir {
    let directory = TempDir::new();
    for file in ["action.yml", ".github/action/run.sh", "Cargo.toml"] {
        let target = directory.write(file, "");
        fs::copy(project().join(file), target).expect("it is part of the project");
    }
    directory.write(".github/action/checksums.txt", "");
    directory
}

/// Lets every step end a moment after it has spoken: now and then act does not
/// read what a step says right before its end.
pub(crate) fn linger(act: &mut Command, home: &TempDir) {
    let file = home.write("linger.sh", "trap 'sleep 0.2' EXIT\n");
    act.args(["--env", &format!("BASH_ENV={}", file.display())]);
}

/// Runs a workflow of an application repository, with variables of the
/// repository and of the environment. The runner keeps its tools in `home`.
pub(crate) fn run_workflow(
    workflow: &str,
    action: &Path,
    home: &TempDir,
    vars: &[(&str, &str)],
    environment: &[(&str, &str)],
) -> Run {
    let directory = TempDir::new();
    let consumer = directory.join("consumer");
    directory.write("consumer/.github/workflows/deploy.yml", workflow);
    git(
        directory.path(),
        &["init", "--quiet", "-b", "main", "consumer"],
    );
    git(&consumer, &["add", "."]);
    git(&consumer, &["commit", "--quiet", "-m", "Build"]);
    git(
        &consumer,
        &["remote", "add", "origin", "https://github.com/shop/web.git"],
    );
    let mut act = command(python("act"), &consumer);
    let by_hand = "workflow_dispatch";
    let event = if workflow.contains(by_hand) {
        by_hand
    } else {
        "push"
    };
    act.env("HOME", home.path())
        .args([event, "--json", "--no-cache-server"])
        .args(["-P", "ubuntu-latest=-self-hosted"])
        .args(["--secret", &format!("DEPLOY_TOKEN={TOKEN}")])
        .args(["--secret", &format!("GITHUB_TOKEN={TOKEN}")])
        .arg("--local-repository")
        .arg(format!("towpath/towpath@v1={}", action.display()));
    for (name, value) in vars {
        act.args(["--var", &format!("{name}={value}")]);
    }
    for (name, value) in environment {
        act.env(name, value);
        act.args(["--env", &format!("{name}={value}")]);
    }
    linger(&mut act, home);
    let output = act.output().expect("it is installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Run {
        succeeded: output.status.success(),
        events: events.collect(),
    }
}

fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("towpath", TOKEN)),
        ..HttpOptions::default()
    }
}

#[test]
fn a_workflow_sets_a_tag_and_reads_the_outputs() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = push(&server.url(), "1.5.0");
    assert!(run.succeeded, "{}", run.log());
    let tip = repository.tip("main");
    assert!(
        repository
            .read("main", FILE)
            .contains("newTag: 1.5.0 # set by the pipeline")
    );
    let told = format!("told true {tip} {FILE} 1.4.3 1.5.0");
    assert!(run.log().contains(&told), "{}", run.log());
    let summaries = run.command("summary");
    let summary = summaries.first().expect("there is a summary")["content"].to_string();
    assert!(
        summary.contains("1.5.0") && summary.contains(&tip),
        "{summary}"
    );
    assert!(!run.log().contains(TOKEN));
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    assert!(message.contains("shop/web"), "{message}");
}

#[test]
fn a_workflow_that_runs_again_changes_nothing() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    assert!(push(&server.url(), "1.5.0").succeeded);
    let tip = repository.tip("main");
    let run = push(&server.url(), "1.5.0");
    assert!(run.succeeded, "{}", run.log());
    assert_eq!(repository.tip("main"), tip);
    assert!(
        run.log()
            .contains(&format!("told false {tip}  1.5.0 1.5.0")),
        "{}",
        run.log()
    );
}

#[test]
fn a_workflow_fails_with_an_annotation() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let refs = repository.refs();
    let run = push(&server.url(), "latest");
    assert!(!run.succeeded, "{}", run.log());
    assert_eq!(repository.refs(), refs);
    assert!(run.log().contains("error[moving]"), "{}", run.log());
    assert!(!run.command("error").is_empty(), "{:#?}", run.events);
    assert!(!run.log().contains("told "));
}

#[test]
fn an_input_is_never_a_command() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = push(
        &server.url(),
        "$(touch ../evil)`touch ../evil`\"; touch ../evil; #",
    );
    assert!(!run.succeeded);
    assert!(run.log().contains("error[invalid-image]"), "{}", run.log());
}

#[test]
fn a_command_is_a_word_or_two() {
    let directory = TempDir::new();
    for wrong in ["set --image=a:1", "set; touch evil", "--help", "../set"] {
        let mut script = command(project().join(".github/action/run.sh"), directory.path());
        script
            .env("TOWPATH_ACTION_COMMAND", wrong)
            .env("TOWPATH_BIN", env!("CARGO_BIN_EXE_towpath"))
            .env("GITHUB_ACTION_PATH", project());
        let output = script.output().expect("it is a program");
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("::error title=towpath::"));
    }
    assert!(!directory.join("evil").exists());
    // What the script is written in is checked as far as bash itself can.
    let script = project().join(".github/action/run.sh");
    succeed(command("bash", directory.path()).arg("-n").arg(script));
}
