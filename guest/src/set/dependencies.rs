//! New versions for charts, new revisions for repositories.

use super::Context;
use super::draft::Draft;
use crate::dependency::{Dependency, Followed, Update, apply};
use crate::error::{Failure, Kind};
use crate::files::{self, directory, join};
use crate::image::offered;
use crate::message::Move;
use crate::plan::{Location, Problem};
use crate::select::one_each;
use std::collections::BTreeSet;

/// The lock files of Helm, by the file whose versions they repeat.
const LOCKS: [(&str, &str); 2] = [
    ("Chart.yaml", "Chart.lock"),
    ("requirements.yaml", "requirements.lock"),
];

/// Plans every chart and every repository of the request.
pub(super) fn set(context: &Context<'_>, draft: &mut Draft<'_>) -> Result<(), Failure> {
    if context.asked.dependencies.is_empty() {
        return Ok(());
    }
    let places = context.asked.selector.dependencies(&context.files.loaded);
    let mut charts = BTreeSet::new();
    for update in &context.asked.dependencies {
        let matches: Vec<_> = places
            .iter()
            .filter(|(_, place)| place.is(update))
            .collect();
        if matches.is_empty() {
            return Err(no_such(context, &places, update));
        }
        if !context.request.permits.all {
            let found: Vec<_> = matches
                .iter()
                .map(|(file, place)| (*file, place.location(), place.document.key(place.node())))
                .collect();
            one_each(&update.title(), &found, context.files_are_named())?;
        }
        for (file, place) in matches {
            let applied = apply(place, update, context.request.permits)?;
            draft.remember(Move {
                what: update.what(),
                old: applied.old.clone(),
                new: applied.new.clone(),
            });
            if !applied.operations.is_empty() {
                charts.insert(place.document.path());
            }
            draft.add(*file, None, applied);
        }
    }
    warn_of_locks(context, &charts, draft);
    Ok(())
}

/// Warns of lock files that hold the versions of before.
fn warn_of_locks(context: &Context<'_>, charts: &BTreeSet<&str>, draft: &mut Draft<'_>) {
    let lock = |path: &&str| {
        let name = path.rsplit('/').next()?;
        let (_, lock) = LOCKS.iter().find(|(chart, _)| *chart == name)?;
        join(directory(path), lock)
    };
    let locks: Vec<_> = charts.iter().filter_map(lock).collect();
    let found = locks.iter().zip(context.repository.read(&locks));
    for (path, _) in found.filter(|(_, read)| read.is_ok()) {
        draft.warn(Problem {
            code: "stale-lock".to_owned(),
            message: format!("{path:?} still has the old versions"),
            at: Some(Location {
                path: path.clone(),
                ..Location::default()
            }),
            hint: Some("Run `helm dependency update` and commit it too.".to_owned()),
        });
    }
}

/// Describes a chart or a repository that is nowhere, with what is near.
fn no_such(context: &Context<'_>, places: &[(usize, Dependency<'_>)], update: &Update) -> Failure {
    let files = context.files;
    if let Some(all) = files::everything(context.request, files, context.repository) {
        let places = context.asked.selector.dependencies(&all.loaded);
        return nowhere(&places, update, &all.seen);
    }
    nowhere(places, update, &files.seen)
}

fn nowhere(places: &[(usize, Dependency<'_>)], update: &Update, seen: &[String]) -> Failure {
    let place = match seen {
        [only] => format!("{only:?}"),
        many => format!("{} files", many.len()),
    };
    let failure = Failure::new(
        Kind::NoSuchSource,
        format!("no {} in {place}", update.title()),
    );
    let alike = places
        .iter()
        .filter(|(_, place)| place.followed == update.followed);
    let names = alike.flat_map(|(_, place)| place.names.iter().map(String::as_str));
    let hint = offered(&update.name, names).unwrap_or_else(|| {
        match update.followed {
            Followed::Chart => "No chart was found there at all.",
            Followed::Repository => "No revision of a repository was found there at all.",
        }
        .to_owned()
    });
    failure.hint(hint)
}
