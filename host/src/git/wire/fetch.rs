use super::{AGENT, Connect, Wire, words};
use crate::git::objects::Objects;
use crate::git::pack::{Flaw, Source};
use crate::git::transport::{Filters, Scope, Want};
use crate::git::{Error, Result};
use gix_protocol::fetch::{Arguments, Response};
use gix_protocol::{Command, Handshake};
use gix_transport::Protocol;
use gix_transport::client::blocking_io::ExtendedBufRead;
use gix_transport::packetline::read::ProgressAction;
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// Bytes of an answer that was hoped to be small.
const MUCH: u64 = 2 << 20;

/// Bytes of a whole history that was hoped not to be very long.
const LONG: u64 = 24 << 20;

/// Returns what a server says that it can leave out.
pub(super) fn filters(handshake: &Handshake) -> Filters {
    let capabilities = &handshake.capabilities;
    let (has_filter, any_object) = if handshake.server_protocol_version == Protocol::V2 {
        let fetch = capabilities.capability("fetch");
        let filter = fetch.and_then(|fetch| fetch.supports("filter"));
        (filter.unwrap_or_default(), true)
    } else {
        // Without the second one, what was left out cannot be fetched later.
        let any_object = capabilities.contains("allow-reachable-sha1-in-want")
            && capabilities.contains("allow-tip-sha1-in-want");
        (capabilities.contains("filter"), any_object)
    };
    if has_filter && any_object {
        Filters::Depth
    } else {
        Filters::None
    }
}

/// Returns the filter that comes nearest to a scope.
fn filter(scope: Scope, filters: Filters) -> Option<String> {
    match (filters, scope) {
        (Filters::None | Filters::Exact, _) | (_, Scope::Everything) => None,
        (Filters::Blobs, _) | (_, Scope::Directories | Scope::Stretch(_) | Scope::Past) => {
            Some("blob:none".to_owned())
        }
        // Levels count from the commit's own tree, or from below a named one.
        (Filters::Depth, Scope::Tip(levels) | Scope::Levels(levels)) => {
            Some(format!("tree:{levels}"))
        }
        (Filters::Coarse | Filters::Depth, _) => Some("tree:0".to_owned()),
    }
}

impl<C: Connect> Wire<C> {
    /// Fetches. A directory that is named, and is in another one that is named as
    /// well, is left out by git: what did not come is asked for again as long as
    /// something does.
    pub(super) fn fetch_pack(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        self.fetch_filtered(want, objects)?;
        if want.scope != Scope::Nothing {
            return Ok(());
        }
        let mut asked = want.ids.len();
        loop {
            let ids = want.ids.iter().copied();
            let ids: Vec<_> = ids.filter(|id| !objects.contains(id)).collect();
            if ids.is_empty() || ids.len() == asked {
                return Ok(());
            }
            asked = ids.len();
            let scope = want.scope;
            self.fetch_filtered(&Want { ids, scope }, objects)?;
        }
    }

    /// Fetches, and tries again with a coarser filter when the server refuses
    /// the finer one.
    fn fetch_filtered(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        loop {
            // What it has listed when it was connected is older than what follows.
            self.upload()?.listed = true;
            let filters = crate::git::transport::Transport::filters(self);
            let filter = filter(want.scope, filters);
            let refusal = match self.fetch_once(want, filter.as_deref(), objects) {
                Ok(()) => return Ok(()),
                Err(refusal) => refusal,
            };
            // Whatever went wrong, this connection is done.
            self.upload = None;
            self.refused = Some(match refusal {
                Refusal::Filter if filters == Filters::Depth => Filters::Coarse,
                Refusal::Filter if filters == Filters::Coarse => Filters::Blobs,
                Refusal::Filter | Refusal::AllFilters => Filters::None,
                // It was understood, and would be the same again.
                Refusal::Final(error) | Refusal::Other(error @ Error::TooLarge { .. }) => {
                    return Err(error);
                }
                // Some servers end in silence where they take no filter.
                Refusal::Other(_) if self.connect.doubt() => continue,
                Refusal::Other(error) => return Err(error),
            });
        }
    }

    fn fetch_once(
        &mut self,
        want: &Want,
        filter: Option<&str>,
        objects: &mut Objects,
    ) -> Result<(), Refusal> {
        let limit = match want.scope {
            Scope::Everything => self.limit.min(MUCH),
            Scope::Past | Scope::Stretch(_) => self.limit.min(LONG),
            _ => self.limit,
        };
        self.connect.set_limit(limit);
        let upload = self.upload.as_mut().expect("the caller connected");
        let mut arguments = arguments(&upload.handshake, want, filter);
        let version = upload.handshake.server_protocol_version;
        let said = Rc::new(RefCell::new(Vec::new()));
        let added = arguments
            .send(&mut upload.connection, true)
            .map_err(|error| Problem::Gix(error.into()))
            .and_then(|reader| {
                let answer = Answer {
                    version,
                    limit,
                    may_be_cut_off: want.scope == Scope::Past,
                };
                receive(reader, (&answer, Rc::clone(&said)), objects)
            });
        // Old versions of the protocol serve one fetch per connection.
        if version != Protocol::V2 && !self.connect.is_stateless() {
            self.upload = None;
        }
        added.map_err(|problem| self.refusal(&problem, &said.borrow(), filter.is_some()))
    }

    fn too_large(&self, what: &str, limit: u64) -> Error {
        Error::TooLarge {
            url: self.url.clone(),
            what: what.to_owned(),
            limit,
        }
    }

    fn refusal(&mut self, problem: &Problem, said: &[u8], filtered: bool) -> Refusal {
        let error = match problem {
            Problem::Gix(error) => error,
            Problem::NoPack => return Refusal::Other(self.protocol_error("no pack came")),
            Problem::Flaw(Flaw::Damaged(reason)) => {
                return Refusal::Final(self.protocol_error(reason));
            }
            Problem::Flaw(Flaw::TooLarge { what, limit }) => {
                return Refusal::Final(self.too_large(what, *limit));
            }
            Problem::TooLarge(limit) => {
                return Refusal::Final(self.too_large("an answer", *limit));
            }
        };
        let failure = self.connect.failure();
        let text = match &failure {
            Some(failure) => failure.to_string(),
            None => format!(
                "{} {}",
                words::text_of(error),
                String::from_utf8_lossy(said)
            ),
        };
        if filtered && words::is_about_filters(&text) {
            // The word itself is not known where filters are turned off.
            return match text.contains("unexpected line") {
                true => Refusal::AllFilters,
                false => Refusal::Filter,
            };
        }
        Refusal::Other(failure.unwrap_or_else(|| {
            if said.is_empty() {
                words::explain(&self.url, error)
            } else {
                words::from_server(&self.url, said)
            }
        }))
    }
}

/// Why no pack came.
enum Refusal {
    /// The server does not take the filter.
    Filter,
    /// The server takes no filter at all.
    AllFilters,
    /// The answer was understood, and is not taken.
    Final(Error),
    /// Anything else.
    Other(Error),
}

enum Problem {
    Gix(gix::Error),
    NoPack,
    Flaw(Flaw),
    TooLarge(u64),
}

fn arguments(handshake: &Handshake, want: &Want, filter: Option<&str>) -> Arguments {
    let version = handshake.server_protocol_version;
    let mut features = Command::Fetch.default_features(version, &handshake.capabilities);
    // "deepen-relative" voids "deepen"; the others are of no use here.
    features.retain(|(name, _)| {
        !matches!(
            *name,
            "deepen-relative" | "sideband-all" | "packfile-uris" | "no-done" | "include-tag"
        )
    });
    if version == Protocol::V2 || handshake.capabilities.contains("agent") {
        features.push(("agent", Some(AGENT.to_owned())));
    }
    let mut arguments = Arguments::new(version, features, false);
    if version == Protocol::V2 || handshake.capabilities.contains("no-progress") {
        arguments.add_feature("no-progress");
    }
    for id in &want.ids {
        arguments.want(id);
    }
    let depth = match want.scope {
        Scope::Tip(_) => Some(1),
        Scope::History(commits) | Scope::Stretch(commits) => usize::try_from(commits).ok(),
        Scope::Nothing
        | Scope::Levels(_)
        | Scope::Directories
        | Scope::Everything
        | Scope::Past => None,
    };
    if let Some(depth) = depth.filter(|_| arguments.can_use_deepen()) {
        arguments.deepen(depth);
    }
    if let Some(filter) = filter {
        arguments.filter(filter);
    }
    arguments
}

/// Bytes of a pack that is unpacked as soon as all of it is there.
const SMALL: u64 = 64 << 10;

/// What is expected of an answer.
struct Answer {
    version: Protocol,
    /// Bytes of the largest pack that is taken.
    limit: u64,
    /// Whether of a larger one the start is taken.
    may_be_cut_off: bool,
}

/// Reads the answer and unpacks the pack in it; what the server says besides goes
/// to `said`.
fn receive<'a>(
    mut reader: Box<dyn ExtendedBufRead<'a> + Unpin + 'a>,
    (answer, said): (&Answer, Rc<RefCell<Vec<u8>>>),
    objects: &mut Objects,
) -> Result<(), Problem> {
    let limit = answer.limit;
    let response = Response::from_line_reader(answer.version, &mut reader, true, false);
    let response = response.map_err(Problem::Gix)?;
    if !response.has_pack() {
        return Err(Problem::NoPack);
    }
    reader.set_progress_handler(Some(Box::new(move |is_error, text| {
        if is_error {
            said.borrow_mut().extend_from_slice(text);
        }
        ProgressAction::Continue(())
    })));
    let mut first = Vec::new();
    let read = reader
        .by_ref()
        .take(SMALL.min(limit.saturating_add(1)))
        .read_to_end(&mut first);
    read.map_err(broken)?;
    match first.len() as u64 {
        0 => Err(Problem::NoPack),
        length if length > limit => Err(Problem::TooLarge(limit)),
        length if length < SMALL => objects.add_pack(first).map(drop).map_err(Problem::Flaw),
        _ => unpack_meanwhile(first, reader, answer, objects),
    }
}

/// Unpacks what comes while more of it comes.
fn unpack_meanwhile(
    first: Vec<u8>,
    reader: impl Read,
    answer: &Answer,
    objects: &mut Objects,
) -> Result<(), Problem> {
    let left = answer.limit.saturating_sub(first.len() as u64);
    thread::scope(|scope| {
        let (sender, coming) = sync_channel(16);
        let source = Source::growing(first, coming).may_be_cut_off(answer.may_be_cut_off);
        let unpacking = thread::Builder::new()
            .name("unpack".to_owned())
            .spawn_scoped(scope, || objects.add_pack(source))
            .map_err(broken)?;
        let passed_on = pass_on(reader.take(left.saturating_add(1)), sender);
        let added = match unpacking.join() {
            Ok(added) => added,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        match passed_on? {
            length if length > left => Err(Problem::TooLarge(answer.limit)),
            _ => added.map(drop).map_err(Problem::Flaw),
        }
    })
}

/// Passes on what comes, as long as somebody takes it; returns how many bytes.
fn pass_on(mut reader: impl Read, sender: SyncSender<Vec<u8>>) -> Result<u64, Problem> {
    let mut piece = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        let read = match reader.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        length += read as u64;
        if read == 0 || sender.send(piece[..read].to_vec()).is_err() {
            return Ok(length);
        }
    }
}

fn broken(error: io::Error) -> Problem {
    Problem::Gix(gix::Error::from_error(error))
}
