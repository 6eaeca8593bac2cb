//! A proxy that reads plain http, and can put other words into the server's mouth.

use super::{Listener, address, cut};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HttpFault {
    /// The connection is cut before the server hears of the request.
    CutBefore,
    /// The server gets half of the request.
    CutDuring,
    /// The server answers; nothing of it arrives.
    CutAfter,
    /// Half of the answer arrives.
    CutAnswer,
    /// The answer arrives so much later.
    Stall(Duration),
    /// This status and `Retry-After` arrive, and the server hears of nothing.
    Status(u16, Option<u32>),
    /// This status arrives after the server did what it was asked.
    StatusAfter(u16),
    /// Half of the answer's body arrives, as if it were all.
    Truncate,
    /// A byte in the middle of the answer's body is another one.
    Corrupt,
    /// Bytes without any meaning arrive instead of the body.
    Garbage,
    /// A page for people arrives instead of the answer.
    Page,
}

/// A network that breaks at one request, or at several in a row.
pub(crate) struct HttpProxy {
    script: Arc<Script>,
    listener: Listener,
    target: SocketAddr,
}

struct Script {
    fault: HttpFault,
    first: u64,
    times: u64,
    count: AtomicU64,
    requests: Mutex<Vec<String>>,
}

impl HttpProxy {
    /// Starts a network that breaks `times` times from the n-th request on.
    pub(crate) fn breaking(url: &str, fault: HttpFault, request: u64, times: u64) -> Self {
        assert!(url.starts_with("http://"), "{url} is not plain http");
        let target = address(url);
        let script = Arc::new(Script {
            fault,
            first: request,
            times,
            count: AtomicU64::new(0),
            requests: Mutex::default(),
        });
        let shared = Arc::clone(&script);
        let listener = Listener::start(move |client| {
            // However it ends, the connection is over then.
            let _ = serve(&shared, client, target);
            cut(client);
        });
        Self {
            script,
            listener,
            target,
        }
    }

    /// Returns the URL by which a client reaches the server through the network.
    pub(crate) fn url(&self, url: &str) -> String {
        self.listener.url(url, self.target)
    }

    /// Returns whether the fault happened.
    pub(crate) fn broke(&self) -> bool {
        self.script.count.load(Ordering::Relaxed) >= self.script.first
    }

    /// Returns the first lines of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.script.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Script {
    /// Notes a request, and returns what happens to it.
    fn fault(&self, request: &Message) -> Option<HttpFault> {
        let requests = self.requests.lock();
        requests
            .unwrap_or_else(PoisonError::into_inner)
            .push(request.first_line().to_owned());
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let broken = self.first..self.first.saturating_add(self.times);
        broken.contains(&number).then_some(self.fault)
    }
}

/// Passes requests and answers on, one after the other, until one breaks.
fn serve(script: &Script, client: &TcpStream, target: SocketAddr) -> io::Result<()> {
    let mut requests = BufReader::new(client);
    let server = TcpStream::connect(target)?;
    let _ = server.set_nodelay(true);
    let mut answers = BufReader::new(&server);
    while let Some(request) = Message::read(&mut requests, false)? {
        let fault = script.fault(&request);
        let (mut client, mut server) = (client, &server);
        match fault {
            Some(HttpFault::CutBefore) => return Ok(()),
            Some(HttpFault::CutDuring) => return server.write_all(request.half()),
            Some(HttpFault::Status(code, wait)) => {
                client.write_all(&status(code, wait).bytes())?;
                continue;
            }
            _ => server.write_all(&request.bytes())?,
        }
        let Some(answer) = Message::read(&mut answers, true)? else {
            return Ok(());
        };
        match fault {
            Some(HttpFault::CutAfter) => return Ok(()),
            Some(HttpFault::CutAnswer) => return client.write_all(answer.half()),
            Some(HttpFault::Stall(time)) => {
                thread::sleep(time);
                client.write_all(&answer.bytes())?;
            }
            Some(fault) => client.write_all(&answer.changed(fault).bytes())?,
            None => client.write_all(&answer.bytes())?,
        }
    }
    Ok(())
}

/// A request or an answer.
struct Message {
    /// The lines before the body, with the empty one.
    head: String,
    body: Vec<u8>,
    /// What was read, byte for byte.
    raw: Vec<u8>,
}

impl Message {
    /// Reads a message; there is none when the other side is done.
    fn read(from: &mut BufReader<&TcpStream>, is_answer: bool) -> io::Result<Option<Self>> {
        let mut raw = Vec::new();
        loop {
            let start = raw.len();
            if from.read_until(b'\n', &mut raw)? == 0 {
                return Ok(None);
            }
            if raw[start..] == *b"\r\n" {
                break;
            }
        }
        let head = String::from_utf8_lossy(&raw).into_owned();
        let mut message = Self {
            head,
            body: Vec::new(),
            raw,
        };
        if message.header("transfer-encoding").is_some() {
            message.read_chunks(from)?;
        } else if let Some(length) = message.header("content-length") {
            let length = length.parse().map_err(io::Error::other)?;
            from.take(length).read_to_end(&mut message.body)?;
            message.raw.extend_from_slice(&message.body);
        } else if is_answer {
            from.read_to_end(&mut message.body)?;
            message.raw.extend_from_slice(&message.body);
        }
        Ok(Some(message))
    }

    fn read_chunks(&mut self, from: &mut BufReader<&TcpStream>) -> io::Result<()> {
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let start = line.len();
            let mut chunk = line.into_bytes();
            from.take(length + 2).read_to_end(&mut chunk)?;
            self.raw.extend_from_slice(&chunk);
            if length == 0 {
                return Ok(());
            }
            self.body.extend_from_slice(&chunk[start..chunk.len() - 2]);
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    fn first_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    fn bytes(&self) -> Vec<u8> {
        self.raw.clone()
    }

    /// Returns everything up to the middle of the body, or of the head without one.
    fn half(&self) -> &[u8] {
        let body = self.raw.len() - self.head.len();
        let end = match body {
            0 => self.head.len() / 2,
            length => self.head.len() + length / 2,
        };
        &self.raw[..end]
    }

    /// Returns the answer as the fault leaves it.
    fn changed(&self, fault: HttpFault) -> Self {
        let mut body = self.body.clone();
        match fault {
            HttpFault::StatusAfter(code) => return status(code, None),
            HttpFault::Page => {
                let page = "<!DOCTYPE html><html><title>Sign in</title></html>\n";
                return answer("200 OK", "Content-Type: text/html\r\n", page.into());
            }
            HttpFault::Truncate => body.truncate(body.len() / 2),
            HttpFault::Corrupt => {
                let middle = body.len() / 2;
                if let Some(byte) = body.get_mut(middle) {
                    *byte ^= 0x55;
                }
            }
            HttpFault::Garbage => body = (0_u8..=255).cycle().take(600).collect(),
            _ => {}
        }
        let kind = self.header("content-type").unwrap_or("text/plain");
        answer("200 OK", &format!("Content-Type: {kind}\r\n"), body)
    }
}

/// Returns an answer that is only a status.
fn status(code: u16, wait: Option<u32>) -> Message {
    let wait = wait.map(|seconds| format!("Retry-After: {seconds}\r\n"));
    let line = format!("{code} Injected");
    answer(&line, &wait.unwrap_or_default(), b"injected\n".to_vec())
}

fn answer(status: &str, headers: &str, body: Vec<u8>) -> Message {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    let raw = [head.as_bytes(), &body].concat();
    Message { head, body, raw }
}
