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
            let is_too_much = piece.len() as u64 > self.left;
            if read == 0 || is_too_much || !piece.ends_with(b"0000") {
                break;
            }
        }
        let left = self.left.checked_sub(piece.len() as u64);
        self.left = left.unwrap_or_default();
        Ok(left.map(|_| piece))
    }
}

#[cfg(test)]
mod tests {
    use super::Rest;
    use std::io::{Read as _, repeat};

    #[test]
    fn what_could_end_again_and_again_ends() {
        let mut rest = Rest::new(Box::new(repeat(b'0')), 1 << 20);
        assert_eq!(rest.piece().unwrap(), None);
    }

    #[test]
    fn pieces_are_what_came_and_the_last_one_is_empty() {
        let text = [&[b'x'; 100_000][..], b"0000"].concat();
        let reader = std::io::Cursor::new(text.clone()).take(200_000);
        let mut rest = Rest::new(Box::new(reader), text.len() as u64);
        let mut all = Vec::new();
        while let Some(piece) = rest.piece().unwrap().filter(|piece| !piece.is_empty()) {
            all.extend(piece);
        }
        assert_eq!(all, text);
    }
}
