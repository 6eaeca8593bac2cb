//! New pairs of keys for ssh, made in memory.

use crate::git::{Error, Secret};
use ring::rand::{SecureRandom as _, SystemRandom};
use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::ssh_key::{HashAlg, LineEnding};
use russh::keys::{PrivateKey, ssh_key};
use std::hint;

/// A new pair of ed25519 keys.
#[derive(Debug)]
pub struct NewKey {
    /// The private key in OpenSSH's own format, with a final line end.
    pub private: Secret,
    /// The public key as one line: algorithm, key, comment.
    pub public: String,
    /// The fingerprint of the public key, as `SHA256:…`.
    pub fingerprint: String,
}

/// Makes a new pair of keys.
///
/// # Errors
/// When this machine gives no random numbers.
pub fn new_key(comment: &str) -> Result<NewKey, Error> {
    let mut seed = [0; 32];
    let random = SystemRandom::new().fill(&mut seed);
    random.map_err(|_| unusable("this machine gives no random numbers"))?;
    let pair = Ed25519Keypair::from_seed(&seed);
    seed.fill(0);
    // The compiler would otherwise leave the writes out.
    hint::black_box(&seed);
    let made = write(pair, comment);
    made.map_err(|error| unusable(&error.to_string()))
}

fn write(pair: Ed25519Keypair, comment: &str) -> ssh_key::Result<NewKey> {
    let key = PrivateKey::new(KeypairData::from(pair), comment)?;
    let private = key.to_openssh(LineEnding::LF)?;
    let end = if private.ends_with('\n') { "" } else { "\n" };
    Ok(NewKey {
        private: Secret::new(format!("{}{end}", private.as_str())),
        public: key.public_key().to_openssh()?,
        fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
    })
}

fn unusable(reason: &str) -> Error {
    Error::InvalidCredential {
        what: "new ssh key",
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::new_key;

    #[test]
    fn a_new_key_can_be_read_and_is_another_each_time() {
        let (one, other) = (new_key("a b").unwrap(), new_key("a b").unwrap());
        assert_ne!(one.public, other.public);
        let read = super::super::key::load(&one.private, None).unwrap();
        assert_eq!(read.public_key().to_openssh().unwrap(), one.public);
        assert!(one.public.ends_with(" a b") && one.fingerprint.starts_with("SHA256:"));
        assert!(one.private.expose().ends_with("-----\n"));
    }
}
