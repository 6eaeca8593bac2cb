//! Repositories are read and changed over every transport, with real servers.

use crate::support::daemon::GitDaemon;
use crate::support::files::{Files, files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use std::fs;
use std::time::Duration;
use towpath_host::git::{
    self, Access, Change, CommitDetails, Identity, Outcome, Proposal, Remote, RepositoryUrl,
    Secret, SystemClock, UpdateOptions,
};
use towpath_host::repository::{AccessError, EntryKind, Log, Repository as _};

pub(crate) const ACCOUNT: Option<(&str, &str)> = Some(("towpath", "s3cret"));

/// The files of most tests: paths of every length.
pub(crate) fn sample() -> Files {
    files([
        ("README.md", "read me\n"),
        ("apps/kustomization.yaml", "resources: []\n"),
        ("apps/web/values.yaml", "image:\n  tag: v1\n"),
        ("apps/web/overlays/prod/eu/values.yaml", "tag: v1\n"),
        ("apps/api/values.yaml", "image:\n  tag: v1\n"),
        ("clusters/prod/apps/web/values.yaml", "tag: v1\n"),
    ])
}

#[track_caller]
pub(crate) fn open(url: &str, access: &Access) -> Remote {
    git::open(
        &RepositoryUrl::parse(url).expect("the URL is right"),
        access,
    )
    .expect("it is usable")
}

pub(crate) fn details(message: &str) -> CommitDetails {
    let identity = Identity {
        name: "A Tester".to_owned(),
        email: "tester@example.com".to_owned(),
    };
    CommitDetails {
        author: identity.clone(),
        committer: identity,
        time: 1_767_323_045,
        message: message.to_owned(),
        headers: Vec::new(),
    }
}

pub(crate) fn change(path: &str, content: &str) -> Change {
    Change {
        path: path.to_owned(),
        content: Some(content.as_bytes().to_vec()),
    }
}

/// Replaces one text by another in the files at `paths`, until that is done.
pub(crate) fn replace(
    remote: &mut Remote,
    paths: &[&str],
    (old, new): (&str, &str),
) -> git::Result<Outcome> {
    let options = UpdateOptions {
        branch: Some("main".to_owned()),
        deadline: Duration::from_secs(60),
        ..UpdateOptions::default()
    };
    let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
    git::update(remote, &options, &SystemClock::start(), |snapshot| {
        let mut changes = Vec::new();
        for (path, file) in paths.iter().zip(snapshot.read(&paths)) {
            let text = String::from_utf8(file.map_err(|error| fail(path, &error))?).expect("UTF-8");
            if text.contains(old) {
                changes.push(change(path, &text.replace(old, new)));
            }
        }
        let details = details(&format!("Set {new}"));
        Ok((!changes.is_empty()).then_some(Proposal { changes, details }))
    })
}

fn fail(path: &str, error: &AccessError) -> git::Error {
    git::Error::InvalidChange {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Reads through one address.
#[track_caller]
fn read(repository: &BareRepository, url: &str, access: &Access) {
    let before = repository.tip("main");
    let mut remote = open(url, access);
    let mut snapshot = remote.snapshot(None).expect("it has a default branch");
    assert_eq!(snapshot.tip().branch, "main");
    assert_eq!(snapshot.tip().commit.to_string(), before);
    let listed = snapshot.list("apps").expect("it is there");
    let listed: Vec<_> = listed.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(
        listed,
        [
            "apps/api/values.yaml",
            "apps/kustomization.yaml",
            "apps/web/overlays/prod/eu/values.yaml",
            "apps/web/values.yaml"
        ]
    );
    let paths = ["README.md", "apps/web/values.yaml", "nowhere", "apps/web"].map(str::to_owned);
    let read = snapshot.read(&paths);
    assert_eq!(read[0].as_deref(), Ok(&b"read me\n"[..]));
    assert_eq!(read[1].as_deref(), Ok(&b"image:\n  tag: v1\n"[..]));
    assert_eq!(read[2], Err(AccessError::NotFound));
    assert_eq!(read[3], Err(AccessError::NotAFile("directory".to_owned())));
    let history = snapshot
        .log(&Log {
            paths: Vec::new(),
            skip: 0,
            limit: 10,
        })
        .expect("it has a history");
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].id.as_str(), history[0].message.trim_end()),
        (before.as_str(), "Start")
    );
}

/// Reads, changes and reads again through one address.
#[track_caller]
pub(crate) fn round_trip(repository: &BareRepository, url: &str, access: &Access) {
    read(repository, url, access);
    let before = repository.tip("main");
    // A fresh connection goes only for what it needs.
    let mut remote = open(url, access);
    let paths = [
        "apps/web/values.yaml",
        "apps/web/overlays/prod/eu/values.yaml",
        "README.md",
    ];
    let outcome = replace(&mut remote, &paths, ("v1", "v2")).expect("it may be pushed");
    assert!(outcome.pushed);
    assert_eq!(outcome.attempts, 1);
    assert_eq!(outcome.before.to_string(), before);
    assert_eq!(outcome.commit.to_string(), repository.tip("main"));
    assert_eq!(repository.subjects("main"), ["Set v2", "Start"]);
    let mut expected = sample();
    for path in &paths[..2] {
        let file = expected.get_mut(*path).expect("it is one of them");
        file.bytes = String::from_utf8_lossy(&file.bytes)
            .replace("v1", "v2")
            .into_bytes();
    }
    assert_eq!(repository.files("main"), expected);
    repository.fsck();

    let again = replace(&mut remote, &paths, ("v1", "v2")).expect("there is nothing to do");
    assert!(!again.pushed);
    assert_eq!((again.commit, again.attempts), (outcome.commit, 0));
    let outcome = replace(&mut remote, &paths[..1], ("v2", "v3")).expect("it may be pushed");
    assert!(outcome.pushed);
    assert_eq!(outcome.commit.to_string(), repository.tip("main"));
    repository.fsck();
}

fn repository() -> BareRepository {
    BareRepository::new(&sample())
}

#[test]
fn a_directory_is_read_and_changed() {
    let repository = repository();
    let path = repository.path().display().to_string();
    round_trip(&repository, &path, &Access::default());
}

#[test]
fn a_file_address_is_read_and_changed() {
    let repository = repository();
    let url = format!("file://{}", repository.path().display());
    round_trip(&repository, &url, &Access::default());
}

#[test]
fn the_git_daemon_is_read_and_changed() {
    let repository = repository();
    let daemon = GitDaemon::start(&repository);
    round_trip(&repository, &daemon.url(), &Access::default());
}

#[test]
fn a_web_server_is_read_and_changed() {
    let repository = repository();
    let server = HttpServer::start(&repository, HttpOptions::default());
    round_trip(&repository, &server.url(), &Access::default());
}

#[test]
fn a_web_server_without_filters_is_read_and_changed() {
    let repository = repository();
    repository.git(&["config", "uploadpack.allowFilter", "false"]);
    let options = HttpOptions {
        filters: false,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    round_trip(&repository, &server.url(), &Access::default());
}

#[test]
fn a_web_server_of_the_old_protocol_is_read_and_changed() {
    for filters in [true, false] {
        let repository = repository();
        repository.git(&["config", "uploadpack.allowFilter", &filters.to_string()]);
        repository.git(&[
            "config",
            "uploadpack.allowAnySHA1InWant",
            &filters.to_string(),
        ]);
        let options = HttpOptions {
            protocol: Protocol::Zero,
            filters,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        round_trip(&repository, &server.url(), &Access::default());
    }
}

#[test]
fn a_web_server_that_allows_few_filters_is_read_and_changed() {
    for configuration in [
        &[("uploadpackfilter.tree.maxDepth", "0")][..],
        &[("uploadpackfilter.tree.allow", "false")],
        &[("uploadpackfilter.allow", "false")],
    ] {
        let repository = repository();
        for (name, value) in configuration {
            repository.git(&["config", name, value]);
        }
        let server = HttpServer::start(&repository, HttpOptions::default());
        round_trip(&repository, &server.url(), &Access::default());
    }
}

#[test]
fn a_tls_server_with_a_password_is_read_and_changed() {
    let repository = repository();
    let options = HttpOptions {
        tls: true,
        account: ACCOUNT,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let access = Access {
        user: Some("towpath".to_owned()),
        token: Some(Secret::new("s3cret\n")),
        ca_bundle: Some(fs::read_to_string(server.authority()).expect("it is there")),
        ..Access::default()
    };
    round_trip(&repository, &server.url(), &access);
}

/// Returns what a client of an SSH server needs.
pub(crate) fn ssh_access(server: &SshServer, key: &str) -> Access {
    Access {
        ssh_key: Some(Secret::new(
            fs::read_to_string(server.key(key)).expect("it is there"),
        )),
        known_hosts: Some(server.known_host()),
        ..Access::default()
    }
}

#[test]
fn an_ssh_server_is_read_and_changed() {
    let repository = repository();
    let server = SshServer::start(&repository);
    round_trip(&repository, &server.url(), &ssh_access(&server, "write"));
}

#[test]
fn links_and_submodules_are_named() {
    let mut files = sample();
    let link = files.get_mut("README.md").expect("it is one of them");
    link.mode = "120000".to_owned();
    link.bytes = b"/etc/passwd".to_vec();
    let repository = BareRepository::new(&files);
    let mut remote = open(&repository.path().display().to_string(), &Access::default());
    let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
    let entries = snapshot.list("").expect("there is a root");
    assert_eq!(
        (entries[0].path.as_str(), entries[0].kind),
        ("README.md", EntryKind::Symlink)
    );
    let read = snapshot.read(&[
        "README.md".to_owned(),
        "../x".to_owned(),
        "apps/.git/config".to_owned(),
    ]);
    assert_eq!(
        read[0],
        Err(AccessError::NotAFile("symbolic link".to_owned()))
    );
    assert!(matches!(read[1], Err(AccessError::Denied(_))));
    assert!(matches!(read[2], Err(AccessError::Denied(_))));
    let error = snapshot
        .commit(&[change("README.md", "x")], &details("x"))
        .expect_err("a link is no file");
    assert_eq!(
        error.to_string(),
        "cannot change \"README.md\": it is a symbolic link"
    );
    let error = snapshot
        .commit(&[change("../x", "x")], &details("x"))
        .expect_err("it is outside");
    assert!(
        error.to_string().contains("leaves the repository"),
        "{error}"
    );
}
