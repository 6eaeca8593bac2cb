//! What a passphrase does to the secret part of a key (RFC 4880, section 3.7).

use super::Unusable;
use super::packet::Reader;
use crate::git::SecretBytes;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit, consts::U16};
use aes::{Aes128, Aes192, Aes256};
use ring::digest;

/// How the secret part of a key is protected.
pub(super) struct Protection<'a> {
    key_size: usize,
    hash: &'static digest::Algorithm,
    salt: &'a [u8],
    /// How many bytes are hashed, at least.
    count: usize,
    iv: [u8; 16],
}

impl<'a> Protection<'a> {
    /// Reads how a key is protected: everything up to the protected bytes.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Unusable> {
        let damaged = "it is damaged, or cut off";
        let cipher = reader.byte().ok_or(damaged)?;
        let kind = reader.byte().ok_or(damaged)?;
        let hash = reader.byte().ok_or(damaged)?;
        if kind == 101 {
            return Err("its secret part is elsewhere, on a card or another machine".into());
        }
        let key_size = match cipher {
            7 => 16,
            8 => 24,
            9 => 32,
            _ => return Err(unsupported()),
        };
        let hash = match hash {
            2 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            8 => &digest::SHA256,
            9 => &digest::SHA384,
            10 => &digest::SHA512,
            _ => return Err(unsupported()),
        };
        let (salt, count) = match kind {
            0 => (&[][..], 0),
            1 => (reader.take(8).ok_or(damaged)?, 0),
            3 => {
                let salt = reader.take(8).ok_or(damaged)?;
                let coded = usize::from(reader.byte().ok_or(damaged)?);
                (salt, (16 + (coded & 15)) << ((coded >> 4) + 6))
            }
            _ => return Err(unsupported()),
        };
        Ok(Self {
            key_size,
            hash,
            salt,
            count,
            iv: reader.array().ok_or(damaged)?,
        })
    }

    /// Decrypts the secret part; the wrong passphrase gives other bytes.
    pub(super) fn decrypt(&self, bytes: &[u8], passphrase: &str) -> SecretBytes {
        let key = self.key(passphrase);
        let key = key.expose();
        SecretBytes::new(match self.key_size {
            16 => decrypt::<Aes128>(key, self.iv, bytes),
            24 => decrypt::<Aes192>(key, self.iv, bytes),
            _ => decrypt::<Aes256>(key, self.iv, bytes),
        })
    }

    fn key(&self, passphrase: &str) -> SecretBytes {
        /// Many short updates cost more than the hash itself.
        const BLOCK: usize = 16 << 10;
        let text = SecretBytes::new([self.salt, passphrase.as_bytes()].concat());
        let text = text.expose();
        let block = SecretBytes::new(text.repeat(BLOCK / text.len().max(1) + 1));
        let block = block.expose();
        let mut key = Vec::new();
        let mut zeros = 0;
        while key.len() < self.key_size {
            let mut context = digest::Context::new(self.hash);
            // Longer keys take more hashes, each of which begins with more zeros.
            context.update(&vec![0; zeros]);
            zeros += 1;
            let mut left = self.count.max(text.len());
            while left > 0 && !block.is_empty() {
                let part = block.len().min(left);
                context.update(&block[..part]);
                left -= part;
            }
            key.extend_from_slice(context.finish().as_ref());
        }
        key.truncate(self.key_size);
        SecretBytes::new(key)
    }
}

/// Decrypts in cipher feedback mode.
fn decrypt<C>(key: &[u8], iv: [u8; 16], bytes: &[u8]) -> Vec<u8>
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let cipher = C::new_from_slice(key).expect("the key was made for this cipher");
    let mut register = iv;
    let mut plain = Vec::with_capacity(bytes.len());
    for block in bytes.chunks(16) {
        let mut mask = Array::from(register);
        cipher.encrypt_block(&mut mask);
        plain.extend(
            block
                .iter()
                .zip(mask.iter())
                .map(|(byte, mask)| byte ^ mask),
        );
        register[..block.len()].copy_from_slice(block);
    }
    plain
}

/// Returns the error for a protection that is not known.
pub(super) fn unsupported() -> Unusable {
    "it is protected in a way that is not supported; export it again with a recent GnuPG".into()
}
