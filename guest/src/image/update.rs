//! What a user asks for an image.

use super::{Digest, ImageName, Tag, is_component};
use crate::error::{Failure, Kind};

/// What a user asks for one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageUpdate {
    /// The name that places are found by.
    pub name: ImageName,
    /// The name that takes its place.
    pub new_name: Option<ImageName>,
    /// What becomes of the tag.
    pub tag: TagChange,
    /// The digest after the change; without one, a digest is removed.
    pub digest: Option<Digest>,
}

/// What becomes of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagChange {
    /// It stays as it is, and so does a digest unless one is given.
    Keep,
    /// It is removed: the digest takes its place.
    Remove,
    /// It is replaced.
    Set(Tag),
}

impl ImageUpdate {
    /// Parses `name:tag`, `name@digest`, `name:tag@digest`, or kustomize's
    /// `name=new-name:tag@digest` with `*` for "keep".
    ///
    /// `tag` and `digest` are used where the text has none.
    ///
    /// # Errors
    /// `InvalidImage`, when the text does not follow the grammar or nothing is
    /// asked for.
    pub fn parse(text: &str, tag: Option<&Tag>, digest: Option<&Digest>) -> Result<Self, Failure> {
        Self::parse_parts(text, tag, digest).map_err(|mut failure| {
            let message = &mut failure.problem.message;
            // Of a part alone nobody can tell which image it belongs to.
            if !message.contains(text) {
                message.push_str(&format!(" in `{text}`"));
            }
            failure
        })
    }

    fn parse_parts(
        text: &str,
        tag: Option<&Tag>,
        digest: Option<&Digest>,
    ) -> Result<Self, Failure> {
        let (name, version) = match split_name(text) {
            Some((name, rest)) => (Some(ImageName::parse_entry(name)?), rest),
            None => (None, text),
        };
        let (version, own_digest) = match version.split_once('@') {
            Some((version, digest)) => (version, Some(Digest::parse(digest)?)),
            None => (version, None),
        };
        let (right_name, own_tag) = split_tag(version);
        let own_tag = own_tag.map(tag_change).transpose()?;
        let (name, new_name) = match (name, right_name) {
            (Some(name), "*") => (name, None),
            (Some(name), right) => (name, Some(new_name(right)?)),
            (None, right) => (ImageName::parse(right)?, None),
        };
        let update = Self {
            tag: match (own_tag, tag, own_digest.as_ref().or(digest)) {
                (Some(change), _, _) => change,
                (None, Some(tag), _) => TagChange::Set(tag.clone()),
                (None, None, Some(_)) => TagChange::Remove,
                (None, None, None) => TagChange::Keep,
            },
            digest: own_digest.or_else(|| digest.cloned()),
            name,
            new_name,
        };
        if update.asks_for_something() {
            Ok(update)
        } else {
            Err(Failure::new(
                Kind::InvalidImage,
                format!("image `{}` has neither a tag nor a digest", update.name),
            )
            .hint("Write `NAME:TAG` or `NAME@DIGEST`, or pass --tag."))
        }
    }

    /// Returns the tag that is asked for.
    #[must_use]
    pub fn new_tag(&self) -> Option<&Tag> {
        match &self.tag {
            TagChange::Set(tag) => Some(tag),
            TagChange::Keep | TagChange::Remove => None,
        }
    }

    /// Returns the version that is asked for, as a subject line says it.
    #[must_use]
    pub fn version(&self) -> String {
        match (self.new_tag(), &self.digest, &self.new_name) {
            (Some(tag), _, _) => tag.to_string(),
            (None, Some(digest), _) => digest.to_string(),
            (None, None, Some(name)) => name.to_string(),
            (None, None, None) => String::new(),
        }
    }

    fn asks_for_something(&self) -> bool {
        self.tag != TagChange::Keep || self.digest.is_some() || self.new_name.is_some()
    }
}

/// Splits at the `=` of kustomize's form, which a digest may hold as well.
fn split_name(text: &str) -> Option<(&str, &str)> {
    let is_digest =
        |(before, digest): (&str, &str)| !before.contains('=') && Digest::parse(digest).is_ok();
    match text.split_once('@').is_some_and(is_digest) {
        true => None,
        false => text.split_once('='),
    }
}

/// Splits off what follows the last colon, unless it is the port of the registry.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

fn tag_change(text: &str) -> Result<TagChange, Failure> {
    if text == "*" {
        Ok(TagChange::Keep)
    } else {
        Tag::parse(text).map(TagChange::Set)
    }
}

/// Parses the name of an image that is to be pulled: its path is in lower case.
fn new_name(text: &str) -> Result<ImageName, Failure> {
    let name = ImageName::parse(text)?;
    let path = match text.split_once('/') {
        Some((registry, path)) if super::is_registry(registry) || !is_component(registry) => path,
        _ => text,
    };
    if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(
            Failure::new(Kind::InvalidImage, format!("invalid image name `{text}`"))
                .hint("The path of an image is in lower case."),
        );
    }
    Ok(name)
}
