//! Releases: tags that name a state of all apps at once.

mod cut;
mod home;
mod list;
mod notes;

pub(crate) use cut::{plan, prepare};
pub(crate) use list::inspect;

use crate::error::{Failure, Kind};
use crate::version::compare;
use std::cmp::Ordering;

/// What a release is called when the configuration says nothing.
const TEMPLATE: &str = "release/{version}";

/// The placeholder of a template.
const VERSION: &str = "{version}";

/// How the tags of releases are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    before: String,
    after: String,
}

impl Naming {
    /// Reads a template, as `release/{version}`.
    ///
    /// # Errors
    /// When it has no place for the version, or makes no name of a tag.
    pub(crate) fn parse(template: Option<&str>) -> Result<Self, Failure> {
        let template = template.unwrap_or(TEMPLATE);
        let failure = |why: &str| {
            Failure::new(
                Kind::InvalidConfig,
                format!("the template `{template}` for tags {why}"),
            )
            .hint("Write it as `release/{version}`.")
        };
        let parts: Vec<_> = template.split(VERSION).collect();
        let &[before, after] = parts.as_slice() else {
            return Err(failure("needs `{version}` once"));
        };
        let naming = Self {
            before: before.to_owned(),
            after: after.to_owned(),
        };
        match naming.tag("1.0.0") {
            Ok(_) => Ok(naming),
            Err(_) => Err(failure("makes no name of a tag")),
        }
    }

    /// Returns the beginning of the full names of all tags.
    pub(crate) fn prefix(&self) -> String {
        format!("refs/tags/{}", self.before)
    }

    /// Returns the name of the tag of a version; the name itself is taken, too.
    ///
    /// # Errors
    /// When git takes no such name.
    pub(crate) fn tag(&self, version: &str) -> Result<String, Failure> {
        let version = self.version(version).unwrap_or(version);
        let tag = format!("{}{version}{}", self.before, self.after);
        if is_ref_name(&tag) && !version.is_empty() {
            return Ok(tag);
        }
        Err(
            Failure::new(Kind::Usage, format!("`{tag}` is no name of a tag"))
                .hint("Name the release by its version, as `2.7.0`."),
        )
    }

    /// Returns the version that a tag stands for.
    pub(crate) fn version<'t>(&self, tag: &'t str) -> Option<&'t str> {
        tag.strip_prefix(&self.before)?
            .strip_suffix(&self.after)
            .filter(|version| !version.is_empty())
            .filter(|_| !self.before.is_empty() || !self.after.is_empty())
    }
}

/// Whether git takes a name for a tag.
fn is_ref_name(name: &str) -> bool {
    let bad = |char: char| char.is_ascii_control() || " ~^:?*[\\".contains(char);
    let component = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && !part.ends_with(".lock")
    };
    !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
        && name.split('/').all(component)
}

/// Orders versions, the newest first; those without numbers by their names.
pub(crate) fn newest_first(one: &str, other: &str) -> Ordering {
    compare(other, one).unwrap_or_else(|| other.cmp(one))
}

#[cfg(test)]
mod tests;
