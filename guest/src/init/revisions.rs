//! Environments that run a revision: an `Application` for each says which.

use super::find::Layout;
use crate::config;
use crate::environment::Pointer;
use crate::repository::Repository;

/// Patterns of files that are looked into at most.
const FURTHEST: usize = 2000;

/// Texts of which one is in every file that says a revision.
const TELLING: [&[u8]; 3] = [b"targetRevision", b"GitRepository", b"OCIRepository"];

/// Finds the one file of each environment that says which revision it runs: a
/// release, in one of them at least. Where there are several such files, each
/// app goes its own way, and no revision is that of the environment.
pub(super) fn find(paths: &[String], repository: &dyn Repository) -> Option<Layout> {
    let layouts = Layout::of_revisions(paths).into_iter().take(FURTHEST);
    let layouts: Vec<_> = layouts.collect();
    let files: Vec<_> = layouts.iter().map(Layout::files).collect();
    let read = repository.read(&files.concat());
    let mut telling = read.iter().map(|read| {
        let finds = |text: &&[u8]| {
            let bytes = read.as_deref().unwrap_or_default();
            memchr::memmem::find(bytes, text).is_some()
        };
        TELLING.iter().any(finds)
    });
    let layouts = layouts.into_iter().zip(&files);
    let layouts = layouts.filter(|(_, files)| {
        let own = telling.by_ref().take(files.len());
        own.filter(|is_telling| *is_telling).count() == files.len()
    });
    let mut found = layouts.filter_map(|(layout, _)| fitting(layout, repository));
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Returns a layout if its files say which revision each environment runs.
fn fitting(mut layout: Layout, repository: &dyn Repository) -> Option<Layout> {
    let declared = config::parse(config::FILE, layout.text().as_bytes()).ok()?;
    let mut pointers = Vec::new();
    for name in declared.config.environments.names() {
        let scope = declared.scope(name).ok()?;
        let pointer = Pointer::read(&scope, repository).ok()??;
        pointers.push(pointer);
    }
    let has_release = pointers.iter().any(|pointer| !pointer.moves());
    let says_all = pointers.iter().all(|pointer| pointer.revision.is_some());
    if !has_release || !says_all {
        return None;
    }
    let is_here = |pointer: &Pointer| match pointer.path.as_deref() {
        Some(path) => repository.list(path).is_ok(),
        None => true,
    };
    if let (Layout::Revisions { repository, .. }, false) =
        (&mut layout, pointers.iter().any(is_here))
    {
        let addresses = pointers.iter().map(address);
        let mut addresses = addresses.collect::<Option<Vec<_>>>()?;
        addresses.dedup();
        *repository = addresses.pop().filter(|_| addresses.is_empty());
        repository.as_ref()?;
    }
    Some(layout)
}

/// Returns the address of the manifests, as far as it can be written down.
fn address(pointer: &Pointer) -> Option<String> {
    let address = pointer.address.as_deref()?;
    let is_whole = address.contains("://") || address.starts_with("git@");
    (is_whole && !address.contains(['\'', '\n'])).then(|| address.to_owned())
}
