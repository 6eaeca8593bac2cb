//! What GitHub answers an app.

use crate::support::command::command;
use crate::support::forge::Desk;
use crate::support::forge::server::Reply;
use crate::support::temp::TempDir;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The installation of the app.
const INSTALLATION: u64 = 7;

pub(super) fn answer(desk: &mut Desk<'_>, path: &str) -> Reply {
    let proof = desk.call.header("authorization");
    let proof = proof.strip_prefix("Bearer ").unwrap_or_default();
    let is_known = desk
        .state
        .app
        .as_ref()
        .is_some_and(|key| is_proof(proof, key));
    if !is_known {
        let said = "A JSON web token could not be decoded";
        return Reply::json(401, &json!({ "message": said, "documentation_url": "x" }));
    }
    if path.ends_with("/installation") {
        return Reply::json(200, &json!({ "id": INSTALLATION, "app_id": 12345 }));
    }
    assert_eq!(
        path,
        format!("/app/installations/{INSTALLATION}/access_tokens")
    );
    assert_eq!(desk.call.json()["repositories"], json!(["deploy"]));
    let said = json!({ "token": desk.state.token, "expires_at": "2026-01-02T04:04:05Z" });
    Reply::json(201, &said)
}

/// Lets openssl say whether a JSON web token was signed with the key's other
/// half, and looks at what it says.
fn is_proof(proof: &str, key: &Path) -> bool {
    let parts: Vec<&str> = proof.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return false;
    };
    let directory = TempDir::new();
    directory.write("signed", format!("{header}.{claims}"));
    directory.write("signature", decoded(signature));
    let mut openssl = command("openssl", directory.path());
    openssl.args(["dgst", "-sha256", "-signature", "signature", "-verify"]);
    let is_signed = openssl
        .arg(key)
        .arg("signed")
        .output()
        .expect("openssl runs");
    let json = |part| serde_json::from_slice::<Value>(&decoded(part)).expect("it is JSON");
    let (header, claims) = (json(header), json(claims));
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970");
    let now = i64::try_from(now.as_secs()).expect("it is not that late");
    let time = |name: &str| claims[name].as_i64().expect("it is a number");
    is_signed.status.success()
        && header["alg"] == "RS256"
        && claims["iss"] == "12345"
        && time("iat") <= now
        && time("exp") > now
        && time("exp") - time("iat") <= 600
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    let engine = base64::prelude::BASE64_URL_SAFE_NO_PAD;
    engine.decode(text).expect("it is base64")
}
