//! What a kustomization is made of: its resources, bases and components.

use crate::error::{Failure, Kind};
use crate::files::{Loaded, directory, join};
use crate::formats::kustomization::{FILE_NAMES, is_remote, references};
use crate::repository::Repository;
use crate::yaml::NodeRef;
use std::collections::BTreeSet;

/// The largest number of files that are read for one kustomization.
const MAX_FILES: usize = 1000;

/// What a kustomization is made of.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// The files, those of bases too.
    pub(crate) files: Vec<Loaded>,
    /// Whether a part of it is not in the repository.
    pub(crate) remote: bool,
}

/// Reads everything that a kustomization is made of.
///
/// Files that are no YAML are passed over: they cannot use an image.
///
/// # Errors
/// `Limit`, when it is made of too many files.
pub(crate) fn resources(
    kustomization: &Loaded,
    repository: &dyn Repository,
) -> Result<Resources, Failure> {
    let mut resources = Resources::default();
    let mut seen = BTreeSet::from([kustomization.path().to_owned()]);
    let mut open = paths(kustomization, &mut resources.remote);
    while !open.is_empty() {
        open.retain(|path| seen.insert(path.clone()));
        if seen.len() > MAX_FILES {
            return Err(Failure::new(
                Kind::Limit,
                format!(
                    "{:?} is made of more than {MAX_FILES} files",
                    kustomization.path()
                ),
            ));
        }
        let mut next = Vec::new();
        for (path, bytes) in open.iter().zip(repository.read(&open)) {
            let loaded = bytes
                .ok()
                .and_then(|bytes| Loaded::parse(path, &bytes).ok());
            if let Some(loaded) = loaded {
                next.extend(paths(&loaded, &mut resources.remote));
                resources.files.push(loaded);
            }
        }
        open = next;
    }
    Ok(resources)
}

/// Returns the paths that a kustomization may mean by its references.
fn paths(kustomization: &Loaded, remote: &mut bool) -> Vec<String> {
    let mut paths = Vec::new();
    for reference in local_references(kustomization, remote) {
        let last = reference.rsplit('/').next().unwrap_or(&reference);
        if last.ends_with(".yaml") || last.ends_with(".yml") || last.ends_with(".json") {
            paths.push(reference);
        } else {
            let inside = |name: &str| {
                if reference.is_empty() {
                    name.to_owned()
                } else {
                    format!("{reference}/{name}")
                }
            };
            paths.extend(FILE_NAMES.map(inside));
        }
    }
    paths
}

/// Returns the files and directories of the repository that a kustomization
/// names; none for other files.
pub(crate) fn local_references(file: &Loaded, remote: &mut bool) -> Vec<String> {
    if !crate::formats::kustomization::is_file(file.path()) {
        return Vec::new();
    }
    let from = directory(file.path());
    let mut local = Vec::new();
    let root = file.file.document(0);
    for reference in root
        .into_iter()
        .flat_map(|root: NodeRef<'_>| references(root))
    {
        if is_remote(reference) {
            *remote = true;
        } else {
            local.extend(join(from, reference));
        }
    }
    local
}
