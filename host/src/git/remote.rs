use super::cache::Cache;
use super::commit::NewCommit;
use super::log::{Past, PathLog};
use super::objects::Objects;
use super::pack::{NewObject, Object};
use super::snapshot::Snapshot;
use super::transport::{Filters, Push, Report, Scope, Transport, Want};
use super::views::Views;
use super::{
    Access, Clock as _, Error, GitHub, RefUpdate, RepositoryUrl, Result, Signer, SystemClock, tree,
};
use gix::bstr::ByteSlice as _;
use gix::hash::ObjectId;
use gix::objs::{CommitRef, Kind};
use gix_protocol::handshake::Ref;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// A repository that can be read and pushed to, with what is known of it so far.
pub struct Remote {
    url: RepositoryUrl,
    transport: Box<dyn Transport>,
    pub(crate) objects: Objects,
    clock: SystemClock,
    /// What is kept between runs.
    cache: Option<Cache>,
    /// The histories that were walked last.
    pub(super) logs: Vec<PathLog>,
    /// Commits whose whole history was asked for, and how much of it came.
    pub(super) pasts: HashMap<ObjectId, Past>,
    /// Directories that were read.
    pub(super) indexes: HashMap<ObjectId, Arc<tree::Index>>,
    /// Whether a directory was larger than was hoped.
    pub(super) cautious: bool,
    pub(super) views: Views,
    signer: Option<Signer>,
    /// What makes the commits instead of a push.
    pub(crate) github: Option<GitHub>,
}

/// A branch and the commit that it is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The name without `refs/heads/`.
    pub branch: String,
    /// The commit.
    pub commit: ObjectId,
}

impl Tip {
    /// Returns the full name of the branch.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{HEADS}{}", self.branch)
    }
}

/// What the names of branches begin with.
const HEADS: &str = "refs/heads/";

impl Remote {
    pub(crate) fn new(url: RepositoryUrl, transport: Box<dyn Transport>, access: &Access) -> Self {
        let directory = access.cache.as_deref();
        Self {
            cache: directory.map(|directory| Cache::new(directory, &url)),
            url,
            objects: Objects::new(transport.hash(), access.limits),
            transport,
            clock: SystemClock::start(),
            logs: Vec::new(),
            pasts: HashMap::new(),
            indexes: HashMap::new(),
            cautious: false,
            views: Views::default(),
            signer: None,
            github: None,
        }
    }

    /// Keeps what is known of a commit of the branch for the next run, where
    /// that was asked for.
    ///
    /// # Errors
    /// A sentence, when it cannot be written.
    pub fn remember(&mut self, tip: ObjectId) -> Result<(), String> {
        match &mut self.cache {
            Some(cache) => cache.store(tip, &self.objects),
            None => Ok(()),
        }
    }

    /// Lets GitHub's API make the commits of [`super::update`] from now on.
    pub fn commit_through(&mut self, github: Option<GitHub>) {
        self.github = github;
    }

    /// Signs the commits and tags that are made from now on.
    pub fn sign_with(&mut self, signer: Option<Signer>) {
        self.signer = signer;
    }

    /// Signs the bytes of a commit or tag, when there is a key for that.
    pub(crate) fn sign(&self, payload: &[u8], time: i64) -> Result<Option<String>> {
        let signer = self.signer.as_ref();
        signer.map(|signer| signer.sign(payload, time)).transpose()
    }

    /// Returns the address, which shows no credentials.
    #[must_use]
    pub fn url(&self) -> &RepositoryUrl {
        &self.url
    }

    /// Asks where a branch is now; the default branch when none is named.
    ///
    /// # Errors
    /// When there is no such branch, or the server cannot be asked.
    pub fn tip(&mut self, branch: Option<&str>) -> Result<Tip> {
        let found = match branch {
            Some(branch) => self.find_branch(branch)?,
            None => self.default_branch()?,
        };
        match found {
            Ok(tip) => Ok(tip),
            Err(name) => Err(self.no_such_branch(&name)?),
        }
    }

    /// Asks where a branch is now, and returns nothing when there is none.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub fn try_tip(&mut self, branch: &str) -> Result<Option<Tip>> {
        Ok(self.find_branch(branch)?.ok())
    }

    /// Returns one revision of a branch, to be read.
    ///
    /// # Errors
    /// When there is no such branch, or the server cannot be asked.
    pub fn snapshot(&mut self, branch: Option<&str>) -> Result<Snapshot<'_>> {
        let tip = self.tip(branch)?;
        Ok(Snapshot::new(self, tip))
    }

    /// Lists the refs whose full names begin with one of `prefixes`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub fn refs(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>> {
        let refs = self.patiently(|transport, _| transport.refs(prefixes))?;
        self.objects.set_hash(self.transport.hash());
        if let Some(cache) = &mut self.cache {
            cache.load(&mut self.objects);
        }
        Ok(refs)
    }

    /// Moves refs to objects that are sent along, all or none.
    ///
    /// # Errors
    /// When the server refuses, in its own words, or cannot be reached.
    pub fn push(&mut self, updates: &[RefUpdate], commits: &[NewCommit]) -> Result<String> {
        let objects: Vec<_> = commits
            .iter()
            .flat_map(|commit| commit.objects.clone())
            .collect();
        let report = self.try_push(updates, &objects, &[])?;
        match report.rejection(&self.url.to_string()) {
            Some(rejection) => Err(rejection),
            None => Ok(report.messages),
        }
    }

    /// Pushes, and reports what became of each ref.
    pub(crate) fn try_push(
        &mut self,
        updates: &[RefUpdate],
        objects: &[NewObject],
        options: &[String],
    ) -> Result<Report> {
        let push = Push {
            updates,
            objects,
            options,
        };
        self.transport.push(&push)
    }

    /// Returns commits of the history that ends at `tip`, the newest first along
    /// the first parents, at most `limit`.
    ///
    /// # Errors
    /// When the server does not send them.
    pub fn history(&mut self, tip: ObjectId, limit: u32) -> Result<Vec<Commit>> {
        let mut history: Vec<Commit> = Vec::new();
        let mut next = Some(tip);
        let mut asked = None;
        while let Some(id) = next.filter(|_| history.len() < limit as usize) {
            if let Some(commit) = self.commit(id)? {
                next = commit.parents.first().copied();
                history.push(commit);
            } else if asked == next {
                // A shallow repository ends here.
                break;
            } else {
                let missing = limit - u32::try_from(history.len()).unwrap_or(limit);
                let fetched = self.fetch(&Want {
                    ids: vec![id],
                    scope: Scope::History(missing),
                });
                match fetched {
                    // The server's own repository may be a shallow one.
                    Err(Error::Protocol { .. }) if !history.is_empty() => break,
                    fetched => fetched?,
                }
                asked = next;
            }
        }
        Ok(history)
    }

    /// Fetches objects.
    pub(crate) fn fetch(&mut self, want: &Want) -> Result<()> {
        self.patiently(|transport, objects| transport.fetch(want, objects))
    }

    /// Fetches objects that are not kept with the others.
    pub(crate) fn fetch_into(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        self.patiently(|transport, _| transport.fetch(want, objects))
    }

    /// Returns how much the server lets us leave out.
    pub(crate) fn filters(&self) -> Filters {
        self.transport.filters()
    }

    /// Makes a request that changes nothing, and again after failures that may
    /// pass, as long as they come quickly or the server says when to return.
    fn patiently<T>(
        &mut self,
        mut request: impl FnMut(&mut dyn Transport, &mut Objects) -> Result<T>,
    ) -> Result<T> {
        const WAITS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
        const SLOW: Duration = Duration::from_secs(5);
        const LONGEST: u64 = 60;
        let started = self.clock.now();
        for wait in WAITS {
            let error = match request(&mut *self.transport, &mut self.objects) {
                Err(error) if error.is_transient() => error,
                answer => return answer,
            };
            let wait = match error {
                Error::Throttled { seconds, .. } if seconds <= LONGEST => {
                    Duration::from_secs(seconds)
                }
                Error::Unreachable { .. } if self.clock.now() - started < SLOW => wait,
                _ => return Err(error),
            };
            // Nobody returns at the same moment as all the others.
            let spread = self.clock.random() % 250;
            self.clock.sleep(wait + Duration::from_millis(spread));
        }
        request(&mut *self.transport, &mut self.objects)
    }

    /// Returns a commit that was fetched.
    pub(crate) fn commit(&self, id: ObjectId) -> Result<Option<Commit>> {
        match self.objects.get_kind(&id, Kind::Commit) {
            Some(object) => self.parse_commit(id, &object).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a commit.
    pub(crate) fn parse_commit(&self, id: ObjectId, object: &Object) -> Result<Commit> {
        let parsed = CommitRef::from_bytes(&object.data, self.objects.hash());
        let parsed = parsed.map_err(|error| self.damaged(id, &error.to_string()))?;
        Ok(Commit {
            id,
            tree: parsed.tree(),
            parents: parsed.parents().collect(),
            author: identity(parsed.author),
            committer: identity(parsed.committer),
            message: parsed.message.to_str_lossy().into_owned(),
            time: parsed.time().map(|time| time.seconds).unwrap_or_default(),
        })
    }

    pub(crate) fn not_sent(&self, id: ObjectId) -> Error {
        Error::Protocol {
            url: self.url.to_string(),
            reason: format!("object {id} was asked for and did not come"),
        }
    }

    pub(crate) fn too_large(&self, directory: ObjectId) -> Error {
        Error::TooLarge {
            url: self.url.to_string(),
            what: format!("directory {directory}"),
            limit: self.objects.limit(),
        }
    }

    pub(crate) fn damaged(&self, id: ObjectId, reason: &str) -> Error {
        Error::Protocol {
            url: self.url.to_string(),
            reason: format!("object {id} is damaged: {reason}"),
        }
    }

    fn find_branch(&mut self, branch: &str) -> Result<Result<Tip, String>> {
        let branch = branch.strip_prefix(HEADS).unwrap_or(branch);
        let reference = format!("{HEADS}{branch}");
        let refs = self.refs(&[&reference])?;
        let id = refs.iter().find_map(|known| match known.unpack() {
            (name, Some(id), _) if name == reference.as_str() => Some(id.to_owned()),
            _ => None,
        });
        Ok(match id {
            Some(commit) => Ok(Tip {
                branch: branch.to_owned(),
                commit,
            }),
            None => Err(branch.to_owned()),
        })
    }

    fn default_branch(&mut self) -> Result<Result<Tip, String>> {
        let refs = self.refs(&["HEAD"])?;
        let head = refs.into_iter().find(|known| known.unpack().0 == "HEAD");
        Ok(match head {
            Some(Ref::Symbolic { target, object, .. }) => {
                match target.to_str_lossy().strip_prefix(HEADS) {
                    Some(branch) => Ok(Tip {
                        branch: branch.to_owned(),
                        commit: object,
                    }),
                    None => Err(target.to_string()),
                }
            }
            Some(Ref::Unborn { target, .. }) => {
                Err(target.to_str_lossy().trim_start_matches(HEADS).to_owned())
            }
            Some(Ref::Direct { .. } | Ref::Peeled { .. }) | None => Err("HEAD".to_owned()),
        })
    }

    /// Returns the error for a missing branch: with the nearest names, or that
    /// there is none at all.
    fn no_such_branch(&mut self, branch: &str) -> Result<Error> {
        let url = self.url.to_string();
        let refs = self.refs(&[HEADS])?;
        if refs.is_empty() {
            return Ok(Error::Empty { url });
        }
        let names = refs.iter().filter_map(|known| {
            let name = known.unpack().0.to_str().ok()?;
            name.strip_prefix(HEADS)
        });
        Ok(Error::NoSuchBranch {
            url,
            branch: branch.to_owned(),
            nearest: nearest(branch, names),
        })
    }
}

/// A commit that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Its directory.
    pub tree: ObjectId,
    /// The commits before it; the first one is the branch's own.
    pub parents: Vec<ObjectId>,
    /// Who wrote it, as `NAME <EMAIL>`.
    pub author: String,
    /// Who made it, as `NAME <EMAIL>`.
    pub committer: String,
    /// Its message.
    pub message: String,
    /// When it was made, in seconds since 1970.
    pub time: i64,
}

/// Returns `NAME <EMAIL>` without the time that follows.
fn identity(signature: &gix::bstr::BStr) -> String {
    let text = signature.to_str_lossy();
    match text.rfind('>') {
        Some(end) => text[..=end].to_owned(),
        None => text.into_owned(),
    }
}

/// Returns up to three names that are most like one that does not exist.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut ranked: Vec<(usize, &str)> = names
        .map(|known| (distance(name, known), known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()) / 2)
        .collect();
    ranked.sort_unstable();
    ranked.truncate(3);
    ranked
        .into_iter()
        .map(|(_, known)| known.to_owned())
        .collect()
}

/// Returns how many characters have to change to make one name of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, y) in b.iter().enumerate() {
            let above = row[column + 1];
            let replaced = diagonal + usize::from(x != *y);
            row[column + 1] = replaced.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_names_come_first() {
        let names = ["main", "master", "release", "mian"];
        assert_eq!(nearest("mian2", names.into_iter()), ["mian"]);
        assert_eq!(nearest("amin", names.into_iter()), ["main", "mian"]);
        assert!(nearest("zzz", names.into_iter()).is_empty());
    }
}
