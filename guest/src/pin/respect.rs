//! What pins mean for a change.

use super::{Pin, file};
use crate::error::{Failure, Kind};
use crate::plan::{Plan, Problem};
use crate::repository::Repository;

/// A new version that a change brings.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'w> {
    /// The image, chart, repository or key.
    pub(crate) of: &'w str,
    /// The version.
    pub(crate) version: &'w str,
    /// The number of the build, where it is known.
    pub(crate) build: Option<u64>,
    /// The repository whose build it is.
    pub(crate) source: Option<&'w str>,
    /// Versions that are known to be older.
    pub(crate) earlier: Vec<&'w str>,
}

/// Completes a plan that brings `wanted`: pins that a newer build ends are
/// removed by it.
///
/// # Errors
/// `Pinned`, when another pin holds what the plan would change.
pub(crate) fn respect(
    mut plan: Plan,
    wanted: &[Wanted<'_>],
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    if plan.files.is_empty() || wanted.is_empty() {
        return Ok(plan);
    }
    let changes = |path: &String| plan.files.iter().any(|file| file.path == *path);
    let mut ended = Vec::new();
    for (path, pin) in super::all(repository)? {
        if !pin.files.iter().any(changes) {
            continue;
        }
        for new in wanted.iter().filter(|new| pin.holds(new)) {
            if !pin.ends_with(new) {
                return Err(pinned(&pin, new));
            }
            if !ended.iter().any(|(other, _)| *other == path) {
                ended.push((path.clone(), pin.clone()));
            }
        }
    }
    for (path, pin) in ended {
        plan.warnings.push(Problem {
            code: "unpinned".to_owned(),
            message: format!("the pin of {} ends with this newer build", pin.what()),
            at: None,
            hint: None,
        });
        plan.files.push(file::removed(&path));
    }
    plan.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(plan)
}

impl Pin {
    fn holds(&self, new: &Wanted<'_>) -> bool {
        self.of.iter().any(|of| of == new.of)
    }
}

/// Says that something stays as it is.
pub(crate) fn left_alone(pin: &Pin, version: &str) -> Problem {
    let wanted = Wanted {
        of: "",
        version,
        build: None,
        source: None,
        earlier: Vec::new(),
    };
    pinned(pin, &wanted).problem
}

/// Describes a pin that is in the way.
fn pinned(pin: &Pin, new: &Wanted<'_>) -> Failure {
    let over = pin
        .instead_of
        .as_deref()
        .map(|over| format!(" instead of {over}"));
    let message = format!(
        "{} is pinned to {}{}, so that it does not become {} (pinned {})",
        pin.what(),
        pin.version,
        over.unwrap_or_default(),
        new.version,
        pin.why()
    );
    let newer = match pin.instead_of {
        Some(_) => ", or set a newer build",
        None => "",
    };
    Failure::new(Kind::Pinned, message).hint(format!("Run `{}`{newer}.", pin.unpin()))
}
