//! Commit statuses and checks on the forge.

use super::soak::short;
use super::{Gate, Outcome};
use towpath_surface::facts::{CommitStatus, StatusState};

/// Evaluates statuses and checks of one commit, each by its name.
///
/// When a forge has several of one name, from both of its interfaces or from
/// several runs, the worst counts.
#[must_use]
pub fn statuses<'w>(
    wanted: impl IntoIterator<Item = &'w str>,
    commit: &str,
    found: &[CommitStatus],
) -> Vec<Outcome> {
    let wanted = wanted.into_iter();
    wanted
        .map(|name| status(name, short(commit), found))
        .collect()
}

fn status(name: &str, commit: &str, found: &[CommitStatus]) -> Outcome {
    let same = found.iter().filter(|check| check.context == name);
    let (open, what) = match same.map(|check| check.state).max_by_key(badness) {
        Some(StatusState::Success) => (true, "is green"),
        Some(StatusState::Neutral) => (true, "is neutral"),
        Some(StatusState::Skipped) => (false, "was skipped"),
        Some(StatusState::Pending) => (false, "is pending"),
        Some(StatusState::Failure) => (false, "failed"),
        None => (false, "is missing"),
    };
    let reason = format!("`{name}` {what} on commit {commit}");
    match open {
        true => Outcome::open(Gate::Status, reason),
        false => Outcome::closed(Gate::Status, reason),
    }
}

/// Orders states: what is green, what is good enough, and what is not.
fn badness(state: &StatusState) -> u8 {
    match state {
        StatusState::Success => 0,
        StatusState::Neutral => 1,
        StatusState::Skipped => 2,
        StatusState::Pending => 3,
        StatusState::Failure => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::{CommitStatus, StatusState, statuses};

    #[track_caller]
    fn check(states: &[StatusState], open: bool, reason: &str) {
        let of = |name: &str, state| CommitStatus {
            context: name.to_owned(),
            state,
            ..CommitStatus::default()
        };
        let mut found: Vec<_> = states.iter().map(|state| of("e2e", *state)).collect();
        found.push(of("lint", StatusState::Failure));
        let outcomes = statuses(["e2e"], "0123456789abcdef", &found);
        let [outcome] = outcomes.as_slice() else {
            panic!("{outcomes:?}")
        };
        assert_eq!((outcome.open, outcome.reason.as_str()), (open, reason));
    }

    #[test]
    fn every_state_is_told_apart() {
        check(
            &[StatusState::Success],
            true,
            "`e2e` is green on commit 0123456789",
        );
        check(
            &[StatusState::Neutral],
            true,
            "`e2e` is neutral on commit 0123456789",
        );
        check(
            &[StatusState::Skipped],
            false,
            "`e2e` was skipped on commit 0123456789",
        );
        check(
            &[StatusState::Pending],
            false,
            "`e2e` is pending on commit 0123456789",
        );
        check(
            &[StatusState::Failure],
            false,
            "`e2e` failed on commit 0123456789",
        );
        check(&[], false, "`e2e` is missing on commit 0123456789");
    }

    #[test]
    fn of_several_the_worst_counts() {
        check(
            &[StatusState::Failure, StatusState::Success],
            false,
            "`e2e` failed on commit 0123456789",
        );
        check(
            &[StatusState::Success, StatusState::Pending],
            false,
            "`e2e` is pending on commit 0123456789",
        );
    }
}
