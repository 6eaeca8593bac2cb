use super::server::{Agent, Server, fingerprint, run, tool};
use crate::git::Secret;
use crate::git::ssh::{Session, SshAccess, SshError, connect};
use std::fs;
use std::io::Read as _;
use std::process::Command;
use std::time::Duration;

pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn session(server: &Server) -> Session {
    let key = server.user_key(&["-t", "ed25519"]);
    connect(&server.target(), &server.access(&key)).unwrap()
}

/// Runs a command without input; returns what it prints.
#[track_caller]
pub(super) fn output(session: &Session, command: &str) -> String {
    let (mut reader, writer) = session.exec(command, &[]).unwrap().split();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_command_gives_its_output_its_errors_and_its_exit_status() {
    let server = Server::start("");
    let session = session(&server);
    let channel = session
        .exec(
            "printf hello; printf '\\033[31moops\\033[0m\\n' >&2; exit 3",
            &[],
        )
        .unwrap();
    let status = channel.status();
    let (mut reader, _writer) = channel.split();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    assert!(status.wait(PATIENCE));
    assert_eq!(status.stderr(), "oops");
    assert_eq!(status.exit(), Some(3));
}

#[test]
fn the_git_protocol_is_passed_on() {
    let server = Server::start("");
    let session = session(&server);
    let channel = session
        .exec(
            "printf %s \"$GIT_PROTOCOL\"",
            &[("GIT_PROTOCOL", "version=2")],
        )
        .unwrap();
    let mut text = String::new();
    channel.split().0.read_to_string(&mut text).unwrap();
    assert_eq!(text, "version=2");
}

#[test]
fn a_variable_that_the_server_does_not_take_does_no_harm() {
    let server = Server::start("");
    let session = session(&server);
    let channel = session
        .exec("printf %s \"${OTHER-none}\"", &[("OTHER", "x")])
        .unwrap();
    let mut text = String::new();
    channel.split().0.read_to_string(&mut text).unwrap();
    assert_eq!(text, "none");
}

#[test]
fn every_kind_of_key_lets_in() {
    let server = Server::start("");
    for args in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384", "-m", "PKCS8"],
        &["-t", "ecdsa", "-b", "521", "-m", "PEM"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "3072", "-m", "PEM"],
    ] {
        let key = server.user_key(args);
        let session = connect(&server.target(), &server.access(&key));
        let session = session.unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", server.log()));
        assert_eq!(output(&session, "echo in"), "in\n", "{args:?}");
        let shown = fingerprint(&key.with_extension("pub"));
        assert!(server.log().contains(&shown), "{}", server.log());
    }
}

#[test]
fn a_key_with_a_passphrase_lets_in() {
    let server = Server::start("");
    let key = server.user_key(&["-t", "ed25519", "-N", "correct horse"]);
    let access = SshAccess {
        passphrase: Some(Secret::new("correct horse\n")),
        ..server.access(&key)
    };
    assert_eq!(
        output(&connect(&server.target(), &access).unwrap(), "echo in"),
        "in\n"
    );
}

#[test]
fn an_rsa_key_signs_with_what_the_server_takes() {
    for algorithms in ["rsa-sha2-512", "rsa-sha2-256"] {
        let server = Server::start(&format!("PubkeyAcceptedAlgorithms {algorithms}"));
        let key = server.user_key(&["-t", "rsa", "-b", "2048"]);
        let session = connect(&server.target(), &server.access(&key));
        let session = session.unwrap_or_else(|error| panic!("{algorithms}: {error}"));
        assert_eq!(output(&session, "echo in"), "in\n", "{algorithms}");
    }
}

#[test]
fn an_rsa_key_does_not_sign_with_sha_1_when_the_server_knows_better() {
    let server = Server::start("PubkeyAcceptedAlgorithms ssh-rsa");
    let key = server.user_key(&["-t", "rsa", "-b", "2048"]);
    let error = connect(&server.target(), &server.access(&key)).err();
    assert!(
        matches!(error, Some(SshError::Unauthorized { .. })),
        "{error:?}"
    );
}

fn agent_access(server: &Server, agent: &Agent) -> SshAccess {
    SshAccess {
        agent_socket: Some(agent.socket()),
        known_hosts: server.known_host("ed25519"),
        ..SshAccess::default()
    }
}

#[test]
fn an_agent_signs() {
    let server = Server::start("");
    for args in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa"],
        &["-t", "rsa", "-b", "2048"],
    ] {
        let strange = server.strange_key(&["-t", "ed25519"]);
        let key = server.user_key(args);
        let agent = Agent::start(&[&strange, &key]);
        let session = connect(&server.target(), &agent_access(&server, &agent));
        let session = session.unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", server.log()));
        assert_eq!(output(&session, "echo in"), "in\n", "{args:?}");
    }
}

#[test]
fn a_certificate_in_an_agent_lets_in() {
    let server = Server::start("");
    let authority = server.strange_key(&["-t", "ed25519"]);
    let public = fs::read_to_string(authority.with_extension("pub")).unwrap();
    fs::write(
        server.path("authorized_keys"),
        format!("cert-authority {public}"),
    )
    .unwrap();
    let key = server.strange_key(&["-t", "ecdsa"]);
    let authority = authority.to_str().unwrap();
    let public = key.with_extension("pub");
    let user = server.target().user;
    let sign = [
        "-s",
        authority,
        "-I",
        "robot",
        "-n",
        &user,
        "-V",
        "+1h",
        public.to_str().unwrap(),
    ];
    run(Command::new(tool("ssh-keygen")).arg("-q").args(sign));
    let agent = Agent::start(&[&key]);
    let session = connect(&server.target(), &agent_access(&server, &agent));
    let session = session.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    assert_eq!(output(&session, "echo in"), "in\n");
}

#[test]
fn the_given_key_goes_before_the_agent() {
    let server = Server::start("");
    let key = server.user_key(&["-t", "ed25519"]);
    let access = SshAccess {
        agent_socket: Some("/nowhere/socket".into()),
        ..server.access(&key)
    };
    assert_eq!(
        output(&connect(&server.target(), &access).unwrap(), "echo in"),
        "in\n"
    );
}

#[test]
fn the_server_shows_the_key_that_is_known() {
    let server = Server::start_with(&["ed25519", "ecdsa", "rsa"], "");
    let key = server.user_key(&["-t", "ed25519"]);
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let access = SshAccess {
            known_hosts: server.known_host(kind),
            ..server.access(&key)
        };
        let session = connect(&server.target(), &access);
        let session = session.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(output(&session, "echo in"), "in\n");
    }
    let access = SshAccess {
        known_hosts: String::new(),
        fingerprints: vec![server.host_fingerprint("ed25519")],
        ..server.access(&key)
    };
    connect(&server.target(), &access).unwrap();
}
