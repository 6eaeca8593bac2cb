//! Over ssh, with deploy keys.

use super::{assert_changed, refuse, set, shop};
use crate::support::command::{command, succeed};
use crate::support::repository::BareRepository;
use crate::support::server::free_port;
use crate::support::ssh::SshServer;
use crate::support::towpath::Towpath;
use std::fs;
use towpath_surface::Kind;

/// Prepares the change with the host key known.
fn known(server: &SshServer) -> Towpath {
    set(server.url()).env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host())
}

fn key(server: &SshServer, access: &str) -> String {
    fs::read_to_string(server.key(access)).expect("ssh-keygen wrote it")
}

#[track_caller]
fn assert_works(prepare: impl Fn(&SshServer) -> Towpath) {
    let repository = shop();
    let server = SshServer::start(&repository);
    prepare(&server).run().succeeds();
    assert_changed(&repository, "main");
}

#[test]
fn a_deploy_key_comes_from_a_variable() {
    assert_works(|server| known(server).env("TOWPATH_SSH_KEY", key(server, "write")));
}

#[test]
fn a_deploy_key_may_have_lost_its_final_newline() {
    assert_works(|server| known(server).env("TOWPATH_SSH_KEY", key(server, "write").trim_end()));
}

#[test]
fn a_deploy_key_may_have_windows_line_ends() {
    assert_works(|server| {
        known(server).env(
            "TOWPATH_SSH_KEY",
            key(server, "write").replace('\n', "\r\n"),
        )
    });
}

#[test]
fn a_deploy_key_comes_from_a_file() {
    assert_works(|server| known(server).arg("--ssh-key-file").arg(server.key("write")));
}

#[test]
fn a_deploy_key_comes_from_standard_input() {
    assert_works(|server| {
        known(server)
            .args(["--ssh-key-file", "-"])
            .stdin(key(server, "write"))
    });
}

#[test]
fn known_hosts_come_from_a_file() {
    assert_works(|server| {
        let run = set(server.url()).env("TOWPATH_SSH_KEY", key(server, "write"));
        let hosts = run.directory().write("known_hosts", server.known_host());
        run.arg("--known-hosts").arg(hosts)
    });
}

#[test]
fn a_key_with_a_passphrase_is_opened() {
    let repository = shop();
    let server = SshServer::start(&repository);
    let mut keygen = command("ssh-keygen", repository.root());
    keygen.args(["-q", "-p", "-P", "", "-N", "open sesame", "-f"]);
    succeed(keygen.arg(server.key("write")));
    let run = || known(&server).env("TOWPATH_SSH_KEY", key(&server, "write"));
    refuse(&repository, run(), Kind::InvalidCredential).says("TOWPATH_SSH_KEY_PASSPHRASE");
    let wrong = run().env("TOWPATH_SSH_KEY_PASSPHRASE", "open barley");
    refuse(&repository, wrong, Kind::InvalidCredential);
    run()
        .env("TOWPATH_SSH_KEY_PASSPHRASE", "open sesame")
        .run()
        .succeeds();
    assert_changed(&repository, "main");
}

/// Starts a server, and refuses what is prepared on it.
#[track_caller]
fn assert_refused(prepare: impl Fn(&SshServer) -> Towpath, kind: Kind, says: &str) {
    let repository = shop();
    let server = SshServer::start(&repository);
    refuse(&repository, prepare(&server), kind).says(says);
}

#[test]
fn an_unknown_host_is_refused_with_its_fingerprint() {
    let with_key =
        |server: &SshServer| set(server.url()).env("TOWPATH_SSH_KEY", key(server, "write"));
    assert_refused(with_key, Kind::UntrustedHost, "SHA256:");
}

#[test]
fn a_host_with_another_key_is_refused() {
    let with_other = |server: &SshServer| {
        let run = set(server.url()).env("TOWPATH_SSH_KEY", key(server, "write"));
        run.env("TOWPATH_SSH_KNOWN_HOSTS", server.wrong_host())
    };
    assert_refused(with_other, Kind::UntrustedHost, "SHA256:");
}

#[test]
fn a_key_that_may_only_read_is_told_so() {
    let with_key = |server: &SshServer| known(server).env("TOWPATH_SSH_KEY", key(server, "read"));
    assert_refused(with_key, Kind::ReadOnly, "marked as read only");
}

#[test]
fn a_key_that_the_server_does_not_know_is_refused() {
    let with_key =
        |server: &SshServer| known(server).env("TOWPATH_SSH_KEY", key(server, "strange"));
    assert_refused(with_key, Kind::Unauthorized, "127.0.0.1");
}

#[test]
fn a_missing_key_is_asked_for() {
    assert_refused(known, Kind::Unauthorized, "TOWPATH_SSH_KEY");
}

#[test]
fn what_is_not_a_key_is_refused() {
    let with_key = |server: &SshServer| known(server).env("TOWPATH_SSH_KEY", "hunter2");
    assert_refused(with_key, Kind::InvalidCredential, "key");
}

#[test]
fn a_key_file_that_is_not_there_is_named() {
    let with_key = |server: &SshServer| known(server).args(["--ssh-key-file", "nokey"]);
    assert_refused(with_key, Kind::InvalidCredential, "nokey");
}

#[test]
fn a_repository_that_is_not_there_is_named() {
    let repository = shop();
    let server = SshServer::start(&repository);
    let url = server.url().replace("deploy.git", "other.git");
    let run = set(url).env("TOWPATH_SSH_KEY", key(&server, "write"));
    let run = run.env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host());
    refuse(&repository, run, Kind::NoSuchRepository).says("other.git");
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let repository: BareRepository = shop();
    let server = SshServer::start(&repository);
    let url = format!("ssh://git@127.0.0.1:{}/deploy.git", free_port());
    let run = set(url).env("TOWPATH_SSH_KEY", key(&server, "write"));
    refuse(&repository, run, Kind::Unreachable).says("127.0.0.1");
}
