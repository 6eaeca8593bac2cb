//! Over http and https.

use super::{assert_changed, refuse, set, shop};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use towpath_surface::Kind;

const TOKEN: &str = "s3cret-token";

/// A server that wants the token.
fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("towpath", TOKEN)),
        ..HttpOptions::default()
    }
}

#[test]
fn the_token_opens_the_repository() {
    let repository = shop();
    let server = HttpServer::start(&repository, guarded());
    let run = set(server.url())
        .env("TOWPATH_TOKEN", TOKEN)
        .env("TOWPATH_USERNAME", "towpath");
    run.run().succeeds();
    assert_changed(&repository, "main");
    let requests = server.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.ends_with("200 towpath")),
        "{requests:#?}"
    );
}

#[test]
fn a_wrong_token_is_refused() {
    let repository = shop();
    let server = HttpServer::start(&repository, guarded());
    let run = set(server.url())
        .env("TOWPATH_TOKEN", "wrong")
        .env("TOWPATH_USERNAME", "towpath");
    refuse(&repository, run, Kind::Unauthorized).says("127.0.0.1");
}

#[test]
fn a_missing_token_is_asked_for() {
    let repository = shop();
    let server = HttpServer::start(&repository, guarded());
    refuse(&repository, set(server.url()), Kind::Unauthorized).says("TOWPATH_TOKEN");
}

#[test]
fn a_token_that_may_only_read_is_told_so() {
    let repository = shop();
    let options = HttpOptions {
        push: false,
        ..guarded()
    };
    let server = HttpServer::start(&repository, options);
    let run = set(server.url())
        .env("TOWPATH_TOKEN", TOKEN)
        .env("TOWPATH_USERNAME", "towpath");
    refuse(&repository, run, Kind::ReadOnly);
}

#[test]
fn a_private_authority_can_be_trusted() {
    let repository = shop();
    let server = HttpServer::start(
        &repository,
        HttpOptions {
            tls: true,
            ..guarded()
        },
    );
    let run = || {
        set(server.url())
            .env("TOWPATH_TOKEN", TOKEN)
            .args(["--username", "towpath"])
    };
    refuse(&repository, run(), Kind::UntrustedHost).says("--ca-file");
    run()
        .arg("--ca-file")
        .arg(server.authority())
        .run()
        .succeeds();
    assert_changed(&repository, "main");
}

#[test]
fn a_repository_that_is_not_there_is_named() {
    let repository = shop();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let run = set(server.url_of("other.git"));
    refuse(&repository, run, Kind::NoSuchRepository).says("other.git");
}

#[test]
fn servers_without_filters_and_protocol_2_work() {
    let (two, zero) = (Protocol::Two, Protocol::Zero);
    for (filters, protocol) in [(false, two), (true, zero), (false, zero)] {
        let repository = shop();
        let options = HttpOptions {
            filters,
            protocol,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        set(server.url()).run().succeeds();
        assert_changed(&repository, "main");
    }
}

#[test]
fn a_token_in_the_url_is_used_and_not_shown() {
    let repository = shop();
    let server = HttpServer::start(&repository, guarded());
    let url = server.url().replace("//", &format!("//towpath:{TOKEN}@"));
    let outcome = set(url).arg("--verbose").run().succeeds();
    assert_changed(&repository, "main");
    assert!(
        !outcome.everything().contains(TOKEN),
        "{}",
        outcome.everything()
    );
}

#[test]
fn a_token_does_not_travel_over_plain_http() {
    let repository = shop();
    // Nothing is sent, so the name is not even looked up.
    let run = set("http://git.shop.example/deploy.git").env("TOWPATH_TOKEN", TOKEN);
    refuse(&repository, run, Kind::InvalidCredential).says("--allow-insecure-http");
}
