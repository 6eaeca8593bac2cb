//! The GitLab component, included by a pipeline that `gitlab-ci-local` runs.

mod release;

use crate::support::command::command;
use crate::support::files;
use crate::support::git::git;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::{node, node_runtime, project};
use std::env;
use std::fs;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
const TOKEN: &str = "s3cret-deploy-token";
const PROJECT: &str = "towpath/towpath.git";

/// Returns a pipeline that includes the component with these inputs more.
fn pipeline(url: &str, inputs: &str) -> String {
    format!(
        r#"
stages: [deploy, check]
include:
  - component: $CI_SERVER_FQDN/towpath/towpath/set@1.0.0
    inputs:
      repo: {url}
      username: towpath
{inputs}
check:
  stage: check
  needs: [towpath-set]
  script:
    - echo "told $TOWPATH_CHANGED $TOWPATH_COMMIT $TOWPATH_FILES $TOWPATH_OLD $TOWPATH_NEW"
"#
    )
}

const INPUTS: &str = r"
      image: |
        registry.example/shop/web:1.5.0
      file: apps/web/overlays/dev/kustomization.yaml
      environment: dev
";

/// What a run of the pipeline said.
pub(crate) struct Run {
    /// Whether every job ended well.
    pub(crate) succeeded: bool,
    /// Everything that was printed.
    pub(crate) log: String,
    report: String,
}

/// Runs a pipeline of an application repository, with the launcher that was
/// built for the tests.
fn push(pipeline: &str) -> Run {
    let launcher = format!("TOWPATH_BIN={}", env!("CARGO_BIN_EXE_towpath"));
    run_pipeline(pipeline, &component_project(), &[&launcher])
}

/// Runs a pipeline that includes the component of `project`.
pub(crate) fn run_pipeline(pipeline: &str, project: &BareRepository, variables: &[&str]) -> Run {
    let directory = TempDir::new();
    let consumer = directory.join("consumer");
    directory.write("consumer/.gitlab-ci.yml", pipeline);
    git(
        directory.path(),
        &["init", "--quiet", "-b", "main", "consumer"],
    );
    git(&consumer, &["add", "."]);
    git(&consumer, &["commit", "--quiet", "-m", "Build"]);
    let url = "https://gitlab.example/shop/web.git";
    git(&consumer, &["remote", "add", "origin", url]);

    let path = env::var("PATH").expect("PATH is set");
    let mut run = command(node("gitlab-ci-local"), &consumer);
    run.env("PATH", format!("{}:{path}", node_runtime().display()))
        .env("HOME", directory.path())
        .args(["--force-shell-executor"])
        .args(["--variable", "GITLAB_CI=true"])
        .args(["--variable", &format!("TOWPATH_TOKEN={TOKEN}")]);
    for variable in variables {
        run.args(["--variable", variable]);
    }
    // Only this one project is taken from here instead of from its host.
    let redirect = format!("url.file://{}.insteadOf", project.path().display());
    let hosts = ["gitlab.example", "gitlab.com"].into_iter();
    let hosts: Vec<_> = hosts
        .flat_map(|it| [it.to_owned(), format!("{it}:443")])
        .collect();
    run.env("GIT_CONFIG_COUNT", hosts.len().to_string());
    for (number, host) in hosts.iter().enumerate() {
        run.env(format!("GIT_CONFIG_KEY_{number}"), &redirect);
        run.env(
            format!("GIT_CONFIG_VALUE_{number}"),
            format!("https://{host}/{PROJECT}"),
        );
    }
    let output = run.output().expect("it is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run {
        succeeded: output.status.success(),
        log: text(&output.stdout) + &text(&output.stderr),
        report: fs::read_to_string(consumer.join("towpath.env")).unwrap_or_default(),
    }
}

/// Makes the repository of the component: its folder as the root, with a tag.
pub(crate) fn component_project() -> BareRepository {
    let files = files::read(&project().join("gitlab-component"));
    let repository = BareRepository::new(&files);
    repository.git(&["tag", "1.0.0", "main"]);
    repository
}

fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("towpath", TOKEN)),
        ..HttpOptions::default()
    }
}

#[test]
fn a_pipeline_sets_a_tag_and_reads_the_report() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = push(&pipeline(&server.url(), INPUTS));
    assert!(run.succeeded, "{}", run.log);
    let tip = repository.tip("main");
    assert!(
        repository
            .read("main", FILE)
            .contains("newTag: 1.5.0 # set by the pipeline")
    );
    let told = format!("told true {tip} {FILE} 1.4.3 1.5.0");
    assert!(run.log.contains(&told), "{}", run.log);
    assert!(
        run.report.contains(&format!("TOWPATH_COMMIT={tip}\n")),
        "{}",
        run.report
    );
    assert!(run.log.contains("1.4.3 -> 1.5.0"), "{}", run.log);
    assert!(!run.log.contains(TOKEN));
}

#[test]
fn a_pipeline_sets_a_value_by_its_key() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let inputs = "      file: apps/api/values/dev.yaml\n      key: |\n        image.tag\n        \
                  env[name=LOG_LEVEL].value\n      value: |\n        2.1.0\n        warn\n";
    let run = push(&pipeline(&server.url(), inputs));
    assert!(run.succeeded, "{}", run.log);
    let text = repository.read("main", "apps/api/values/dev.yaml");
    assert!(
        text.contains("tag: \"2.1.0\"") && text.contains("value: warn"),
        "{text}"
    );
}

#[test]
fn a_dry_run_of_a_pipeline_changes_nothing() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let refs = repository.refs();
    let run = push(&pipeline(
        &server.url(),
        &format!("{INPUTS}      dry-run: true\n"),
    ));
    assert!(run.succeeded, "{}", run.log);
    assert_eq!(repository.refs(), refs);
    assert!(run.log.contains("told true "), "{}", run.log);
}

#[test]
fn a_pipeline_fails_when_the_image_is_not_there() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let refs = repository.refs();
    let run = push(&pipeline(
        &server.url(),
        &INPUTS.replace("shop/web:", "shop/cart:"),
    ));
    assert!(!run.succeeded, "{}", run.log);
    assert_eq!(repository.refs(), refs);
    assert!(run.log.contains("error[no-such-image]: "), "{}", run.log);
}

#[test]
fn an_include_without_a_repository_is_refused() {
    let without = pipeline("", INPUTS).replace("      repo: \n", "");
    let run = push(&without);
    assert!(!run.succeeded, "{}", run.log);
    assert!(run.log.contains("repo"), "{}", run.log);
}
