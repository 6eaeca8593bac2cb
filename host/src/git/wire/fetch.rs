use super::{AGENT, Connect, Wire, words};
use crate::git::objects::Objects;
use crate::git::pack::Flaw;
use crate::git::transport::{Filters, Scope, Want};
use crate::git::{Error, Result};
use gix_protocol::fetch::{Arguments, Response};
use gix_protocol::{Command, Handshake};
use gix_transport::Protocol;
use gix_transport::packetline::read::ProgressAction;
use std::cell::RefCell;
use std::io::Read as _;
use std::rc::Rc;

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
        (Filters::Blobs, _) | (_, Scope::Directories | Scope::Past) => Some("blob:none".to_owned()),
        // Levels count from the commit's own tree, or from below a named one.
        (Filters::Depth, Scope::Tip(levels) | Scope::Levels(levels)) => {
            Some(format!("tree:{levels}"))
        }
        (Filters::Coarse | Filters::Depth, _) => Some("tree:0".to_owned()),
    }
}

impl<C: Connect> Wire<C> {
    /// Fetches, and tries again with a coarser filter when the server refuses
    /// the finer one.
    pub(super) fn fetch_pack(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        loop {
            // What it has listed when it was connected is older than what follows.
            self.upload()?.listed = true;
            let filters = crate::git::transport::Transport::filters(self);
            let filter = filter(want.scope, filters);
            let refusal = match self.fetch_once(want, filter.as_deref()) {
                Ok(pack) => {
                    let added = objects.add_pack(pack);
                    return added.map(drop).map_err(|flaw| self.flawed(flaw));
                }
                Err(refusal) => refusal,
            };
            // Whatever went wrong, this connection is done.
            self.upload = None;
            self.refused = Some(match refusal {
                Refusal::Filter if filters == Filters::Depth => Filters::Coarse,
                Refusal::Filter if filters == Filters::Coarse => Filters::Blobs,
                Refusal::Filter | Refusal::AllFilters => Filters::None,
                // It was understood, and would be as large again.
                Refusal::Other(error @ Error::TooLarge { .. }) => return Err(error),
                // Some servers end in silence where they take no filter.
                Refusal::Other(_) if self.connect.doubt() => continue,
                Refusal::Other(error) => return Err(error),
            });
        }
    }

    fn fetch_once(&mut self, want: &Want, filter: Option<&str>) -> Result<Vec<u8>, Refusal> {
        let limit = match want.scope {
            Scope::Everything => self.limit.min(MUCH),
            Scope::Past => self.limit.min(LONG),
            _ => self.limit,
        };
        self.connect.set_limit(limit);
        let upload = self.upload.as_mut().expect("the caller connected");
        let mut arguments = arguments(&upload.handshake, want, filter);
        let version = upload.handshake.server_protocol_version;
        let said = Rc::new(RefCell::new(Vec::new()));
        let pack = receive(
            &mut upload.connection,
            version,
            &mut arguments,
            (limit, Rc::clone(&said)),
        );
        // Old versions of the protocol serve one fetch per connection.
        if version != Protocol::V2 && !self.connect.is_stateless() {
            self.upload = None;
        }
        pack.map_err(|problem| self.refusal(&problem, &said.borrow(), filter.is_some()))
    }

    fn flawed(&self, flaw: Flaw) -> Error {
        match flaw {
            Flaw::Damaged(reason) => self.protocol_error(reason),
            Flaw::TooLarge { what, limit } => self.too_large(what, limit),
        }
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
            Problem::TooLarge(limit) => {
                return Refusal::Other(self.too_large("an answer", *limit));
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
    /// Anything else.
    Other(Error),
}

enum Problem {
    Gix(gix::Error),
    NoPack,
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
        Scope::History(commits) => usize::try_from(commits).ok(),
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

/// Sends the request and reads the pack; what the server says besides goes to `said`.
fn receive(
    connection: &mut super::Connection,
    version: Protocol,
    arguments: &mut Arguments,
    (limit, said): (u64, Rc<RefCell<Vec<u8>>>),
) -> Result<Vec<u8>, Problem> {
    let mut reader = arguments
        .send(connection, true)
        .map_err(|error| Problem::Gix(error.into()))?;
    let response =
        Response::from_line_reader(version, &mut reader, true, false).map_err(Problem::Gix)?;
    if !response.has_pack() {
        return Err(Problem::NoPack);
    }
    reader.set_progress_handler(Some(Box::new(move |is_error, text| {
        if is_error {
            said.borrow_mut().extend_from_slice(text);
        }
        ProgressAction::Continue(())
    })));
    let mut pack = Vec::new();
    let read = reader
        .by_ref()
        .take(limit.saturating_add(1))
        .read_to_end(&mut pack);
    read.map_err(|error| Problem::Gix(gix::Error::from_error(error)))?;
    if pack.len() as u64 > limit {
        return Err(Problem::TooLarge(limit));
    }
    if pack.is_empty() {
        return Err(Problem::NoPack);
    }
    Ok(pack)
}
