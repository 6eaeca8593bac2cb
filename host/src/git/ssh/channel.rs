//! A command on the server: bytes to it, bytes from it, and how it ended.

use super::connection::{Connection, Gate};
use crate::git::error::clean;
use russh::client::{Handle, Msg};
use russh::{Channel as Stream, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// How many bytes of a command wait for their reader, before the server has to
/// wait. It is so much because russh lets all commands of a connection wait
/// then, also those that are being read.
const WAITING: usize = 64 << 20;
/// How many bytes go into one message to the server.
const MESSAGE: usize = 32 << 10;
/// How many messages wait to be sent.
const UNSENT: usize = 16;
/// How much is kept of what a command says on its standard error.
const ERRORS: usize = 64 << 10;

/// A command that runs on the server.
pub(crate) struct Channel {
    reader: Reader,
    writer: Writer,
    status: Status,
}

impl Channel {
    /// Starts a command; all of it happens on the thread of the connection.
    pub(super) fn open(connection: &Arc<Connection>, command: &str, env: &[(&str, &str)]) -> Self {
        let (output, received) = mpsc::unbounded_channel();
        let (input, unsent) = mpsc::channel(UNSENT);
        let (ended, end) = watch::channel(false);
        let outcome = Arc::new(Outcome::default());
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let task = Task {
            command: command.to_owned(),
            env: env.iter().map(owned).collect(),
            output: Some(output),
            waiting: Arc::new(Semaphore::new(WAITING)),
            outcome: Arc::clone(&outcome),
            connection: connection.end.clone(),
            _ended: Ended(ended),
        };
        let handle = Arc::clone(&connection.handle);
        connection.runtime.spawn(task.run(handle, unsent));
        Self {
            reader: Reader {
                received,
                current: Piece::default(),
                connection: Arc::clone(connection),
            },
            writer: Writer {
                input,
                connection: Arc::clone(connection),
            },
            status: Status {
                outcome,
                end,
                connection: Arc::clone(connection),
            },
        }
    }

    /// Returns the two directions, for one thread each if need be.
    pub(crate) fn split(self) -> (Reader, Writer) {
        (self.reader, self.writer)
    }

    /// Returns how the command is doing; it can be kept when the channel is split.
    pub(crate) fn status(&self) -> Status {
        self.status.clone()
    }
}

/// How a command is doing.
#[derive(Clone)]
pub(crate) struct Status {
    outcome: Arc<Outcome>,
    end: watch::Receiver<bool>,
    connection: Arc<Connection>,
}

impl Status {
    /// Returns what the command has said so far on its standard error, without
    /// control characters.
    pub(crate) fn stderr(&self) -> String {
        clean(&lock(&self.outcome.stderr))
    }

    /// Returns the exit status of the command, when it has ended and the server
    /// has told it. A signal counts as 128.
    pub(crate) fn exit(&self) -> Option<u32> {
        *lock(&self.outcome.exit)
    }

    /// Waits until the command has ended and all it said has arrived, at most
    /// for a while. Returns whether it has.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        let mut end = self.end.clone();
        let ended = async {
            timeout(patience, end.wait_for(|ended| *ended))
                .await
                .is_ok()
        };
        self.connection.runtime.block_on(ended)
    }
}

/// Reads what the command writes on its standard output.
pub(crate) struct Reader {
    received: UnboundedReceiver<io::Result<Piece>>,
    current: Piece,
    connection: Arc<Connection>,
}

/// Bytes that were received, with the room that they take.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    read: usize,
    _room: Option<OwnedSemaphorePermit>,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.read == self.current.bytes.len() {
            if buffer.is_empty() {
                return Ok(0);
            }
            match self.next()? {
                Some(piece) => self.current = piece,
                None => return Ok(0),
            }
        }
        let left = &self.current.bytes[self.current.read..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.current.read += count;
        Ok(count)
    }
}

impl Reader {
    fn next(&mut self) -> io::Result<Option<Piece>> {
        let idle = self.connection.idle;
        let next = async { timeout(idle, self.received.recv()).await };
        match self.connection.runtime.block_on(next) {
            Ok(piece) => piece.transpose(),
            Err(_) => Err(late(idle)),
        }
    }
}

/// Writes what the command reads on its standard input, which ends when the
/// writer is dropped.
pub(crate) struct Writer {
    input: mpsc::Sender<Vec<u8>>,
    connection: Arc<Connection>,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(MESSAGE);
        if count == 0 {
            return Ok(0);
        }
        let idle = self.connection.idle;
        let sent = async { timeout(idle, self.input.send(bytes[..count].to_vec())).await };
        match self.connection.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(count),
            Ok(Err(_)) => Err(io::Error::new(
                io::ErrorKind::BrokenPipe,
                "the command on the server has ended",
            )),
            Err(_) => Err(late(idle)),
        }
    }

    /// Does nothing: what is written is sent without delay.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn late(idle: Duration) -> io::Error {
    let message = format!("the server did nothing for {idle:?}");
    io::Error::new(io::ErrorKind::TimedOut, message)
}

/// What a command has left behind.
#[derive(Default)]
struct Outcome {
    stderr: Mutex<Vec<u8>>,
    exit: Mutex<Option<u32>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells that a command has ended, however its task ends.
struct Ended(watch::Sender<bool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// Moves the bytes of one command.
struct Task {
    command: String,
    env: Vec<(String, String)>,
    output: Option<UnboundedSender<io::Result<Piece>>>,
    waiting: Arc<Semaphore>,
    outcome: Arc<Outcome>,
    connection: super::connection::End,
    _ended: Ended,
}

impl Task {
    async fn run(mut self, handle: Arc<Handle<Gate>>, unsent: mpsc::Receiver<Vec<u8>>) {
        match self.start(&handle).await {
            Ok(stream) => {
                drop(handle);
                let (read, write) = stream.split();
                let sending = tokio::spawn(send(write, unsent));
                self.receive(read).await;
                // Nobody is there any more to take the rest.
                sending.abort();
            }
            Err(error) => {
                let reason = self.connection.reason().unwrap_or_else(|| match error {
                    russh::Error::ChannelOpenFailure(_) => {
                        "the server does not open another channel".to_owned()
                    }
                    other => other.to_string(),
                });
                self.fail(io::ErrorKind::ConnectionAborted, reason);
            }
        }
    }

    async fn start(&self, handle: &Handle<Gate>) -> Result<Stream<Msg>, russh::Error> {
        let stream = handle.channel_open_session().await?;
        for (name, value) in &self.env {
            stream.set_env(false, name, value).await?;
        }
        // A reply is wanted, but nothing waits for it.
        stream.exec(true, self.command.as_bytes()).await?;
        Ok(stream)
    }

    async fn receive(&mut self, mut stream: ChannelReadHalf) {
        let mut complete = false;
        while let Some(message) = stream.wait().await {
            match message {
                ChannelMsg::Data { data } => self.deliver(data.to_vec()).await,
                ChannelMsg::ExtendedData { data, ext: 1 } => self.keep(&data),
                ChannelMsg::ExitStatus { exit_status } => {
                    *lock(&self.outcome.exit) = Some(exit_status);
                }
                ChannelMsg::ExitSignal { .. } => *lock(&self.outcome.exit) = Some(128),
                ChannelMsg::Failure => {
                    let reason = "the server does not run the command".to_owned();
                    self.fail(io::ErrorKind::PermissionDenied, reason);
                }
                ChannelMsg::Eof => {
                    complete = true;
                    self.output = None;
                }
                ChannelMsg::Close => return,
                _ => {}
            }
        }
        if !complete {
            let reason = self.connection.reason();
            let reason = reason.unwrap_or_else(|| "the connection broke".to_owned());
            self.fail(io::ErrorKind::ConnectionAborted, reason);
        }
    }

    /// Gives bytes to the reader, if there is one, when there is room.
    async fn deliver(&self, bytes: Vec<u8>) {
        let Some(output) = self.output.as_ref().filter(|output| !output.is_closed()) else {
            return;
        };
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.waiting).acquire_many_owned(size);
        // A reader that goes away makes room, or never will.
        let room = tokio::select! { room = room => room.ok(), () = output.closed() => return };
        let _ = output.send(Ok(Piece {
            bytes,
            read: 0,
            _room: room,
        }));
    }

    fn keep(&self, words: &[u8]) {
        let mut stderr = lock(&self.outcome.stderr);
        let room = ERRORS.saturating_sub(stderr.len());
        stderr.extend_from_slice(&words[..words.len().min(room)]);
    }

    fn fail(&mut self, kind: io::ErrorKind, reason: String) {
        if let Some(output) = self.output.take() {
            let _ = output.send(Err(io::Error::new(kind, reason)));
        }
    }
}

/// Sends what is written, small pieces together, and then the end.
async fn send(stream: ChannelWriteHalf<Msg>, mut unsent: mpsc::Receiver<Vec<u8>>) {
    while let Some(mut bytes) = unsent.recv().await {
        while bytes.len() < MESSAGE
            && let Ok(more) = unsent.try_recv()
        {
            bytes.extend(more);
        }
        if stream.data_bytes(bytes).await.is_err() {
            return;
        }
    }
    let _ = stream.eof().await;
}
