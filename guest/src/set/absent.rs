//! Images that a kustomization does not list yet.

use super::Context;
use super::draft::Draft;
use crate::error::{Failure, Kind};
use crate::files::Loaded;
use crate::formats::{Document, kustomization};
use crate::image::ImageUpdate;
use crate::message::{Move, What};
use crate::place::{Fields, Place, Style, version_text};
use crate::plan::{Change, Location, Problem};
use crate::resources::resources;
use crate::select::{self, one_each};
use crate::writer::Applied;
use crate::yaml::NodeRef;
use crate::yaml::edit::{Operation, Place as At, Value};

/// Adds an entry to each kustomization that was named and has none, when one
/// of its resources uses the image or the user permits it.
///
/// Returns whether there is anything.
pub(super) fn add(
    context: &Context<'_>,
    matches: &[&(usize, Place<'_>)],
    update: &ImageUpdate,
    draft: &mut Draft<'_>,
) -> Result<bool, Failure> {
    let selection = &context.request.selection;
    let by_name = selection.container.is_none() && selection.marker.is_none();
    // In a directory, what uses the image already is what is meant.
    if !by_name || (!context.files_are_named() && !matches.is_empty()) {
        return Ok(false);
    }
    let mut added = Vec::new();
    for (index, loaded) in context.files.loaded.iter().enumerate() {
        let matched = matches.iter().any(|(file, _)| *file == index);
        let root = kustomization_root(loaded).filter(|root| {
            let document = Document::root(*root);
            !matched && context.asked.selector.admits_document(document)
        });
        let Some(root) = root else { continue };
        if is_wanted(context, loaded, update, draft)? {
            let applied = entry(root, update);
            draft.remember(Move {
                what: What::Image(update.name.to_string()),
                old: None,
                new: applied.new.clone(),
            });
            let at = root.own("images").unwrap_or(root).location();
            added.push((index, at, "images".to_owned()));
            draft.add(index, None, applied);
        }
    }
    if !context.request.permits.all {
        let what = format!("a list for image `{}`", update.name);
        one_each(&what, &added, context.files_are_named())?;
    }
    Ok(!added.is_empty())
}

fn kustomization_root(loaded: &Loaded) -> Option<NodeRef<'_>> {
    let root = loaded.file.document(0)?;
    (kustomization::recognises(Document::root(root)) && root.is_mapping()).then_some(root)
}

/// Whether the image belongs into a kustomization.
fn is_wanted(
    context: &Context<'_>,
    loaded: &Loaded,
    update: &ImageUpdate,
    draft: &mut Draft<'_>,
) -> Result<bool, Failure> {
    let create = context.request.permits.create;
    let resources = resources(loaded, context.repository)?;
    let mut used = false;
    for file in &resources.files {
        for place in select::documents(file)
            .into_iter()
            .flat_map(Document::places)
        {
            if !place.is(&update.name, context.request.permits.docker_hub_names) {
                continue;
            }
            let entry =
                matches!(&place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize);
            if entry && !create {
                return Err(in_base(loaded, update, &place.location()));
            }
            used = true;
        }
    }
    if create && !used && !resources.remote {
        draft.warn(Problem {
            code: "unused-entry".to_owned(),
            message: format!(
                "no resource of {:?} uses image `{}`",
                loaded.path(),
                update.name
            ),
            at: Some(Location {
                path: loaded.path().to_owned(),
                ..Location::default()
            }),
            hint: Some("The entry has no effect until one does.".to_owned()),
        });
    }
    Ok(used || create)
}

fn in_base(loaded: &Loaded, update: &ImageUpdate, at: &Location) -> Failure {
    let message = format!("no image `{}` in {:?}", update.name, loaded.path());
    Failure::new(Kind::NoSuchImage, message).hint(format!(
        "{}:{} has it: name that file, or pass --create to add it here.",
        at.path, at.line
    ))
}

/// Makes an entry of `images`, and the list where there is none.
fn entry(root: NodeRef<'_>, update: &ImageUpdate) -> Applied {
    let name = update.name.to_string();
    let parts = [
        ("name", Some(name.clone())),
        ("newName", update.new_name.as_ref().map(ToString::to_string)),
        ("newTag", update.new_tag().map(ToString::to_string)),
        ("digest", update.digest.as_ref().map(ToString::to_string)),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    let item = Value::texts(parts);
    let images = root.own("images");
    let operation = match images {
        Some(images) => Operation::AppendItem {
            sequence: images.id(),
            item,
        },
        None => Operation::InsertEntry {
            mapping: root.id(),
            place: At::End,
            key: "images".to_owned(),
            value: Value::Sequence(vec![item]),
        },
    };
    let tag = update.new_tag().map(|tag| tag.as_str());
    let digest = update.digest.as_ref().map(|digest| digest.as_str());
    let new = version_text((tag, digest)).or(update.new_name.as_ref().map(ToString::to_string));
    Applied {
        operations: vec![operation],
        changes: vec![Change {
            at: images.unwrap_or(root).location(),
            key: format!("images[name={name}]"),
            image: Some(name),
            old: None,
            new,
            reason: "added".to_owned(),
        }],
        new: update.version(),
        ..Applied::default()
    }
}
