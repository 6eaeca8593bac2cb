//! More places than one.

use crate::error::{Failure, Kind};
use crate::files::directory;
use crate::formats::kustomization;
use crate::plan::Location;

/// The largest number of places that an error lists.
const LISTED: usize = 10;

/// A place that matches: the index of its file, where it is, what it is.
pub(crate) type Match = (usize, Location, String);

/// Checks that there is one place, or one in each file when the user named the
/// files.
///
/// # Errors
/// `Ambiguous`, with the places; `Contradiction`, when kustomize could not tell
/// either.
pub(crate) fn one_each(
    what: &str,
    matches: &[Match],
    files_are_named: bool,
) -> Result<(), Failure> {
    let mut files: Vec<_> = matches.iter().map(|(file, ..)| *file).collect();
    files.sort_unstable();
    let repeated = files.windows(2).any(|pair| pair[0] == pair[1]);
    if matches.len() < 2 || (files_are_named && !repeated) {
        return Ok(());
    }
    if let Some((one, other)) = in_rivals(matches) {
        return Err(rivals(one, other));
    }
    let mut lines: Vec<_> = matches
        .iter()
        .take(LISTED)
        .map(|(_, at, key)| format!("{}:{} ({key})", at.path, at.line))
        .collect();
    if matches.len() > LISTED {
        lines.push(format!("and {} more", matches.len() - LISTED));
    }
    let message = format!(
        "{what} is at {} places: {}",
        matches.len(),
        lines.join(", ")
    );
    let mut failure = Failure::new(Kind::Ambiguous, message).hint(
        "Choose with --file, --path, --document or --container, or pass --all for every place.",
    );
    if let Some((_, at, _)) = matches.first() {
        failure = failure.at(at.clone());
    }
    Err(failure)
}

/// Refuses to choose between two kustomizations of one directory.
pub(crate) fn rivals(one: &str, other: &str) -> Failure {
    Failure::new(
        Kind::Contradiction,
        format!("{one:?} and {other:?} are both kustomizations of one directory"),
    )
    .hint("Remove one of them: kustomize refuses to build both.")
}

fn in_rivals(matches: &[Match]) -> Option<(&str, &str)> {
    let paths = matches.iter().map(|(_, at, _)| at.path.as_str());
    let paths: Vec<_> = paths.filter(|path| kustomization::is_file(path)).collect();
    // They are sorted by path, so that rivals follow each other.
    let pairs = paths.windows(2).map(|pair| (pair[0], pair[1]));
    let mut rivals =
        pairs.filter(|(one, other)| one != other && directory(one) == directory(other));
    rivals.next()
}
