//! Signatures: those that bind keys, read, and those of data, written
//! (RFC 4880, section 5.2).

use super::packet::{Reader, SIGNATURE, write_number};
use super::secret::{ECDSA, ED25519, EDDSA, SecretKey};
use super::{Unusable, armor};
use ring::digest::{self, SHA256, SHA384, SHA512};
use russh::keys::signature::Signer as _;
use russh::keys::ssh_key::private::{EcdsaKeypair, KeypairData};

/// What a signature says of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Binding {
    /// When that was said.
    pub(super) created: u32,
    /// Whether the key must not be used any more.
    pub(super) revokes: bool,
    /// Whether the key may sign, if that is said.
    pub(super) may_sign: Option<bool>,
    /// How long the key lives, in seconds; for ever if that is not said.
    pub(super) lifetime: Option<i64>,
}

impl Binding {
    /// Reads what a signature says of the key before it; nothing when it is
    /// about something else.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        const SIGNING: u8 = 2;
        let mut reader = Reader::new(body);
        let (version, kind) = (reader.byte()?, reader.byte()?);
        let revokes = matches!(kind, 0x20 | 0x28);
        if version != 4 || !(revokes || matches!(kind, 0x10..=0x13 | 0x18 | 0x1f)) {
            return None;
        }
        reader.take(2)?;
        let hashed = usize::from(reader.short()?);
        let mut hashed = Reader::new(reader.take(hashed)?);
        let mut binding = Self {
            revokes,
            ..Self::default()
        };
        while !hashed.is_empty() {
            let length = hashed.length()?;
            let mut part = Reader::new(hashed.take(length)?);
            match part.byte()? & 0x7f {
                2 => binding.created = part.long()?,
                9 => binding.lifetime = part.long().map(i64::from).filter(|time| *time > 0),
                27 => binding.may_sign = Some(part.byte().unwrap_or_default() & SIGNING != 0),
                _ => {}
            }
        }
        Some(binding)
    }
}

/// How the bytes that are signed are hashed.
#[derive(Clone, Copy)]
struct Hash {
    id: u8,
    algorithm: &'static digest::Algorithm,
}

/// Signs bytes, and returns the signature as text.
pub(super) fn sign(key: &SecretKey, payload: &[u8], time: i64) -> Result<String, Unusable> {
    let hash = hash_for(key.numbers());
    let hashed = hashed(key, hash, time);
    let mut message = payload.to_vec();
    message.extend_from_slice(&hashed);
    // No list of subpackets of ours is nearly that long.
    let length = u32::try_from(hashed.len()).unwrap_or(u32::MAX);
    message.extend_from_slice(&[4, 0xff]);
    message.extend_from_slice(&length.to_be_bytes());
    let digest = digest::digest(hash.algorithm, &message);
    let digest = digest.as_ref();

    let mut body = hashed;
    let [.., a, b, c, d, e, f, g, h] = *key.fingerprint();
    // Who signed, in a part that is not signed, as GnuPG does.
    body.extend_from_slice(&[0, 10, 9, 16, a, b, c, d, e, f, g, h]);
    body.extend_from_slice(&digest[..2]);
    // What is Ed25519 in OpenPGP signs the hash; all others hash the message themselves.
    let signed = match key.numbers() {
        KeypairData::Ed25519(pair) => pair.try_sign(digest),
        other => other.try_sign(&message),
    };
    let signed = signed.map_err(|error| Unusable::Key(error.to_string()))?;
    write_numbers(key.algorithm(), signed.as_bytes(), &mut body)
        .ok_or("it makes signatures of a form that is not known")?;

    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut packet = vec![0xc0 | SIGNATURE, 255];
    packet.extend_from_slice(&length.to_be_bytes());
    packet.extend_from_slice(&body);
    Ok(armor::signature(&packet))
}

/// Returns the part of a signature that is signed too.
fn hashed(key: &SecretKey, hash: Hash, time: i64) -> Vec<u8> {
    let time = u32::try_from(time).unwrap_or_default();
    let mut parts = vec![22, 33, 4];
    parts.extend_from_slice(key.fingerprint());
    parts.extend_from_slice(&[5, 2]);
    parts.extend_from_slice(&time.to_be_bytes());
    // Two subpackets of a fixed size.
    let length = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    let mut hashed = vec![4, 0, key.algorithm(), hash.id];
    hashed.extend_from_slice(&length.to_be_bytes());
    hashed.extend_from_slice(&parts);
    hashed
}

/// Returns the hash that the key of SSH takes as well.
fn hash_for(numbers: &KeypairData) -> Hash {
    let (id, algorithm) = match numbers {
        KeypairData::Ecdsa(EcdsaKeypair::NistP256 { .. }) => (8, &SHA256),
        KeypairData::Ecdsa(EcdsaKeypair::NistP384 { .. }) => (9, &SHA384),
        _ => (10, &SHA512),
    };
    Hash { id, algorithm }
}

/// Writes the numbers of a signature that SSH made as OpenPGP has them.
fn write_numbers(algorithm: u8, signed: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match algorithm {
        ED25519 => out.extend_from_slice(signed),
        ECDSA => {
            let mut reader = Reader::new(signed);
            for _ in 0..2 {
                let length = usize::try_from(reader.long()?).ok()?;
                write_number(reader.take(length)?, out);
            }
        }
        EDDSA => {
            let (r, s) = signed.split_at_checked(signed.len() / 2)?;
            write_number(r, out);
            write_number(s, out);
        }
        _ => write_number(signed, out),
    }
    Some(())
}
