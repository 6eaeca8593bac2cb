//! `towpath check --permissions`: what is missing is found out before it is needed.

use crate::support::forge::{FakeForge, TOKEN};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

fn check(url: impl Into<std::ffi::OsString>) -> Towpath {
    Towpath::new()
        .args(["check", "--permissions", "--repo"])
        .arg(url.into())
}

#[test]
fn what_is_permitted_is_told_and_nothing_is_changed() {
    for kind in ForgeKind::ALL {
        let repository = BareRepository::sample("shop");
        let refs = repository.refs();
        let forge = FakeForge::start(kind, &repository);
        let run = || {
            check(forge.repository())
                .args([
                    "--request",
                    "--status",
                    "--forge",
                    forge.name(),
                    "--forge-url",
                    &forge.url(),
                ])
                .env("TOWPATH_FORGE_TOKEN", TOKEN)
        };
        let outcome = run().run().succeeds();
        let tip = repository.tip("main");
        outcome
            .says(&format!("read: yes: branch \"main\" is at {tip}"))
            .says("push: yes")
            .says(&format!("request: yes: {} takes", kind.name()))
            .says(&format!("status: yes: {} takes statuses", kind.name()));
        forge.state().is_read_only = true;
        let outcome = run().run().fails(Kind::ReadOnly);
        outcome
            .says("push: yes")
            .says("request: no: the token may not open a")
            .says("status: no: the token may not write the status of a commit")
            .says("hint: Give");
        let state = forge.state();
        assert!(state.pulls.is_empty() && state.statuses.is_empty());
        drop(state);
        assert_eq!(repository.refs(), refs);
    }
}

#[test]
fn deployments_are_tried_where_there_are_any() {
    for kind in ForgeKind::ALL {
        let repository = BareRepository::sample("shop");
        let forge = FakeForge::start(kind, &repository);
        let run = || {
            check(forge.repository())
                .args(["--deployment", "--forge", forge.name(), "--forge-url"])
                .arg(forge.url())
                .env("TOWPATH_FORGE_TOKEN", TOKEN)
        };
        if kind != ForgeKind::GitHub {
            run()
                .run()
                .fails(Kind::Usage)
                .says("deployment: no: deployments are recorded on GitHub only");
            continue;
        }
        run()
            .run()
            .succeeds()
            .says("deployment: yes: GitHub takes deployments");
        forge.state().is_read_only = true;
        run()
            .run()
            .fails(Kind::ReadOnly)
            .says("deployment: no: the token may not record a deployment")
            .says("\"Deployments: write\"");
        assert!(forge.state().deployments.is_empty());
    }
}

#[test]
fn a_workflows_own_token_starts_no_checks() {
    let repository = BareRepository::sample("shop");
    let forge = FakeForge::start(ForgeKind::GitHub, &repository);
    let run = |options: &[&str]| {
        check(forge.repository())
            .args(options)
            .args(["--forge-url", &forge.url()])
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_SERVER_URL", forge.url())
            .env("GITHUB_API_URL", format!("{}/api/v3", forge.url()))
            .env("GITHUB_TOKEN", TOKEN)
            .run()
            .succeeds()
    };
    run(&["--request"])
        .says("request: yes: GitHub takes pull requests")
        .says("warning[workflow-token]: the request is made with the workflow's own token")
        .says("Give the token of a GitHub App");
    // Where none is made, there is nothing to warn of.
    let said = run(&[]).everything();
    assert!(!said.contains("workflow-token"), "{said}");
}

#[test]
fn a_job_token_is_told_from_one_that_has_expired() {
    let repository = BareRepository::sample("shop");
    let forge = FakeForge::start(ForgeKind::GitLab, &repository);
    let run = check(forge.repository()).args(["--request", "--forge-url", &forge.url()]);
    run.env("GITLAB_CI", "true")
        .env("CI_SERVER_URL", forge.url())
        .env("CI_SERVER_HOST", "127.0.0.1")
        .env("CI_JOB_TOKEN", "job-token-of-the-tests")
        .run()
        .fails(Kind::ReadOnly)
        .says("request: no: the token may not open a merge request")
        .says("a job token cannot open merge requests");
}

#[test]
fn a_key_that_may_only_read_is_found_out() {
    let repository = BareRepository::sample("shop");
    let server = SshServer::start(&repository);
    let run = |key: &str| {
        check(server.url())
            .env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host())
            .arg("--ssh-key-file")
            .arg(server.key(key))
            .run()
    };
    run("write").succeeds().says("push: yes");
    run("read")
        .fails(Kind::ReadOnly)
        .says("read: yes")
        .says("push: no");
}

#[test]
fn a_server_that_takes_no_pushes_is_found_out() {
    let repository = BareRepository::sample("shop");
    let options = HttpOptions {
        push: false,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    check(server.url())
        .run()
        .fails(Kind::ReadOnly)
        .says("read: yes")
        .says("push: no");
}
