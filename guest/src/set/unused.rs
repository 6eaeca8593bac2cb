//! Entries of kustomizations that no resource uses.

use super::Context;
use super::draft::Draft;
use crate::files::{Loaded, directory};
use crate::formats::kustomization::{self, FILE_NAMES};
use crate::image::ImageUpdate;
use crate::place::{Fields, Place, Style};
use crate::plan::Problem;
use crate::resources::local_references;
use crate::yaml::NodeRef;
use std::collections::BTreeSet;

/// The largest number of entries that are looked at.
const MAX_ENTRIES: usize = 20;

/// The largest number of files that one look at an entry reads.
const MAX_FILES: usize = 100;

/// Keys by which a kustomization gets images that are in no resource.
const OTHER_SOURCES: [&str; 9] = [
    "configurations",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
];

/// Warns of entries that change nothing, as far as the files tell that were
/// looked through: no other file is fetched for it.
pub(super) fn warn(
    context: &Context<'_>,
    matches: &[&(usize, Place<'_>)],
    update: &ImageUpdate,
    draft: &mut Draft<'_>,
) {
    if context.files_are_named() || matches.len() > MAX_ENTRIES {
        return;
    }
    for (file, place) in matches {
        // By another name, nobody looked for the files that have this one.
        let is_entry = matches!(&place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize)
            && place.name() == update.name.as_str()
            && kustomization::is_file(place.document.path())
            && place.document.text("kind") != Some("Component");
        if is_entry && is_used(context, *file, update) == Some(false) {
            draft.warn(Problem {
                code: "unused-entry".to_owned(),
                message: format!(
                    "no resource of {:?} uses image `{}`",
                    place.document.path(),
                    place.name()
                ),
                at: Some(place.location()),
                hint: Some("The entry has no effect until one does.".to_owned()),
            });
        }
    }
}

/// Whether a file that the kustomization is made of names the image; `None`
/// when some of them are out of sight.
fn is_used(context: &Context<'_>, index: usize, update: &ImageUpdate) -> Option<bool> {
    let name = update.name.as_str();
    let last = name.rsplit('/').next().unwrap_or(name);
    let start = context.files.loaded.get(index)?;
    let mut seen = BTreeSet::from([start.path().to_owned()]);
    let mut open = referenced(context, start)?;
    while !open.is_empty() {
        open.retain(|path| seen.insert(path.clone()));
        if seen.len() > MAX_FILES {
            return None;
        }
        let names_it = |path: &String| {
            let loaded = context.files.loaded.iter();
            let mut files = loaded.filter(|loaded| loaded.path() == path);
            files.any(|loaded| loaded.file.text().contains(last))
        };
        if open.iter().any(names_it) {
            return Some(true);
        }
        open.retain(|path| kustomization::is_file(path));
        let mut next = Vec::new();
        for (path, bytes) in open.iter().zip(context.repository.read(&open)) {
            let loaded = Loaded::parse(path, &bytes.ok()?).ok()?;
            next.extend(referenced(context, &loaded)?);
        }
        open = next;
    }
    Some(false)
}

/// Returns the files that a kustomization names; `None` when one was not looked
/// through, or images may come from elsewhere.
fn referenced(context: &Context<'_>, kustomization: &Loaded) -> Option<Vec<String>> {
    let root = kustomization.file.document(0)?;
    if OTHER_SOURCES.into_iter().any(|key| root.get(key).is_some()) {
        return None;
    }
    let mut remote = false;
    let references = local_references(kustomization, &mut remote);
    let all = ["resources", "bases", "components"];
    let lists = all.into_iter().filter_map(|key| root.get(key));
    let count: usize = lists.flat_map(NodeRef::items).count();
    if remote || references.len() != count || passed_over(context, &references) {
        return None;
    }
    let is_there = |path: &String| context.files.seen.binary_search(path).is_ok();
    let find = |reference: &String| {
        let inside = FILE_NAMES.map(|name| match reference.as_str() {
            "" => name.to_owned(),
            directory => format!("{directory}/{name}"),
        });
        let mut candidates = [reference.clone()].into_iter().chain(inside);
        candidates.find(is_there)
    };
    references.iter().map(find).collect()
}

/// Whether one of the files could not be read as YAML.
fn passed_over(context: &Context<'_>, references: &[String]) -> bool {
    let mut paths = context.files.warnings.iter().filter_map(|warning| {
        let at = warning.at.as_ref()?;
        Some(at.path.as_str())
    });
    paths.any(|path| {
        let named = |reference: &String| reference == path || reference == directory(path);
        references.iter().any(named)
    })
}
