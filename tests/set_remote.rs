//! `towpath set` against real servers: what works, and what every refusal is.

mod http;
mod proxy;
mod race;
mod several;
mod ssh;

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
