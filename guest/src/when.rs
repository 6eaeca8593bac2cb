//! Times as people write them, in UTC.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Returns `2026-11-27 18:03`.
pub(crate) fn date_and_time(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let minutes = seconds.rem_euclid(DAY) / 60;
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}",
        minutes / 60,
        minutes % 60
    )
}

/// Returns `2026-11-27T18:03:12Z`.
pub(crate) fn iso(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let time = seconds.rem_euclid(DAY);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

/// Returns how long ago a time was, in its largest unit; the date when the
/// present is not known.
pub(crate) fn ago(seconds: i64, now: i64) -> String {
    if now == 0 {
        return date_and_time(seconds);
    }
    let passed = now.saturating_sub(seconds);
    match passed {
        ..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", passed / 60),
        3600..DAY => format!("{} h ago", passed / 3600),
        _ => match passed / DAY {
            days @ ..60 => format!("{days} d ago"),
            days @ ..730 => format!("{} months ago", days / 30),
            days => format!("{} years ago", days / 365),
        },
    }
}

/// Returns year, month and day of a day counted from 1970-01-01.
///
/// The algorithm is the usual one for the Gregorian calendar: eras of 400 years
/// that begin in March, so that the leap day is the last.
fn date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{ago, date_and_time, iso};

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (1_795_802_592, "2026-11-27T18:03:12Z"),
        ] {
            assert_eq!(iso(seconds), expected);
        }
        assert_eq!(date_and_time(1_795_802_592), "2026-11-27 18:03");
    }

    #[test]
    fn the_past_is_told_in_one_unit() {
        let now = 1_795_802_592;
        for (passed, expected) in [
            (-5, "just now"),
            (59, "just now"),
            (119, "1 min ago"),
            (7199, "1 h ago"),
            (86_400 * 59, "59 d ago"),
            (86_400 * 61, "2 months ago"),
            (86_400 * 800, "2 years ago"),
        ] {
            assert_eq!(ago(now - passed, now), expected);
        }
        assert_eq!(ago(0, 0), "1970-01-01 00:00");
    }
}
