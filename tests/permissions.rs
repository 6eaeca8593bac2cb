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
            .says(&format!("request: yes: {} takes", kind.name()));
        forge.state().is_read_only = true;
        let outcome = run().run().fails(Kind::ReadOnly);
        outcome
            .says("push: yes")
            .says("request: no: the token may not open a")
            .says("hint: Give");
        assert!(forge.state().pulls.is_empty());
        assert_eq!(repository.refs(), refs);
    }
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
