//! A commit on top of a snapshot: the changed files, the directories above
//! them and nothing else.

use super::pack::{NewObject, Object, delta, encode};
use super::snapshot::Snapshot;
use super::tree::{self, Edit, Index, TreeEntry, TreeEntryKind};
use super::{Error, Result};
use gix::bstr::BString;
use gix::hash::ObjectId;
use gix::objs::{Kind, WriteTo as _};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path from the root of the repository, separated by `/`.
    pub path: String,
    /// The new bytes, or nothing to remove the file.
    pub content: Option<Vec<u8>>,
}

/// Somebody who wrote or made a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// What a commit says beside its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitDetails {
    /// Who wrote it.
    pub author: Identity,
    /// Who made it.
    pub committer: Identity,
    /// When, in seconds since 1970; the zone is UTC.
    pub time: i64,
    /// The message.
    pub message: String,
    /// More headers, such as a signature.
    pub headers: Vec<(String, String)>,
}

/// A commit that is ready to be pushed.
#[derive(Clone, Debug)]
pub struct NewCommit {
    /// Its id.
    pub id: ObjectId,
    /// Its directory.
    pub(crate) tree: ObjectId,
    /// Its bytes, as a signature covers them.
    pub data: Vec<u8>,
    /// What a server does not have that has the parent.
    pub(crate) objects: Vec<NewObject>,
}

impl NewCommit {
    /// Returns the commit with its files as a pack. A thin one leaves out what a
    /// server knows that has the parent.
    ///
    /// # Errors
    /// When the pack cannot be encoded.
    pub fn pack(&self, thin: bool) -> Result<Vec<u8>> {
        encode(&self.objects, thin, self.id.kind()).map_err(|error| Error::InvalidChange {
            path: self.id.to_string(),
            reason: error.to_string(),
        })
    }
}

impl Snapshot<'_> {
    /// Makes a commit with `changes` on top of this revision; nothing when they
    /// change nothing. Directories that become empty go.
    ///
    /// # Errors
    /// When a path is not one of a regular file, or cannot be read.
    pub fn commit(
        &mut self,
        changes: &[Change],
        details: &CommitDetails,
    ) -> Result<Option<NewCommit>> {
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        for path in &paths {
            tree_path(path)?;
        }
        self.ensure(&paths)?;
        let root = self.root()?;
        let mut writer = Writer {
            hash: self.remote.objects.hash(),
            snapshot: self,
            objects: Vec::new(),
        };
        let written = writer.directory("", Some(root), &nest(changes))?;
        let objects = writer.objects;
        let tree = match written {
            Some(tree) if tree == root => return Ok(None),
            Some(tree) => tree,
            None => self.remote.objects.hash().empty_tree(),
        };
        let parent = self.tip().commit;
        self.seal(tree, &[parent], details, objects).map(Some)
    }

    /// Makes a commit with the files of this revision and other parents.
    ///
    /// # Errors
    /// When the revision cannot be read.
    pub fn commit_unchanged(
        &mut self,
        parents: &[ObjectId],
        details: &CommitDetails,
    ) -> Result<NewCommit> {
        let root = self.root()?;
        self.seal(root, parents, details, Vec::new())
    }

    fn seal(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        details: &CommitDetails,
        mut objects: Vec<NewObject>,
    ) -> Result<NewCommit> {
        let hash = self.remote.objects.hash();
        let internal = |reason: String| Error::InvalidChange {
            path: "commit".to_owned(),
            reason,
        };
        let mut commit = commit_object(tree, parents, details);
        let bytes = |commit: &gix::objs::Commit| {
            let mut data = Vec::new();
            let written = commit.write_to(&mut data);
            written
                .map(|()| data)
                .map_err(|error| internal(error.to_string()))
        };
        let mut data = bytes(&commit)?;
        if let Some(signature) = self.remote.sign(&data, details.time)? {
            let field = gix::objs::commit::signature_field_name(hash);
            let signature = signature.trim_end().into();
            commit.extra_headers.push((field.into(), signature));
            data = bytes(&commit)?;
        }
        let commit = NewObject::new(Kind::Commit, data.clone(), hash).map_err(internal)?;
        let id = commit.id;
        objects.push(commit);
        for object in &objects {
            let data = Arc::from(object.data.as_slice());
            let kind = object.kind;
            // The next run will look at what this one has written.
            self.remote.objects.mark_read(object.id);
            self.remote.objects.insert(object.id, Object { kind, data });
        }
        Ok(NewCommit {
            id,
            tree,
            data,
            objects,
        })
    }
}

fn commit_object(
    tree: ObjectId,
    parents: &[ObjectId],
    details: &CommitDetails,
) -> gix::objs::Commit {
    gix::objs::Commit {
        tree,
        parents: parents.iter().copied().collect(),
        author: signature(&details.author, details.time),
        committer: signature(&details.committer, details.time),
        encoding: None,
        message: message(&details.message).into(),
        extra_headers: details
            .headers
            .iter()
            .map(|(name, value)| (BString::from(name.as_str()), BString::from(value.as_str())))
            .collect(),
    }
}

pub(super) fn signature(identity: &Identity, time: i64) -> gix::actor::Signature {
    gix::actor::Signature {
        name: one_line(&identity.name).into(),
        email: one_line(&identity.email).into(),
        time: gix::date::Time::new(time, 0),
    }
}

/// Ends a message as git does, and leaves out what git cannot read.
pub(super) fn message(text: &str) -> String {
    format!("{}\n", text.trim_end().replace('\0', ""))
}

/// Leaves out what would end a name in a commit's header.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\0', '<', '>'], " ")
        .trim()
        .to_owned()
}

fn tree_path(path: &str) -> Result<()> {
    match path.split('/').find(|name| !tree::is_safe_name(name)) {
        None => Ok(()),
        Some(_) => Err(Error::InvalidChange {
            path: path.to_owned(),
            reason: "it leaves the repository or names its insides".to_owned(),
        }),
    }
}

/// Changes by directory.
#[derive(Default)]
struct Changes<'a> {
    files: BTreeMap<&'a str, Option<&'a [u8]>>,
    directories: BTreeMap<&'a str, Self>,
}

fn nest(changes: &[Change]) -> Changes<'_> {
    let mut root = Changes::default();
    for change in changes {
        let mut directory = &mut root;
        let (directories, file) = match change.path.rsplit_once('/') {
            Some((directories, file)) => (Some(directories), file),
            None => (None, change.path.as_str()),
        };
        for name in directories.into_iter().flat_map(|path| path.split('/')) {
            directory = directory.directories.entry(name).or_default();
        }
        directory.files.insert(file, change.content.as_deref());
    }
    root
}

/// Writes the objects of a commit, files first, the root last.
struct Writer<'a, 'r> {
    snapshot: &'a mut Snapshot<'r>,
    hash: gix::hash::Kind,
    objects: Vec<NewObject>,
}

impl Writer<'_, '_> {
    /// Writes a changed directory; returns nothing when it became empty.
    fn directory(
        &mut self,
        path: &str,
        old: Option<ObjectId>,
        changes: &Changes<'_>,
    ) -> Result<Option<ObjectId>> {
        let old_data = match old {
            Some(id) => self.old(id, Kind::Tree)?,
            None => Arc::from([]),
        };
        let damaged = || Error::InvalidChange {
            path: path.to_owned(),
            reason: "the directory is damaged".to_owned(),
        };
        let index = Index::new(Arc::clone(&old_data), self.hash).ok_or_else(damaged)?;
        let mut edits = BTreeMap::new();
        for (name, content) in &changes.files {
            let path = join(path, name);
            let old = index.get(name.as_bytes());
            if let Some(edit) = self.file(&path, old.as_ref(), *content)? {
                edits.insert((*name).to_owned(), edit);
            }
        }
        for (name, changes) in &changes.directories {
            let path = join(path, name);
            let old = index.get(name.as_bytes());
            let old = expect_kind(&path, old.as_ref(), TreeEntryKind::Directory)?;
            let edit = match self.directory(&path, old, changes)? {
                Some(id) if Some(id) == old => continue,
                Some(id) => Edit::Set(TreeEntry {
                    kind: TreeEntryKind::Directory,
                    id,
                }),
                None => Edit::Remove,
            };
            edits.insert((*name).to_owned(), edit);
        }
        let edited = tree::edit(&old_data, &edits, self.hash).ok_or_else(damaged)?;
        if edited.data.is_empty() {
            return Ok(None);
        }
        let mut object = self.object(path, Kind::Tree, edited.data.clone())?;
        let id = object.id;
        if let Some(base) = old.filter(|base| *base != id) {
            object = object.based_on(base, old_data.len(), &edited.instructions());
        }
        self.put(old, object);
        Ok(Some(id))
    }

    fn file(
        &mut self,
        path: &str,
        old: Option<&TreeEntry>,
        content: Option<&[u8]>,
    ) -> Result<Option<Edit>> {
        let old = expect_kind(path, old, TreeEntryKind::File)?;
        let Some(content) = content else {
            return Ok(old.map(|_| Edit::Remove));
        };
        let mut object = self.object(path, Kind::Blob, content.to_vec())?;
        let id = object.id;
        if old == Some(id) {
            return Ok(None);
        }
        if let Some(base) = old {
            let old_data = self.old(base, Kind::Blob)?;
            let instructions = delta::around_change(&old_data, content);
            object = object.based_on(base, old_data.len(), &instructions);
        }
        self.put(old, object);
        Ok(Some(Edit::Set(TreeEntry {
            kind: TreeEntryKind::File,
            id,
        })))
    }

    fn old(&self, id: ObjectId, kind: Kind) -> Result<Arc<[u8]>> {
        if id.is_empty_tree() {
            return Ok(Arc::from([]));
        }
        match self.snapshot.remote.objects.get_kind(&id, kind) {
            Some(object) => Ok(object.data),
            None => Err(self.snapshot.remote.damaged(id, "it was not sent")),
        }
    }

    fn object(&self, path: &str, kind: Kind, data: Vec<u8>) -> Result<NewObject> {
        NewObject::new(kind, data, self.hash).map_err(|reason| Error::InvalidChange {
            path: path.to_owned(),
            reason,
        })
    }

    /// Two files may become the same; the pack has each object once.
    fn put(&mut self, old: Option<ObjectId>, object: NewObject) {
        let is_known =
            old == Some(object.id) || self.objects.iter().any(|known| known.id == object.id);
        if !is_known {
            self.objects.push(object);
        }
    }
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// Returns what a name leads to, if it has the kind that the change needs.
fn expect_kind(
    path: &str,
    old: Option<&TreeEntry>,
    kind: TreeEntryKind,
) -> Result<Option<ObjectId>> {
    match old {
        None => Ok(None),
        Some(entry) if entry.kind == kind => Ok(Some(entry.id)),
        Some(entry) => {
            let reason = match entry.kind {
                TreeEntryKind::Directory => "it is a directory",
                TreeEntryKind::File => "it is a file",
                TreeEntryKind::Symlink => "it is a symbolic link",
                TreeEntryKind::Submodule => "it is a submodule",
            };
            Err(Error::InvalidChange {
                path: path.to_owned(),
                reason: reason.to_owned(),
            })
        }
    }
}
