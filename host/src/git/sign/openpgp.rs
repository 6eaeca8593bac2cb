//! Signatures with OpenPGP keys: the packets of [RFC 4880] that a private key
//! and a detached signature consist of, and nothing else of it.
//!
//! The arithmetic is that of the SSH keys: an SSH key of the same numbers signs.
//! A library for all of OpenPGP would make the launcher a third larger.
//!
//! [RFC 4880]: https://www.rfc-editor.org/rfc/rfc4880

mod armor;
mod packet;
mod protection;
mod secret;
mod signature;

use super::super::Secret;
use packet::{KEY, Packet, SIGNATURE, SUBKEY, packets};
use secret::SecretKey;
use signature::Binding;

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// What is wrong with the key.
    Key(String),
    /// What is wrong with the passphrase.
    Passphrase(String),
}

impl From<&str> for Unusable {
    fn from(reason: &str) -> Self {
        Self::Key(reason.to_owned())
    }
}

/// Returns whether a text is, or was meant as, a key of OpenPGP.
pub(super) fn is_meant(text: &Secret) -> bool {
    armor::is_meant(text)
}

/// A private key with its subkeys, as far as they can sign: the newest subkey
/// first, the primary key last, as GnuPG chooses.
#[derive(Debug)]
pub(super) struct Keys(Vec<SigningKey>);

/// A key that may sign.
#[derive(Debug)]
struct SigningKey {
    key: SecretKey,
    /// When it expires, in seconds since 1970.
    expires: Option<i64>,
}

impl Keys {
    /// Reads an armored private key.
    ///
    /// # Errors
    /// When nothing in the text can sign, or the passphrase is missing or wrong.
    pub(super) fn load(text: &Secret, passphrase: Option<&Secret>) -> Result<Self, Unusable> {
        let bytes = armor::private_key(text)?;
        let packets = packets(bytes.expose()).ok_or("it is damaged, or cut off")?;
        let mut found = Vec::new();
        for (index, packet) in packets.iter().enumerate() {
            if matches!(packet.tag, KEY | SUBKEY) {
                let after = packets.get(index + 1..).unwrap_or_default();
                if let Some(binding) = binding(packet, after) {
                    found.push((packet, binding));
                }
            }
        }
        if found.is_empty() {
            return Err("none of its keys may sign, or they are revoked".into());
        }
        let mut keys = Vec::new();
        let mut first = None;
        for (packet, binding) in found {
            match SecretKey::read(packet.body, passphrase) {
                Ok(key) => {
                    let expires = binding.lifetime.map(|seconds| key.created() + seconds);
                    keys.push((packet.tag, SigningKey { key, expires }));
                }
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        if let (true, Some(error)) = (keys.is_empty(), first) {
            return Err(error);
        }
        keys.sort_by_key(|(tag, key)| (*tag == KEY, -key.key.created()));
        Ok(Self(keys.into_iter().map(|(_, key)| key).collect()))
    }

    /// Signs bytes; the signature is dated `time`, in seconds since 1970.
    ///
    /// # Errors
    /// When every key has expired then, or cannot be used.
    pub(super) fn sign(&self, payload: &[u8], time: i64) -> Result<String, Unusable> {
        let usable = |key: &&SigningKey| {
            time >= key.key.created() && key.expires.is_none_or(|expires| time < expires)
        };
        match self.0.iter().find(usable) {
            Some(key) => signature::sign(&key.key, payload, time),
            None => Err("it has expired, or is younger than the commit".into()),
        }
    }
}

/// Returns what the signatures after a key say of it; nothing when it may not sign.
fn binding(key: &Packet<'_>, after: &[Packet<'_>]) -> Option<Binding> {
    let own = after
        .iter()
        .take_while(|packet| !matches!(packet.tag, KEY | SUBKEY));
    let own = own.filter(|packet| packet.tag == SIGNATURE);
    let mut newest: Option<Binding> = None;
    for signature in own {
        let Some(binding) = Binding::read(signature.body) else {
            continue;
        };
        if binding.revokes {
            return None;
        }
        if newest
            .as_ref()
            .is_none_or(|known| known.created <= binding.created)
        {
            newest = Some(binding);
        }
    }
    let binding = newest.unwrap_or_default();
    // Without flags, a primary key may do everything it can.
    let may_sign = binding.may_sign.unwrap_or(key.tag == KEY);
    may_sign.then_some(binding)
}
