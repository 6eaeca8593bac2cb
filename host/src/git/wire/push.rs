use super::report::ReportStatus;
use super::{AGENT, Connect, Connection, Wire, words};
use crate::git::error::clean;
use crate::git::transport::{Push, Report};
use crate::git::{Error, Result, pack};
use gix::hash::ObjectId;
use gix::utils::progress::Discard;
use gix_packetline::BandRef;
use gix_packetline::blocking_io::encode;
use gix_protocol::Handshake;
use gix_transport::Service;
use gix_transport::client::blocking_io::ExtendedBufRead;
use gix_transport::client::{MessageKind, WriteMode};
use std::io::{self, Write as _};

/// Bytes of what a server says about a push.
const LONGEST_REPORT: u64 = 16 << 20;

impl<C: Connect> Wire<C> {
    /// Sends the commands and the pack, and reads what became of them.
    pub(super) fn push_pack(&mut self, push: &Push<'_>) -> Result<Report> {
        // What every server can do is enough for one ref without options, and
        // a server that has answered in the second version is not an old one.
        let assume = self.is_modern && push.updates.len() == 1 && push.options.is_empty();
        let pushed = self.push_once(push, assume && self.hash == gix::hash::Kind::Sha1);
        match pushed {
            Err(_) if self.connect.was_refused() && self.connect.doubt() => {
                self.push_once(push, false)
            }
            pushed => pushed,
        }
    }

    fn push_once(&mut self, push: &Push<'_>, assume: bool) -> Result<Report> {
        self.connect.set_limit(self.limit);
        let mut connection = self.connect.connect(Service::ReceivePack, assume)?;
        let handshake = gix_protocol::handshake(
            &mut *connection,
            Service::ReceivePack,
            |_| Ok(None),
            Vec::new(),
            &mut Discard,
        );
        let handshake = handshake.map_err(|error| self.explain(&error))?;
        self.hash = self.object_format(&handshake)?;
        if push.updates.is_empty() {
            return Ok(Report::default());
        }
        let request = self.request(push, &handshake)?;
        let mut answer = Answer::default();
        self.connect.set_limit(self.limit.min(LONGEST_REPORT));
        let sent = exchange(&mut connection, &request, &mut answer);
        if let Err(error) = sent {
            return Err(self.lost(&error));
        }
        self.report(push, &answer)
    }

    fn request(&self, push: &Push<'_>, handshake: &Handshake) -> Result<Vec<u8>> {
        let offered = |name: &str| handshake.capabilities.contains(name);
        let missing = |reason: &str| Error::Unsupported {
            url: self.url.clone(),
            reason: reason.to_owned(),
        };
        if !offered("report-status") {
            return Err(missing("the server does not report what became of a push"));
        }
        if push.updates.len() > 1 && !offered("atomic") {
            return Err(missing("the server cannot move several refs at once"));
        }
        if let Some(option) = push.options.first().filter(|_| !offered("push-options")) {
            return Err(Error::no_push_options(&self.url, option));
        }
        let mut capabilities = vec!["report-status".to_owned()];
        let wanted = [
            ("side-band-64k", true),
            ("quiet", true),
            ("atomic", push.updates.len() > 1),
            ("push-options", !push.options.is_empty()),
        ];
        for (name, _) in wanted
            .iter()
            .filter(|(name, wanted)| *wanted && offered(name))
        {
            capabilities.push((*name).to_owned());
        }
        if offered("object-format") {
            capabilities.push(format!("object-format={}", self.hash));
        }
        if offered("agent") {
            capabilities.push(format!("agent={AGENT}"));
        }
        // Servers that cannot complete a thin pack say so.
        let thin = !offered("no-thin");
        write_request(push, &capabilities.join(" "), (thin, self.hash))
            .map_err(|error| self.protocol_error(error.to_string()))
    }

    /// The connection broke. Unless it is certain that the push was refused, it
    /// may have been done.
    fn lost(&mut self, error: &gix::Error) -> Error {
        let refused = self.connect.was_refused();
        let failure = self.connect.failure();
        let failure = failure.unwrap_or_else(|| words::explain(&self.url, error));
        match failure {
            // The server has read the push and said no.
            failure if refused => failure,
            Error::Unauthorized { .. } | Error::ReadOnly { .. } | Error::Rejected { .. } => failure,
            Error::Unreachable { url, reason } | Error::Protocol { url, reason } => {
                Error::AnswerLost { url, reason }
            }
            other => Error::AnswerLost {
                url: self.url.clone(),
                reason: other.to_string(),
            },
        }
    }

    fn report(&mut self, push: &Push<'_>, answer: &Answer) -> Result<Report> {
        let status = ReportStatus::parse(&answer.report);
        let messages = clean(&answer.messages);
        if status.unpack.is_none() && status.refs.is_empty() {
            let said = if answer.fatal.is_empty() {
                &answer.messages
            } else {
                &answer.fatal
            };
            return Err(match words::from_server(&self.url, said) {
                Error::Protocol { url, reason } => Error::AnswerLost { url, reason },
                error => error,
            });
        }
        let names = push.updates.iter().map(|update| update.name.as_str());
        let refused = status.refused(names).into_iter().map(|(name, reason)| {
            let reason = reason.map(|reason| clean(reason.as_bytes()));
            (name, reason)
        });
        Ok(Report {
            refused: refused.collect(),
            messages,
        })
    }
}

/// What came back from a push.
#[derive(Default)]
struct Answer {
    report: Vec<u8>,
    messages: Vec<u8>,
    fatal: Vec<u8>,
}

fn write_request(
    push: &Push<'_>,
    capabilities: &str,
    (thin, hash): (bool, gix::hash::Kind),
) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    for (index, update) in push.updates.iter().enumerate() {
        let id = |id: Option<ObjectId>| id.unwrap_or_else(|| hash.null());
        let mut line = format!("{} {} {}", id(update.old), id(update.new), update.name);
        if index == 0 {
            line.push('\0');
            line.push_str(capabilities);
        }
        encode::data_to_write(line.as_bytes(), &mut request)?;
    }
    encode::flush_to_write(&mut request)?;
    if !push.options.is_empty() {
        for option in push.options {
            encode::data_to_write(option.as_bytes(), &mut request)?;
        }
        encode::flush_to_write(&mut request)?;
    }
    // A push that only deletes has no pack.
    if push.updates.iter().any(|update| update.new.is_some()) {
        request.extend_from_slice(&pack::encode(push.objects, thin, hash)?);
    }
    Ok(request)
}

fn exchange(
    connection: &mut Connection,
    request: &[u8],
    answer: &mut Answer,
) -> Result<(), gix::Error> {
    let writer = connection.request(
        WriteMode::OneLfTerminatedLinePerWriteCall,
        MessageKind::Flush,
        false,
    );
    let (mut writer, mut reader) = writer.map_err(gix::Error::from)?.into_parts();
    let written = writer.write_all(request).and_then(|()| writer.flush());
    written.map_err(gix::Error::from_error)?;
    drop(writer);
    read_answer(&mut *reader, answer)
}

fn read_answer(
    reader: &mut dyn ExtendedBufRead<'_>,
    answer: &mut Answer,
) -> Result<(), gix::Error> {
    while let Some(line) = reader.readline() {
        let line = line.map_err(gix::Error::from_error)??;
        match line.decode_band() {
            Ok(BandRef::Data(data)) => answer.report.extend_from_slice(data),
            Ok(BandRef::Progress(text)) => answer.messages.extend_from_slice(text),
            Ok(BandRef::Error(text)) => answer.fatal.extend_from_slice(text),
            // Without side bands, the lines of the report come as they are.
            Err(_) => {
                if let Some(data) = line.as_slice() {
                    encode::data_to_write(data, &mut answer.report)
                        .map_err(gix::Error::from_error)?;
                }
            }
        }
    }
    Ok(())
}
