//! From what is asked to operations on a file.

use super::{Fields, Place, Style, apart, reference, version_text};
use crate::error::Failure;
use crate::image::ImageUpdate;
use crate::plan::Problem;
use crate::request::Permits;
use crate::writer::{Applied, Writer};
use crate::yaml::quote::{Context, double, plain_is_text};
use crate::yaml::{NodeRef, ScalarStyle};

/// Decides what a place becomes.
///
/// # Errors
/// When the place cannot hold what is asked.
pub(crate) fn apply(
    place: &Place<'_>,
    update: &ImageUpdate,
    permits: Permits,
) -> Result<Applied, Failure> {
    let mut draft = Draft::new(place, update);
    match &place.fields {
        Fields::Reference(node) => reference::reference(&mut draft, *node, update),
        Fields::Argument(node) => reference::argument(&mut draft, *node, update),
        Fields::Apart(parts) => apart::apart(&mut draft, parts, update, permits)?,
    }
    Ok(draft.finish())
}

/// Collects what a place becomes.
pub(super) struct Draft<'p, 'a> {
    pub(super) place: &'p Place<'a>,
    pub(super) image: &'p str,
    writer: Writer<'p, 'a>,
}

impl<'p, 'a> Draft<'p, 'a> {
    pub(super) fn new(place: &'p Place<'a>, update: &'p ImageUpdate) -> Self {
        let image = update.name.as_str();
        let mut writer = Writer::new(place.document, Some(image));
        writer.applied.old = version_text(place.version());
        writer.applied.new = update.version();
        Self {
            place,
            image,
            writer,
        }
    }

    pub(super) fn finish(self) -> Applied {
        self.writer.applied
    }

    /// Gives a value another text.
    pub(super) fn set(&mut self, node: NodeRef<'a>, new: &str, reason: &str) {
        if node.as_str() == Some(new) && self.needs_quotes(node, new) {
            self.writer.set_scalar(node, new);
            let key = self.place.document.key(node);
            let values = (Some(new.to_owned()), Some(double(new)));
            self.writer.change(node, key, values, "a number is no tag");
        } else {
            self.writer.set(node, new, reason);
        }
    }

    /// Whether a value is a number where only text will do.
    fn needs_quotes(&self, node: NodeRef<'a>, text: &str) -> bool {
        let is_text = node.scalar_style() != Some(ScalarStyle::Plain)
            || node.tag().is_some()
            || plain_is_text(text, Context::Block);
        let needs_text =
            matches!(&self.place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize);
        needs_text && !is_text
    }

    /// Adds a key to a mapping, after one of the keys `after`, the first that is there.
    pub(super) fn insert(&mut self, map: NodeRef<'a>, after: &[&str], key: &str, value: &str) {
        self.writer.insert(map, after, key, value);
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, map: NodeRef<'a>, node: NodeRef<'a>, reason: &str) {
        self.writer.remove(map, node, reason);
    }

    /// Lets an entry give way to another one at its place.
    pub(super) fn replace(&mut self, node: NodeRef<'a>, key: &str, value: &str, reason: &str) {
        self.writer.replace(node, key, value, reason);
    }

    /// Tells the user something that does not stop the change.
    pub(super) fn warn(&mut self, code: &str, message: String, hint: &str) {
        self.writer.applied.warnings.push(Problem {
            code: code.to_owned(),
            message,
            at: Some(self.place.location()),
            hint: Some(hint.to_owned()),
        });
    }
}
