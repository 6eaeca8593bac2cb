use super::server::{fingerprint, keygen, run, tool};
use crate::git::ssh::known_hosts::{entries, host_name};
use crate::git::ssh::trust::Trust;
use crate::git::ssh::{Finding, SshAccess, SshError, Target, pinned};
use crate::git::testing::Directory;
use russh::keys::{Algorithm, PublicKey};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

fn public_key(directory: &Path, name: &str, kind: &str) -> String {
    keygen(directory, &["-t", kind, "-f", name]);
    let text = fs::read_to_string(directory.join(format!("{name}.pub"))).unwrap();
    text.trim().to_owned()
}

/// Asks ssh-keygen for the lines that name a host.
fn found_by_openssh(file: &Path, host: &str) -> Vec<usize> {
    let mut keygen = Command::new(tool("ssh-keygen"));
    let output = keygen
        .arg("-F")
        .arg(host)
        .arg("-f")
        .arg(file)
        .stdin(Stdio::null())
        .output();
    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let found = output
        .lines()
        .filter(|line| line.starts_with("# Host ") && !line.ends_with(" CA"));
    found
        .map(|line| {
            line.split("line ")
                .nth(1)
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect()
}

fn found_by_us(text: &str, host: &str) -> Vec<usize> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| entries(line).any(|entry| entry.names(host)))
        .map(|(index, _)| index + 1)
        .collect()
}

/// Hosts to look for; the name says which pattern should or should not name it.
const HOSTS: [(&str, u16); 28] = [
    ("example.org", 22),
    ("example.org", 2222),
    ("Example.ORG", 22),
    ("other.org", 22),
    ("192.0.2.7", 22),
    ("www.example.org", 22),
    ("www.example.org", 2222),
    ("secret.example.org", 22),
    ("bad.example.net", 22),
    ("good.example.net", 22),
    ("host1.example.com", 22),
    ("host12.example.com", 22),
    ("10.0.0.9", 7999),
    ("lost.org", 22),
    ("x.ca.org", 22),
    ("example.com", 22),
    ("2001:db8::1", 22),
    ("2001:db8::1", 2222),
    ("indented.org", 22),
    ("axbyc.org", 22),
    ("axbyd.org", 22),
    ("aaaaaaaaaaaaaaaac", 22),
    ("xaxaxaxab", 22),
    ("plain1.org", 22),
    ("hashed.org", 22),
    ("hashed.org", 2222),
    ("single.org", 22),
    ("nowhere.org", 22),
];

fn plain(key: &str, rsa: &str) -> String {
    format!(
        "# comment\n\
         example.org {key}\n\
         example.org,other.org,192.0.2.7 {rsa}\n\
         \n\
         *.example.org,!secret.example.org {key}\n\
         !bad.example.net,*.example.net {rsa}\n\
         host?.example.com {key}\n\
         [example.org]:2222 {key}\n\
         [*.example.org]:2222,[10.0.0.*]:* {rsa}\n\
         @revoked example.org,lost.org {rsa}\n\
         @cert-authority *.ca.org {key}\n\
         EXAMPLE.COM {key}\n\
         2001:db8::1 {key}\n\
         [2001:db8::1]:2222 {key}\n   \
         indented.org\t{key}\n\
         a*b*c.org,*a*a*a*a*b {key}\n"
    )
}

/// Has ssh-keygen hash some names.
fn hashed(directory: &Path, key: &str) -> String {
    let file = directory.join("hashed");
    let names = ["plain1.org,hashed.org", "[hashed.org]:2222", "single.org"];
    fs::write(&file, names.map(|name| format!("{name} {key}\n")).concat()).unwrap();
    run(Command::new(tool("ssh-keygen")).arg("-Hf").arg(&file));
    let text = fs::read_to_string(file).unwrap();
    assert!(
        text.contains("|1|") && !text.contains("single.org"),
        "{text}"
    );
    text
}

#[test]
fn the_same_lines_name_a_host_as_for_openssh() {
    let directory = Directory::new();
    let here = directory.path();
    let key = public_key(here, "one", "ed25519");
    let plain = plain(&key, &public_key(here, "two", "rsa"));
    fs::write(here.join("plain"), &plain).unwrap();
    let hashed = hashed(here, &key);
    let mut matches = 0;
    for (file, text) in [("plain", &plain), ("hashed", &hashed)] {
        for (host, port) in HOSTS {
            let name = host_name(host, port);
            let ours = found_by_us(text, &name);
            assert_eq!(
                ours,
                found_by_openssh(&here.join(file), &name),
                "{name} in {file}"
            );
            matches += ours.len();
        }
    }
    assert!(matches > 20, "the test has become empty: {matches}");
}

#[test]
fn lines_that_cannot_be_used_are_passed_over() {
    let directory = Directory::new();
    let key = public_key(directory.path(), "one", "ed25519");
    let blob = key.split(' ').nth(1).unwrap();
    let text = format!(
        "\u{feff}example.org {key}\nexample.org\nexample.org ssh-ed25519\n\
         example.org ssh-ed25519 AAAAbroken\nexample.org ssh-rsa {blob}\n\
         example.org {blob}\n@other example.org {key}\n@revoked\n\
         |1|broken|broken {key}\n|1||  {key}\nexample.org {key} two words\r\n"
    );
    assert_eq!(found_by_us(&text, "example.org"), [1, 11]);
}

fn target(host: &str, port: u16) -> Target {
    Target {
        host: host.to_owned(),
        port,
        user: "git".to_owned(),
    }
}

fn trust(host: &str, port: u16, known_hosts: &str) -> Trust {
    let access = SshAccess {
        known_hosts: known_hosts.to_owned(),
        ..SshAccess::default()
    };
    Trust::new(&target(host, port), &access).unwrap()
}

#[track_caller]
fn finding(trust: &Trust, key: &str) -> Option<Finding> {
    let key: PublicKey = key.parse().unwrap();
    match trust.check(&key) {
        Ok(()) => None,
        Err(SshError::UntrustedHost { finding, .. }) => Some(finding),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_key_is_known_unknown_changed_or_revoked() {
    let directory = Directory::new();
    let one = public_key(directory.path(), "one", "ed25519");
    let two = public_key(directory.path(), "two", "ed25519");
    let known = format!("example.org {one}\r\n@revoked example.org {two}\r\n");
    let here = trust("example.org", 22, &known);
    assert_eq!(finding(&here, &one), None);
    assert_eq!(finding(&here, &two), Some(Finding::Revoked));
    let written_out = trust("example.org", 22, &known.replace("\r\n", "\\n"));
    assert_eq!(finding(&written_out, &one), None);
    assert_eq!(finding(&written_out, &two), Some(Finding::Revoked));
    let revoked_too = trust("example.org", 22, &format!("{known}example.org {two}"));
    assert_eq!(finding(&revoked_too, &two), Some(Finding::Revoked));
    let replaced = trust("example.org", 22, &format!("example.org {one}"));
    assert_eq!(finding(&replaced, &two), Some(Finding::Changed));
    assert_eq!(
        finding(&trust("example.net", 22, &known), &one),
        Some(Finding::Unknown)
    );
    assert_eq!(
        finding(&trust("example.org", 22, ""), &one),
        Some(Finding::Unknown)
    );
    // Another port: the same key will do, another key is nothing to wonder at.
    let elsewhere = trust("example.org", 2222, &known);
    assert_eq!(finding(&elsewhere, &one), None);
    assert_eq!(finding(&elsewhere, &two), Some(Finding::Revoked));
    let third = public_key(directory.path(), "three", "ed25519");
    assert_eq!(finding(&elsewhere, &third), Some(Finding::Unknown));
}

#[test]
fn an_authority_is_not_taken_for_a_key() {
    let directory = Directory::new();
    let key = public_key(directory.path(), "one", "ed25519");
    let trust = trust("example.org", 22, &format!("@cert-authority * {key}"));
    assert_eq!(finding(&trust, &key), Some(Finding::Unknown));
}

#[test]
fn a_fingerprint_is_enough() {
    let directory = Directory::new();
    let one = public_key(directory.path(), "one", "ecdsa");
    let two = public_key(directory.path(), "two", "ecdsa");
    let shown = fingerprint(&directory.path().join("one.pub"));
    let bare = shown.strip_prefix("SHA256:").unwrap();
    for form in [shown.clone(), format!(" {shown}=\n"), bare.to_owned()] {
        let access = SshAccess {
            fingerprints: vec![form],
            ..SshAccess::default()
        };
        let trust = Trust::new(&target("example.org", 22), &access).unwrap();
        assert_eq!(finding(&trust, &one), None);
        assert_eq!(finding(&trust, &two), Some(Finding::Changed));
    }
    let access = SshAccess {
        fingerprints: vec!["16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48".to_owned()],
        ..SshAccess::default()
    };
    let error = Trust::new(&target("example.org", 22), &access).unwrap_err();
    assert!(error.to_string().contains("SHA256:…"), "{error}");
}

/// The keys of the forges, from the pages that [`pinned`] names.
const PUBLISHED: &str = include_str!("published_keys");

#[test]
fn the_keys_of_the_forges_are_built_in() {
    let directory = Directory::new();
    let file = directory.path().join("key.pub");
    let mut checked = 0;
    for entry in PUBLISHED.lines() {
        let (host, key) = entry.split_once(' ').unwrap();
        assert_eq!(finding(&trust(host, 22, ""), key), None, "{host} {key}");
        assert_eq!(
            finding(&trust("example.org", 22, ""), key),
            Some(Finding::Unknown)
        );
        fs::write(&file, key).unwrap();
        let known = pinned::keys(host)
            .iter()
            .find(|known| known.1 == fingerprint(&file));
        assert_eq!(known.unwrap().0, key.split(' ').next().unwrap());
        checked += 1;
    }
    assert_eq!(checked, 12);
    let own = public_key(directory.path(), "own", "ed25519");
    for host in [
        "github.com",
        "GitHub.com",
        "gitlab.com",
        "codeberg.org",
        "bitbucket.org",
        "ssh.github.com",
    ] {
        assert_eq!(
            finding(&trust(host, 22, ""), &own),
            Some(Finding::Changed),
            "{host}"
        );
        // Who knows of a new key before we do can say so.
        let told = format!("{host} {own}");
        assert_eq!(finding(&trust(host, 22, &told), &own), None, "{host}");
    }
}

#[test]
fn algorithms_of_known_keys_come_first() {
    let directory = Directory::new();
    let rsa = public_key(directory.path(), "one", "rsa");
    let first = |known: &str| trust("example.org", 22, known).algorithms()[0].clone();
    assert_eq!(first(""), Algorithm::Ed25519);
    let order = trust("example.org", 22, &format!("example.org {rsa}")).algorithms();
    let order: Vec<&str> = order.iter().map(Algorithm::as_str).collect();
    assert_eq!(order[..3], ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]);
    assert_eq!(order[3], "ssh-ed25519");
    assert_eq!(order.len(), 7);
}
