//! Signatures of commits and tags, made in the process: no program, no agent
//! and no file has a part in them.

mod openpgp;

use super::{Error, Result, Secret, ssh};
use openpgp::Unusable;
use russh::keys::ssh_key::LineEnding;
use russh::keys::{HashAlg, PrivateKey};
use std::fmt;
use std::sync::Arc;

/// What git calls its signatures among those that an SSH key makes.
const NAMESPACE: &str = "git";

/// A private key that signs commits and tags.
#[derive(Clone)]
pub struct Signer(Arc<Key>);

enum Key {
    Ssh(Box<PrivateKey>),
    OpenPgp(openpgp::Keys),
}

impl Signer {
    /// Reads a private key: of SSH, in any of the forms that a key for a
    /// connection has, or of OpenPGP, with its armor.
    ///
    /// # Errors
    /// When the text holds no usable key, or the passphrase is missing or wrong.
    pub fn new(text: &Secret, passphrase: Option<&Secret>) -> Result<Self> {
        let key = if openpgp::is_meant(text) {
            openpgp::Keys::load(text, passphrase).map(Key::OpenPgp)
        } else {
            let key = ssh::private_key(text, passphrase).map(|key| Key::Ssh(Box::new(key)));
            key.map_err(|(is_passphrase, reason)| match is_passphrase {
                true => Unusable::Passphrase(reason),
                false => Unusable::Key(reason),
            })
        };
        Ok(Self(Arc::new(key.map_err(invalid)?)))
    }

    /// Signs the bytes of a commit or a tag that was made at `time`, in seconds
    /// since 1970.
    ///
    /// # Errors
    /// When the key cannot be used, or not any more.
    pub fn sign(&self, payload: &[u8], time: i64) -> Result<String> {
        match &*self.0 {
            Key::Ssh(key) => {
                let signature = key.sign(NAMESPACE, HashAlg::Sha512, payload);
                let text = signature.and_then(|signature| signature.to_pem(LineEnding::LF));
                text.map_err(|error| invalid(Unusable::Key(error.to_string())))
            }
            Key::OpenPgp(keys) => keys.sign(payload, time).map_err(invalid),
        }
    }
}

fn invalid(unusable: Unusable) -> Error {
    let (what, reason) = match unusable {
        Unusable::Key(reason) => (KEY, reason),
        Unusable::Passphrase(reason) => (PASSPHRASE, reason),
    };
    Error::InvalidCredential { what, reason }
}

/// The names of the credentials in errors.
pub(crate) const KEY: &str = "signing key";
pub(crate) const PASSPHRASE: &str = "passphrase of the signing key";

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(***)")
    }
}
