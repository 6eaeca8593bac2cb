//! ECDSA keys of P-256 whose secret number is short.
//!
//! OpenSSH writes the number without its leading zeros. One key in 512 has fewer
//! than 32 bytes then, which is fewer than `ssh-key` takes.
//! Source: `PROTOCOL.key` of OpenSSH, and RFC 4251, section 5, for `mpint`.

use crate::git::SecretBytes;
use russh::keys::ssh_encoding::Decode as _;
use russh::keys::ssh_key::Mpint;
use russh::keys::ssh_key::private::{EcdsaKeypair, EcdsaPrivateKey, KeypairData};
use russh::keys::ssh_key::public::EcdsaPublicKey;
use russh::keys::{Algorithm, EcdsaCurve, PrivateKey};

/// How a key in OpenSSH's own format begins.
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Reads a key that is not encrypted from the bytes of a file.
pub(super) fn read(file: &[u8]) -> Option<PrivateKey> {
    let (section, _) = section(file)?;
    key(&SecretBytes::new(section))
}

/// Decrypts a key that was read from the bytes of a file.
pub(super) fn decrypt(file: &[u8], locked: &PrivateKey, passphrase: &str) -> Option<PrivateKey> {
    let curve = EcdsaCurve::NistP256;
    if locked.algorithm() != (Algorithm::Ecdsa { curve }) {
        return None;
    }
    let cipher = locked.cipher();
    let (mut section, rest) = section(file)?;
    let (key_bytes, iv) = locked.kdf().derive_key_and_iv(cipher, passphrase).ok()?;
    let tag = rest.try_into().ok();
    cipher.decrypt(&key_bytes, &iv, &mut section, tag).ok()?;
    key(&SecretBytes::new(section))
}

/// Returns the part of a file that may be encrypted, and what follows it.
fn section(file: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = file.strip_prefix(MAGIC)?;
    for _cipher_derivation_and_its_options in 0..3 {
        Vec::<u8>::decode(&mut rest).ok()?;
    }
    let keys = u32::decode(&mut rest).ok()?;
    let _public = Vec::<u8>::decode(&mut rest).ok()?;
    let section = Vec::<u8>::decode(&mut rest).ok()?;
    (keys == 1).then_some((section, rest))
}

fn key(section: &SecretBytes) -> Option<PrivateKey> {
    let mut rest = section.expose();
    let checks = [u32::decode(&mut rest).ok()?, u32::decode(&mut rest).ok()?];
    let algorithm = String::decode(&mut rest).ok()?;
    let curve = String::decode(&mut rest).ok()?;
    if checks[0] != checks[1] || algorithm != "ecdsa-sha2-nistp256" || curve != "nistp256" {
        return None;
    }
    let public = Vec::<u8>::decode(&mut rest).ok()?;
    let EcdsaPublicKey::NistP256(public) = EcdsaPublicKey::from_sec1_bytes(&public).ok()? else {
        return None;
    };
    let number = Mpint::decode(&mut rest).ok()?;
    let private = EcdsaPrivateKey::from(padded(number.as_positive_bytes()?)?);
    let comment = String::decode(&mut rest).ok()?;
    let pair = KeypairData::Ecdsa(EcdsaKeypair::NistP256 { public, private });
    PrivateKey::new(pair, comment).ok()
}

/// Puts the leading zeros back that a number has lost.
pub(crate) fn padded<const N: usize>(number: &[u8]) -> Option<[u8; N]> {
    let mut padded = [0; N];
    let start = N.checked_sub(number.len())?;
    padded.get_mut(start..)?.copy_from_slice(number);
    Some(padded)
}
