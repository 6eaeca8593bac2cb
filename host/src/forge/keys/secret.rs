//! Secrets of pipelines, which every forge takes in its own way.

use super::super::Result;
use super::super::http::{Call, encoded};
use super::{KeyRing, NewSecret, SET};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;
use serde_json::{Value, json};
use ureq::http::Method;

impl KeyRing {
    /// Sets a secret of GitHub's actions, encrypted for the repository.
    pub(super) fn set_sealed(&self, secret: &NewSecret<'_>) -> Result<()> {
        let path = self.path("/actions/secrets/public-key");
        let theirs = self.api.call(&Call::get(&path, SET))?.body;
        let key = theirs["key"].as_str().unwrap_or_default();
        let sealed = seal(key, secret.value.expose().as_bytes());
        let sealed = sealed.ok_or_else(|| self.api.protocol(&path, "its key cannot be used"))?;
        let body = json!({ "encrypted_value": sealed, "key_id": theirs["key_id"] });
        self.put(secret, body)
    }

    /// Sets a secret of the actions of Gitea and Forgejo.
    pub(super) fn set_plain(&self, secret: &NewSecret<'_>) -> Result<()> {
        self.put(secret, json!({ "data": secret.value.expose() }))
    }

    /// Sets a variable of type file. GitLab masks nothing that has several lines;
    /// what a job has in the variable is the name of the file.
    pub(super) fn set_file(&self, secret: &NewSecret<'_>) -> Result<()> {
        let mut variable = json!({
            "value": secret.value.expose(),
            "variable_type": "file",
            "protected": secret.protected,
            "masked": false,
            "raw": true,
        });
        let path = self.path(&format!("/variables/{}", encoded(secret.name)));
        let call = Call::new(Method::PUT, &path, SET).body(variable.clone());
        let answer = self.api.call(&call.expect(&[404]))?;
        if answer.status != 404 {
            return Ok(());
        }
        variable["key"] = json!(secret.name);
        let path = self.path("/variables");
        let call = Call::new(Method::POST, &path, SET).body(variable);
        self.api.call(&call)?;
        Ok(())
    }

    fn put(&self, secret: &NewSecret<'_>, body: Value) -> Result<()> {
        let path = self.path(&format!("/actions/secrets/{}", encoded(secret.name)));
        let call = Call::new(Method::PUT, &path, SET).body(body);
        self.api.call(&call)?;
        Ok(())
    }
}

/// Encrypts something for the owner of a key, as libsodium's sealed boxes.
fn seal(key: &str, text: &[u8]) -> Option<String> {
    let key = BASE64_STANDARD.decode(key).ok()?;
    let key = PublicKey::from_slice(&key).ok()?;
    let sealed = key.seal(&mut OsRng, text).ok()?;
    Some(BASE64_STANDARD.encode(sealed))
}
