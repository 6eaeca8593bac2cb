//! A channel of an SSH connection as a blocking reader and writer.

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// What the server says beside the protocol.
#[derive(Default)]
pub(super) struct Said(Mutex<Vec<u8>>);

impl Said {
    /// Bytes that are kept.
    const LARGEST: usize = 64 << 10;

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.lock())
    }

    fn push(&self, bytes: &[u8]) {
        let mut said = self.lock();
        let room = Self::LARGEST.saturating_sub(said.len());
        said.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a channel needs to be read and written by code that blocks.
#[derive(Clone)]
pub(super) struct Bridge {
    pub(super) runtime: Arc<Runtime>,
    pub(super) said: Arc<Said>,
    pub(super) idle: Duration,
}

impl Bridge {
    pub(super) fn split(self, channel: Channel<Msg>) -> (Reader, Writer) {
        let (read, write) = channel.split();
        let reader = Reader {
            bridge: self.clone(),
            channel: read,
            buffer: io::Cursor::default(),
            ended: false,
        };
        let writer = Writer {
            bridge: self,
            channel: write,
        };
        (reader, writer)
    }
}

/// The reading half.
pub(super) struct Reader {
    bridge: Bridge,
    channel: ChannelReadHalf,
    buffer: io::Cursor<Vec<u8>>,
    /// Whether the command wrote its last byte; its complaints may come later.
    ended: bool,
}

impl Reader {
    /// How long complaints are waited for.
    const LAST_WORDS: Duration = Duration::from_secs(2);

    /// Returns the next bytes, or nothing at the end.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let limit = if self.ended {
                Self::LAST_WORDS
            } else {
                self.bridge.idle
            };
            // A timeout needs the runtime's clock, so it is made inside.
            let channel = &mut self.channel;
            let message = self
                .bridge
                .runtime
                .block_on(async { timeout(limit, channel.wait()).await });
            match message {
                Ok(Some(ChannelMsg::Data { data })) => return Ok(Some(data.to_vec())),
                Ok(Some(ChannelMsg::ExtendedData { data, .. })) => self.bridge.said.push(&data),
                Ok(Some(ChannelMsg::Eof)) => self.ended = true,
                Ok(Some(ChannelMsg::Failure)) => {
                    self.bridge
                        .said
                        .push(b"the server does not run this command\n");
                }
                Ok(Some(ChannelMsg::Close) | None) => return Ok(None),
                Ok(Some(_)) => {}
                Err(_) if self.ended => return Ok(None),
                Err(_) => {
                    let reason = format!("no answer for {} s", limit.as_secs());
                    return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
                }
            }
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.buffer.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.next()? {
                Some(bytes) => self.buffer = io::Cursor::new(bytes),
                None => return Ok(0),
            }
        }
    }
}

/// The writing half.
pub(super) struct Writer {
    bridge: Bridge,
    channel: ChannelWriteHalf<Msg>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (channel, idle) = (&self.channel, self.bridge.idle);
        let sent = self
            .bridge
            .runtime
            .block_on(async { timeout(idle, channel.data(bytes)).await });
        match sent {
            Ok(Ok(())) => Ok(bytes.len()),
            Ok(Err(error)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, error)),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Servers allow few open channels; a broken connection has none anyway.
        let channel = &self.channel;
        let close = async { timeout(Duration::from_secs(1), channel.close()).await };
        let _ = self.bridge.runtime.block_on(close);
    }
}
