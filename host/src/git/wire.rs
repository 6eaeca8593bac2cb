//! The git protocol over any connection: what http, ssh and the git daemon share.

mod allowance;
mod fetch;
mod outgoing;
mod push;
mod report;
pub(crate) mod words;

pub(crate) use allowance::Allowance;
pub(crate) use outgoing::Outgoing;

use super::objects::Objects;
use super::transport::{Filters, Push, Report, Transport, Want};
use super::{Error, RepositoryUrl, Result};
use gix::utils::progress::Discard;
use gix_protocol::handshake::Ref;
use gix_protocol::ls_refs::RefPrefixes;
use gix_protocol::{Handshake, LsRefsCommand};
use gix_transport::client::blocking_io as client;
use gix_transport::{Protocol, Service};

/// A connection to one service of a server.
pub(crate) type Connection = Box<dyn client::Transport + Send>;

/// What is said about ourselves to servers.
pub(crate) const AGENT: &str = concat!("towpath/", env!("CARGO_PKG_VERSION"));

/// Bytes of a list of refs: there is room for a million.
const LONGEST_LIST: u64 = 128 << 20;

/// Opens connections to one repository.
pub(crate) trait Connect: Send {
    /// Opens a connection to a service. With `assume`, what the server offers
    /// need not be asked for, as long as that is likely to be known.
    fn connect(&mut self, service: Service, assume: bool) -> Result<Connection>;

    /// Returns whether every request stands for itself, as on http.
    fn is_stateless(&self) -> bool;

    /// Returns whether something was assumed that may be why a request failed.
    /// From then on, nothing is assumed.
    fn doubt(&mut self) -> bool {
        false
    }

    /// Returns whether the last failure was a refusal: the server has read the
    /// request and did nothing.
    fn was_refused(&self) -> bool {
        false
    }

    /// Returns whether the server is one of GitHub's, as far as it has answered.
    fn is_github(&self) -> bool {
        false
    }

    /// Limits the bytes of the next answer.
    fn set_limit(&mut self, limit: u64);

    /// Returns the better description of what went wrong last, if there is one:
    /// gix passes on little of what a server says.
    fn failure(&mut self) -> Option<Error>;
}

/// The git protocol on connections of one kind.
pub(crate) struct Wire<C> {
    /// Goes before the other end of it does.
    upload: Option<Upload>,
    connect: C,
    /// The redacted address, for errors.
    url: String,
    /// Bytes of the largest answer that is read.
    limit: u64,
    /// Whether it has listed refs in the second version of the protocol.
    is_modern: bool,
    /// What the server refused to leave out, once it did.
    refused: Option<Filters>,
    hash: gix::hash::Kind,
}

/// A connection to the service that sends objects.
struct Upload {
    connection: Connection,
    handshake: Handshake,
    /// Whether refs were listed: a process that lives on lists them as they were.
    listed: bool,
}

impl<C: Connect> Wire<C> {
    /// Creates a transport; nothing is connected yet.
    pub(crate) fn new(connect: C, url: &RepositoryUrl, limit: u64) -> Self {
        let is_github = url.host() == Some("github.com");
        Self {
            connect,
            url: url.to_string(),
            limit,
            upload: None,
            is_modern: false,
            refused: is_github.then_some(Filters::Coarse),
            hash: gix::hash::Kind::Sha1,
        }
    }

    /// Connects to the service that sends objects, unless that is done.
    fn upload(&mut self) -> Result<&mut Upload> {
        if self.upload.is_none() {
            let mut connection = self.connect.connect(Service::UploadPack, true)?;
            let handshake = gix_protocol::handshake(
                &mut *connection,
                Service::UploadPack,
                |_| Ok(None),
                Vec::new(),
                &mut Discard,
            );
            let handshake = handshake.map_err(|error| self.explain(&error))?;
            self.hash = self.object_format(&handshake)?;
            self.upload = Some(Upload {
                connection,
                handshake,
                listed: false,
            });
        }
        Ok(self.upload.as_mut().expect("it was connected just now"))
    }

    fn object_format(&self, handshake: &Handshake) -> Result<gix::hash::Kind> {
        let format = handshake.capabilities.capability("object-format");
        match format.and_then(|format| format.value()) {
            None => Ok(gix::hash::Kind::Sha1),
            Some(name) if name == "sha1" => Ok(gix::hash::Kind::Sha1),
            Some(name) if name == "sha256" => Ok(gix::hash::Kind::Sha256),
            Some(name) => Err(Error::Unsupported {
                url: self.url.clone(),
                reason: format!("its object format is {name}"),
            }),
        }
    }

    /// Describes what went wrong on a connection before anything was sent that
    /// changes the repository.
    fn explain(&mut self, error: &gix::Error) -> Error {
        if let Some(failure) = self.connect.failure() {
            return failure;
        }
        words::explain(&self.url, error)
    }

    fn list(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>> {
        self.connect.set_limit(self.limit.min(LONGEST_LIST));
        let upload = self.upload()?;
        upload.listed = true;
        if let Some(refs) = &upload.handshake.refs {
            let refs = refs.iter().filter(|known| {
                let (name, ..) = known.unpack();
                prefixes
                    .iter()
                    .any(|prefix| name.starts_with(prefix.as_bytes()))
            });
            return Ok(refs.cloned().collect());
        }
        let mut asked = RefPrefixes::new();
        asked.extend(prefixes.iter().map(|prefix| (*prefix).into()));
        let agent = ("agent", Some(AGENT.to_owned()));
        let command = LsRefsCommand::new(Some(asked), &upload.handshake.capabilities, agent);
        let listed = command.invoke_blocking(&mut *upload.connection, &mut Discard, false);
        let listed = listed.map_err(|error| self.explain(&error))?;
        self.is_modern = true;
        Ok(listed)
    }

    fn protocol_error(&self, reason: impl Into<String>) -> Error {
        Error::Protocol {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }
}

impl<C: Connect> Transport for Wire<C> {
    fn refs(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>> {
        let stateless = self.connect.is_stateless();
        self.upload.take_if(|upload| {
            let is_old = upload.handshake.server_protocol_version != Protocol::V2 || !stateless;
            upload.listed && is_old
        });
        let listed = self.list(prefixes);
        if listed.is_err() {
            // Whatever went wrong, this connection is done.
            self.upload = None;
            if self.connect.doubt() {
                return self.list(prefixes);
            }
        }
        listed
    }

    fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    fn filters(&self) -> Filters {
        let advertised = match &self.upload {
            Some(upload) => fetch::filters(&upload.handshake),
            None => Filters::Depth,
        };
        // https://github.blog/open-source/git/get-up-to-speed-with-partial-clone-and-shallow-clone/
        let github = self.connect.is_github().then_some(Filters::Coarse);
        let refused = self.refused.or(github);
        refused.map_or(advertised, |refused| advertised.min(refused))
    }

    fn fetch(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        self.fetch_pack(want, objects)
    }

    fn push(&mut self, push: &Push<'_>) -> Result<Report> {
        self.push_pack(push)
    }
}
