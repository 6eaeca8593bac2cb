//! Branches, rules and limits: what a server that is reached does not give or take.

use crate::git_errors::{check, failure, repository};
use crate::git_remote::{change, details, open, sample};
use crate::support::daemon::GitDaemon;
use crate::support::git::git;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use std::slice;
use towpath_host::git::{Access, RefUpdate};
use towpath_host::repository::{AccessError, Repository as _};
use towpath_surface::Kind;

#[test]
fn a_missing_branch_is_named_with_the_nearest() {
    let repository = repository();
    repository.git(&["branch", "maintenance", "main"]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [server.url(), repository.path().display().to_string()] {
        let mut remote = open(&url, &Access::default());
        let error = remote.tip(Some("mian")).expect_err("there is none");
        check(&error, Kind::NoSuchBranch, "no branch \"mian\"");
        assert_eq!(error.hint().as_deref(), Some("Did you mean \"main\"?"));
        assert_eq!(
            remote
                .tip(Some("refs/heads/main"))
                .expect("it is there")
                .branch,
            "main"
        );
        assert_eq!(remote.try_tip("mai").expect("it can be asked"), None);
    }
}

#[test]
fn an_empty_repository_is_named() {
    let repository = BareRepository::empty(&[]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let daemon = GitDaemon::start(&repository);
    let old = HttpServer::start(
        &repository,
        HttpOptions {
            protocol: Protocol::Zero,
            ..HttpOptions::default()
        },
    );
    for url in [
        server.url(),
        daemon.url(),
        old.url(),
        repository.path().display().to_string(),
    ] {
        for branch in [None, Some("main")] {
            let error = open(&url, &Access::default())
                .tip(branch)
                .expect_err("there is none");
            check(&error, Kind::NoSuchBranch, "is empty");
        }
    }
}

#[test]
fn a_detached_head_is_no_branch() {
    let repository = repository();
    repository.git(&["update-ref", "--no-deref", "HEAD", "main"]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [server.url(), repository.path().display().to_string()] {
        let error = open(&url, &Access::default())
            .tip(None)
            .expect_err("there is none");
        check(&error, Kind::NoSuchBranch, "no branch \"HEAD\"");
    }
}

#[test]
fn a_hook_is_quoted_without_control_characters() {
    let repository = repository();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let daemon = GitDaemon::start(&repository);
    repository.hook(
        "pre-receive",
        "printf 'GH006: \\033[31mno\\033[0m entry\\n' >&2\nexit 1",
    );
    for url in [server.url(), daemon.url()] {
        let error = failure(&repository, &url, &Access::default());
        check(
            &error,
            Kind::Rejected,
            "pre-receive hook declined\nGH006: no entry",
        );
    }
    repository.hook("pre-receive", "exit 0");
    repository.hook("update", "echo \"$1 is frozen\" >&2\nexit 1");
    let error = failure(&repository, &server.url(), &Access::default());
    check(&error, Kind::Rejected, "refs/heads/main is frozen");
}

#[test]
fn a_branch_that_is_checked_out_is_left_alone() {
    let repository = repository();
    let directory = TempDir::new();
    let url = repository.path().display().to_string();
    git(directory.path(), &["clone", "--quiet", &url, "copy"]);
    let copy = directory.join("copy").display().to_string();
    let error = failure(&repository, &copy, &Access::default());
    check(&error, Kind::Rejected, "branch is currently checked out");
    // Nor is one that another working copy of the same repository has.
    repository.git(&[
        "worktree",
        "add",
        "--quiet",
        &directory.join("tree").display().to_string(),
        "main",
    ]);
    let error = failure(&repository, &url, &Access::default());
    check(&error, Kind::Rejected, "branch is currently checked out");
}

#[test]
fn several_refs_move_together_or_not_at_all() {
    let repository = repository();
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [server.url(), repository.path().display().to_string()] {
        let before = repository.refs();
        let mut remote = open(&url, &Access::default());
        let mut snapshot = remote.snapshot(None).expect("there is a branch");
        let old = snapshot.tip().commit;
        let commit = snapshot
            .commit(&[change("README.md", &url)], &details("Several"))
            .expect("it can be made")
            .expect("it changes something");
        let update = |name: &str, old, new| RefUpdate {
            name: name.to_owned(),
            old,
            new,
        };
        let tag = update("refs/tags/v1", None, Some(commit.id));
        let stale = update("refs/heads/main", Some(commit.id), Some(old));
        let error = remote
            .push(&[tag.clone(), stale], slice::from_ref(&commit))
            .expect_err("one is stale");
        assert_eq!(error.kind(), Kind::Rejected);
        assert_eq!(repository.refs(), before);
        let right = update("refs/heads/main", Some(old), Some(commit.id));
        remote
            .push(&[tag.clone(), right], slice::from_ref(&commit))
            .expect("both are right");
        assert_eq!(repository.tip("main"), commit.id.to_string());
        assert_eq!(repository.git(&["rev-parse", "v1"]), commit.id.to_string());
        let gone = update("refs/tags/v1", Some(commit.id), None);
        remote.push(&[gone], &[]).expect("it may be deleted");
        assert_eq!(repository.git(&["tag"]), "");
        repository.fsck();
    }
}

#[test]
fn files_over_the_limit_are_not_taken() {
    let mut files = sample();
    let large = files
        .get_mut("apps/api/values.yaml")
        .expect("it is one of them");
    large.bytes = vec![b'x'; 100_000];
    let repository = BareRepository::new(&files);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut access = Access::default();
    access.limits.object = 50_000;
    for url in [server.url(), repository.path().display().to_string()] {
        let mut remote = open(&url, &access);
        let mut snapshot = remote.snapshot(None).expect("there is a branch");
        let read = snapshot.read(&["apps/api/values.yaml", "README.md"].map(str::to_owned));
        assert_eq!(read[0], Err(AccessError::TooLarge(100_000)));
        assert!(read[1].is_ok());
    }
    access.limits.answer = 100;
    let mut remote = open(&server.url(), &access);
    let error = match remote.snapshot(None) {
        Err(error) => error,
        Ok(mut snapshot) => {
            let read = snapshot.read(&["README.md".to_owned()]);
            assert!(matches!(read[0], Err(AccessError::Unavailable(_))));
            snapshot.take_failure().expect("it says why")
        }
    };
    check(&error, Kind::Limit, "an answer");
}
