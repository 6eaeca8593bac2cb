//! No secret is ever shown, written or pushed.

use crate::support::command::{command, succeed};
use crate::support::files;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::system;
use crate::support::towpath::{Outcome, Towpath};
use std::fs;
use std::time::Duration;
use towpath_surface::Kind;

const TOKEN: &str = "s3cret+token/with=signs";
/// User name and token as they are sent.
const SENT: &str = "dG93cGF0aDpzM2NyZXQrdG9rZW4vd2l0aD1zaWducw==";

/// Prepares a run that tells as much as it can, to everyone who listens.
fn loud(url: &str) -> Towpath {
    let run = Towpath::set(url).args(["--image", "registry.example/shop/web:1.5.0"]);
    let run = run.args([
        "--path",
        "apps/web/overlays/dev",
        "--verbose",
        "--dotenv",
        "dotenv",
    ]);
    run.env("GITHUB_ACTIONS", "true")
        .env("GITHUB_OUTPUT", "output")
        .env("GITHUB_STEP_SUMMARY", "summary")
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
}

/// Panics if one of the secrets is in anything that the run left.
#[track_caller]
fn assert_silent(outcome: &Outcome, repository: &BareRepository, secrets: &[&str]) {
    let objects = ["cat-file", "--batch-all-objects", "--batch", "--unordered"];
    let objects = crate::support::git::git_bytes(&repository.path(), &objects);
    let mut places = vec![
        ("stdout".to_owned(), outcome.stdout.clone()),
        ("stderr".to_owned(), outcome.stderr.clone()),
        (
            "objects".to_owned(),
            String::from_utf8_lossy(&objects).into_owned(),
        ),
    ];
    for (path, file) in files::read(outcome.directory.path()) {
        places.push((path, String::from_utf8_lossy(&file.bytes).into_owned()));
    }
    for (place, text) in places {
        for secret in secrets {
            assert!(!text.contains(secret), "a secret is in {place}:\n{text}");
        }
    }
}

fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("towpath", TOKEN)),
        ..HttpOptions::default()
    }
}

#[test]
fn a_token_stays_inside() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = loud(&server.url())
        .env("TOWPATH_TOKEN", TOKEN)
        .args(["--username", "towpath"]);
    let outcome = run.run().succeeds();
    assert_eq!(repository.subjects("main").len(), 2);
    assert_silent(&outcome, &repository, &[TOKEN, SENT]);
}

#[test]
fn a_refused_token_stays_inside() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = loud(&server.url()).env("TOWPATH_TOKEN", format!("{TOKEN}!"));
    let outcome = run
        .args(["--username", "towpath"])
        .run()
        .fails(Kind::Unauthorized);
    assert_silent(&outcome, &repository, &[TOKEN]);
}

#[test]
fn a_token_that_a_server_repeats_stays_inside() {
    let repository = BareRepository::sample("shop");
    repository.hook(
        "pre-receive",
        &format!("echo 'You sent {TOKEN}' >&2; exit 1"),
    );
    let server = HttpServer::start(&repository, guarded());
    let run = loud(&server.url())
        .env("TOWPATH_TOKEN", TOKEN)
        .args(["--username", "towpath"]);
    let outcome = run.run().fails(Kind::Rejected).says("You sent ");
    assert_silent(&outcome, &repository, &[TOKEN, SENT]);
}

#[test]
fn a_key_stays_inside() {
    let repository = BareRepository::sample("shop");
    let server = SshServer::start(&repository);
    let key = fs::read_to_string(server.key("write")).expect("ssh-keygen wrote it");
    let run = loud(&server.url()).env("TOWPATH_SSH_KEY", &key);
    let outcome = run
        .env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host())
        .run()
        .succeeds();
    assert_eq!(repository.subjects("main").len(), 2);
    let lines: Vec<_> = key.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(lines.len() > 3);
    // The first lines of every unencrypted key are the same: only the rest tells.
    assert_silent(&outcome, &repository, &lines[2..]);
}

#[test]
fn a_signing_key_stays_inside() {
    let directory = TempDir::new();
    let passphrase = "a-long-passphrase";
    let mut keygen = command(system("ssh-keygen"), directory.path());
    keygen.args(["-q", "-t", "ed25519", "-f", "key", "-N", passphrase]);
    succeed(&mut keygen);
    let key = fs::read_to_string(directory.join("key")).expect("ssh-keygen wrote it");
    let lines: Vec<_> = key.lines().filter(|line| !line.starts_with('-')).collect();
    let mut secrets = lines[2..].to_vec();
    secrets.push(passphrase);
    let repository = BareRepository::sample("shop");
    let path = repository.path();
    let path = path.to_str().expect("it is UTF-8");
    let run = || loud(path).env("TOWPATH_SIGNING_KEY", &key);
    let wrong = run().env("TOWPATH_SIGNING_KEY_PASSPHRASE", "not-the-passphrase");
    let outcome = wrong.run().fails(Kind::InvalidCredential);
    assert_silent(&outcome, &repository, &["not-the-passphrase", lines[2]]);
    let right = run().env("TOWPATH_SIGNING_KEY_PASSPHRASE", passphrase);
    let outcome = right.run().succeeds();
    assert_silent(&outcome, &repository, &secrets);
    let garbage = loud(path).env(
        "TOWPATH_SIGNING_KEY",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nc2VjcmV0LW9mLW1pbmU=",
    );
    let outcome = garbage.run().fails(Kind::InvalidCredential);
    assert_silent(&outcome, &repository, &["c2VjcmV0LW9mLW1pbmU="]);
}

#[test]
fn a_token_of_a_helper_stays_inside() {
    let repository = BareRepository::sample("shop");
    repository.hook(
        "pre-receive",
        &format!("echo 'You sent {TOKEN}' >&2; exit 1"),
    );
    let server = HttpServer::start(&repository, guarded());
    let helper = format!("!echo username=towpath; echo 'password={TOKEN}'; cat >/dev/null; :");
    let run = loud(&server.url()).args(["--credential-helper", &helper]);
    let outcome = run.run().fails(Kind::Rejected).says("You sent ");
    // The test itself wrote the token into the option.
    assert_silent(&outcome, &repository, &[TOKEN, SENT]);
}

#[test]
fn a_broken_key_is_not_repeated() {
    let repository = BareRepository::sample("shop");
    let server = SshServer::start(&repository);
    let run = loud(&server.url()).env("TOWPATH_SSH_KEY", "nearly-a-private-key");
    let run = run.env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host());
    let outcome = run.run().fails(Kind::InvalidCredential);
    assert_silent(&outcome, &repository, &["nearly-a-private-key"]);
}

#[test]
fn a_key_in_the_place_of_the_repository_is_not_repeated() {
    let directory = TempDir::new();
    directory.write("key", "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n");
    for option in ["--repo", "--working-copy"] {
        let run = Towpath::new().args(["set", "--image", "a:1", "--verbose", option]);
        let outcome = run.arg(directory.join("key")).run();
        let outcome = outcome.fails(Kind::NoSuchRepository);
        let said = outcome.everything();
        assert!(
            !said.contains("PRIVATE") && !said.contains("c2Vj"),
            "{said}"
        );
    }
}

#[test]
fn no_command_line_has_the_token() {
    let repository = BareRepository::sample("shop");
    // The push is held until this test has looked.
    let hold =
        "touch pushing; for _ in $(seq 3000); do [ ! -e looked ] || exit 0; sleep 0.01; done";
    repository.hook("pre-receive", hold);
    let server = HttpServer::start(&repository, guarded());
    let run = loud(&server.url())
        .env("TOWPATH_TOKEN", TOKEN)
        .args(["--username", "towpath"]);
    let (mut child, _directory) = run.start();
    let pushing = repository.path().join("pushing");
    while child.try_wait().expect("it is our child").is_none() && !pushing.exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let own = fs::read(format!("/proc/{}/cmdline", child.id())).expect("it is being held");
    assert!(String::from_utf8_lossy(&own).contains("--verbose"));
    for line in command_lines() {
        assert!(!line.contains(TOKEN) && !line.contains(SENT), "{line}");
    }
    fs::write(repository.path().join("looked"), "").expect("the repository is ours");
    assert!(child.wait().expect("it is our child").success());
}

/// Returns the command line of every process.
fn command_lines() -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("this is Linux");
    let lines = processes.filter_map(|process| {
        let line = fs::read(process.ok()?.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).into_owned())
    });
    lines.collect()
}
