//! Every way in which a repository cannot be reached or changed is told apart.

use crate::git_remote::{ACCOUNT, open, replace, sample, ssh_access};
use crate::support::daemon::GitDaemon;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;
use towpath_host::git::{self, Access, Error, RepositoryUrl, Secret, Timeouts};
use towpath_surface::Kind;

pub(crate) fn repository() -> BareRepository {
    BareRepository::new(&sample())
}

/// Tries to change a file, and returns why that failed. Nothing has changed then.
#[track_caller]
pub(crate) fn failure(repository: &BareRepository, url: &str, access: &Access) -> Error {
    let before = repository.refs();
    let url = RepositoryUrl::parse(url).expect("the URL is right");
    let changed = git::open(&url, access)
        .and_then(|mut remote| replace(&mut remote, &["apps/web/values.yaml"], ("v1", "v2")));
    let error = changed.expect_err("it cannot be changed");
    assert_eq!(repository.refs(), before);
    let text = format!("{error} {error:?} {:?}", error.hint());
    assert!(
        !text.contains("s3cret") && !text.contains("wrong"),
        "{text}"
    );
    error
}

#[track_caller]
pub(crate) fn check(error: &Error, kind: Kind, text: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(text), "{error}");
}

#[test]
fn a_web_server_says_what_is_wrong() {
    let repository = repository();
    let options = HttpOptions {
        account: ACCOUNT,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let access = |password: &str| Access {
        user: Some("towpath".to_owned()),
        token: Some(Secret::new(password)),
        ..Access::default()
    };
    let error = failure(&repository, &server.url(), &Access::default());
    check(&error, Kind::Unauthorized, "no token was given");
    let error = failure(&repository, &server.url(), &access("wrong"));
    check(&error, Kind::Unauthorized, "the token was not accepted");
    let in_url = server.url().replace("//", "//towpath:wrong@");
    let error = failure(&repository, &in_url, &access("s3cret"));
    check(&error, Kind::Unauthorized, "the token was not accepted");
    let error = failure(&repository, &server.url_of("other.git"), &access("s3cret"));
    check(&error, Kind::NoSuchRepository, "404");
}

#[test]
fn a_web_server_that_takes_no_push_is_read_only() {
    let repository = repository();
    let options = HttpOptions {
        push: false,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let error = failure(&repository, &server.url(), &Access::default());
    check(&error, Kind::ReadOnly, "403");
}

#[test]
fn a_certificate_of_a_stranger_is_not_trusted() {
    let repository = repository();
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let error = failure(&repository, &server.url(), &Access::default());
    check(&error, Kind::UntrustedHost, "certificate");
    let other = HttpServer::start(&repository, options);
    let access = Access {
        ca_bundle: Some(std::fs::read_to_string(other.authority()).expect("it is there")),
        ..Access::default()
    };
    let error = failure(&repository, &server.url(), &access);
    check(&error, Kind::UntrustedHost, "certificate");
    for bundle in [
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n",
    ] {
        let access = Access {
            ca_bundle: Some(bundle.to_owned()),
            ..Access::default()
        };
        let error = failure(&repository, &server.url(), &access);
        check(&error, Kind::InvalidCredential, "certificate file");
    }
}

#[test]
fn a_token_is_not_sent_in_clear_text() {
    let repository = repository();
    let access = Access {
        token: Some(Secret::new("s3cret")),
        ..Access::default()
    };
    let error = failure(&repository, "http://git.example.org/r.git", &access);
    check(&error, Kind::InvalidCredential, "in clear text");
    let error = failure(
        &repository,
        "http://jo:s3cret@10.0.0.1/r.git",
        &Access::default(),
    );
    check(&error, Kind::InvalidCredential, "in clear text");
}

#[test]
fn an_ssh_server_says_what_is_wrong() {
    let repository = repository();
    let server = SshServer::start(&repository);
    let error = failure(&repository, &server.url(), &ssh_access(&server, "strange"));
    check(&error, Kind::Unauthorized, "the key ssh-ed25519 SHA256:");
    let error = failure(&repository, &server.url(), &ssh_access(&server, "read"));
    check(&error, Kind::ReadOnly, "marked as read only");
    let access = Access {
        ssh_key: None,
        ..ssh_access(&server, "write")
    };
    let error = failure(&repository, &server.url(), &access);
    check(
        &error,
        Kind::Unauthorized,
        "neither a key nor an agent is given",
    );
    let other = server.url().replace("deploy.git", "other.git");
    let error = failure(&repository, &other, &ssh_access(&server, "write"));
    check(
        &error,
        Kind::NoSuchRepository,
        "does not appear to be a git repository",
    );
}

#[test]
fn an_ssh_server_has_to_be_known() {
    let repository = repository();
    let server = SshServer::start(&repository);
    let write = ssh_access(&server, "write");
    let access = Access {
        known_hosts: Some(server.wrong_host()),
        ..write.clone()
    };
    let error = failure(&repository, &server.url(), &access);
    check(&error, Kind::UntrustedHost, "is not the known one");
    let access = Access {
        known_hosts: None,
        ..write.clone()
    };
    let error = failure(&repository, &server.url(), &access);
    check(
        &error,
        Kind::UntrustedHost,
        "is not known: ssh-ed25519 SHA256:",
    );
    // The hint has the line that would make it known.
    let hint = error.hint().expect("there is one");
    let (_, line) = hint
        .split_once("TOWPATH_SSH_KNOWN_HOSTS: ")
        .expect("it has a line");
    assert!(server.known_host().starts_with(line.trim_end()), "{line}");
    let access = Access {
        known_hosts: Some(line.to_owned()),
        ..write.clone()
    };
    let mut remote = open(&server.url(), &access);
    remote.tip(None).expect("it is known now");
    let Error::UntrustedHost { fingerprint, .. } = error else {
        panic!("{error}");
    };
    let access = Access {
        known_hosts: None,
        host_fingerprints: vec![fingerprint],
        ..write
    };
    open(&server.url(), &access)
        .tip(None)
        .expect("it is known now");
}

#[test]
fn a_key_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let repository = repository();
    let access = Access {
        ssh_key: Some(Secret::new("s3cret")),
        ..Access::default()
    };
    let error = failure(&repository, "git@127.0.0.1:o/r.git", &access);
    check(
        &error,
        Kind::InvalidCredential,
        "cannot use the ssh key: it is not a private key",
    );
}

#[test]
fn a_daemon_without_the_repository_says_so() {
    let repository = repository();
    let daemon = GitDaemon::start(&repository);
    let other = daemon.url().replace("deploy.git", "other.git");
    let error = failure(&repository, &other, &Access::default());
    check(
        &error,
        Kind::NoSuchRepository,
        "access denied or repository not exported",
    );
}

#[test]
fn a_directory_without_a_repository_says_so() {
    let repository = repository();
    let directory = TempDir::new();
    for path in [directory.path(), &directory.join("nowhere")] {
        let error = failure(&repository, &path.display().to_string(), &Access::default());
        check(&error, Kind::NoSuchRepository, "no repository at");
    }
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let repository = repository();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port");
    let port = listener.local_addr().expect("it is bound").port();
    drop(listener);
    for scheme in ["http", "https", "ssh", "git"] {
        let url = format!("{scheme}://127.0.0.1:{port}/r.git");
        let error = failure(&repository, &url, &Access::default());
        check(
            &error,
            Kind::Unreachable,
            &format!("cannot reach \"{url}\""),
        );
    }
}

/// Serves the same bytes to everybody.
fn serve(answer: &'static [u8], then_wait: bool) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
            if then_wait {
                thread::sleep(Duration::from_secs(5));
            }
        }
    });
    port
}

#[test]
fn a_server_that_is_no_git_server_is_told_apart() {
    let repository = repository();
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi";
    for (answer, kind, text) in [
        (&page[..], Kind::NoSuchRepository, "text/html, not one of git"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", Kind::Unreachable, "503"),
        (b"HTTP/1.1 302 Found\r\nLocation: https://login.example.org/\r\nContent-Length: 0\r\n\r\n", Kind::NoSuchRepository, "redirects to \"https://login.example.org/\""),
        (b"220 mail ready\r\n", Kind::Unreachable, "cannot reach"),
    ] {
        let url = format!("http://127.0.0.1:{}/r.git", serve(answer, false));
        check(&failure(&repository, &url, &Access::default()), kind, text);
    }
    let url = format!("git://127.0.0.1:{}/r.git", serve(b"hello\n", false));
    check(
        &failure(&repository, &url, &Access::default()),
        Kind::Protocol,
        "does not speak the git protocol",
    );
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let repository = repository();
    let access = Access {
        timeouts: Timeouts {
            connect: Duration::from_millis(300),
            idle: Duration::from_millis(300),
            ..Timeouts::default()
        },
        ..Access::default()
    };
    for scheme in ["http", "ssh", "git"] {
        let url = format!("{scheme}://127.0.0.1:{}/r.git", serve(b"", true));
        check(
            &failure(&repository, &url, &access),
            Kind::Unreachable,
            "cannot reach",
        );
    }
}
