//! Other revisions of a repository, and other repositories.

use super::{Error, Remote, RepositoryUrl, Result, Tip};
use crate::repository::{AccessError, Ref};
use gix::hash::ObjectId;
use std::collections::HashMap;

/// Opens another repository by its address, or says why it may not be read.
pub(super) type Open = dyn FnMut(&str) -> std::result::Result<Remote, AccessError> + Send;

/// What was asked beside the revision that is read.
#[derive(Default)]
pub(super) struct Views {
    open: Option<Box<Open>>,
    others: HashMap<String, Remote>,
    /// Revisions by name, as they were when they were asked for first.
    revisions: HashMap<String, Option<Tip>>,
    failure: Option<Error>,
}

impl Remote {
    /// Lets other repositories be read as well: those that `open` opens.
    pub fn allow_others(
        &mut self,
        open: impl FnMut(&str) -> std::result::Result<Self, AccessError> + Send + 'static,
    ) {
        self.views.open = Some(Box::new(open));
    }

    /// Returns the repository at an address, which may be this one.
    pub(crate) fn other(&mut self, address: &str) -> std::result::Result<&mut Self, AccessError> {
        let url = RepositoryUrl::parse(address)
            .map_err(|error| AccessError::Denied(error.to_string()))?;
        if url.place() == self.url().place() {
            return Ok(self);
        }
        let name = url.to_string();
        if !self.views.others.contains_key(&name) {
            let Some(open) = &mut self.views.open else {
                let why = format!("only one repository can be read here, and not \"{name}\"");
                return Err(AccessError::Denied(why));
            };
            let opened = open(address)?;
            self.views.others.insert(name.clone(), opened);
        }
        let other = self.views.others.get_mut(&name);
        Ok(other.expect("it was opened just now"))
    }

    /// Finds a branch, a tag or a whole commit id; nothing when there is none.
    /// The answer stays the same until [`Remote::forget_revisions`].
    pub(crate) fn revision(&mut self, name: Option<&str>) -> Result<Option<Tip>> {
        let key = name.unwrap_or_default();
        if let Some(known) = self.views.revisions.get(key) {
            return Ok(known.clone());
        }
        let found = match name {
            None => Some(self.tip(None)?),
            Some(name) => match self.commit_id(name) {
                Some(commit) => Some(Tip {
                    branch: name.to_owned(),
                    commit,
                }),
                None => self.find_revision(name)?,
            },
        };
        self.views.revisions.insert(key.to_owned(), found.clone());
        Ok(found)
    }

    fn commit_id(&self, name: &str) -> Option<ObjectId> {
        let is_whole = name.len() == self.objects.hash().len_in_hex();
        is_whole.then(|| ObjectId::from_hex(name.as_bytes()).ok())?
    }

    fn find_revision(&mut self, name: &str) -> Result<Option<Tip>> {
        let candidates = match name.starts_with("refs/") {
            true => vec![name.to_owned()],
            false => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
        };
        let prefixes: Vec<_> = candidates.iter().map(String::as_str).collect();
        let refs = self.refs(&prefixes)?;
        for candidate in &candidates {
            let found = refs.iter().find_map(|known| match known.unpack() {
                (name, Some(direct), peeled) if name == candidate.as_str() => {
                    Some(peeled.unwrap_or(direct).to_owned())
                }
                _ => None,
            });
            if let Some(commit) = found {
                let branch = name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
                return Ok(Some(Tip { branch, commit }));
            }
        }
        Ok(None)
    }

    /// Lists branches and tags by the beginning of their full names, sorted.
    pub(crate) fn named(&mut self, prefix: &str) -> Result<Vec<Ref>> {
        let refs = self.refs(&[prefix])?;
        let mut named: Vec<_> = refs
            .iter()
            .filter_map(|known| {
                let (name, direct, peeled) = known.unpack();
                Some(Ref {
                    name: std::str::from_utf8(name).ok()?.to_owned(),
                    commit: peeled.or(direct)?.to_string(),
                })
            })
            .collect();
        named.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(named)
    }

    /// Asks anew where branches and tags are.
    pub(crate) fn forget_revisions(&mut self) {
        self.views.revisions.clear();
        for other in self.views.others.values_mut() {
            other.forget_revisions();
        }
    }

    /// Remembers the first failure, and returns what the reader is told.
    pub(crate) fn fail(&mut self, error: Error) -> AccessError {
        let told = AccessError::Unavailable(error.to_string());
        self.views.failure.get_or_insert(error);
        told
    }

    /// Returns why something could not be read, once.
    pub(crate) fn take_failure(&mut self) -> Option<Error> {
        let others = self.views.others.values_mut();
        let own = self.views.failure.take();
        own.or_else(|| others.filter_map(Self::take_failure).next())
    }
}
