//! Where it is written which revision an environment runs.

use super::{Holder, Slot};
use crate::config::{Revision, Scope};
use crate::dependency::{Dependency, Followed};
use crate::error::{Failure, Kind};
use crate::files::{Loaded, access_failure, normal};
use crate::image::is_moving_revision;
use crate::message::What;
use crate::repository::{AccessError, Repository, View};
use crate::select;
use crate::yaml::{KeyPath, NodeRef};

/// Where it is written which revision an environment runs.
#[derive(Debug)]
pub(crate) struct Pointer {
    /// Where the file is.
    pub(crate) view: View,
    /// The file.
    pub(crate) loaded: Loaded,
    /// The revision, when one is written.
    pub(crate) revision: Option<String>,
    /// The directory that is deployed from there, when one is written.
    pub(crate) path: Option<String>,
    /// The address of the repository, as it is written.
    pub(crate) address: Option<String>,
    /// The key path, when the configuration names one.
    key: Option<KeyPath>,
}

impl Pointer {
    /// Reads where an environment points, if it does.
    pub(crate) fn read(
        scope: &Scope<'_>,
        repository: &dyn Repository,
    ) -> Result<Option<Self>, Failure> {
        let (Some(revision), Some(view)) = (&scope.revision, scope.revision_view()) else {
            return Ok(None);
        };
        let path = normal(&revision.file)?;
        let elsewhere;
        let there: &dyn Repository = if view == View::default() {
            repository
        } else {
            elsewhere = repository
                .at(&view)
                .map_err(|error| access_failure(&path, &error))?;
            &*elsewhere
        };
        let bytes = there.read(std::slice::from_ref(&path)).into_iter().next();
        let bytes = bytes
            .unwrap_or(Err(AccessError::NotFound))
            .map_err(|error| {
                let failure = access_failure(&path, &error);
                match error {
                    AccessError::NotFound => failure.hint(format!(
                        "`towpath.yaml` says that environment `{}` has its revision there.",
                        scope.name
                    )),
                    _ => failure,
                }
            })?;
        Self::parse(revision, view, Loaded::parse(&path, &bytes)?).map(Some)
    }

    fn parse(revision: &Revision, view: View, loaded: Loaded) -> Result<Self, Failure> {
        let key = revision.key.as_deref().map(str::parse).transpose()?;
        let mut pointer = Self {
            view,
            loaded,
            revision: None,
            path: None,
            address: None,
            key,
        };
        let slot = pointer.slot(revision)?;
        let (value, path) = (slot.value(), deployed_path(&slot));
        let beside = slot.node().parent();
        let address = beside.and_then(|beside| beside.get("repoURL").or_else(|| beside.get("url")));
        let address = address.and_then(NodeRef::as_str).map(str::to_owned);
        pointer.revision = value.filter(|text| !text.is_empty());
        pointer.path = path;
        pointer.address = address;
        Ok(pointer)
    }

    /// Returns the revision that the file had written when it held these bytes.
    pub(crate) fn revision_in(scope: &Scope<'_>, path: &str, bytes: &[u8]) -> Option<String> {
        let loaded = Loaded::parse(path, bytes).ok()?;
        let revision = scope.revision.as_ref()?;
        Self::parse(revision, View::default(), loaded)
            .ok()?
            .revision
    }

    /// Returns the place of the revision.
    ///
    /// # Errors
    /// When there is none, or several.
    pub(crate) fn slot(&self, revision: &Revision) -> Result<Slot<'_>, Failure> {
        let slots = match &self.key {
            Some(key) => self.by_key(key),
            None => self.repositories(),
        };
        let path = self.loaded.path();
        let mut slots = slots.into_iter();
        match (slots.next(), slots.next()) {
            (Some(slot), None) => Ok(slot),
            (Some(_), Some(second)) => Err(Failure::new(
                Kind::Ambiguous,
                format!("{path:?} follows several repositories"),
            )
            .at(second.location())
            .hint("Name the one that is meant by its key path, with `revision.key` in `towpath.yaml`.")),
            (None, _) => Err(Failure::new(
                match revision.key {
                    Some(_) => Kind::NoSuchKey,
                    None => Kind::NoSuchSource,
                },
                format!("{path:?} says of no revision that it is deployed"),
            )
            .hint("It should hold an `Application` with a `targetRevision`, or a source of Flux.")),
        }
    }

    /// Returns what the revision is of.
    pub(crate) fn held(&self) -> Option<What> {
        let mut slots = match &self.key {
            Some(key) => self.by_key(key),
            None => self.repositories(),
        };
        let only = slots.len() == 1;
        slots.pop().filter(|_| only).map(|slot| slot.what)
    }

    /// Returns the revision to read files at; `None` for the branch of the request.
    pub(crate) fn fixed(&self) -> Option<String> {
        let revision = self.revision.as_deref()?;
        let branch = revision.strip_prefix("refs/heads/").unwrap_or(revision);
        (branch != "HEAD").then(|| branch.to_owned())
    }

    /// Whether it follows a branch, so that it runs what comes next.
    pub(crate) fn moves(&self) -> bool {
        self.revision.as_deref().is_none_or(is_moving_revision)
    }

    fn by_key(&self, key: &KeyPath) -> Vec<Slot<'_>> {
        let mut slots = Vec::new();
        for document in select::documents(&self.loaded) {
            let found = key.find(document.root).map(|found| found.matches);
            let nodes = found.into_iter().flatten().filter(|node| node.is_scalar());
            slots.extend(nodes.map(|node| {
                let dependencies = document.dependencies().into_iter();
                let mut own = dependencies.filter(|one| one.node() == node);
                match own.next() {
                    Some(dependency) => of_dependency(dependency),
                    None => Slot {
                        app: String::new(),
                        what: What::Key(document.key(node)),
                        file: 0,
                        holder: Holder::Value(document, node),
                        shared: false,
                    },
                }
            }));
        }
        slots
    }

    fn repositories(&self) -> Vec<Slot<'_>> {
        let documents = select::documents(&self.loaded).into_iter();
        let dependencies = documents.flat_map(crate::formats::Document::dependencies);
        let is_repository = |one: &Dependency<'_>| one.followed == Followed::Repository;
        dependencies
            .filter(is_repository)
            .map(of_dependency)
            .collect()
    }
}

fn of_dependency(dependency: Dependency<'_>) -> Slot<'_> {
    Slot {
        app: String::new(),
        what: What::Revision(dependency.names.first().cloned().unwrap_or_default()),
        file: 0,
        holder: Holder::Dependency(dependency),
        shared: false,
    }
}

/// Returns the directory that an `Application` deploys.
fn deployed_path(slot: &Slot<'_>) -> Option<String> {
    let path = slot
        .node()
        .parent()?
        .get("path")
        .and_then(NodeRef::as_str)?;
    normal(path).ok()
}
