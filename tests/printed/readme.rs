//! The first five minutes.

use super::{Block, Shell, at_home, exactly, indented};
use crate::action::{TOKEN, checkout, run_workflow};
use crate::gitlab::{component_project, run_pipeline};
use crate::support::command::{command, succeed};
use crate::support::component;
use crate::support::files::{self, files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use std::fs;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
const ADDRESS: &str = "https://github.com/acme/deploy.git";

/// Returns the blocks of the page: a run, the two commands, and the examples for
/// GitHub, for GitLab and for a clone. The picture is no code.
fn page() -> [Block; 5] {
    let [run, picture, commands, github, gitlab, local] = exactly("README.md");
    picture.of("mermaid");
    [run, commands, github, gitlab, local]
}

/// The deployment repository that the page is about.
fn acme(image: &str) -> BareRepository {
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: dev\n\
         resources:\n  - ../../base\n\nimages:\n  - name: {image}\n    newTag: v1.4.1\n"
    );
    let base = "resources:\n  - deployment.yaml\n";
    let deployment = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    \
         spec:\n      containers:\n        - name: web\n          image: {image}\n"
    );
    BareRepository::new(&files([
        (FILE, &text),
        ("apps/web/base/kustomization.yaml", base),
        ("apps/web/base/deployment.yaml", &deployment),
    ]))
}

fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("x-access-token", TOKEN)),
        ..HttpOptions::default()
    }
}

/// Replaces the words that begin like a commit by a word.
fn without_commits(text: &str) -> String {
    let is_commit = |word: &str| word.len() >= 7 && word.bytes().all(|it| it.is_ascii_hexdigit());
    let words = text.split(' ');
    let words = words.map(|word| if is_commit(word) { "COMMIT" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_command_prints_what_the_page_shows() {
    let [run, ..] = page();
    let (line, expected) = run
        .of("console")
        .split_once('\n')
        .expect("it has an answer");
    let line = line.strip_prefix("$ ").expect("it is a command");
    let repository = acme("ghcr.io/acme/web");
    let server = HttpServer::start(&repository, guarded());
    let line = at_home(line, &[(ADDRESS, &server.url())]);
    let outcome = Shell::new().env("TOWPATH_TOKEN", TOKEN).run(&line);
    let outcome = outcome.succeeds();
    let told = outcome.stdout.replace(&server.url(), ADDRESS);
    assert_eq!(without_commits(&told), without_commits(expected));
    assert_eq!(repository.subjects("main").len(), 2);
}

#[test]
fn the_two_commands_are_there() {
    let [_, commands, ..] = page();
    let lines: Vec<_> = commands.of("sh").lines().collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        // To run `make test` from a test would not end.
        let (line, _) = line.split_once('#').expect("it is explained");
        let target = line.trim().strip_prefix("make ").expect("it is a target");
        let mut make = command("make", project());
        succeed(make.args(["--dry-run", "--always-make", target]));
    }
}

#[test]
fn the_demo_shows_commits_of_both_ways() {
    let mut demo = command("bash", project());
    demo.arg("tests/demo.sh");
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "TOWPATH_TOOLS"] {
        if let Some(value) = std::env::var_os(name) {
            demo.env(name, value);
        }
    }
    demo.env("TOWPATH_BIN", env!("CARGO_BIN_EXE_towpath"));
    demo.env("TOWPATH_WASM", component::component());
    let told = succeed(&mut demo);
    for part in [
        "1.4.3 -> 1.5.0",
        "Nothing to change",
        "$ wasmtime run --dir . towpath.wasm set",
        "2.0.1 -> 2.1.0",
        "Jo Doe: Set api 2.1.0 in dev",
    ] {
        assert!(told.contains(part), "nothing of `{part}` in:\n{told}");
    }
}

#[test]
fn the_example_for_github_sets_the_commit() {
    let [_, _, github, ..] = page();
    let repository = acme("ghcr.io/acme/web");
    let server = HttpServer::start(&repository, guarded());
    let step = at_home(github.of("yaml"), &[(ADDRESS, &server.url())]);
    let workflow = format!(
        "on: push\npermissions: {{}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n{}",
        indented(&step, 6)
    );
    let (action, home) = (checkout(), TempDir::new());
    let launcher = [("TOWPATH_BIN", env!("CARGO_BIN_EXE_towpath"))];
    let run = run_workflow(&workflow, action.path(), &home, &[], &launcher);
    assert!(run.succeeded, "{}", run.log());
    let text = repository.read("main", FILE);
    let (_, tag) = text.split_once("newTag: ").expect("the key stays");
    let tag = tag.trim().trim_matches('"');
    assert!(
        tag.len() == 40 && tag.bytes().all(|it| it.is_ascii_hexdigit()),
        "{text}"
    );
}

#[test]
fn the_example_for_gitlab_pushes_with_a_deploy_key() {
    let [_, _, _, gitlab, _] = page();
    let repository = acme("registry.gitlab.com/acme/web");
    let server = SshServer::start(&repository);
    let address = [("git@gitlab.com:acme/deploy.git", server.url())];
    let address = address.each_ref().map(|(from, to)| (*from, to.as_str()));
    let pipeline = at_home(gitlab.of("yaml"), &address);
    let key = fs::read_to_string(server.key("write")).expect("it was written");
    let launcher = format!("TOWPATH_BIN={}", env!("CARGO_BIN_EXE_towpath"));
    let run = run_pipeline(
        &pipeline,
        &component_project(),
        &[
            &launcher,
            &format!("TOWPATH_SSH_KEY={key}"),
            &format!("TOWPATH_SSH_KNOWN_HOSTS={}", server.known_host()),
        ],
    );
    assert!(run.succeeded, "{}", run.log);
    let text = repository.read("main", FILE);
    assert!(!text.contains("v1.4.1"), "{text}");
    assert_eq!(repository.subjects("main").len(), 2, "{}", run.log);
}

#[test]
fn the_example_for_a_clone_needs_the_component_and_nothing_else() {
    let [.., local] = page();
    let repository = acme("ghcr.io/acme/web");
    let shell = Shell::new();
    files::write(shell.directory.path(), &repository.files("main"));
    let component = fs::read(component::component()).expect("it was built");
    shell.directory.write("towpath.wasm", component);
    let outcome = shell.run(local.of("sh")).succeeds();
    let _ = outcome.says("v1.4.1 -> v1.4.2");
    let text = fs::read_to_string(shell.directory.join(FILE)).expect("it is there");
    assert_eq!(
        text,
        repository.read("main", FILE).replace("v1.4.1", "v1.4.2")
    );
}
