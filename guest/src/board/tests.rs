use super::{SCRIPT, SCRIPT_HASH, escaped};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

#[test]
fn the_script_is_the_one_that_may_run() {
    let digest = Sha256::digest(SCRIPT.as_bytes());
    assert_eq!(SCRIPT_HASH, format!("sha256-{}", base64(&digest)));
    assert!(!SCRIPT.contains("</"));
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            let shown = if index <= chunk.len() {
                letter as char
            } else {
                '='
            };
            write!(text, "{shown}").unwrap();
        }
    }
    text
}

#[test]
fn no_text_is_markup() {
    assert_eq!(
        escaped("<b a=\"x\">'&\n"),
        "&lt;b a=&quot;x&quot;&gt;&#39;&amp;\u{fffd}"
    );
}
