//! Every server, with every version of the protocol and every choice of filters.

use crate::git_remote::{ACCOUNT, round_trip, sample, ssh_access};
use crate::support::daemon::GitDaemon;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use std::fs;
use towpath_host::git::{Access, Secret};

/// What servers allow: everything, what GitHub does, no trees, nothing at all
/// although they offer it, and nothing that they would offer.
const FILTERS: [&[(&str, &str)]; 5] = [
    &[],
    &[("uploadpackfilter.tree.maxDepth", "0")],
    &[("uploadpackfilter.tree.allow", "false")],
    &[("uploadpackfilter.allow", "false")],
    &[
        ("uploadpack.allowFilter", "false"),
        ("uploadpack.allowAnySHA1InWant", "false"),
    ],
];

/// Reads and changes through servers of every kind.
#[track_caller]
fn check(go: impl Fn(&BareRepository, Protocol)) {
    for protocol in Protocol::ALL {
        for filters in FILTERS {
            let repository = BareRepository::new(&sample());
            for (name, value) in filters {
                repository.git(&["config", name, value]);
            }
            go(&repository, protocol);
        }
    }
}

/// Returns whether the configuration of a repository offers filters.
fn offers_filters(repository: &BareRepository) -> bool {
    repository.git(&["config", "--get", "uploadpack.allowFilter"]) == "true"
}

#[test]
fn the_git_daemon() {
    check(|repository, protocol| {
        let daemon = GitDaemon::speaking(repository, protocol);
        round_trip(repository, &daemon.url(), &Access::default());
    });
}

#[test]
fn a_web_server() {
    check(|repository, protocol| {
        let options = HttpOptions {
            protocol,
            filters: offers_filters(repository),
            ..HttpOptions::default()
        };
        let server = HttpServer::start(repository, options);
        round_trip(repository, &server.url(), &Access::default());
    });
}

#[test]
fn a_tls_server_with_a_private_authority_and_a_password() {
    check(|repository, protocol| {
        let options = HttpOptions {
            tls: true,
            account: ACCOUNT,
            protocol,
            filters: offers_filters(repository),
            ..HttpOptions::default()
        };
        let server = HttpServer::start(repository, options);
        let authority = fs::read_to_string(server.authority()).expect("it is there");
        let access = Access {
            user: Some("towpath".to_owned()),
            token: Some(Secret::new("s3cret")),
            ca_bundle: Some(authority),
            ..Access::default()
        };
        round_trip(repository, &server.url(), &access);
    });
}

#[test]
fn an_ssh_server() {
    check(|repository, protocol| {
        let server = SshServer::speaking(repository, protocol);
        round_trip(repository, &server.url(), &ssh_access(&server, "write"));
    });
}
