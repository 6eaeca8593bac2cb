//! A repository in a directory of this machine.
//!
//! # Deviation
//! Git runs the hooks of a repository that is pushed to by path. Here nothing is
//! run: hooks are programs, and a path that came from a setting must not lead to
//! one. A branch that is checked out is refused, as git does.

mod turn;

use super::objects::Objects;
use super::pack::{NewObject, Object};
use super::transport::{Filters, Push, RefUpdate, Report, Scope, Transport, Want};
use super::wire::words;
use super::{Error, Result};
use gix::bstr::BStr;
use gix::hash::ObjectId;
use gix::objs::Write as _;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use gix::refs::{FullName, Target};
use gix_protocol::handshake::Ref;
use std::path::PathBuf;
use turn::Turn;

/// A repository on disk. It is opened anew for every operation, so that what
/// others did in between is seen.
pub(crate) struct Local {
    path: PathBuf,
    url: String,
    hash: gix::hash::Kind,
}

impl Local {
    /// Opens the repository once, to see that there is one.
    pub(crate) fn new(path: PathBuf, url: &str) -> Result<Self> {
        let mut local = Self {
            path,
            url: url.to_owned(),
            hash: gix::hash::Kind::Sha1,
        };
        local.hash = local.open()?.object_hash();
        Ok(local)
    }

    fn open(&self) -> Result<gix::Repository> {
        // Neither the environment nor the user's configuration has a say, and
        // who owns the files does not matter: nothing of it is ever run.
        let options = gix::open::Options::isolated();
        gix::open_opts(&self.path, options).map_err(|error| {
            // Of a file, gix repeats what is in it: that may be a key, put in the
            // wrong place.
            let words = match self.path.is_file() {
                true => "it is a file, not a directory".to_owned(),
                false => words::text_of(&error),
            };
            let url = self.url.clone();
            if error.is_unsupported() {
                Error::Unsupported { url, reason: words }
            } else {
                Error::NoSuchRepository { url, words }
            }
        })
    }

    fn broken(&self, error: &gix::Error) -> Error {
        Error::Protocol {
            url: self.url.clone(),
            reason: words::text_of(error),
        }
    }

    fn read_refs(&self, prefixes: &[&str]) -> Result<Vec<Ref>, gix::Error> {
        let repository = self.open().map_err(gix::Error::from_error)?;
        let mut refs = Vec::new();
        if prefixes.contains(&"HEAD") {
            refs.extend(head(&repository)?);
        }
        for prefix in prefixes.iter().filter(|prefix| prefix.starts_with("refs/")) {
            let prefix: &BStr = (*prefix).into();
            for reference in repository.references()?.prefixed(prefix)? {
                let mut reference = reference?;
                let full_ref_name = reference.name().as_bstr().to_owned();
                let direct = reference.try_id().map(gix::Id::detach);
                let object = reference.peel_to_id()?.detach();
                refs.push(match direct {
                    Some(tag) if tag != object => Ref::Peeled {
                        full_ref_name,
                        tag,
                        object,
                    },
                    _ => Ref::Direct {
                        full_ref_name,
                        object,
                    },
                });
            }
        }
        Ok(refs)
    }

    fn copy(&self, want: &Want, objects: &mut Objects) -> Result<(), gix::Error> {
        let repository = self.open().map_err(gix::Error::from_error)?;
        // Those that a shallow repository lacks are missed where they are needed.
        for id in want.ids.iter().filter(|id| repository.has_object(id)) {
            copy_object(&repository, *id, objects)?;
        }
        if let Scope::History(limit) = want.scope {
            let mut next = want.ids.clone();
            for _ in 1..limit {
                let Some(id) = next.pop() else { break };
                let commit = repository.find_commit(id)?;
                let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
                for parent in &parents {
                    // A shallow repository ends somewhere.
                    if repository.has_object(parent) {
                        copy_object(&repository, *parent, objects)?;
                        next.insert(0, *parent);
                    }
                }
            }
        }
        Ok(())
    }

    fn write(&self, push: &Push<'_>) -> Result<(), Refused> {
        let repository = self.open().map_err(Refused::Error)?;
        for update in push.updates {
            if is_checked_out(&repository, &update.name) {
                return Err(Refused::Reason(
                    "branch is currently checked out".to_owned(),
                ));
            }
        }
        let edits: Result<Vec<_>, _> = push
            .updates
            .iter()
            .map(|update| edit(update, self.hash))
            .collect();
        let edits = edits.map_err(|error| Refused::Reason(error.to_string()))?;
        let not_written = |error: &gix::Error| {
            Refused::Error(Error::ReadOnly {
                url: self.url.clone(),
                words: words::text_of(error),
            })
        };
        write_objects(&repository, push.objects).map_err(|error| not_written(&error))?;
        let committer = gix::actor::SignatureRef {
            name: "Towpath".into(),
            email: "towpath@localhost".into(),
            time: "0 +0000",
        };
        let turn = Turn::take(&repository, push.updates);
        let moved = repository.edit_references_as(edits, Some(committer));
        if let Some(turn) = turn {
            turn.end();
        }
        moved.map(drop).map_err(|error| {
            let denied = error.iter_errors().any(|error| {
                let error = error.downcast_ref::<std::io::Error>();
                error.is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
            });
            if denied {
                not_written(&error)
            } else {
                Refused::Reason(format!("cannot lock ref: {}", words::text_of(&error)))
            }
        })
    }
}

/// Writes objects that nothing leads to yet.
pub(crate) fn write_objects(
    repository: &gix::Repository,
    objects: &[NewObject],
) -> Result<(), gix::Error> {
    for object in objects {
        repository.objects.write_buf(object.kind, &object.data)?;
    }
    Ok(())
}

/// Why a push was not done.
enum Refused {
    /// The ref is not where it has to be, or must not be moved.
    Reason(String),
    /// Anything else.
    Error(Error),
}

impl Transport for Local {
    fn refs(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>> {
        self.read_refs(prefixes)
            .map_err(|error| self.broken(&error))
    }

    fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    fn filters(&self) -> Filters {
        Filters::Exact
    }

    fn fetch(&mut self, want: &Want, objects: &mut Objects) -> Result<()> {
        self.copy(want, objects)
            .map_err(|error| self.broken(&error))
    }

    fn push(&mut self, push: &Push<'_>) -> Result<Report> {
        // Hooks would read them, and none are run.
        if let Some(option) = push.options.first() {
            return Err(Error::no_push_options(&self.url, option));
        }
        let refused = match self.write(push) {
            Ok(()) => None,
            Err(Refused::Reason(reason)) => Some(reason),
            Err(Refused::Error(error)) => return Err(error),
        };
        let names = push.updates.iter().map(|update| update.name.clone());
        Ok(Report {
            refused: names.map(|name| (name, refused.clone())).collect(),
            messages: String::new(),
        })
    }
}

fn head(repository: &gix::Repository) -> Result<Option<Ref>, gix::Error> {
    let head = repository.head()?;
    let full_ref_name = "HEAD".into();
    Ok(match &head.kind {
        gix::head::Kind::Unborn(target) => Some(Ref::Unborn {
            full_ref_name,
            target: target.as_bstr().to_owned(),
        }),
        gix::head::Kind::Symbolic(reference) => head.id().map(|id| Ref::Symbolic {
            full_ref_name,
            target: reference.name.as_bstr().to_owned(),
            tag: None,
            object: id.detach(),
        }),
        gix::head::Kind::Detached { target, .. } => Some(Ref::Direct {
            full_ref_name,
            object: *target,
        }),
    })
}

fn copy_object(
    repository: &gix::Repository,
    id: ObjectId,
    objects: &mut Objects,
) -> Result<(), gix::Error> {
    let size = repository.find_header(id)?.size();
    if size > objects.limit() {
        objects.insert_too_large(id, size);
        return Ok(());
    }
    let object = repository.find_object(id)?;
    let kind = object.kind;
    let data = object.data.as_slice().into();
    objects.insert(id, Object { kind, data });
    Ok(())
}

/// Returns whether a working copy would no longer fit its branch.
fn is_checked_out(repository: &gix::Repository, name: &str) -> bool {
    let is_head = |repository: &gix::Repository| {
        let head = repository.head_name().ok().flatten();
        head.is_some_and(|head| head.as_bstr() == name)
    };
    if !repository.is_bare() && is_head(repository) {
        return true;
    }
    let worktrees = repository.worktrees().unwrap_or_default();
    worktrees.into_iter().any(|worktree| {
        let repository = worktree.into_repo_with_possibly_inaccessible_worktree();
        repository.is_ok_and(|repository| is_head(&repository))
    })
}

fn edit(update: &RefUpdate, hash: gix::hash::Kind) -> Result<RefEdit, gix::Error> {
    let name = FullName::try_from(update.name.as_str()).map_err(gix::Error::from_error)?;
    let expected = match update.old {
        Some(old) if old != hash.null() => PreviousValue::MustExistAndMatch(Target::Object(old)),
        _ => PreviousValue::MustNotExist,
    };
    let change = match update.new {
        Some(new) => Change::Update {
            log: LogChange {
                mode: RefLog::AndReference,
                force_create_reflog: false,
                message: "push".into(),
            },
            expected,
            new: Target::Object(new),
        },
        None => Change::Delete {
            expected,
            log: RefLog::AndReference,
        },
    };
    Ok(RefEdit {
        change,
        name,
        deref: false,
    })
}
