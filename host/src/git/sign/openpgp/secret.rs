//! Private keys (RFC 4880, section 5.5, and the algorithms of RFC 9580).

use super::Unusable;
use super::packet::Reader;
use super::protection::{Protection, unsupported};
use crate::git::ssh::padded;
use crate::git::{Secret, SecretBytes};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use russh::keys::ssh_key::Mpint;
use russh::keys::ssh_key::private::{
    EcdsaKeypair, EcdsaPrivateKey, Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey,
};
use russh::keys::ssh_key::public::{EcdsaPublicKey, RsaPublicKey};

/// A private key that can sign.
pub(super) struct SecretKey {
    created: i64,
    algorithm: u8,
    fingerprint: [u8; 20],
    numbers: KeypairData,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// RSA, for everything or for signatures only.
const RSA: u8 = 1;
const RSA_SIGN_ONLY: u8 = 3;
/// ECDSA.
pub(super) const ECDSA: u8 = 19;
/// Ed25519, as GnuPG has it.
pub(super) const EDDSA: u8 = 22;
/// Ed25519, as RFC 9580 has it.
pub(super) const ED25519: u8 = 27;

/// The public part of a key.
enum Public<'a> {
    Rsa { n: &'a [u8], e: &'a [u8] },
    Ecdsa { point: &'a [u8] },
    Ed25519,
}

const DAMAGED: &str = "it is damaged, or cut off";

impl SecretKey {
    /// Reads a private key from its packet, and decrypts it.
    pub(super) fn read(body: &[u8], passphrase: Option<&Secret>) -> Result<Self, Unusable> {
        let mut reader = Reader::new(body);
        match reader.byte().ok_or(DAMAGED)? {
            4 => {}
            version => {
                return Err(Unusable::Key(format!(
                    "it is of version {version}, and only version 4 is supported"
                )));
            }
        }
        let created = reader.long().ok_or(DAMAGED)?;
        let algorithm = reader.byte().ok_or(DAMAGED)?;
        let public = public(algorithm, &mut reader)?;
        let length = body.len() - reader.rest().len();
        let fingerprint = fingerprint(&body[..length]);
        let secret = secret(reader, passphrase)?;
        let numbers = numbers(&public, algorithm, secret.expose()).ok_or(DAMAGED)?;
        Ok(Self {
            created: i64::from(created),
            algorithm,
            fingerprint,
            numbers,
        })
    }

    /// Returns when it was made, in seconds since 1970.
    pub(super) fn created(&self) -> i64 {
        self.created
    }

    /// Returns its algorithm.
    pub(super) fn algorithm(&self) -> u8 {
        self.algorithm
    }

    /// Returns its fingerprint; the last eight bytes are its id.
    pub(super) fn fingerprint(&self) -> &[u8; 20] {
        &self.fingerprint
    }

    /// Returns the key of SSH that has the same numbers.
    pub(super) fn numbers(&self) -> &KeypairData {
        &self.numbers
    }
}

fn fingerprint(public: &[u8]) -> [u8; 20] {
    let mut context = digest::Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    // No public key is nearly that long.
    let length = u16::try_from(public.len()).unwrap_or(u16::MAX);
    context.update(&[0x99]);
    context.update(&length.to_be_bytes());
    context.update(public);
    let mut fingerprint = [0; 20];
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

fn public<'a>(algorithm: u8, reader: &mut Reader<'a>) -> Result<Public<'a>, Unusable> {
    const CURVE_25519: &[u8] = b"\x2b\x06\x01\x04\x01\xda\x47\x0f\x01";
    match algorithm {
        RSA | RSA_SIGN_ONLY => Ok(Public::Rsa {
            n: reader.number().ok_or(DAMAGED)?,
            e: reader.number().ok_or(DAMAGED)?,
        }),
        ECDSA | EDDSA => {
            let length = usize::from(reader.byte().ok_or(DAMAGED)?);
            let curve = reader.take(length).ok_or(DAMAGED)?;
            let point = reader.number().ok_or(DAMAGED)?;
            match (algorithm, curve) {
                (EDDSA, CURVE_25519) => Ok(Public::Ed25519),
                (EDDSA, _) => Err("its curve is not supported; make an ed25519 key".into()),
                _ => Ok(Public::Ecdsa { point }),
            }
        }
        ED25519 => {
            reader.take(32).ok_or(DAMAGED)?;
            Ok(Public::Ed25519)
        }
        _ => Err("its algorithm is not supported; make an ed25519 or RSA key".into()),
    }
}

/// Returns the numbers that only the owner knows, decrypted and checked.
fn secret(mut reader: Reader<'_>, passphrase: Option<&Secret>) -> Result<SecretBytes, Unusable> {
    let usage = reader.byte().ok_or(DAMAGED)?;
    if usage == 0 {
        let (numbers, sum) = split(reader.rest(), 2).ok_or(DAMAGED)?;
        return match sum == sum_of(numbers) {
            true => Ok(SecretBytes::new(numbers.to_vec())),
            false => Err(DAMAGED.into()),
        };
    }
    if !matches!(usage, 254 | 255) {
        return Err(unsupported());
    }
    let protection = Protection::read(&mut reader)?;
    let passphrase = passphrase.filter(|passphrase| !passphrase.expose().is_empty());
    let passphrase = passphrase
        .ok_or("it is encrypted, and no passphrase is given")?
        .expose();
    // Files and heredocs leave a line end behind.
    let line = passphrase.trim_end_matches(['\r', '\n']);
    let candidates = [Some(passphrase), (line != passphrase).then_some(line)];
    for candidate in candidates.into_iter().flatten() {
        let plain = protection.decrypt(reader.rest(), candidate);
        let found = match usage {
            254 => split(plain.expose(), 20).filter(|(numbers, sum)| {
                digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, numbers).as_ref() == *sum
            }),
            _ => split(plain.expose(), 2).filter(|(numbers, sum)| *sum == sum_of(numbers)),
        };
        if let Some((numbers, _)) = found {
            return Ok(SecretBytes::new(numbers.to_vec()));
        }
    }
    Err(Unusable::Passphrase(
        "it does not decrypt the key".to_owned(),
    ))
}

/// Splits a checksum off the end.
fn split(bytes: &[u8], checksum: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(checksum)?)
}

fn sum_of(bytes: &[u8]) -> [u8; 2] {
    let sum = bytes
        .iter()
        .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    sum.to_be_bytes()
}

/// Returns the key of SSH with the same numbers.
fn numbers(public: &Public<'_>, algorithm: u8, secret: &[u8]) -> Option<KeypairData> {
    let mut reader = Reader::new(secret);
    match public {
        Public::Rsa { n, e } => {
            let mut number = || Some(Mpint::from_positive_bytes(reader.number()?));
            let (d, p, q, u) = (number()?, number()?, number()?, number()?);
            // OpenPGP has the inverse of p, SSH that of q: they trade places.
            let private = RsaPrivateKey::new(d, u, q, p).ok()?;
            let public =
                RsaPublicKey::new(Mpint::from_positive_bytes(e), Mpint::from_positive_bytes(n));
            let pair = RsaKeypair::new(public.ok()?, private).ok()?;
            Some(KeypairData::Rsa(pair))
        }
        Public::Ecdsa { point } => {
            let number = reader.number()?;
            let public = EcdsaPublicKey::from_sec1_bytes(point).ok()?;
            let pair = match public {
                EcdsaPublicKey::NistP256(public) => EcdsaKeypair::NistP256 {
                    public,
                    private: EcdsaPrivateKey::from(padded::<32>(number)?),
                },
                EcdsaPublicKey::NistP384(public) => EcdsaKeypair::NistP384 {
                    public,
                    private: EcdsaPrivateKey::from(padded::<48>(number)?),
                },
                EcdsaPublicKey::NistP521(public) => EcdsaKeypair::NistP521 {
                    public,
                    private: EcdsaPrivateKey::from(padded::<66>(number)?),
                },
            };
            Some(KeypairData::Ecdsa(pair))
        }
        Public::Ed25519 => {
            let seed = match algorithm {
                ED25519 => reader.array()?,
                _ => padded::<32>(reader.number()?)?,
            };
            Some(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)))
        }
    }
}
