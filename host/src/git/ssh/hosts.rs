//! The keys of the servers that are known.

use crate::git::{Error, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PublicKey, PublicKeyBase64 as _};

/// The keys that the forges publish, as algorithm and SHA-256 fingerprint.
///
/// Sources: docs.github.com, docs.gitlab.com, docs.codeberg.org and
/// support.atlassian.com.
const FORGES: &[(&[&str], &[&str])] = &[
    (
        &["github.com", "ssh.github.com"],
        &[
            "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
            "p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
            "uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s",
        ],
    ),
    (
        &["gitlab.com", "altssh.gitlab.com"],
        &[
            "eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
            "HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw",
            "ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ",
        ],
    ),
    (
        &["codeberg.org"],
        &[
            "mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g",
            "T9FYDEHELhVkulEKKwge5aVhVTbqCW0MIRwAfpARs/E",
            "6QQmYi4ppFS4/+zSZ5S4IU+4sa6rwvQ4PbhCtPEBekQ",
        ],
    ),
    (
        &["bitbucket.org", "altssh.bitbucket.org"],
        &[
            "ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
            "FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0",
            "46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E",
        ],
    ),
];

/// The keys that one server may have.
pub(super) struct KnownHosts {
    host: String,
    port: u16,
    /// Algorithms and keys from the given file.
    keys: Vec<(String, Vec<u8>)>,
    revoked: Vec<Vec<u8>>,
    /// Fingerprints without `SHA256:`.
    fingerprints: Vec<String>,
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the server's.
    Known,
    /// The server has another one.
    Changed,
    /// Nothing is known of the server.
    Unknown,
}

impl KnownHosts {
    /// Takes from `known_hosts` what is about one server, and adds fingerprints
    /// and the published keys of the forges.
    pub(super) fn new(
        (host, port): (&str, u16),
        known_hosts: &str,
        fingerprints: &[String],
    ) -> Result<Self> {
        let mut hosts = Self {
            host: host.to_ascii_lowercase(),
            port,
            keys: Vec::new(),
            revoked: Vec::new(),
            fingerprints: Vec::new(),
        };
        for line in known_hosts.lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                hosts.read(line)?;
            }
        }
        for fingerprint in fingerprints {
            let bare =
                fingerprint
                    .trim()
                    .strip_prefix("SHA256:")
                    .ok_or(Error::InvalidCredential {
                        what: "fingerprint",
                        reason: "it does not begin with \"SHA256:\"".to_owned(),
                    })?;
            hosts
                .fingerprints
                .push(bare.trim_end_matches('=').to_owned());
        }
        let forge = FORGES
            .iter()
            .find(|(names, _)| names.contains(&hosts.host.as_str()));
        let published = forge
            .into_iter()
            .flat_map(|(_, fingerprints)| *fingerprints);
        hosts
            .fingerprints
            .extend(published.map(|fingerprint| (*fingerprint).to_owned()));
        Ok(hosts)
    }

    /// Returns the name as `known_hosts` has it.
    pub(super) fn name(&self) -> String {
        match self.port {
            22 => self.host.clone(),
            port => format!("[{}]:{port}", self.host),
        }
    }

    /// Returns what is known of a key.
    pub(super) fn verdict(&self, key: &PublicKey) -> Verdict {
        let bytes = key.public_key_bytes();
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let fingerprint = fingerprint
            .trim_start_matches("SHA256:")
            .trim_end_matches('=');
        if self.revoked.contains(&bytes) {
            return Verdict::Changed;
        }
        let in_file = self.keys.iter().any(|(_, known)| *known == bytes);
        if in_file || self.fingerprints.iter().any(|known| known == fingerprint) {
            return Verdict::Known;
        }
        if self.keys.is_empty() && self.fingerprints.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Changed
        }
    }

    /// Returns the algorithms to ask the server for: those of the known keys
    /// first, because it shows only one of its keys.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let mut all = vec![
            Algorithm::Ed25519,
            Algorithm::Ecdsa {
                curve: EcdsaCurve::NistP256,
            },
            Algorithm::Ecdsa {
                curve: EcdsaCurve::NistP384,
            },
            Algorithm::Ecdsa {
                curve: EcdsaCurve::NistP521,
            },
            Algorithm::Rsa {
                hash: Some(HashAlg::Sha512),
            },
            Algorithm::Rsa {
                hash: Some(HashAlg::Sha256),
            },
        ];
        let is_known = |algorithm: &Algorithm| {
            let name = match algorithm {
                Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
                other => other.to_string(),
            };
            self.keys.iter().any(|(known, _)| *known == name)
        };
        all.sort_by_key(|algorithm| !is_known(algorithm));
        all
    }

    fn read(&mut self, line: &str) -> Result<()> {
        let damaged = || Error::InvalidCredential {
            what: "known hosts",
            reason: format!(
                "the line \"{}\" is not one of a known_hosts file",
                shorten(line)
            ),
        };
        let mut words = line.split_whitespace();
        let mut first = words.next().unwrap_or_default();
        let marker = first.strip_prefix('@');
        if marker.is_some() {
            first = words.next().ok_or_else(damaged)?;
        }
        let algorithm = words.next().ok_or_else(damaged)?;
        let key = words.next().ok_or_else(damaged)?;
        let key = BASE64_STANDARD.decode(key).map_err(|_| damaged())?;
        if !self.is_meant(first) {
            return Ok(());
        }
        match marker {
            None => self.keys.push((algorithm.to_owned(), key)),
            Some("revoked") => self.revoked.push(key),
            // Servers are not asked for certificates.
            Some(_) => {}
        }
        Ok(())
    }

    /// Returns whether a list of patterns, or a hashed name, is for this server.
    /// As with ssh, a name without a port is for every port.
    fn is_meant(&self, patterns: &str) -> bool {
        let names = [self.name(), self.host.clone()];
        if let Some(hashed) = patterns.strip_prefix("|1|") {
            return names.iter().any(|name| is_hash_of(hashed, name));
        }
        let patterns = patterns.to_ascii_lowercase();
        names.iter().any(|name| {
            let mut matched = false;
            for pattern in patterns.split(',') {
                match pattern.strip_prefix('!') {
                    Some(pattern) if matches(pattern, name) => return false,
                    Some(_) => {}
                    None => matched |= matches(pattern, name),
                }
            }
            matched
        })
    }
}

/// Returns whether `salt|hash` hides a name.
fn is_hash_of(hashed: &str, name: &str) -> bool {
    let decode = |part: &str| BASE64_STANDARD.decode(part).ok();
    let parts = hashed
        .split_once('|')
        .and_then(|(salt, hash)| Some((decode(salt)?, decode(hash)?)));
    parts.is_some_and(|(salt, hash)| {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt);
        hmac::verify(&key, name.as_bytes(), &hash).is_ok()
    })
}

/// Returns whether a pattern with `*` and `?` fits a name.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where to go on when the last star takes one more character.
    let mut retry = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n + 1));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after_star, next)) => {
                    (p, n) = (after_star, next);
                    retry = Some((after_star, next + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

fn shorten(line: &str) -> String {
    let mut short: String = line.chars().filter(|c| !c.is_control()).take(40).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{FORGES, KnownHosts, Verdict, matches};
    use crate::git::testing::{Directory, ssh_keygen};
    use russh::keys::{Algorithm, HashAlg, PublicKey};
    use std::fs;

    const ONE: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf";

    #[track_caller]
    fn check(host: (&str, u16), known_hosts: &str, expected: Verdict) {
        let hosts = KnownHosts::new(host, known_hosts, &[]).unwrap();
        let key = PublicKey::from_openssh(ONE).unwrap();
        assert_eq!(hosts.verdict(&key), expected, "{known_hosts}");
    }

    #[test]
    fn a_key_is_looked_up_by_name_and_port() {
        use Verdict::{Changed, Known, Unknown};
        check(("example.org", 22), &format!("example.org {ONE}"), Known);
        check(
            ("Example.org", 22),
            &format!("# x\n\nother,EXAMPLE.org {ONE} comment"),
            Known,
        );
        check(("example.org", 22), &format!("other.org {ONE}"), Unknown);
        check(
            ("example.org", 22),
            &format!("example.org {OTHER}"),
            Changed,
        );
        check(
            ("example.org", 22),
            &format!("example.org {OTHER}\nexample.org {ONE}"),
            Known,
        );
        check(
            ("example.org", 2222),
            &format!("[example.org]:2222 {ONE}"),
            Known,
        );
        check(
            ("example.org", 2222),
            &format!("[example.org]:22 {ONE}"),
            Unknown,
        );
        check(("example.org", 2222), &format!("example.org {ONE}"), Known);
        check(("example.org", 22), &format!("*.org {ONE}"), Known);
        check(
            ("example.org", 22),
            &format!("*.org,!example.org {ONE}"),
            Unknown,
        );
        check(
            ("example.org", 22),
            &format!("@revoked * {ONE}\nexample.org {ONE}"),
            Changed,
        );
        check(
            ("example.org", 22),
            &format!("@cert-authority *.org {ONE}"),
            Unknown,
        );
        check(("example.org", 22), "", Unknown);
    }

    #[test]
    fn hashed_names_are_understood() {
        let directory = Directory::new();
        let file = directory.path().join("hosts");
        fs::write(
            &file,
            format!("example.org {ONE}\n[example.org]:2222 {ONE}\n"),
        )
        .unwrap();
        ssh_keygen(directory.path(), &["-H", "-f", "hosts"]);
        let hashed = fs::read_to_string(file).unwrap();
        assert!(
            hashed.starts_with("|1|") && !hashed.contains("example"),
            "{hashed}"
        );
        check(("example.org", 22), &hashed, Verdict::Known);
        check(("example.org", 2222), &hashed, Verdict::Known);
        check(("example.com", 22), &hashed, Verdict::Unknown);
    }

    #[test]
    fn forges_are_known_by_their_published_keys() {
        check(("github.com", 22), "", Verdict::Known);
        check(("ssh.github.com", 443), "", Verdict::Known);
        check(("gitlab.com", 22), "", Verdict::Changed);
        assert!(
            FORGES
                .iter()
                .all(|(_, keys)| keys.iter().all(|key| key.len() == 43))
        );
    }

    #[test]
    fn a_fingerprint_is_enough() {
        let key = PublicKey::from_openssh(ONE).unwrap();
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let hosts = KnownHosts::new(("example.org", 22), "", &[fingerprint]).unwrap();
        assert_eq!(hosts.verdict(&key), Verdict::Known);
        let other = PublicKey::from_openssh(OTHER).unwrap();
        assert_eq!(hosts.verdict(&other), Verdict::Changed);
        assert!(KnownHosts::new(("example.org", 22), "", &["MD5:00".to_owned()]).is_err());
    }

    #[test]
    fn the_server_is_asked_for_the_known_kind_of_key() {
        let line = "example.org ssh-rsa AAAA";
        let hosts = KnownHosts::new(("example.org", 22), line, &[]).unwrap();
        assert!(matches!(hosts.algorithms()[0], Algorithm::Rsa { .. }));
        assert_eq!(hosts.algorithms().len(), 6);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        for line in [
            "example.org",
            "example.org ssh-ed25519",
            "example.org ssh-ed25519 ???",
        ] {
            let Err(error) = KnownHosts::new(("example.org", 22), line, &[]) else {
                panic!("{line}");
            };
            assert!(error.to_string().contains(line), "{error}");
        }
    }

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxayybzz", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
