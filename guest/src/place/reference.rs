//! Images that stand in one string.

use super::apply::Draft;
use crate::image::{ImageName, ImageUpdate, TagChange, Written};
use crate::yaml::NodeRef;

/// Changes `name:tag@digest`.
pub(super) fn reference<'a>(draft: &mut Draft<'_, 'a>, node: NodeRef<'a>, update: &ImageUpdate) {
    let text = node.as_str().unwrap_or_default();
    let written = Written::split(text);
    let name = update.new_name.as_ref().map(ImageName::as_str);
    let name = name.or(written.map(|written| written.name)).unwrap_or(text);
    let new = joined(name, written, update);
    draft.set(node, &new, reason(written, update));
}

/// Changes `name=new-name:tag@digest`.
pub(super) fn argument<'a>(draft: &mut Draft<'_, 'a>, node: NodeRef<'a>, update: &ImageUpdate) {
    let text = node.as_str().unwrap_or_default();
    let new_name = update.new_name.as_ref().map(ImageName::as_str);
    let (left, right) = match text.split_once('=') {
        Some((left, right)) => (Some(left), right),
        None => (None, text),
    };
    // `*` keeps the name, and is no name itself.
    let kept = right
        .strip_prefix('*')
        .map(|version| format!("kept{version}"));
    let written = Written::split(kept.as_deref().unwrap_or(right));
    let old_name = match (&kept, written) {
        (Some(_), _) => "*",
        (None, Some(written)) => written.name,
        (None, None) => right,
    };
    let left = match (left, new_name) {
        (None, Some(new_name)) if new_name != old_name => Some(old_name),
        (left, _) => left,
    };
    let right = joined(new_name.unwrap_or(old_name), written, update);
    let new = match left {
        Some(left) => format!("{left}={right}"),
        None => right,
    };
    draft.set(node, &new, reason(written, update));
}

fn joined(name: &str, written: Option<Written<'_>>, update: &ImageUpdate) -> String {
    let keeps = update.tag == TagChange::Keep;
    let old_tag = written.and_then(|written| written.tag).filter(|_| keeps);
    let old_digest = written.and_then(|written| written.digest).filter(|_| keeps);
    let tag = update.new_tag().map(|tag| tag.as_str()).or(old_tag);
    let digest = update
        .digest
        .as_ref()
        .map(|digest| digest.as_str())
        .or(old_digest);
    let mut text = name.to_owned();
    for (separator, part) in [(':', tag), ('@', digest)] {
        if let Some(part) = part {
            text.push(separator);
            text.push_str(part);
        }
    }
    text
}

fn reason(written: Option<Written<'_>>, update: &ImageUpdate) -> &'static str {
    let had_digest = written.is_some_and(|written| written.digest.is_some());
    if had_digest && update.digest.is_none() && update.tag != TagChange::Keep {
        super::STALE_DIGEST
    } else {
        ""
    }
}
