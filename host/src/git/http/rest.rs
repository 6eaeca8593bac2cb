use std::io::{self, Read};

/// What comes of an answer that is large, behind its start.
pub(super) struct Rest {
    reader: Box<dyn Read + Send>,
    /// Bytes that are still taken.
    left: u64,
}

/// Bytes of one piece.
const PIECE: usize = 64 << 10;

impl Rest {
    pub(super) fn new(reader: Box<dyn Read + Send>, left: u64) -> Self {
        Self { reader, left }
    }

    /// Returns the next piece, empty at the end; nothing when it is more than is taken.
    ///
    /// A piece that may be the last one comes together with the end: only then the
    /// connection can be used again.
    pub(super) fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut piece = Vec::new();
        loop {
            let start = piece.len();
            piece.resize(start + PIECE, 0);
            let read = loop {
                match self.reader.read(&mut piece[start..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            };
            piece.truncate(start + read);
            if read == 0 || !piece.ends_with(b"0000") {
                break;
            }
        }
        let left = self.left.checked_sub(piece.len() as u64);
        self.left = left.unwrap_or_default();
        Ok(left.map(|_| piece))
    }
}
