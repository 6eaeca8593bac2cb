//! A web server for JSON and for git, a thread for each connection.

use crate::support::command::{command, run_with};
use crate::support::git::exec_path;
use crate::support::server::free_port;
use serde_json::Value;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub method: String,
    /// The path, without the query.
    pub path: String,
    pub query: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// Answers with JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

impl Call {
    /// Returns the value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Returns a parameter of the query, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decoded(value))
    }

    /// Returns the body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Returns path and query.
    pub(crate) fn target(&self) -> String {
        match self.query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, self.query),
        }
    }

    fn read(from: &mut BufReader<&TcpStream>) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next(), words.next().unwrap_or("/"));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut call = Self {
            method: method.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..Self::default()
        };
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => call
                    .headers
                    .push((name.to_owned(), value.trim().to_owned())),
                None => break,
            }
        }
        if call.header("transfer-encoding") == "chunked" {
            call.read_chunks(from)?;
        } else {
            let length = call.header("content-length").parse().unwrap_or(0);
            from.take(length).read_to_end(&mut call.body)?;
        }
        Ok(Some(call))
    }

    fn read_chunks(&mut self, from: &mut BufReader<&TcpStream>) -> io::Result<()> {
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let mut chunk = Vec::new();
            from.take(length + 2).read_to_end(&mut chunk)?;
            if length == 0 {
                return Ok(());
            }
            chunk.truncate(chunk.len() - 2);
            self.body.extend(chunk);
        }
    }
}

/// Serves until the process ends; `answer` says nothing to cut the connection.
pub(crate) fn serve(answer: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static) -> u16 {
    let port = free_port();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                // However it ends, the connection is over then.
                let _ = talk(&stream, &*answer);
            });
        }
    });
    port
}

fn talk(stream: &TcpStream, answer: &dyn Fn(&Call) -> Option<Reply>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut from = BufReader::new(stream);
    let mut to = stream;
    while let Some(call) = Call::read(&mut from)? {
        let Some(reply) = answer(&call) else {
            return Ok(());
        };
        let mut head = format!("HTTP/1.1 {} Said\r\n", reply.status);
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len()));
        to.write_all(&[head.as_bytes(), &reply.body].concat())?;
    }
    Ok(())
}

/// Lets `git http-backend` answer, for the bare repository `deploy.git` in `root`.
pub(crate) fn git_backend(root: &Path, call: &Call) -> Reply {
    let rest = call.path.split(".git/").nth(1).unwrap_or_default();
    let mut backend = command(exec_path().join("git-http-backend"), root);
    let length = call.body.len().to_string();
    for (name, value) in [
        ("GIT_PROJECT_ROOT", root.to_str().expect("it is UTF-8")),
        ("GIT_HTTP_EXPORT_ALL", "1"),
        ("PATH_INFO", &format!("/deploy.git/{rest}")),
        ("QUERY_STRING", &call.query),
        ("REQUEST_METHOD", &call.method),
        ("CONTENT_TYPE", call.header("content-type")),
        ("CONTENT_LENGTH", &length),
        ("HTTP_CONTENT_ENCODING", call.header("content-encoding")),
        ("GIT_PROTOCOL", call.header("git-protocol")),
        ("REMOTE_USER", "a-user"),
        ("REMOTE_ADDR", "127.0.0.1"),
    ] {
        backend.env(name, value);
    }
    let output = run_with(&mut backend, &call.body).stdout;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.expect("a CGI program writes headers");
    let mut reply = Reply {
        status: 200,
        headers: Vec::new(),
        body: output[end + 4..].to_vec(),
    };
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name {
            "Status" => reply.status = value[..3].parse().expect("it is a number"),
            _ => reply = reply.with(name, value),
        }
    }
    reply
}

/// Decodes a part of an address.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex: Vec<u8> = rest.by_ref().take(2).collect();
                let hex = String::from_utf8_lossy(&hex).into_owned();
                bytes.push(u8::from_str_radix(&hex, 16).expect("it is encoded"));
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("it is UTF-8")
}
