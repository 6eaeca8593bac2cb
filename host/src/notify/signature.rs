//! The signature on a webhook's body: HMAC-SHA256, written as GitHub does.

use crate::git::Secret;
use ring::hmac;
use std::fmt::Write as _;

/// Returns `sha256=HEX`.
pub(super) fn sign(key: &Secret, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().trim().as_bytes());
    let mut text = "sha256=".to_owned();
    for byte in hmac::sign(&key, body).as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Secret, sign};

    #[test]
    fn the_signature_is_the_one_of_rfc_4231() {
        assert_eq!(
            sign(&Secret::new("Jefe"), b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
