//! Values that a marker tells to be a part of an image.

use super::apply::Draft;
use super::{Fields, Place, STALE_DIGEST};
use crate::image::{ImageName, ImageUpdate, Tag};
use crate::select::{Marked, Part};
use crate::writer::Applied;

/// Decides what a marked value becomes. The name is written too: what Flux
/// would write is the whole image of the policy.
pub(crate) fn set_part(marked: &Marked<'_>, update: &ImageUpdate) -> Applied {
    let place = Place {
        document: marked.document,
        container: None,
        names: Vec::new(),
        fields: Fields::Reference(marked.node),
    };
    let mut draft = Draft::new(&place, update);
    let name = update.new_name.as_ref().unwrap_or(&update.name);
    let old = marked.node.as_str().unwrap_or_default();
    match marked.part {
        Part::Name => draft.set(marked.node, name.as_str(), ""),
        Part::Reference => draft.set(marked.node, &reference(name, update), ""),
        Part::Tag => {
            if let Some(tag) = update.new_tag() {
                draft.set(marked.node, &tag_text(tag, old, update), "");
            }
        }
        Part::Digest => match &update.digest {
            Some(digest) => draft.set(marked.node, digest.as_str(), ""),
            None => draft.set(marked.node, "", STALE_DIGEST),
        },
    }
    draft.finish()
}

fn reference(name: &ImageName, update: &ImageUpdate) -> String {
    let mut text = name.to_string();
    if let Some(tag) = update.new_tag() {
        text.push_str(&format!(":{tag}"));
    }
    if let Some(digest) = &update.digest {
        text.push_str(&format!("@{digest}"));
    }
    text
}

/// Keeps a digest in the tag where there is one.
fn tag_text(tag: &Tag, old: &str, update: &ImageUpdate) -> String {
    match &update.digest {
        Some(digest) if old.contains('@') => format!("{tag}@{digest}"),
        _ => tag.to_string(),
    }
}
