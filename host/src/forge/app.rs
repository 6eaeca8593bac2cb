//! GitHub Apps: an id and a key give a token for one repository, for an hour.

use super::http::{Api, Call};
use super::{Endpoint, Error, Place, Result};
use crate::git::{self, Access, Secret};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::json;
use ureq::http::Method;

/// A GitHub App.
#[derive(Clone, Debug)]
pub struct App {
    /// Its id, or its client id.
    pub id: String,
    /// Its private key, as the PEM that GitHub gives.
    pub key: Secret,
}

/// How long GitHub lets the proof of an app be good for, less a minute.
const LIFETIME: i64 = 9 * 60;

/// How far the clock of this machine may be ahead.
const SKEW: i64 = 60;

/// Gets a token for a repository that the app is installed on.
///
/// # Errors
/// When the key cannot be used, or GitHub does not know the app.
pub fn installation_token(place: &Place, app: &App, access: &Access, now: i64) -> Result<Secret> {
    let proof = proof(app, now)?;
    let api = Api::new(
        Endpoint {
            kind: place.kind,
            root: place.api.clone(),
            authorization: Some((
                "authorization",
                Secret::new(format!("Bearer {}", proof.expose())),
            )),
        },
        access,
    )?;
    const WHAT: &str = "get a token for the GitHub App";
    let path = format!("/repos/{}/installation", place.path);
    let installation = api.call(&Call::get(&path, WHAT))?.body;
    let id = installation["id"].as_u64().unwrap_or_default();
    let path = format!("/app/installations/{id}/access_tokens");
    let name = place.path.rsplit('/').next().unwrap_or_default();
    let call = Call::new(Method::POST, &path, WHAT).body(json!({ "repositories": [name] }));
    let answer = api.call(&call)?;
    match answer.body["token"].as_str() {
        Some(token) => Ok(Secret::new(token)),
        None => Err(api.protocol(&path, "there is no token in it")),
    }
}

/// Signs that we are the app, as a JSON web token.
fn proof(app: &App, now: i64) -> Result<Secret> {
    let key = key(&app.key)?;
    let encode = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
    let header = encode(json!({ "alg": "RS256", "typ": "JWT" }).to_string());
    let claims = json!({ "iat": now - SKEW, "exp": now + LIFETIME, "iss": app.id });
    let signed = format!("{header}.{}", encode(claims.to_string()));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .map_err(|_| unusable("it cannot sign"))?;
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{signed}.{signature}")))
}

/// Reads a key: GitHub writes PKCS#1, and other tools PKCS#8.
fn key(pem: &Secret) -> Result<RsaKeyPair> {
    let text = pem.expose().replace("\\n", "\n");
    let is_pkcs8 = text.contains("-----BEGIN PRIVATE KEY-----");
    let body: String = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = BASE64_STANDARD
        .decode(body)
        .map_err(|_| unusable("it is not PEM"))?;
    let key = match is_pkcs8 {
        true => RsaKeyPair::from_pkcs8(&der),
        false => RsaKeyPair::from_der(&der),
    };
    key.map_err(|_| unusable("it is not an RSA key"))
}

fn unusable(reason: &str) -> Error {
    git::Error::InvalidCredential {
        what: "key of the GitHub App",
        reason: reason.to_owned(),
    }
    .into()
}
