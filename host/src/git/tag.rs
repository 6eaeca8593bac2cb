//! Annotated tags: made once, never moved.

use super::commit::{self, NewCommit};
use super::pack::NewObject;
use super::{Error, Identity, RefUpdate, Remote, Result};
use gix::hash::ObjectId;
use gix::objs::{Kind, WriteTo as _};
use gix_protocol::handshake::Ref;

/// What an annotated tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagDetails {
    /// The name without `refs/tags/`.
    pub name: String,
    /// The commit that it names.
    pub commit: ObjectId,
    /// Who made it.
    pub tagger: Identity,
    /// When, in seconds since 1970; the zone is UTC.
    pub time: i64,
    /// The message.
    pub message: String,
}

/// An annotated tag that is ready to be pushed.
#[derive(Clone, Debug)]
pub struct NewTag {
    /// The id of the tag itself.
    pub id: ObjectId,
    /// The name without `refs/tags/`.
    pub name: String,
    /// The commit that it names.
    pub commit: ObjectId,
    object: NewObject,
}

/// What became of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// It was made; what the server said to the user.
    Created(String),
    /// It was there already, on the same commit.
    Existing,
}

/// A branch that moves together with a tag.
#[derive(Clone, Debug)]
pub struct BranchMove<'a> {
    /// From where to where.
    pub update: RefUpdate,
    /// The commits that the server does not have.
    pub commits: &'a [NewCommit],
}

/// What the names of tags begin with.
const TAGS: &str = "refs/tags/";

impl NewTag {
    fn reference(&self) -> String {
        format!("{TAGS}{}", self.name)
    }
}

impl Remote {
    /// Makes an annotated tag, signed when there is a key for that.
    ///
    /// # Errors
    /// When its name is not one of a tag, or it cannot be signed.
    pub fn new_tag(&self, details: &TagDetails) -> Result<NewTag> {
        let invalid = |reason: String| Error::InvalidTag {
            tag: details.name.clone(),
            reason,
        };
        if details.name.starts_with('-') {
            return Err(invalid("it begins with \"-\"".to_owned()));
        }
        gix::validate::tag::name(details.name.as_str().into())
            .map_err(|error| invalid(error.to_string()))?;
        let tag = gix::objs::Tag {
            target: details.commit,
            target_kind: Kind::Commit,
            name: details.name.as_str().into(),
            tagger: Some(commit::signature(&details.tagger, details.time)),
            message: commit::message(&details.message).into(),
            signature: None,
        };
        let mut data = Vec::new();
        tag.write_to(&mut data)
            .map_err(|error| invalid(error.to_string()))?;
        // The signature of a tag is the end of its message.
        if let Some(signature) = self.sign(&data, details.time)? {
            data.extend_from_slice(signature.as_bytes());
        }
        let object = NewObject::new(Kind::Tag, data, self.objects.hash()).map_err(invalid)?;
        Ok(NewTag {
            id: object.id,
            name: details.name.clone(),
            commit: details.commit,
            object,
        })
    }

    /// Returns the commit that a tag of this name leads to, if there is one.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub fn find_tag(&mut self, name: &str) -> Result<Option<ObjectId>> {
        let reference = format!("{TAGS}{name}");
        let refs = self.refs(&[&reference])?;
        let found = refs.into_iter().find_map(|known| match known {
            Ref::Peeled {
                full_ref_name,
                object,
                ..
            }
            | Ref::Direct {
                full_ref_name,
                object,
            } if full_ref_name == reference => Some(object),
            _ => None,
        });
        Ok(found)
    }

    /// Pushes a tag and, if one is given, a branch that moves with it: both or
    /// none. A tag that is there already, on the same commit, is fine.
    ///
    /// # Errors
    /// When a tag of this name is on another commit, or the server refuses.
    pub fn push_tag(&mut self, tag: &NewTag, branch: Option<BranchMove<'_>>) -> Result<Tagged> {
        if let Some(commit) = self.find_tag(&tag.name)? {
            return self.existing(tag, commit);
        }
        let mut updates = vec![RefUpdate {
            name: tag.reference(),
            old: None,
            new: Some(tag.id),
        }];
        let mut objects = vec![tag.object.clone()];
        if let Some(BranchMove { update, commits }) = branch {
            updates.push(update);
            let commits = commits.iter();
            objects.extend(commits.flat_map(|commit| commit.objects.clone()));
        }
        let refusal = match self.try_push(&updates, &objects, &[]) {
            Ok(report) => match report.rejection(&self.url().to_string()) {
                None => return Ok(Tagged::Created(report.messages)),
                Some(rejection) => rejection,
            },
            Err(error) => error,
        };
        // Somebody may have been faster, or the answer to our own push got lost.
        match self.find_tag(&tag.name) {
            Ok(Some(commit)) => self.existing(tag, commit),
            Ok(None) | Err(_) => Err(refusal),
        }
    }

    fn existing(&self, tag: &NewTag, commit: ObjectId) -> Result<Tagged> {
        if commit == tag.commit {
            return Ok(Tagged::Existing);
        }
        Err(Error::TagExists {
            url: self.url().to_string(),
            tag: tag.name.clone(),
            commit: commit.to_string(),
        })
    }
}
