//! How long a version has been in an environment.

use super::outcome::moment;
use super::{Gate, Outcome};
use crate::time::{Instant, Span, Zone};
use crate::timeline::{Stay, Timeline};

/// Evaluates how long `version` has been where `timeline` was recorded.
///
/// The time is counted from the commit that brought it, on the line of first
/// parents; another version in between starts it anew.
#[must_use]
pub fn soak(timeline: &Timeline, version: &str, needed: Span, now: Instant) -> Outcome {
    let place = &timeline.environment;
    let Some(current) = timeline
        .stays
        .first()
        .filter(|stay| stay.version == version)
    else {
        return past(timeline, version, needed);
    };
    let stayed = Span((now - current.since).max(0));
    let since = since(current);
    if stayed >= needed {
        let reason = format!("{version} has been in {place} for {stayed}, {since}");
        return Outcome::open(Gate::Soak, reason);
    }
    let opens = current.since + needed.0;
    let when = moment(&Zone::utc(), opens, now);
    let reason = format!(
        "{version} has been in {place} for {stayed} of {needed}, {since}; it has soaked at {when}"
    );
    Outcome::closed(Gate::Soak, reason).opening(Some(opens))
}

/// A version that is there no more has the time that it had.
fn past(timeline: &Timeline, version: &str, needed: Span) -> Outcome {
    let place = &timeline.environment;
    match timeline.longest(version) {
        Some((stay, stayed)) if stayed >= needed => Outcome::open(
            Gate::Soak,
            format!("{version} was in {place} for {stayed}, {}", since(stay)),
        ),
        Some((_, stayed)) => Outcome::closed(
            Gate::Soak,
            format!("{version} was in {place} for {stayed} of {needed} only, and is there no more"),
        ),
        None => Outcome::closed(Gate::Soak, format!("{version} was never in {place}")),
    }
}

fn since(stay: &Stay) -> String {
    match stay.commit.as_deref() {
        Some(commit) => format!("since commit {}", short(commit)),
        None => "since before the known history".to_owned(),
    }
}

/// Returns the first digits of a commit, enough for people.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// The version that a busy team may promote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// The newest version that has soaked, at an index of the stays.
    Version(usize),
    /// None has, so far: the outcome of the current one.
    NoneYet(Outcome),
}

/// Picks the newest version that has soaked, of those that came after `running`,
/// the one that the next environment runs.
///
/// A version that was left for an earlier one, that is, rolled back, is passed
/// over, however long it was there.
#[must_use]
pub fn newest_soaked(
    timeline: &Timeline,
    running: Option<&str>,
    needed: Span,
    now: Instant,
) -> Picked {
    let stays = &timeline.stays;
    let is_running = |stay: &Stay| Some(stay.version.as_str()) == running;
    for (index, stay) in stays.iter().enumerate() {
        if is_running(stay) {
            break;
        }
        let stayed = timeline.length(index, now);
        let before = timeline.longest(&stay.version).map(|(_, stayed)| stayed);
        let has_soaked = stayed >= needed || before.is_some_and(|stayed| stayed >= needed);
        if has_soaked && !timeline.was_rolled_back(index) {
            return Picked::Version(index);
        }
    }
    let current = stays.first().map_or("", |stay| stay.version.as_str());
    Picked::NoneYet(soak(timeline, current, needed, now))
}

#[cfg(test)]
mod tests {
    use super::{Picked, newest_soaked, soak};
    use crate::time::Span;
    use crate::timeline::testing::timeline;

    const HOUR: i64 = 3600;

    #[track_caller]
    fn check(stays: &[(&str, i64)], version: &str, now: i64, expected: (bool, Option<i64>)) {
        let found = soak(&timeline(stays), version, Span(24 * HOUR), now * HOUR);
        let opens = found.opens_at.map(|at| at / HOUR);
        assert_eq!((found.open, opens), expected, "{}", found.reason);
    }

    #[test]
    fn the_time_counts_from_the_commit_that_brought_the_version() {
        let stays = [("v1", 0), ("v2", 10)];
        check(&stays, "v2", 33, (false, Some(34)));
        check(&stays, "v2", 34, (true, None));
    }

    #[test]
    fn another_version_in_between_starts_it_anew() {
        let stays = [("v1", 0), ("v2", 30), ("v1", 31)];
        check(&stays, "v1", 54, (false, Some(55)));
        check(&stays, "v1", 55, (true, None));
    }

    #[test]
    fn a_version_that_left_has_the_time_it_had() {
        check(&[("v1", 0), ("v2", 24)], "v1", 25, (true, None));
        check(&[("v1", 0), ("v2", 23)], "v1", 100, (false, None));
        check(&[("v1", 0)], "v9", 100, (false, None));
    }

    #[test]
    fn a_clock_that_goes_wrong_is_no_time() {
        check(&[("v1", 50)], "v1", 40, (false, Some(74)));
    }

    #[track_caller]
    fn check_pick(stays: &[(&str, i64)], running: Option<&str>, now: i64, expected: Option<&str>) {
        let timeline = timeline(stays);
        let picked = newest_soaked(&timeline, running, Span(24 * HOUR), now * HOUR);
        let version = match &picked {
            Picked::Version(index) => Some(timeline.stays[*index].version.as_str()),
            Picked::NoneYet(_) => None,
        };
        assert_eq!(version, expected);
    }

    #[test]
    fn a_busy_team_is_not_starved() {
        // Twenty versions on Friday, one over the weekend, and then again.
        let stays = [("v1", 0), ("v2", 1), ("v3", 2), ("v4", 62), ("v5", 63)];
        check_pick(&stays, Some("v1"), 64, Some("v3"));
        check_pick(&stays, Some("v3"), 64, None);
        check_pick(&stays, Some("v3"), 87, Some("v5"));
        check_pick(&stays, None, 64, Some("v3"));
    }

    #[test]
    fn a_version_that_was_rolled_back_is_not_picked() {
        let stays = [("v1", 0), ("v2", 30), ("v1", 60), ("v3", 61)];
        check_pick(&stays, Some("v0"), 62, Some("v1"));
        check_pick(&stays, Some("v1"), 62, None);
    }
}
