//! What is sent to a server, which may stop listening at any time.

use std::io::{self, Write};

/// How many bytes are sent together at most: what is sent between two answers
/// is usually less.
const TOGETHER: usize = 32 << 10;

/// Sends what is written when it is flushed, in one piece.
///
/// A server that refuses a request says so and closes, often before it has read
/// the rest. So a server that has closed is no failure here: what it said is
/// still to be read, and if it said nothing, the reader finds that out.
pub(crate) struct Outgoing<W: Write> {
    writer: W,
    unsent: Vec<u8>,
    is_closed: bool,
}

impl<W: Write> Outgoing<W> {
    /// Sends to `writer`.
    pub(crate) fn new(writer: W) -> Self {
        Self {
            writer,
            unsent: Vec::new(),
            is_closed: false,
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let unsent = std::mem::take(&mut self.unsent);
        if self.is_closed || unsent.is_empty() {
            return Ok(());
        }
        self.writer.write_all(&unsent).or_else(|error| {
            self.is_closed = is_close(error.kind());
            if self.is_closed { Ok(()) } else { Err(error) }
        })
    }
}

fn is_close(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        kind,
        Kind::BrokenPipe | Kind::ConnectionReset | Kind::ConnectionAborted
    )
}

impl<W: Write> Write for Outgoing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unsent.extend_from_slice(bytes);
        if self.unsent.len() >= TOGETHER {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        if self.is_closed {
            return Ok(());
        }
        self.writer.flush()
    }
}

impl<W: Write> Drop for Outgoing<W> {
    /// Sends the rest: a last word that nobody waits for.
    fn drop(&mut self) {
        let _ = self.send();
    }
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, TOGETHER};
    use std::io::{self, Write};

    /// Takes so many pieces, and ends like that.
    struct Server<'a> {
        pieces: &'a mut Vec<usize>,
        takes: usize,
        end: io::ErrorKind,
    }

    impl Write for Server<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.pieces.len() == self.takes {
                return Err(self.end.into());
            }
            self.pieces.push(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn sent(takes: usize, end: io::ErrorKind, write: impl Fn(&mut dyn Write)) -> Vec<usize> {
        let mut pieces = Vec::new();
        let mut outgoing = Outgoing::new(Server {
            pieces: &mut pieces,
            takes,
            end,
        });
        write(&mut outgoing);
        drop(outgoing);
        pieces
    }

    #[test]
    fn lines_are_sent_together() {
        let pieces = sent(9, io::ErrorKind::BrokenPipe, |outgoing| {
            for line in ["0032want", "0011done"] {
                outgoing.write_all(line.as_bytes()).unwrap();
            }
            outgoing.flush().unwrap();
            outgoing.flush().unwrap();
            outgoing.write_all(&vec![0; TOGETHER]).unwrap();
            outgoing.write_all(b"0000").unwrap();
        });
        assert_eq!(pieces, [16, TOGETHER, 4]);
    }

    #[test]
    fn a_server_that_has_closed_is_still_to_be_read() {
        for end in [
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionAborted,
        ] {
            let pieces = sent(1, end, |outgoing| {
                for _ in 0..3 {
                    outgoing.write_all(b"want").unwrap();
                    outgoing.flush().unwrap();
                }
            });
            assert_eq!(pieces, [4]);
        }
    }

    #[test]
    fn a_server_that_is_too_slow_is_a_failure() {
        sent(0, io::ErrorKind::TimedOut, |outgoing| {
            outgoing.write_all(b"want").unwrap();
            let error = outgoing.flush().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        });
    }
}
