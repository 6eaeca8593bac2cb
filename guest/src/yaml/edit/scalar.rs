//! Scalars of every style.

use super::{Draft, ScalarKind, Splice, block, refused};
use crate::error::{Failure, Kind};
use crate::yaml::quote::{self, Context};
use crate::yaml::{File, NodeRef, ScalarStyle};
use std::ops::Range;

impl<'a> Draft<'a> {
    pub(super) fn set_scalar(
        &mut self,
        node: NodeRef<'a>,
        value: &str,
        kind: ScalarKind,
    ) -> Result<(), Failure> {
        match (node.is_mapping(), node.is_sequence()) {
            (true, _) => Err(refused(node, "is a mapping, not a single value")),
            (_, true) => Err(refused(node, "is a list, not a single value")),
            _ => self.write_scalar(node, value, kind),
        }
    }

    /// Writes a scalar, a key too, and expects it to be written.
    pub(super) fn write_scalar(
        &mut self,
        node: NodeRef<'a>,
        value: &str,
        kind: ScalarKind,
    ) -> Result<(), Failure> {
        let wanted = (value.to_owned(), kind);
        match self.expected.scalars.insert(node.id, wanted.clone()) {
            Some(before) if before == wanted => return Ok(()),
            Some(_) => return Err(refused(node, "is given two values")),
            None => {}
        }
        if let Some(splice) = splice(node, value, kind)? {
            self.splices.push(splice);
        }
        Ok(())
    }

    /// Replaces parts of the text of a scalar.
    pub(super) fn replace_text(
        &mut self,
        node: NodeRef<'a>,
        mut replacements: Vec<(Range<usize>, &str)>,
    ) -> Result<(), Failure> {
        replacements.sort_by_key(|(range, _)| (range.start, range.end));
        let Some(value) = node
            .raw_text()
            .and_then(|text| replaced(text, &replacements))
        else {
            return Err(refused(node, "has no such text to replace"));
        };
        match node.scalar_style() {
            Some(ScalarStyle::Literal | ScalarStyle::Folded) => {
                let splices = block::replace(node, &replacements, &value)?;
                self.splices.extend(splices);
                self.expected
                    .scalars
                    .insert(node.id, (value, ScalarKind::Text));
                Ok(())
            }
            _ => self.set_scalar(node, &value, ScalarKind::Text),
        }
    }
}

/// Returns a text with parts of it replaced; they are in order.
pub(super) fn replaced(text: &str, replacements: &[(Range<usize>, &str)]) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut done = 0;
    for (range, new) in replacements {
        value.push_str(text.get(done..range.start)?);
        value.push_str(new);
        done = range.end;
    }
    value.push_str(text.get(done..)?);
    Some(value)
}

/// Returns the replacement that gives a scalar another text, if it needs one.
fn splice(node: NodeRef<'_>, value: &str, kind: ScalarKind) -> Result<Option<Splice>, Failure> {
    let kind = match tag_kind(node.tag()) {
        Tagged::Text => ScalarKind::Text,
        Tagged::Other if kind == ScalarKind::Text => {
            let tag = node.tag().unwrap_or_default();
            return Err(refused(
                node,
                &format!("is tagged {tag} and cannot hold a text"),
            ));
        }
        Tagged::Other | Tagged::No => kind,
    };
    let same = node.raw_text() == Some(value) && !node.span().is_empty();
    let range = node.span().range();
    let text = match node.scalar_style() {
        Some(ScalarStyle::Plain) if same && stays_plain(node, value, kind) => return Ok(None),
        Some(ScalarStyle::Plain) if node.span().is_empty() => fill(node, value, kind)?,
        Some(ScalarStyle::Plain) => plain(node, value, kind),
        _ if same => return Ok(None),
        Some(ScalarStyle::SingleQuoted) => {
            quote::single(value).unwrap_or_else(|| quote::double(value))
        }
        Some(ScalarStyle::DoubleQuoted) => quote::double(value),
        Some(ScalarStyle::Literal | ScalarStyle::Folded) => {
            return block::rewrite(node, value).map(Some);
        }
        None => return Err(refused(node, "is not a single value")),
    };
    let fills = range.is_empty();
    Ok(Some(Splice { range, text, fills }))
}

/// What a tag says about a scalar.
enum Tagged {
    /// It is text.
    Text,
    /// It is of another type that YAML knows.
    Other,
    /// Nothing.
    No,
}

fn tag_kind(tag: Option<&str>) -> Tagged {
    let tag = tag.unwrap_or_default();
    let core = tag.strip_prefix("!!");
    match core.or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:")?.strip_suffix('>')) {
        Some("str") => Tagged::Text,
        Some(_) => Tagged::Other,
        None if tag == "!" => Tagged::Text,
        None => Tagged::No,
    }
}

/// Whether a plain scalar that holds the value already may stay as it is.
fn stays_plain(node: NodeRef<'_>, value: &str, kind: ScalarKind) -> bool {
    let tagged = matches!(tag_kind(node.tag()), Tagged::Text);
    kind == ScalarKind::AsGiven || tagged || quote::plain_is_text(value, context(node))
}

/// Writes a value where a plain scalar is.
fn plain(node: NodeRef<'_>, value: &str, kind: ScalarKind) -> String {
    let old = node.raw_text().unwrap_or_default();
    let was_text = !quote::is_typed(old);
    // An option such as `--port=80` stays as bare as the author wrote it.
    let bare = value.trim_start_matches('-');
    let dashed = old.starts_with('-') && bare.len() < value.len();
    if dashed && quote::plain_is_text(bare, context(node)) && !quote::is_typed(value) {
        return value.to_owned();
    }
    let kind = if was_text { ScalarKind::Text } else { kind };
    write(node.file, value, kind, context(node))
}

/// Writes a value where nothing is written yet.
fn fill(node: NodeRef<'_>, value: &str, kind: ScalarKind) -> Result<String, Failure> {
    let written = write(node.file, value, kind, context(node));
    Ok(format!("{}{written}", lead(node)?))
}

/// Returns what comes before a value where nothing is written yet.
pub(super) fn lead(node: NodeRef<'_>) -> Result<&'static str, Failure> {
    let before = node
        .file
        .text
        .get(..node.span().start())
        .unwrap_or_default();
    let announced = match node.is_key_node() {
        true => before.ends_with('?') || node.tag().is_some() || node.anchor().is_some(),
        false => node.file.tree.unannounced.binary_search(&node.id).is_err(),
    };
    let in_flow = node.parent().is_some_and(NodeRef::is_flow);
    // Behind a key of several lines, readers do not agree on a colon.
    let key = node.key().map(|key| key.span().range());
    let key = key.and_then(|range| node.file.text.get(range));
    let is_short = key.is_some_and(|key| !key.contains(['\n', '\r']));
    match announced {
        true => Ok(" "),
        // A colon would become a part of the anchor or tag that is all there is.
        false if in_flow && key.is_some_and(str::is_empty) => Ok(" : "),
        // `{a}` is `{a: }`.
        false if in_flow && is_short => Ok(": "),
        false => Err(refused(node, "has no place for a value")),
    }
}

/// Returns where a node stands.
pub(super) fn context(node: NodeRef<'_>) -> Context {
    match node.parent() {
        Some(parent) if parent.is_flow() => Context::Flow,
        _ => Context::Block,
    }
}

/// Writes a new scalar, with as few quotes as it needs.
pub(super) fn write(file: &File, value: &str, kind: ScalarKind, context: Context) -> String {
    let bare = match kind {
        ScalarKind::AsGiven if quote::is_canonical(value) => true,
        _ => !file.json && quote::plain_is_text(value, context),
    };
    if bare {
        value.to_owned()
    } else {
        quote::double(value)
    }
}

/// Describes a block scalar that cannot hold a text.
pub(super) fn unfaithful(node: NodeRef<'_>, why: &str) -> Failure {
    let message = format!("{} is a block scalar, {why}", node.path());
    Failure::new(Kind::InvalidKey, message)
        .at(node.location())
        .hint("Write the value in quotes on the line of its key.")
}
