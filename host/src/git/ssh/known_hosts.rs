//! The format of OpenSSH's `known_hosts` files.

use gix::hash::{Kind, hasher};
use russh::keys::PublicKey;
use russh::keys::ssh_encoding::base64::{Base64, Encoding as _};

/// A line that names hosts and a key of theirs.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Whether the key must not be accepted any more.
    pub(super) revoked: bool,
    /// The key.
    pub(super) key: PublicKey,
    hosts: &'a str,
}

/// Reads the lines that can be used. As in OpenSSH, all others are skipped:
/// comments, broken lines, keys of other kinds. So are certificate authorities,
/// which are not supported.
pub(super) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .filter_map(entry)
}

pub(super) fn entry(text: &str) -> Option<Entry<'_>> {
    let mut fields = text.split_ascii_whitespace();
    let mut hosts = fields.next().filter(|field| !field.starts_with('#'))?;
    let revoked = hosts == "@revoked";
    if revoked {
        hosts = fields.next()?;
    }
    // `@cert-authority` and whatever else may come.
    if hosts.starts_with('@') {
        return None;
    }
    let (algorithm, key) = (fields.next()?, fields.next()?);
    let key = PublicKey::from_openssh(&format!("{algorithm} {key}")).ok()?;
    Some(Entry {
        revoked,
        key,
        hosts,
    })
}

impl Entry<'_> {
    /// Returns whether the line names a host, which is given as by [`host_name`].
    pub(super) fn names(&self, host: &str) -> bool {
        if let Some(hashed) = self.hosts.strip_prefix("|1|") {
            return is_hash_of(hashed, host).unwrap_or(false);
        }
        let mut named = false;
        for pattern in self.hosts.split(',') {
            match pattern.strip_prefix('!') {
                // What is excluded is excluded, whatever the other patterns say.
                Some(pattern) if matches(pattern, host) => return false,
                Some(_) => {}
                None => named |= matches(pattern, host),
            }
        }
        named
    }
}

/// Returns the name that a host has in a `known_hosts` file.
pub(super) fn host_name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == 22 {
        host
    } else {
        format!("[{host}]:{port}")
    }
}

/// Returns whether a text follows a pattern with `*` and `?`.
///
/// It remembers only the last `*`, which is enough and takes quadratic time at worst.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&text[seen]) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((star_at, star_seen)) = star else {
                    return false;
                };
                star = Some((star_at, star_seen + 1));
                (at, seen) = (star_at + 1, star_seen + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// Checks `salt|hash`, both in base64, against a host.
fn is_hash_of(hashed: &str, host: &str) -> Option<bool> {
    let (salt, hash) = hashed.split_once('|')?;
    let salt = Base64::decode_vec(salt).ok()?;
    let hash = Base64::decode_vec(hash).ok()?;
    Some(hmac_sha1(&salt, host.as_bytes())? == hash)
}

/// Computes HMAC-SHA-1, which here only hides names; nothing rests on its strength.
fn hmac_sha1(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    const BLOCK: usize = 64;
    let digest = |parts: [&[u8]; 2]| {
        let mut hasher = hasher(Kind::Sha1);
        parts.iter().for_each(|part| hasher.update(part));
        Some(hasher.try_finalize().ok()?.as_slice().to_vec())
    };
    let mut block = if key.len() > BLOCK {
        digest([key, &[]])?
    } else {
        key.to_vec()
    };
    block.resize(BLOCK, 0);
    let padded = |pad: u8| -> Vec<u8> { block.iter().map(|byte| byte ^ pad).collect() };
    let inner = digest([&padded(0x36), message])?;
    digest([&padded(0x5c), &inner])
}
