//! References as they stand in files.

use super::{is_name, is_tag};

/// A reference as it stands in a file, taken apart.
///
/// A digest of a wrong length is accepted here: it is there, and is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<'a> {
    /// The name.
    pub name: &'a str,
    /// The tag, if there is one.
    pub tag: Option<&'a str>,
    /// The digest, if there is one.
    pub digest: Option<&'a str>,
}

impl<'a> Written<'a> {
    /// Takes a reference apart; `None` when the text is none.
    #[must_use]
    pub fn split(text: &'a str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if digest.is_some_and(|digest| !looks_like_digest(digest)) {
            return None;
        }
        let (name, tag) = match rest.rsplit_once(':') {
            // A colon before the last slash is the port of the registry.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let valid = is_name(name) && tag.is_none_or(is_tag);
        valid.then_some(Self { name, tag, digest })
    }

    /// Takes a tag apart that may carry a digest: `v1@sha256:…`.
    ///
    /// An empty text has neither.
    #[must_use]
    pub fn split_tag(text: &'a str) -> (Option<&'a str>, Option<&'a str>) {
        let some = |text: &'a str| (!text.is_empty()).then_some(text);
        match text.split_once('@') {
            Some((tag, digest)) if looks_like_digest(digest) => (some(tag), Some(digest)),
            _ => (some(text), None),
        }
    }
}

fn looks_like_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, encoded)| {
        !algorithm.is_empty()
            && algorithm
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+._-".contains(&byte))
            && super::is_encoded(encoded)
    })
}
