//! Private keys as people paste them.

use crate::git::{Error, Result, Secret};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use russh::keys::{PrivateKey, decode_secret_key};

/// Reads a private key: in any common format, also with CRLF, without its last
/// line end, on one line, or wrapped in base64 once more.
pub(super) fn read(text: &Secret, passphrase: Option<&Secret>) -> Result<PrivateKey> {
    let text = normalise(text.expose()).map_err(unusable)?;
    let passphrase = passphrase.filter(|passphrase| !passphrase.expose().is_empty());
    let decoded = decode_secret_key(text.expose(), passphrase.map(Secret::expose));
    decoded.map_err(|error| {
        unusable(match (error, passphrase) {
            (russh::keys::Error::KeyIsEncrypted, _) => {
                "it is encrypted, and no passphrase was given"
            }
            _ if passphrase.is_none() && is_encrypted(text.expose()) => {
                "it is encrypted, and no passphrase was given"
            }
            (_, Some(_)) => "the passphrase is wrong, or the key is damaged",
            (russh::keys::Error::UnsupportedKeyType { .. }, _) => "its type is not supported",
            _ => "it is damaged, or its type is not supported",
        })
    })
}

fn unusable(reason: &str) -> Error {
    Error::InvalidCredential {
        what: "ssh key",
        reason: reason.to_owned(),
    }
}

fn is_encrypted(text: &str) -> bool {
    text.contains("BEGIN ENCRYPTED") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// Returns the key in the form that it was made in.
fn normalise(text: &str) -> Result<Secret, &'static str> {
    let text = text
        .trim()
        .trim_matches('"')
        .replace("\\n", "\n")
        .replace('\r', "\n");
    if text.starts_with("PuTTY-User-Key-File-") {
        return Ok(Secret::new(text));
    }
    if let Some(key) = rewrap(&text) {
        return Ok(key);
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
        return Err("it is a public key; the private one is needed");
    }
    if text.contains("-----BEGIN") {
        return Err("its end is missing");
    }
    let packed: String = text.split_whitespace().collect();
    let unpacked = BASE64_STANDARD.decode(packed).ok();
    let unpacked = unpacked.and_then(|bytes| String::from_utf8(bytes).ok());
    let key = unpacked.and_then(|text| rewrap(&text.replace('\r', "\n")));
    key.ok_or("it is not a private key")
}

/// Puts a key between its first and its last line, whatever became of the lines
/// in between.
fn rewrap(text: &str) -> Option<Secret> {
    let start = text.find("-----BEGIN ")?;
    let label_start = start + "-----BEGIN ".len();
    let label_end = label_start + text[label_start..].find("-----")?;
    let label = &text[label_start..label_end];
    let body_start = label_end + "-----".len();
    let last = format!("-----END {label}-----");
    let body_end = body_start + text[body_start..].find(&last)?;
    let body = &text[body_start..body_end];
    let mut key = format!("-----BEGIN {label}-----\n");
    if body.contains(':') {
        // Old formats have headers, whose lines matter.
        key.push_str(body.trim());
        key.push('\n');
    } else {
        let body: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
        for line in body.chunks(64) {
            key.extend(line);
            key.push('\n');
        }
    }
    key.push_str(&last);
    key.push('\n');
    Some(Secret::new(key))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::git::Secret;
    use crate::git::testing::{Directory, ssh_keygen};
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use russh::keys::HashAlg;
    use std::fs;

    struct Key {
        text: String,
        fingerprint: String,
    }

    fn generate(arguments: &[&str], passphrase: &str) -> Key {
        let directory = Directory::new();
        let file = directory.path().join("key");
        ssh_keygen(
            directory.path(),
            &[arguments, &["-N", passphrase, "-f", "key"]].concat(),
        );
        let fingerprint = ssh_keygen(directory.path(), &["-l", "-f", "key.pub"]);
        Key {
            text: fs::read_to_string(file).unwrap(),
            fingerprint: fingerprint.split(' ').nth(1).unwrap().to_owned(),
        }
    }

    #[track_caller]
    fn check(text: &str, passphrase: Option<&str>, fingerprint: &str) {
        let key = read(&Secret::new(text), passphrase.map(Secret::new).as_ref()).unwrap();
        assert_eq!(key.fingerprint(HashAlg::Sha256).to_string(), fingerprint);
    }

    #[track_caller]
    fn refused(text: &str, passphrase: Option<&str>, reason: &str) {
        let error = read(&Secret::new(text), passphrase.map(Secret::new).as_ref());
        let error = error.unwrap_err().to_string();
        assert_eq!(error, format!("cannot use the ssh key: {reason}"));
    }

    #[test]
    fn every_type_and_format_is_read() {
        for arguments in [
            &["-t", "ed25519"][..],
            &["-t", "ecdsa", "-b", "256"],
            &["-t", "ecdsa", "-b", "384"],
            &["-t", "ecdsa", "-b", "521"],
            &["-t", "rsa", "-b", "2048"],
            &["-t", "rsa", "-b", "2048", "-m", "PEM"],
            &["-t", "rsa", "-b", "2048", "-m", "PKCS8"],
            &["-t", "ecdsa", "-b", "256", "-m", "PKCS8"],
        ] {
            let key = generate(arguments, "");
            check(&key.text, None, &key.fingerprint);
        }
    }

    #[test]
    fn a_key_survives_what_copying_does_to_it() {
        let key = generate(&["-t", "ed25519"], "");
        let text = key.text.trim_end();
        check(text, None, &key.fingerprint);
        check(&text.replace('\n', "\r\n"), None, &key.fingerprint);
        check(&text.replace('\n', "\r"), None, &key.fingerprint);
        check(&text.replace('\n', " "), None, &key.fingerprint);
        check(&text.replace('\n', "\\n"), None, &key.fingerprint);
        check(&text.replace('\n', "\n    "), None, &key.fingerprint);
        check(&format!("\n\n  {text}\n\n"), None, &key.fingerprint);
        let packed = BASE64_STANDARD.encode(&key.text);
        check(&packed, None, &key.fingerprint);
        check(
            &format!("{}\n{}\n", &packed[..76], &packed[76..]),
            None,
            &key.fingerprint,
        );
    }

    #[test]
    fn a_passphrase_opens_a_key() {
        let key = generate(&["-t", "ed25519"], "open sesame");
        check(&key.text, Some("open sesame"), &key.fingerprint);
        refused(
            &key.text,
            None,
            "it is encrypted, and no passphrase was given",
        );
        refused(
            &key.text,
            Some("close"),
            "the passphrase is wrong, or the key is damaged",
        );
        let key = generate(&["-t", "rsa", "-b", "2048", "-m", "PKCS8"], "open sesame");
        check(&key.text, Some("open sesame"), &key.fingerprint);
        refused(
            &key.text,
            None,
            "it is encrypted, and no passphrase was given",
        );
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        refused(
            "ssh-ed25519 AAAA jo",
            None,
            "it is a public key; the private one is needed",
        );
        refused("hello", None, "it is not a private key");
        refused(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb",
            None,
            "its end is missing",
        );
        let damaged =
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n-----END OPENSSH PRIVATE KEY-----";
        refused(damaged, None, "it is damaged, or its type is not supported");
    }
}
