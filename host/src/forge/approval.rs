//! Approvals that stand: of each person the last word counts, and the author's
//! own does not.

use serde_json::Value;
use towpath_surface::facts::Approval;

/// What somebody said about a request, in the order in which it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Review {
    /// Whether it approves; else it takes back what the same person said before.
    pub(super) approves: bool,
    /// Who, when, and of which commit.
    pub(super) approval: Approval,
}

/// Returns the approvals that stand.
pub(super) fn standing(reviews: impl IntoIterator<Item = Review>, author: &str) -> Vec<Approval> {
    let mut standing: Vec<Approval> = Vec::new();
    for Review { approves, approval } in reviews {
        let is_same = |name: &str| name.eq_ignore_ascii_case(&approval.by);
        standing.retain(|earlier| !is_same(&earlier.by));
        if approves && !approval.by.is_empty() && !is_same(author) {
            standing.push(approval);
        }
    }
    standing
}

/// Reads a moment as forges write it, such as `2026-11-28T03:04:05.678+01:00`, in
/// seconds since 1970-01-01 UTC.
pub(super) fn moment(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let clock = clock.split('.').next().unwrap_or_default();
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let offset = match zone.trim_start_matches(['Z', '+', '-']) {
        "" => 0,
        away => {
            let (hours, minutes) = away.split_once(':').unwrap_or((away, "0"));
            hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60
        }
    };
    let offset = if zone.starts_with('-') {
        -offset
    } else {
        offset
    };
    let seconds = hour * 3600 + minute * 60 + second;
    Some(days(year, month, day)? * 86_400 + seconds - offset)
}

/// Returns the days since 1970-01-01 of a date; years begin in March here, so that
/// the day that is not in all of them is the last.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    let year = if month > 2 { year } else { year - 1 };
    let months = (month + 9) % 12;
    let in_year = (153 * months + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::{Review, moment, standing};
    use serde_json::json;
    use towpath_surface::facts::Approval;

    #[track_caller]
    fn check(reviews: &[(&str, bool)], expected: &[&str]) {
        let reviews = reviews.iter().map(|(by, approves)| Review {
            approves: *approves,
            approval: Approval {
                by: (*by).to_owned(),
                ..Approval::default()
            },
        });
        let found = standing(reviews, "bot");
        let found: Vec<_> = found.iter().map(|one| one.by.as_str()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_last_word_of_each_counts() {
        check(&[("jo", true), ("kim", true)], &["jo", "kim"]);
        check(&[("jo", true), ("jo", true)], &["jo"]);
        check(&[("jo", true), ("Jo", false)], &[]);
        check(&[("jo", false), ("jo", true)], &["jo"]);
    }

    #[test]
    fn nobody_approves_their_own() {
        check(
            &[("bot", true), ("Bot", true), ("", true), ("jo", true)],
            &["jo"],
        );
    }

    #[test]
    fn moments_are_read_in_every_zone() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-28T03:04:05Z", Some(1_795_835_045)),
            ("2026-11-28T03:04:05.678Z", Some(1_795_835_045)),
            ("2026-11-28T04:04:05+01:00", Some(1_795_835_045)),
            ("2026-11-27T19:34:05.000-07:30", Some(1_795_835_045)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2024-03-01T00:00:00Z", Some(1_709_251_200)),
            ("2024-13-01T00:00:00Z", None),
            ("yesterday", None),
        ] {
            assert_eq!(moment(&json!(text)), expected, "{text}");
        }
    }
}
