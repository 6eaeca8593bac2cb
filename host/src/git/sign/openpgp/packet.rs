//! Packets, and the numbers in them (RFC 4880, sections 3 and 4).

/// A signature.
pub(super) const SIGNATURE: u8 = 2;
/// A private key.
pub(super) const KEY: u8 = 5;
/// A private subkey.
pub(super) const SUBKEY: u8 = 7;

/// One packet.
pub(super) struct Packet<'a> {
    /// What it is.
    pub(super) tag: u8,
    /// What is in it.
    pub(super) body: &'a [u8],
}

/// Reads packets to the end; nothing when they are damaged.
pub(super) fn packets(bytes: &[u8]) -> Option<Vec<Packet<'_>>> {
    let mut reader = Reader::new(bytes);
    let mut packets = Vec::new();
    while !reader.is_empty() {
        packets.push(packet(&mut reader)?);
    }
    Some(packets)
}

fn packet<'a>(reader: &mut Reader<'a>) -> Option<Packet<'a>> {
    let header = reader.byte()?;
    let (tag, length) = match header {
        0xc0.. => (header & 0x3f, reader.length()?),
        0x80.. => {
            let length = match header & 3 {
                0 => usize::from(reader.byte()?),
                1 => usize::from(reader.short()?),
                2 => usize::try_from(reader.long()?).ok()?,
                // A length that is not known is for data, never for keys.
                _ => return None,
            };
            ((header >> 2) & 0xf, length)
        }
        _ => return None,
    };
    let body = reader.take(length)?;
    Some(Packet { tag, body })
}

/// Reads bytes from the front; every method returns nothing when too few are left.
#[derive(Clone)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all that was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Reads a number of any size, without leading zeros.
    pub(super) fn number(&mut self) -> Option<&'a [u8]> {
        let bits = usize::from(self.short()?);
        self.take(bits.div_ceil(8))
    }

    /// Reads a length of the newer form; those of parts are not for keys.
    pub(super) fn length(&mut self) -> Option<usize> {
        match self.byte()? {
            short @ ..192 => Some(usize::from(short)),
            first @ 192..224 => {
                let second = self.byte()?;
                Some((usize::from(first) - 192) * 256 + usize::from(second) + 192)
            }
            255 => usize::try_from(self.long()?).ok(),
            _ => None,
        }
    }
}

/// Writes a number of any size.
pub(super) fn write_number(bytes: &[u8], out: &mut Vec<u8>) {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = bytes.get(zeros..).unwrap_or_default();
    let unused = bytes
        .first()
        .map_or(0, |first| first.leading_zeros() as usize);
    // No number of a signature is nearly that large.
    let bits = u16::try_from(bytes.len() * 8 - unused).unwrap_or(u16::MAX);
    out.extend_from_slice(&bits.to_be_bytes());
    out.extend_from_slice(bytes);
}
