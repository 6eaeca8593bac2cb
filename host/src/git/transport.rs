use super::objects::Objects;
use super::pack::NewObject;
use super::{Error, Result};
use gix::hash::ObjectId;
use gix_protocol::handshake::Ref;

/// One way to reach a repository.
pub(crate) trait Transport: Send {
    /// Lists the refs whose names begin with one of `prefixes`, as they are now.
    fn refs(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>>;

    /// Returns the hash of the repository; known after the first list of refs.
    fn hash(&self) -> gix::hash::Kind;

    /// Returns how much may be left out of an answer.
    fn filters(&self) -> Filters;

    /// Fetches objects. Fewer may come than were wanted, when the server takes
    /// no filter of this kind: [`Transport::filters`] then says so.
    fn fetch(&mut self, want: &Want, objects: &mut Objects) -> Result<()>;

    /// Moves refs, all or none, and reports what became of each.
    fn push(&mut self, push: &Push<'_>) -> Result<Report>;
}

/// How much a server lets us leave out of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Filters {
    /// Nothing: a commit comes with all its files.
    None,
    /// Files, but no directories.
    Blobs,
    /// Files, and directories except those that are named one by one.
    Coarse,
    /// Also everything from some depth on.
    Depth,
    /// Objects come one by one, without a round trip.
    Exact,
}

/// Objects to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// The objects by name.
    pub(crate) ids: Vec<ObjectId>,
    /// What is to come with them.
    pub(crate) scope: Scope,
}

/// What is to come with the objects that are fetched by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Nothing.
    Nothing,
    /// As many levels of directories, and the files in all but the last.
    Levels(u32),
    /// All directories below, but no files.
    Directories,
    /// All that is below, as long as that is not much.
    Everything,
    /// For commits: everything in it, to as many levels, and none before it.
    Tip(u32),
    /// For commits: as many commits, without their files.
    History(u32),
    /// For commits: as many commits, with their directories but no files.
    Stretch(u32),
    /// For commits: all before it as well, with their directories but no files. Of
    /// very much, as many come as are taken, beside the error that says so.
    Past,
}

/// A push.
pub(crate) struct Push<'a> {
    /// The refs to move.
    pub(crate) updates: &'a [RefUpdate],
    /// The objects that the server does not have.
    pub(crate) objects: &'a [NewObject],
    /// Options for the server's hooks.
    pub(crate) options: &'a [String],
}

/// A ref to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The full name, such as `refs/heads/main`.
    pub name: String,
    /// Where it has to be, or nothing when it must not exist.
    pub old: Option<ObjectId>,
    /// Where it goes, or nothing to delete it.
    pub new: Option<ObjectId>,
}

/// What a server reports after a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// For every ref that was to be moved: nothing, or why it was not.
    pub(crate) refused: Vec<(String, Option<String>)>,
    /// What the server says to the user, made safe to print.
    pub(crate) messages: String,
}

impl Report {
    /// Returns the first refused ref with the reason.
    pub(crate) fn refusal(&self) -> Option<(&str, &str)> {
        let refused = self.refused.iter();
        refused
            .filter_map(|(name, reason)| Some((name.as_str(), reason.as_deref()?)))
            .next()
    }

    /// Returns the error of a refused push, in the server's own words.
    pub(crate) fn rejection(&self, url: &str) -> Option<Error> {
        let (name, reason) = self.refusal()?;
        let words = if self.messages.is_empty() {
            reason.to_owned()
        } else {
            format!("{reason}\n{}", self.messages)
        };
        Some(Error::Rejected {
            url: url.to_owned(),
            reference: name.to_owned(),
            words,
        })
    }
}
