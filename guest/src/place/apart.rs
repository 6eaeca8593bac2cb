//! Images whose parts stand in strings of their own.

use super::apply::Draft;
use super::{Apart, STALE_DIGEST, Style};
use crate::error::{Failure, Kind};
use crate::image::{ImageName, ImageUpdate, TagChange, Written};
use crate::request::Permits;
use crate::yaml::NodeRef;
use crate::yaml::quote::{Context, plain_is_text};

/// Changes the parts of an image.
pub(super) fn apart<'a>(
    draft: &mut Draft<'_, 'a>,
    apart: &Apart<'a>,
    update: &ImageUpdate,
    permits: Permits,
) -> Result<(), Failure> {
    refuse_merged(apart)?;
    let range = followed_range(draft, apart, permits)?;
    if let Some(name) = &update.new_name {
        set_name(draft, apart, name)?;
    }
    let target = Target::of(apart, update);
    let new_in_tag = update.tag == TagChange::Remove && !target.had_digest_in_tag;
    if target.digest_in_tag() && (target.tag.is_none() || new_in_tag) {
        return Err(no_digest_key(draft));
    }
    if !replace_range(draft, apart, range, &target) && !give_way(draft, apart, &target) {
        set_tag(draft, apart, &target, permits)?;
        set_digest(draft, apart, &target);
    }
    Ok(())
}

/// Refuses to change a value that is merged into the mapping from elsewhere.
fn refuse_merged(apart: &Apart<'_>) -> Result<(), Failure> {
    let in_map = [Style::Kustomize, Style::Values].contains(&apart.style);
    let parts = [
        apart.registry,
        apart.name.node,
        apart.tag.node,
        apart.digest.node,
    ];
    let is_merged = |node: &NodeRef<'_>| in_map && node.parent() != Some(apart.map);
    match parts.into_iter().flatten().find(is_merged) {
        None => Ok(()),
        Some(node) => Err(node.shared_failure(&node.shared().unwrap_or_default())),
    }
}

/// Lets a range of versions give way to what is asked for; returns whether that
/// is all there is to do.
fn replace_range<'a>(
    draft: &mut Draft<'_, 'a>,
    apart: &Apart<'a>,
    range: Option<NodeRef<'a>>,
    target: &Target<'_>,
) -> bool {
    const REASON: &str = "a fixed version takes its place";
    let Some(range) = range else { return false };
    match (
        target.tag.filter(|_| apart.tag.node.is_none()),
        target.digest,
    ) {
        (Some(tag), None) => draft.replace(range, &apart.tag.key, tag, REASON),
        (None, Some(digest)) if apart.digest.node.is_none() => {
            draft.replace(range, &apart.digest.key, digest, REASON);
        }
        _ => {
            draft.remove(apart.map, range, REASON);
            return false;
        }
    }
    true
}

/// Lets a tag give way to a digest, or a digest to a tag, at the same place.
fn give_way<'a>(draft: &mut Draft<'_, 'a>, apart: &Apart<'a>, target: &Target<'_>) -> bool {
    if !apart.style.parts_go() {
        return false;
    }
    match (apart.tag.node, apart.digest.node, target.tag, target.digest) {
        (Some(tag), None, None, Some(digest)) => {
            draft.replace(tag, &apart.digest.key, digest, "the digest takes its place");
            true
        }
        (None, Some(digest), Some(tag), None) => {
            draft.replace(digest, &apart.tag.key, tag, STALE_DIGEST);
            digest_removed(draft);
            true
        }
        _ => false,
    }
}

fn digest_removed(draft: &mut Draft<'_, '_>) {
    let message = format!("the digest of image `{}` is removed", draft.image);
    draft.warn(
        "digest-removed",
        message,
        "Pass the digest too, as `NAME:TAG@DIGEST`, to keep the image pinned.",
    );
}

/// The parts after the change.
struct Target<'t> {
    tag: Option<&'t str>,
    digest: Option<&'t str>,
    /// The digest has a key of its own, or gets one.
    digest_apart: bool,
    had_digest_in_tag: bool,
}

impl<'t> Target<'t> {
    fn of<'a: 't>(apart: &Apart<'a>, update: &'t ImageUpdate) -> Self {
        let (old_tag, digest_in_tag) = Written::split_tag(apart.tag.text().unwrap_or_default());
        let old_digest = apart.digest.text().or(digest_in_tag);
        let parts_go = apart.style.parts_go();
        let tag = match &update.tag {
            TagChange::Set(tag) => Some(tag.as_str()),
            // The digest takes the place of the tag, unless it has its own.
            TagChange::Remove if parts_go && apart.digest.node.is_none() => None,
            // A chart without a tag would fall back to its own version.
            TagChange::Remove | TagChange::Keep => old_tag,
        };
        let kept = old_digest.filter(|_| update.tag == TagChange::Keep);
        let has_key = apart.digest.node.is_some()
            && (apart.digest.text().is_some() || digest_in_tag.is_none());
        Self {
            tag,
            digest: update
                .digest
                .as_ref()
                .map(|digest| digest.as_str())
                .or(kept),
            had_digest_in_tag: digest_in_tag.is_some(),
            digest_apart: has_key || (parts_go && (digest_in_tag.is_none() || tag.is_none())),
        }
    }

    fn digest_in_tag(&self) -> bool {
        self.digest.is_some() && !self.digest_apart
    }

    /// Returns the text of the tag's value.
    fn tag_text(&self) -> Option<String> {
        let tag = self.tag?;
        Some(match self.digest {
            Some(digest) if !self.digest_apart => format!("{tag}@{digest}"),
            _ => tag.to_owned(),
        })
    }
}

fn set_tag<'a>(
    draft: &mut Draft<'_, 'a>,
    apart: &Apart<'a>,
    target: &Target<'_>,
    permits: Permits,
) -> Result<(), Failure> {
    let key = apart.tag.key.as_str();
    match (apart.tag.node, target.tag_text()) {
        (Some(node), Some(text)) => {
            let dropped =
                node.as_str().is_some_and(|old| old.contains('@')) && target.digest.is_none();
            draft.set(node, &text, if dropped { STALE_DIGEST } else { "" });
            if apart.style == Style::Parameters {
                warn_of_numbers(draft, node, &text);
            }
        }
        (Some(node), None) if apart.style.parts_go() => {
            draft.remove(apart.map, node, "the digest takes its place");
        }
        (None, Some(text)) => {
            let may_insert = match apart.style {
                Style::Kustomize | Style::Artifact => true,
                Style::Values => permits.create,
                Style::Parameters => false,
            };
            if !may_insert {
                return Err(no_tag_key(draft));
            }
            draft.insert(apart.map, &[apart.name.key.as_str(), "name"], key, &text);
        }
        (_, None) => {}
    }
    Ok(())
}

/// Warns when Helm would read a parameter as a number.
fn warn_of_numbers<'a>(draft: &mut Draft<'_, 'a>, value: NodeRef<'a>, text: &str) {
    let forced = value.parent().and_then(|item| item.get("forceString"));
    let is_forced = forced.and_then(NodeRef::as_str) == Some("true");
    if !is_forced && !plain_is_text(text, Context::Block) {
        draft.warn(
            "no-force-string",
            format!("Helm reads the parameter `{text}` as something else than text"),
            "Add `forceString: true` to the parameter.",
        );
    }
}

fn set_digest<'a>(draft: &mut Draft<'_, 'a>, apart: &Apart<'a>, target: &Target<'_>) {
    let digest = target.digest.filter(|_| target.digest_apart);
    match (apart.digest.node, digest) {
        (Some(node), Some(digest)) => draft.set(node, digest, ""),
        (None, Some(digest)) => {
            let after = [apart.tag.key.as_str(), apart.name.key.as_str(), "name"];
            draft.insert(apart.map, &after, &apart.digest.key, digest);
        }
        (Some(node), None) if apart.digest.text().is_some() => {
            digest_removed(draft);
            if apart.style.parts_go() {
                draft.remove(apart.map, node, STALE_DIGEST);
            } else {
                draft.set(node, "", STALE_DIGEST);
            }
        }
        (_, None) => {}
    }
}

fn set_name<'a>(
    draft: &mut Draft<'_, 'a>,
    apart: &Apart<'a>,
    name: &ImageName,
) -> Result<(), Failure> {
    match (apart.name.node, apart.registry, apart.style) {
        (Some(node), None, _) => draft.set(node, name.as_str(), ""),
        (Some(node), Some(registry), _) => {
            let (host, path) = match name.as_str().split_once('/') {
                Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                    (host, path)
                }
                _ => ("", name.as_str()),
            };
            draft.set(registry, host, "");
            draft.set(node, path, "");
        }
        (None, _, Style::Kustomize) => {
            if draft.place.name() != name.as_str() {
                draft.insert(apart.map, &["name"], &apart.name.key, name.as_str());
            }
        }
        (None, ..) => {
            let message = format!("the name of `{}` cannot be changed here", draft.image);
            return Err(Failure::new(Kind::InvalidKey, message)
                .at(draft.place.location())
                .hint("Set the URL by its key path, with --key."));
        }
    }
    Ok(())
}

/// Returns the range of versions that an artifact follows, if it may be replaced.
fn followed_range<'a>(
    draft: &Draft<'_, 'a>,
    apart: &Apart<'a>,
    permits: Permits,
) -> Result<Option<NodeRef<'a>>, Failure> {
    let range = apart
        .map
        .get("semver")
        .filter(|_| apart.style == Style::Artifact);
    let Some(range) = range.filter(|range| !range.is_null()) else {
        return Ok(None);
    };
    if permits.moving_revisions {
        return Ok(Some(range));
    }
    let text = range.as_str().unwrap_or_default();
    Err(Failure::new(
        Kind::Moving,
        format!("`{}` follows the range `{text}`", draft.image),
    )
    .at(draft.place.document.locate(range))
    .hint("Pass --allow-moving-revisions to replace it with a fixed version."))
}

fn no_tag_key(draft: &Draft<'_, '_>) -> Failure {
    Failure::new(
        Kind::NoSuchKey,
        format!("image `{}` has no tag here", draft.image),
    )
    .at(draft.place.location())
    .hint("Pass --create to add a tag, or set the key that holds it with --key.")
}

fn no_digest_key(draft: &Draft<'_, '_>) -> Failure {
    Failure::new(
        Kind::NoSuchKey,
        format!("image `{}` has no digest here", draft.image),
    )
    .at(draft.place.location())
    .hint("Pass `NAME:TAG@DIGEST`, which is written into the tag.")
}
