//! New versions for images.

use super::asked::Version;
use super::draft::Draft;
use super::{Context, absent, overridden, unused};
use crate::error::{Failure, Kind};
use crate::files;
use crate::image::{ImageUpdate, Written};
use crate::message::{Move, What};
use crate::place::{Fields, Place, Style, apply, set_part};
use crate::plan::Problem;
use crate::select::{
    self, Marked, Marker, Part, Selector, marked, no_such_image, not_selected, one_each,
};
use crate::writer::Applied;

/// Plans every image of the request.
pub(super) fn set(context: &Context<'_>, draft: &mut Draft<'_>) -> Result<(), Failure> {
    if let Some(marker) = context.asked.selector.marker
        && set_marked(context, marker, draft)?
    {
        return Ok(());
    }
    let places = context.asked.selector.places(&context.files.loaded);
    for update in &context.asked.updates {
        set_image(context, &places, update, draft)?;
    }
    Ok(())
}

fn set_image(
    context: &Context<'_>,
    places: &[(usize, Place<'_>)],
    update: &ImageUpdate,
    draft: &mut Draft<'_>,
) -> Result<(), Failure> {
    let hub = context.request.permits.docker_hub_names;
    let mut matches: Vec<_> = places
        .iter()
        .filter(|(_, place)| place.is(&update.name, hub))
        .collect();
    if let (true, Some(new_name)) = (matches.is_empty(), &update.new_name) {
        // What was renamed before is as asked already.
        matches = places
            .iter()
            .filter(|(_, place)| place.is(new_name, hub))
            .collect();
    }
    prefer_own_names(&mut matches, update);
    let added = absent::add(context, &matches, update, draft)?;
    if matches.is_empty() && !added {
        return Err(no_such(context, update));
    }
    if !context.request.permits.all {
        overridden::leave(context, &mut matches, draft)?;
        let found: Vec<_> = matches
            .iter()
            .map(|(file, place)| (*file, place.location(), place.document.key(place.node())))
            .collect();
        one_each(
            &format!("image `{}`", update.name),
            &found,
            context.files_are_named(),
        )?;
    }
    warn_of_duplicates(&matches, draft);
    unused::warn(context, &matches, update, draft);
    for (file, place) in matches {
        let applied = apply(place, update, context.request.permits)?;
        remember(draft, update, &applied);
        let string = place.document.outer.map(|(string, _)| string.id());
        draft.add(*file, string, applied);
    }
    Ok(())
}

/// Describes an image that is nowhere, with names from all files that were
/// looked through when they are not too many.
fn no_such(context: &Context<'_>, update: &ImageUpdate) -> Failure {
    let request = context.request;
    let all = files::everything(request, context.files, context.repository);
    let files = all.as_ref().unwrap_or(context.files);
    let places = Selector::default().places(&files.loaded);
    let hub = request.permits.docker_hub_names;
    let same = |(_, place): &&(usize, Place<'_>)| place.is(&update.name, hub);
    let there: Vec<_> = places.iter().filter(same).collect();
    match there[..] {
        [] => no_such_image(&update.name, &places, files),
        _ => not_selected(&update.name, &there, &request.selection),
    }
}

/// Drops entries of a kustomization that only have the name as their new name,
/// where others of the same file have it as their own.
fn prefer_own_names(matches: &mut Vec<&(usize, Place<'_>)>, update: &ImageUpdate) {
    let is_own = |place: &Place<'_>| place.name() == update.name.as_str();
    let with_own: Vec<usize> = matches
        .iter()
        .filter(|(_, place)| is_own(place))
        .map(|(file, _)| *file)
        .collect();
    matches.retain(|(file, place)| {
        let kustomize =
            matches!(&place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize);
        !kustomize || is_own(place) || !with_own.contains(file)
    });
}

/// Warns when a kustomization has several entries for one image.
fn warn_of_duplicates(matches: &[&(usize, Place<'_>)], draft: &mut Draft<'_>) {
    let entries = matches
        .iter()
        .filter_map(|(file, place)| match &place.fields {
            Fields::Apart(apart) if apart.style == Style::Kustomize => {
                Some((*file, apart.map.parent(), place))
            }
            _ => None,
        });
    let entries: Vec<_> = entries.collect();
    for pair in entries.windows(2) {
        let [(file, list, _), (next_file, next_list, place)] = pair else {
            continue;
        };
        if file == next_file && list == next_list {
            draft.warn(Problem {
                code: "duplicate-entry".to_owned(),
                message: format!("image `{}` has several entries", place.name()),
                at: Some(place.location()),
                hint: Some("Remove all but the last one: it is the one that counts.".to_owned()),
            });
        }
    }
}

fn remember(draft: &mut Draft<'_>, update: &ImageUpdate, applied: &Applied) {
    draft.remember(Move {
        what: What::Image(update.name.to_string()),
        old: applied.old.clone(),
        new: applied.new.clone(),
    });
}

/// Sets what is marked for a policy of Flux; returns whether there is anything.
fn set_marked(
    context: &Context<'_>,
    marker: Marker<'_>,
    draft: &mut Draft<'_>,
) -> Result<bool, Failure> {
    let mut found = Vec::new();
    for (index, loaded) in context.files.loaded.iter().enumerate() {
        let documents = select::documents(loaded).into_iter();
        let documents =
            documents.filter(|document| context.asked.selector.admits_document(*document));
        for document in documents {
            found.extend(
                marked(document, marker)
                    .into_iter()
                    .map(|marked| (index, marked)),
            );
        }
    }
    let asks_for_images = context.asked.version.is_some() || !context.asked.updates.is_empty();
    if !asks_for_images {
        return Ok(false);
    }
    if found.is_empty() {
        return match &context.asked.version {
            // The images are named, so the marker is any text in a comment.
            None => Ok(false),
            Some(_) => Err(no_such_marker(marker)),
        };
    }
    for (file, marked) in found {
        let update = update_for(context, &marked)?;
        let applied = set_part(&marked, &update);
        remember(draft, &update, &applied);
        let string = marked.document.outer.map(|(string, _)| string.id());
        draft.add(file, string, applied);
    }
    Ok(true)
}

/// Returns what is asked for a marked value.
fn update_for(context: &Context<'_>, marked: &Marked<'_>) -> Result<ImageUpdate, Failure> {
    match (&context.asked.version, &context.asked.updates[..]) {
        (None, [update]) => Ok(update.clone()),
        (Some(version), _) => version_update(version, marked),
        (None, _) => Err(
            Failure::new(Kind::Usage, "several images are given for one marker")
                .hint("Set one image at a time, with the marker of its policy."),
        ),
    }
}

/// Returns the update of an image that only the file names.
fn version_update(version: &Version, marked: &Marked<'_>) -> Result<ImageUpdate, Failure> {
    let places = marked.document.places();
    let place = places
        .iter()
        .find(|place| place.nodes().contains(&marked.node));
    let text = marked.node.as_str().filter(|text| !text.is_empty());
    let written = match marked.part {
        Part::Reference => text.and_then(Written::split).map(|written| written.name),
        Part::Name => text,
        Part::Tag | Part::Digest => None,
    };
    let name = written.or(place.map(Place::name));
    match (name, marked.part) {
        (Some(name), _) => version.update(name),
        // The name is not written there.
        (None, Part::Tag | Part::Digest) => version.update("image"),
        (None, Part::Reference | Part::Name) => Err(Failure::new(
            Kind::NoSuchImage,
            format!("{} names no image yet", marked.document.key(marked.node)),
        )
        .at(marked.document.locate(marked.node))
        .hint("Write the image there, or name it with --image NAME:TAG.")),
    }
}

fn no_such_marker(marker: Marker<'_>) -> Failure {
    Failure::new(Kind::NoSuchImage, format!("no line is marked with `{}`", marker.text()))
        .hint("A marker is a comment at the end of a line, such as `# {\"$imagepolicy\": \"NAMESPACE:NAME:tag\"}`.")
}
