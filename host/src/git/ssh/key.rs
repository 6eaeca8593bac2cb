//! Private keys: OpenSSH's own format and PKCS#1, PKCS#8 and SEC1 in PEM.

mod short;

pub(crate) use short::padded;

use super::super::Secret;
use super::SshError;
use super::text::{Armored, armored};
use russh::keys::{Algorithm, PrivateKey, decode_secret_key};

/// Reads a private key, and decrypts it when it is encrypted.
///
/// # Errors
/// When the text holds no usable key, or the passphrase is missing or wrong.
pub(super) fn load(text: &Secret, passphrase: Option<&Secret>) -> Result<PrivateKey, SshError> {
    let armored = armored(text).map_err(invalid)?;
    let passphrase = passphrase.filter(|passphrase| !passphrase.expose().is_empty());
    let key = match armored.label.as_str() {
        "OPENSSH PRIVATE KEY" => openssh(&armored, passphrase)?,
        "ENCRYPTED PRIVATE KEY" => decrypted(passphrase, |passphrase| {
            decode_secret_key(armored.text().expose(), Some(passphrase)).ok()
        })?,
        "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "PRIVATE KEY" => match &armored.cipher {
            Some(cipher) => old_encryption(&armored, cipher, passphrase)?,
            None => decode_secret_key(armored.text().expose(), None).map_err(|_| damaged())?,
        },
        "DSA PRIVATE KEY" => return Err(unusable(&Algorithm::Dsa)),
        _ => return Err(invalid("its format is not supported")),
    };
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } | Algorithm::Rsa { .. } => Ok(key),
        other => Err(unusable(&other)),
    }
}

fn openssh(armored: &Armored, passphrase: Option<&Secret>) -> Result<PrivateKey, SshError> {
    let file = armored.bytes().ok_or_else(damaged)?;
    let key = PrivateKey::from_openssh(armored.text().expose()).ok();
    let key = key
        .or_else(|| short::read(file.expose()))
        .ok_or_else(damaged)?;
    if key.is_encrypted() {
        decrypted(passphrase, |passphrase| {
            let decrypted = key.decrypt(passphrase).ok();
            decrypted.or_else(|| short::decrypt(file.expose(), &key, passphrase))
        })
    } else {
        Ok(key)
    }
}

/// Decrypts PEM as OpenSSL wrote it before PKCS#8, with a cipher in a header.
fn old_encryption(
    armored: &Armored,
    cipher: &str,
    passphrase: Option<&Secret>,
) -> Result<PrivateKey, SshError> {
    if armored.label != "RSA PRIVATE KEY" || cipher != "AES-128-CBC" {
        return Err(invalid(
            "it is encrypted in an old way; convert it with `ssh-keygen -p -f KEY`",
        ));
    }
    decrypted(passphrase, |passphrase| {
        decode_secret_key(armored.text().expose(), Some(passphrase)).ok()
    })
}

/// Decrypts with the passphrase, and when that fails with the passphrase without
/// the line end that files and heredocs leave behind.
fn decrypted(
    passphrase: Option<&Secret>,
    decrypt: impl Fn(&str) -> Option<PrivateKey>,
) -> Result<PrivateKey, SshError> {
    let passphrase = passphrase
        .ok_or_else(|| invalid("it is encrypted, and no passphrase is given"))?
        .expose();
    let line = passphrase.trim_end_matches(['\r', '\n']);
    let key = decrypt(passphrase).or_else(|| {
        let shorter = line.len() < passphrase.len();
        shorter.then(|| decrypt(line)).flatten()
    });
    key.ok_or_else(|| SshError::InvalidCredential {
        what: "passphrase of the ssh key",
        reason: "it does not decrypt the key".to_owned(),
    })
}

fn invalid(reason: &str) -> SshError {
    SshError::InvalidCredential {
        what: "ssh key",
        reason: reason.to_owned(),
    }
}

fn damaged() -> SshError {
    invalid("it is damaged, or of a kind that is not supported")
}

fn unusable(algorithm: &Algorithm) -> SshError {
    invalid(match algorithm {
        Algorithm::Dsa => "it is a DSA key, which servers accept no more; make an ed25519 key",
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => {
            "it belongs to a hardware token, which is not supported; use an agent or another key"
        }
        _ => "its algorithm is not supported; make an ed25519 key",
    })
}
