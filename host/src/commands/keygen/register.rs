//! The order in which a key gets to its places.

use super::places::Places;
use crate::args::KeygenArgs;
use crate::error::Error;
use crate::forge::{DeployKey, KeyRing, NewSecret};
use crate::git::NewKey;
use towpath_surface::Kind;

/// How much of the fingerprint is in the title.
const SHOWN: usize = "SHA256:".len() + 12;

/// What was registered.
pub(super) struct Registered {
    /// The whole title of the deploy key.
    pub(super) title: String,
    /// The titles of the keys that are gone.
    pub(super) removed: Vec<String>,
}

impl Places {
    /// Registers the public key, then sets the secrets, then removes old keys.
    ///
    /// # Errors
    /// When a forge refuses: then the new key is taken away again, unless a
    /// repository has the other half already.
    pub(super) fn register(
        &self,
        args: &KeygenArgs,
        key: &NewKey,
        old: Vec<DeployKey>,
    ) -> Result<Registered, Error> {
        let fingerprint: String = key.fingerprint.chars().take(SHOWN).collect();
        let title = format!("{} ({fingerprint})", self.title(args));
        let ring = self.deploy.as_ref().and_then(|home| home.ring.as_ref());
        let id = match ring {
            Some(ring) => Some(ring.add_deploy_key(&title, &key.public)?),
            None => None,
        };
        let secret = NewSecret {
            name: &args.secret_name,
            value: &key.private,
            protected: args.protected,
        };
        self.set(&secret, || take_back(ring, id))?;
        let mut removed = Vec::new();
        for old in old {
            let gone = ring.map_or(Ok(()), |ring| ring.remove_deploy_key(old.id));
            gone.map_err(|error| stays(&old, error.into()))?;
            removed.push(old.title);
        }
        Ok(Registered { title, removed })
    }

    /// Sets the secret everywhere.
    fn set(
        &self,
        secret: &NewSecret<'_>,
        take_back: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (count, code) in self.code.iter().enumerate() {
            let Some(ring) = &code.ring else { continue };
            let Err(error) = ring.set_secret(secret) else {
                continue;
            };
            let mut error = Error::from(error);
            if count == 0 {
                error.unchanged = take_back().is_ok();
                return Err(error);
            }
            let all = self.code.len();
            let message = format!(
                "{count} of {all} repositories have the new key, and \"{}\" has not: {}",
                code.place.path, error.problem.message
            );
            let mut partial = Error::new(Kind::Partial, message);
            partial.unchanged = false;
            return Err(partial.hint(
                "The old key still works; run the same command with `--replace` when the cause is gone.",
            ));
        }
        Ok(())
    }
}

/// Removes a key whose other half got nowhere.
fn take_back(ring: Option<&KeyRing>, id: Option<u64>) -> Result<(), Error> {
    match (ring, id) {
        (Some(ring), Some(id)) => Ok(ring.remove_deploy_key(id)?),
        _ => Ok(()),
    }
}

/// The new key is in its places, and the old one could not be removed.
fn stays(old: &DeployKey, error: Error) -> Error {
    let message = format!(
        "the new key is in its places, and the old one, \"{}\", cannot be removed: {}",
        old.title, error.problem.message
    );
    let mut partial = Error::new(Kind::Partial, message);
    partial.unchanged = false;
    partial.hint("Remove it in the settings of the deployment repository.")
}
