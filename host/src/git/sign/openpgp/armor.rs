//! The text around the bytes, in both directions.

use super::Unusable;
use crate::git::ssh::text::{decoded, unescaped, without_blanks};
use crate::git::{Secret, SecretBytes};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

const BEGIN: &str = "-----BEGIN PGP ";
const PRIVATE: &str = "PRIVATE KEY BLOCK-----";
const END: &str = "-----END PGP ";

/// Returns whether a text is, or was meant as, a key of OpenPGP: as it is, with
/// its line ends written out, or encoded in base64 once more.
pub(super) fn is_meant(text: &Secret) -> bool {
    unpacked(text).expose().contains(BEGIN)
}

/// Returns the bytes of an armored private key.
///
/// # Errors
/// With what the text is instead, without repeating any of it.
pub(super) fn private_key(text: &Secret) -> Result<SecretBytes, Unusable> {
    let text = unpacked(text);
    let mut blocks = text.expose().split(BEGIN).skip(1);
    let Some(block) = blocks.find_map(|block| block.strip_prefix(PRIVATE)) else {
        return Err(if text.expose().contains("PUBLIC KEY BLOCK") {
            "it is a public key; the private one is needed, as `gpg --armor --export-secret-keys KEY` writes it".into()
        } else {
            "it is an OpenPGP text, but not a private key".into()
        });
    };
    let Some((content, _)) = block.split_once(END) else {
        return Err("it is cut off: its \"-----END …-----\" line is missing".into());
    };
    let body = Secret::new(body(content));
    match BASE64_STANDARD.decode(body.expose()) {
        Ok(bytes) if !bytes.is_empty() => Ok(SecretBytes::new(bytes)),
        Ok(_) => Err(
            "it is empty between its \"-----BEGIN …-----\" and \"-----END …-----\" lines".into(),
        ),
        Err(_) => Err("it is damaged: it is not base64".into()),
    }
}

/// Writes a signature as text.
pub(super) fn signature(bytes: &[u8]) -> String {
    const WIDTH: usize = 64;
    let encoded = BASE64_STANDARD.encode(bytes);
    let mut text = "-----BEGIN PGP SIGNATURE-----\n\n".to_owned();
    for line in encoded.as_bytes().chunks(WIDTH) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    let [_, checksum @ ..] = checksum(bytes).to_be_bytes();
    text.push_str(&format!("={}\n", BASE64_STANDARD.encode(checksum)));
    text.push_str("-----END PGP SIGNATURE-----\n");
    text
}

fn unpacked(text: &Secret) -> Secret {
    let plain = unescaped(text.expose());
    if plain.expose().contains(BEGIN) {
        return plain;
    }
    match decoded(&without_blanks(plain.expose())) {
        Some(inner) => unescaped(inner.expose()),
        None => plain,
    }
}

/// Returns the base64 without headers, blanks and checksum.
fn body(content: &str) -> String {
    let lines = content.lines().filter(|line| !line.contains(": "));
    let words = lines.flat_map(str::split_whitespace);
    words.filter(|word| !word.starts_with('=')).collect()
}

/// Returns the checksum of section 6.1.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum: u32 = 0x00b7_04ce;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4cfb;
            }
        }
    }
    sum & 0x00ff_ffff
}
