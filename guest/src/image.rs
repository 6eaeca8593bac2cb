//! Image references, as types that are valid once they exist.
//!
//! What a user asks for is parsed strictly, into [`ImageUpdate`]. What stands
//! in a file may be anything, and is only taken apart, into [`Written`].

mod near;
mod update;
mod written;

pub use near::nearest;
pub(crate) use near::{hint, nearest_paths, offered};
pub use update::{ImageUpdate, TagChange};
pub use written::Written;

use crate::error::{Failure, Kind};
use std::fmt;

/// Tags that are given to one image after the other.
///
/// A restart could run another version than the one that was deployed, so
/// they are refused unless the user permits them.
pub const MOVING_TAGS: &[&str] = &[
    "latest",
    "stable",
    "edge",
    "nightly",
    "canary",
    "rolling",
    "next",
    "current",
    "lts",
    "snapshot",
    "main",
    "master",
    "trunk",
    "head",
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "qa",
    "stage",
    "staging",
    "prod",
    "production",
];

/// The name of an image: `[registry[:port]/]path`.
///
/// Upper case is accepted, because placeholders such as `APP_IMAGE` are names
/// that kustomize replaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageName(String);

/// A tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag(String);

/// A digest: `algorithm:encoded`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest(String);

impl ImageName {
    /// Parses a name.
    ///
    /// # Errors
    /// `InvalidImage`, when the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if is_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                Failure::new(Kind::InvalidImage, format!("invalid image name `{text}`"))
                    .hint("A name is `[REGISTRY[:PORT]/]PATH`, without spaces."),
            )
        }
    }

    /// Parses the name of an entry of kustomize, which may hold a version: it
    /// is compared as it is.
    ///
    /// # Errors
    /// `InvalidImage`, when the text is no reference.
    pub fn parse_entry(text: &str) -> Result<Self, Failure> {
        match Written::split(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Self::parse(text),
        }
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tag {
    /// Parses a tag.
    ///
    /// # Errors
    /// `InvalidImage`, when the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if is_tag(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Failure::new(Kind::InvalidImage, format!("invalid tag `{text}`"))
                .hint("A tag has 1 to 128 letters, digits, `_`, `.` and `-`, and does not begin with `.` or `-`."))
        }
    }

    /// Returns the tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the tag is on the list of tags that move.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        is_moving_tag(&self.0)
    }
}

impl Digest {
    /// Parses a digest.
    ///
    /// # Errors
    /// `InvalidImage`, when the text does not follow the grammar, or is a
    /// SHA-2 digest of the wrong length.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let valid = text.split_once(':').is_some_and(|(algorithm, encoded)| {
            algorithm
                .split(['+', '.', '-', '_'])
                .all(|part| !part.is_empty() && part.bytes().all(is_lower_or_digit))
                && match algorithm {
                    "sha256" => is_hex(encoded, 64),
                    "sha512" => is_hex(encoded, 128),
                    _ => is_encoded(encoded),
                }
        });
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                Failure::new(Kind::InvalidImage, format!("invalid digest `{text}`"))
                    .hint("A digest is `sha256:` with 64 hexadecimal digits in lower case."),
            )
        }
    }

    /// Returns the digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is a tag that moves, in any case of letters.
#[must_use]
pub fn is_moving_tag(text: &str) -> bool {
    MOVING_TAGS
        .iter()
        .any(|moving| moving.eq_ignore_ascii_case(text))
}

/// Whether a revision moves: a well-known branch, `HEAD`, a range of versions.
#[must_use]
pub fn is_moving_revision(text: &str) -> bool {
    let range = text.contains(['*', '^', '~', '<', '>', '=', '|', ',', ' ']);
    let wildcard = text.split('.').any(|part| matches!(part, "x" | "X"));
    text.is_empty() || range || wildcard || text.starts_with("refs/heads/") || is_moving_tag(text)
}

/// Returns the name with the parts that Docker adds: `docker.io/library/app` for `app`.
#[must_use]
pub fn docker_hub_name(name: &str) -> String {
    let (registry, path) = match name.split_once('/') {
        Some((registry, path)) if is_registry(registry) => (registry, path),
        _ => ("docker.io", name),
    };
    let registry = match registry {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        other => other,
    };
    if registry == "docker.io" && !path.contains('/') {
        format!("docker.io/library/{path}")
    } else {
        format!("{registry}/{path}")
    }
}

/// Whether the first component of a name is a registry and not a part of the path.
fn is_registry(component: &str) -> bool {
    component.contains(['.', ':']) || component == "localhost"
}

fn is_name(text: &str) -> bool {
    if text.len() > 255 {
        return false;
    }
    let Some((first, rest)) = text.split_once('/') else {
        return is_component(text);
    };
    (is_component(first) || is_host_with_port(first)) && rest.split('/').all(is_component)
}

fn is_component(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && !text.starts_with(['.', '-'])
        && !text.ends_with(['.', '-'])
}

fn is_host_with_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return is_ipv6(text);
    };
    if text.ends_with(']') {
        return is_ipv6(text);
    }
    (is_component(host) || is_ipv6(host))
        && (1..=5).contains(&port.len())
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_ipv6(text: &str) -> bool {
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .is_some_and(|address| {
            address.contains(':')
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
        })
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Whether a text is a tag, or a tag with a digest.
pub(crate) fn is_tag_text(text: &str) -> bool {
    let (tag, digest) = Written::split_tag(text);
    tag.is_some_and(is_tag) || (tag.is_none() && digest.is_some())
}

/// Whether the value of a key, in lower case without separators, is the tag of
/// an image whose name is elsewhere.
pub(crate) fn is_version_key(key: &str) -> bool {
    ["imagetag", "imageversion"]
        .iter()
        .any(|ending| key.ends_with(ending))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_encoded(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-'))
}

fn is_lower_or_digit(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9')
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
