//! `towpath set` against real servers: what works, and what every refusal is.

mod http;
mod proxy;
mod race;
mod several;
mod ssh;
mod tokens;

use crate::support::daemon::GitDaemon;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample};
use crate::support::server::free_port;
use crate::support::towpath::{Outcome, Towpath};
use std::ffi::OsString;
use towpath_surface::Kind;

/// The file that the tests change.
const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
/// What the file says before.
const OLD: &str = "newTag: 1.4.3 # set by the pipeline";
/// What the file says after.
const NEW: &str = "newTag: 1.5.0 # set by the pipeline";

fn shop() -> BareRepository {
    BareRepository::sample("shop")
}

/// Prepares the change that every test makes.
fn set(repository: impl Into<OsString>) -> Towpath {
    Towpath::set(repository).args(["--image", "registry.example/shop/web:1.5.0", "--file", FILE])
}

/// Panics unless the branch has the change, as one commit, and nothing else.
#[track_caller]
fn assert_changed(repository: &BareRepository, branch: &str) {
    let mut expected = sample("shop");
    let file = expected.get_mut(FILE).expect("the sample has it");
    let text = String::from_utf8(file.bytes.clone()).expect("it is UTF-8");
    file.bytes = text.replace(OLD, NEW).into_bytes();
    assert_eq!(repository.files(branch), expected);
    assert_eq!(repository.git(&["rev-list", "--count", branch]), "2");
    repository.fsck();
}

/// Runs what has to be refused, and panics if anything was changed.
#[track_caller]
fn refuse(repository: &BareRepository, run: Towpath, kind: Kind) -> Outcome {
    let refs = repository.refs();
    let outcome = run.run().fails(kind).says("nothing was changed");
    assert_eq!(repository.refs(), refs);
    outcome
}

#[test]
fn a_path_is_a_repository() {
    let repository = shop();
    let outcome = set(repository.path()).run().succeeds();
    assert_changed(&repository, "main");
    outcome.says(&repository.tip("main"));
}

#[test]
fn the_git_protocol_is_spoken() {
    let repository = shop();
    let daemon = GitDaemon::start(&repository);
    set(daemon.url()).run().succeeds();
    assert_changed(&repository, "main");
}

#[test]
fn the_same_twice_makes_one_commit() {
    let repository = shop();
    set(repository.path()).run().succeeds();
    let tip = repository.tip("main");
    set(repository.path())
        .run()
        .succeeds()
        .says("Nothing to change")
        .says(&tip);
    assert_changed(&repository, "main");
}

#[test]
fn a_dry_run_shows_the_change_and_makes_none() {
    let repository = shop();
    let refs = repository.refs();
    let outcome = set(repository.path()).arg("--dry-run").run().succeeds();
    outcome.says(&format!("-    {OLD}\n+    {NEW}\n"));
    assert_eq!(repository.refs(), refs);
}

#[test]
fn the_branch_that_is_named_is_changed() {
    let repository = shop();
    repository.git(&["branch", "staging", "main"]);
    let main = repository.tip("main");
    set(repository.path())
        .args(["--branch", "staging"])
        .run()
        .succeeds();
    assert_changed(&repository, "staging");
    assert_eq!(repository.tip("main"), main);
}

#[test]
fn the_default_branch_may_have_any_name() {
    let repository = shop();
    repository.git(&["branch", "-m", "main", "deploy/current"]);
    repository.git(&["symbolic-ref", "HEAD", "refs/heads/deploy/current"]);
    set(repository.path()).run().succeeds();
    assert_changed(&repository, "deploy/current");
}

#[test]
fn a_sha256_repository_works() {
    let repository = BareRepository::empty(&["--object-format=sha256"]);
    repository.commit("main", &sample("shop"), "Start");
    let server = HttpServer::start(&repository, HttpOptions::default());
    set(server.url()).run().succeeds();
    assert_changed(&repository, "main");
}

#[test]
fn the_commit_says_who_made_it_and_why() {
    let repository = shop();
    let run = set(repository.path())
        .args([
            "--author",
            "Jo Doe <jo@shop.example>",
            "--environment",
            "dev",
        ])
        .args([
            "--source-repository",
            "shop/web",
            "--source-revision",
            "0a1b2c3d",
        ])
        .args(["--run-url", "https://ci.example/runs/7", "--build", "7"]);
    run.run().succeeds();
    let author = repository.git(&["log", "-1", "--format=%an <%ae>", "main"]);
    assert_eq!(author, "Jo Doe <jo@shop.example>");
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    for part in [
        "1.5.0",
        "dev",
        "shop/web",
        "0a1b2c3d",
        "https://ci.example/runs/7",
    ] {
        assert!(message.contains(part), "nothing of `{part}` in:\n{message}");
    }
    let trailers = repository.git(&["log", "-1", "--format=%(trailers:only)", "main"]);
    assert!(trailers.lines().count() >= 3, "{message}");
}

#[test]
fn the_subject_can_be_given() {
    let repository = shop();
    set(repository.path())
        .args(["--message", "Ship the storefront"])
        .run()
        .succeeds();
    assert_eq!(
        repository.subjects("main"),
        ["Ship the storefront", "Start"]
    );
}

#[test]
fn the_message_is_made_from_templates() {
    let repository = shop();
    let run = set(repository.path())
        .args(["--message", "Ship {{name}} {{new}} (build {{build}})"])
        .args([
            "--message-body",
            "Because {{environment}} waits.\n\n{{changes}}",
        ])
        .args(["--trailer", "Signed-off-by=Jo Doe <jo@shop.example>"])
        .args(["--environment", "dev", "--build", "7", "--skip-ci"]);
    run.run().succeeds();
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    assert!(
        message.starts_with("Ship web 1.5.0 (build 7)\n\n[skip ci]\n\nBecause dev waits.\n\n- "),
        "{message}"
    );
    let trailers = [
        "log",
        "-1",
        "--format=%(trailers:key=Signed-off-by)",
        "main",
    ];
    let trailer = repository.git(&trailers);
    assert_eq!(
        trailer.trim_end(),
        "Signed-off-by: Jo Doe <jo@shop.example>"
    );
}

#[test]
fn an_unknown_variable_is_refused_even_when_nothing_would_change() {
    let repository = shop();
    set(repository.path()).run().succeeds();
    let run = set(repository.path()).args(["--message", "Ship {{nam}}"]);
    refuse(&repository, run, Kind::InvalidTemplate).says("Did you mean `{{name}}`");
}

#[test]
fn the_committer_may_be_another_than_the_author() {
    let repository = shop();
    let run = set(repository.path())
        .args(["--author", "Jo Doe <jo@shop.example>"])
        .args(["--committer", "Bot <bot@shop.example>"]);
    run.run().succeeds();
    let who = repository.git(&["log", "-1", "--format=%an <%ae> %cn <%ce>", "main"]);
    assert_eq!(who, "Jo Doe <jo@shop.example> Bot <bot@shop.example>");
}

#[test]
fn push_options_reach_the_hooks_of_the_server() {
    let repository = shop();
    repository.hook(
        "pre-receive",
        "echo \"$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0 $GIT_PUSH_OPTION_1\" >options",
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    let run = set(server.url()).args(["--push-option", "ci.skip"]);
    run.args(["--push-option", "topic=a b"]).run().succeeds();
    let options = std::fs::read_to_string(repository.path().join("options"));
    assert_eq!(options.expect("the hook ran"), "2 ci.skip topic=a b\n");
    assert_changed(&repository, "main");
}

#[test]
fn what_the_server_says_is_shown() {
    let repository = shop();
    let script = "printf 'See \\033[1mhttps://git.example/mr/1\\033[0m\\n' >&2";
    repository.hook("post-receive", script);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let outcome = set(server.url()).run().succeeds();
    assert!(
        outcome
            .stderr
            .contains("remote: See https://git.example/mr/1\n"),
        "{}",
        outcome.everything()
    );

    let repository = shop();
    repository.hook("post-receive", script);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let outcome = set(server.url()).arg("--quiet").run().succeeds();
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_server_without_push_options_is_named_with_the_option() {
    let repository = shop();
    repository.git(&["config", "receive.advertisePushOptions", "false"]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let local = repository.path().into_os_string();
    for url in [server.url().into(), local] {
        let run = set(url).args(["--push-option", "ci.skip"]);
        refuse(&repository, run, Kind::Unsupported)
            .says("takes no push options, and \"ci.skip\" was given")
            .says("receive.advertisePushOptions");
    }
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let repository = shop();
    let port = free_port();
    for scheme in ["http", "https", "git"] {
        let url = format!("{scheme}://127.0.0.1:{port}/deploy.git");
        let outcome = refuse(&repository, set(url), Kind::Unreachable);
        outcome.says("127.0.0.1");
    }
}

#[test]
fn a_branch_that_is_not_there_is_named() {
    let repository = shop();
    let run = set(repository.path()).args(["--branch", "stagign"]);
    refuse(&repository, run, Kind::NoSuchBranch).says("stagign");
}

#[test]
fn a_repository_without_a_commit_has_no_branch() {
    let repository = BareRepository::empty(&[]);
    refuse(&repository, set(repository.path()), Kind::NoSuchBranch);
}

#[test]
fn a_path_without_a_repository_is_named() {
    let repository = shop();
    let run = set(repository.root().join("other.git"));
    refuse(&repository, run, Kind::NoSuchRepository).says("other.git");
}
