//! The side of the client that gix sees.

use super::advertisement::assumed;
use super::client::{Answer, Client, Request};
use super::lock;
use super::rest::Rest;
use gix_transport::Service;
use gix_transport::client::blocking_io::http as gix_http;
use gix_transport::client::blocking_io::http::{GetResponse, PostBodyDataKind, PostResponse};
use std::any::Any;
use std::io::{self, BufRead, Cursor, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// gix's idea of a web client, for one service.
pub(super) struct GixHttp {
    client: Arc<Mutex<Client>>,
    service: Service,
    /// Whether the advertisement is assumed instead of asked for.
    assume: bool,
}

impl GixHttp {
    pub(super) fn new(client: Arc<Mutex<Client>>, service: Service, assume: bool) -> Self {
        Self {
            client,
            service,
            assume,
        }
    }

    fn request(&self, url: &str, headers: impl IntoIterator<Item = impl AsRef<str>>) -> Request {
        let headers = headers.into_iter().filter_map(|line| {
            let (name, value) = line.as_ref().split_once(':')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        });
        Request {
            url: url.to_owned(),
            writes: self.service == Service::ReceivePack,
            headers: headers.collect(),
        }
    }
}

impl gix_http::Http for GixHttp {
    type Headers = Part;
    type ResponseBody = Part;
    type PostBody = Body;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Part, Part>> {
        let answer = if self.assume {
            lock(&self.client).assume();
            Answer {
                content_type: format!("application/x-{}-advertisement", self.service.as_str()),
                body: assumed(self.service),
            }
        } else {
            let request = self.request(url, headers);
            let answer = lock(&self.client).advertisement(&request, base_url);
            answer.map_err(gix::Error::from_error)?
        };
        let exchange = Arc::new(Mutex::new(Exchange::Done(answer, None)));
        Ok(GetResponse {
            headers: Part::headers(&exchange),
            body: Part::body(&exchange),
        })
    }

    fn post(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _body: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Part, Part, Body>> {
        let exchange = Arc::new(Mutex::new(Exchange::Open {
            client: Arc::clone(&self.client),
            request: self.request(url, headers),
            body: Vec::new(),
        }));
        Ok(PostResponse {
            post_body: Body(Arc::clone(&exchange)),
            headers: Part::headers(&exchange),
            body: Part::body(&exchange),
        })
    }

    fn configure(&mut self, _config: &dyn Any) -> gix::Result {
        Ok(())
    }

    fn redirected_base_url(&self) -> Option<String> {
        lock(&self.client).redirected()
    }
}

/// A request and its answer: sent when the answer is first looked at.
enum Exchange {
    Open {
        client: Arc<Mutex<Client>>,
        request: Request,
        body: Vec<u8>,
    },
    Done(Answer, Option<Coming>),
    Failed,
}

impl Exchange {
    /// Sends the request, once.
    fn finish(&mut self) -> io::Result<(&mut Answer, &mut Option<Coming>)> {
        if let Self::Open {
            client,
            request,
            body,
        } = self
        {
            let answer = lock(client).post(request, body);
            let client = Arc::clone(client);
            *self = match answer {
                Ok((answer, rest)) => Self::Done(answer, rest.map(|rest| Coming { rest, client })),
                Err(error) => {
                    *self = Self::Failed;
                    return Err(io::Error::other(error));
                }
            };
        }
        match self {
            Self::Done(answer, coming) => Ok((answer, coming)),
            _ => Err(io::Error::other("the request failed")),
        }
    }
}

/// What is still to come of an answer.
struct Coming {
    rest: Rest,
    client: Arc<Mutex<Client>>,
}

impl Coming {
    fn piece(&mut self) -> io::Result<Vec<u8>> {
        // Others may use the client while this waits.
        let piece = self.rest.piece();
        let piece = lock(&self.client).piece(piece);
        piece.map_err(io::Error::other)
    }
}

/// The body of a request, kept until it is sent with its length.
pub(super) struct Body(Arc<Mutex<Exchange>>);

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut exchange = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *exchange {
            Exchange::Open { body, .. } => {
                body.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            _ => Err(io::Error::other("the request was sent already")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The headers or the body of an answer.
pub(super) struct Part {
    exchange: Arc<Mutex<Exchange>>,
    is_body: bool,
    read: Option<Cursor<Vec<u8>>>,
    coming: Option<Coming>,
}

impl Part {
    fn headers(exchange: &Arc<Mutex<Exchange>>) -> Self {
        Self {
            exchange: Arc::clone(exchange),
            is_body: false,
            read: None,
            coming: None,
        }
    }

    fn body(exchange: &Arc<Mutex<Exchange>>) -> Self {
        Self {
            is_body: true,
            ..Self::headers(exchange)
        }
    }

    fn cursor(&mut self) -> io::Result<&mut Cursor<Vec<u8>>> {
        if self.read.is_none() {
            let mut exchange = self.exchange.lock().unwrap_or_else(PoisonError::into_inner);
            let (answer, coming) = exchange.finish()?;
            let part = if self.is_body {
                self.coming = coming.take();
                std::mem::take(&mut answer.body)
            } else {
                format!("content-type: {}\n", answer.content_type).into_bytes()
            };
            self.read = Some(Cursor::new(part));
        }
        let read = self.read.as_mut().expect("it was set just now");
        if read.position() == read.get_ref().len() as u64
            && let Some(coming) = &mut self.coming
        {
            let piece = coming.piece();
            if !piece.as_ref().is_ok_and(|piece| !piece.is_empty()) {
                self.coming = None;
            }
            *read = Cursor::new(piece?);
        }
        Ok(read)
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.cursor()?.read(buffer)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.cursor()?.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Some(read) = &mut self.read {
            read.consume(amount);
        }
    }
}
