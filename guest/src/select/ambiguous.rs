//! More places than one.

use crate::error::{Failure, Kind};
use crate::plan::Location;

/// The largest number of places that an error lists.
const LISTED: usize = 10;

/// A place that matches: the index of its file, where it is, what it is.
pub(crate) type Match = (usize, Location, String);

/// Checks that there is one place, or one in each file when the user named the
/// files.
///
/// # Errors
/// `Ambiguous`, with the places.
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
