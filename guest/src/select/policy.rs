//! Markers: comments that say what a line is for, such as those of Flux.
//!
//! `# {"$imagepolicy": "namespace:name"}` marks a whole reference,
//! `…:name:tag"}`, `…:name:name"}` and `…:name:digest"}` mark a part.

use crate::formats::Document;
use crate::yaml::NodeRef;

/// A text that is looked for in comments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marker<'r> {
    text: &'r str,
}

/// A value with a marker of Flux.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marked<'a> {
    /// The document that it is in.
    pub(crate) document: Document<'a>,
    /// The value.
    pub(crate) node: NodeRef<'a>,
    /// The part of an image that the value is.
    pub(crate) part: Part,
}

/// The part of an image that a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Name, tag and digest.
    Reference,
    /// The name.
    Name,
    /// The tag.
    Tag,
    /// The digest.
    Digest,
}

impl<'r> Marker<'r> {
    pub(crate) fn new(text: &'r str) -> Self {
        Self { text: text.trim() }
    }

    /// Returns the text.
    pub(crate) fn text(self) -> &'r str {
        self.text
    }

    /// Whether a comment holds the text. The name of a policy is compared as a
    /// whole: `flux-system:app` is not in `flux-system:app-2`.
    pub(crate) fn is_in(self, comment: &str) -> bool {
        match policy(comment) {
            Some((name, whole)) if self.text.contains(':') && !self.text.contains(['{', '"']) => {
                self.text == name || self.text == whole
            }
            _ => comment.contains(self.text),
        }
    }
}

/// Returns the values of a document that are marked for a policy of Flux.
pub(crate) fn marked<'a>(document: Document<'a>, marker: Marker<'_>) -> Vec<Marked<'a>> {
    let mut found = Vec::new();
    let mut open = vec![document.root];
    while let Some(node) = open.pop() {
        if node.is_scalar() {
            let comment = node
                .comment_on_line()
                .filter(|comment| marker.is_in(comment));
            let part = comment
                .and_then(policy)
                .and_then(|(name, whole)| Part::of(name, whole));
            found.extend(part.map(|part| Marked {
                document,
                node,
                part,
            }));
        }
        let values = node.entries().map(|(_, value)| value).chain(node.items());
        open.extend(values.filter(|value| value.followed() == *value));
    }
    found.sort_by_key(|marked| marked.node.id());
    last_of_each_line(found)
}

/// Keeps the last value of each line: the comment is behind that one.
fn last_of_each_line(found: Vec<Marked<'_>>) -> Vec<Marked<'_>> {
    let mut lines: Vec<Marked<'_>> = Vec::new();
    for marked in found {
        match lines.last_mut() {
            Some(last) if last.node.location().line == marked.node.location().line => {
                *last = marked;
            }
            _ => lines.push(marked),
        }
    }
    lines
}

impl Part {
    fn of(name: &str, whole: &str) -> Option<Self> {
        match whole.strip_prefix(name)? {
            "" => Some(Self::Reference),
            ":name" => Some(Self::Name),
            ":tag" => Some(Self::Tag),
            ":digest" => Some(Self::Digest),
            _ => None,
        }
    }
}

/// Returns `namespace:name` and the whole text of a marker of Flux.
fn policy(comment: &str) -> Option<(&str, &str)> {
    let (_, rest) = comment.split_once("\"$imagepolicy\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (whole, _) = rest.strip_prefix('"')?.split_once('"')?;
    let mut colons = whole.match_indices(':').map(|(at, _)| at);
    let end = colons.nth(1).unwrap_or(whole.len());
    whole.contains(':').then_some((whole.get(..end)?, whole))
}

#[cfg(test)]
mod tests {
    use super::{Marker, policy};

    #[test]
    fn policies() {
        assert_eq!(
            policy(r#"{"$imagepolicy": "ns:app:tag"} # x"#),
            Some(("ns:app", "ns:app:tag"))
        );
        assert_eq!(
            policy(r#"keep {"$imagepolicy":"ns:app"}"#),
            Some(("ns:app", "ns:app"))
        );
        assert_eq!(policy(r#"{"$imagepolicy": "app"}"#), None);
        assert_eq!(policy("ns:app"), None);
    }

    #[test]
    fn markers() {
        let comment = r#"{"$imagepolicy": "ns:app:tag"}"#;
        for (text, expected) in [
            ("ns:app", true),
            ("ns:app:tag", true),
            ("ns:ap", false),
            ("$imagepolicy", true),
            (r#""ns:app"#, true),
        ] {
            assert_eq!(Marker::new(text).is_in(comment), expected, "{text}");
        }
        assert!(Marker::new("towpath: web").is_in("see towpath: web"));
    }
}
