//! Images in manifests that a kustomization replaces anyway.

use super::Context;
use super::draft::Draft;
use crate::error::Failure;
use crate::files::{Loaded, directory};
use crate::formats::kustomization;
use crate::place::{Fields, Place, Style};
use crate::plan::Problem;
use crate::resources::local_references;
use std::collections::{BTreeMap, BTreeSet};

/// The largest number of kustomizations that are read to find out.
const MAX_KUSTOMIZATIONS: usize = 500;

/// Leaves manifests alone whose image every kustomization above them replaces:
/// an edit there would have no effect.
pub(super) fn leave(
    context: &Context<'_>,
    matches: &mut Vec<&(usize, Place<'_>)>,
    draft: &mut Draft<'_>,
) -> Result<(), Failure> {
    let is_entry = |place: &Place<'_>| matches!(&place.fields, Fields::Apart(apart) if apart.style == Style::Kustomize);
    let entries: BTreeSet<_> = matches
        .iter()
        .filter(|(_, place)| is_entry(place))
        .map(|(_, place)| place.document.path())
        .collect();
    if entries.is_empty() || entries.len() == matches.len() {
        return Ok(());
    }
    let Some(graph) = Graph::read(context) else {
        return Ok(());
    };
    let replaced =
        |place: &Place<'_>| !is_entry(place) && graph.is_replaced(place.document.path(), &entries);
    for (_, place) in matches.iter().filter(|(_, place)| replaced(place)) {
        draft.warn(Problem {
            code: "overridden".to_owned(),
            message: format!(
                "image `{}` is left as it is here: a kustomization replaces it",
                place.name()
            ),
            at: Some(place.location()),
            hint: None,
        });
    }
    matches.retain(|(_, place)| !replaced(place));
    Ok(())
}

/// Which kustomization is made of what.
struct Graph {
    /// By the path of a kustomization: all files that it is made of.
    reached: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads the kustomizations that were looked through; `None` when there
    /// are too many.
    fn read(context: &Context<'_>) -> Option<Self> {
        let paths = context
            .files
            .seen
            .iter()
            .filter(|path| kustomization::is_file(path));
        let paths: Vec<_> = paths.cloned().collect();
        if paths.len() > MAX_KUSTOMIZATIONS {
            return None;
        }
        let mut direct = BTreeMap::new();
        for (path, bytes) in paths.iter().zip(context.repository.read(&paths)) {
            let loaded = bytes
                .ok()
                .and_then(|bytes| Loaded::parse(path, &bytes).ok());
            let references = loaded.map(|loaded| local_references(&loaded, &mut false));
            direct.insert(path.clone(), references.unwrap_or_default());
        }
        let by_directory: BTreeMap<_, _> =
            paths.iter().map(|path| (directory(path), path)).collect();
        let reached = paths
            .iter()
            .map(|path| (path.clone(), reach(path, &direct, &by_directory)));
        Some(Self {
            reached: reached.collect(),
        })
    }

    /// Whether every kustomization that a manifest ends up in has one of `entries`.
    fn is_replaced(&self, manifest: &str, entries: &BTreeSet<&str>) -> bool {
        let mut roots = self.reached.iter().filter(|(root, reached)| {
            let is_base = self.reached.values().any(|others| others.contains(*root));
            !is_base && reached.contains(manifest)
        });
        let has_entry = |(root, reached): (&String, &BTreeSet<String>)| {
            entries
                .iter()
                .any(|entry| root == entry || reached.contains(*entry))
        };
        let mut any = false;
        roots.all(|root| {
            any = true;
            has_entry(root)
        }) && any
    }
}

/// Returns all files that a kustomization is made of, without itself.
fn reach(
    path: &str,
    direct: &BTreeMap<String, Vec<String>>,
    by_directory: &BTreeMap<&str, &String>,
) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        for reference in direct.get(&next).into_iter().flatten() {
            let file = by_directory
                .get(reference.as_str())
                .map_or(reference, |file| *file);
            if file != path && reached.insert(file.clone()) {
                open.push(file.clone());
            }
        }
    }
    reached
}
