//! What a clock on the wall and a calendar show.

use super::DAY;
use std::fmt;

/// The first and the last year that can be written down.
const YEARS: std::ops::RangeInclusive<i64> = 1..=9999;

/// What a clock on the wall and a calendar show: a date with a time of day.
///
/// It is a count of seconds as if there were no time zones, so that clocks can
/// be compared and added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil(pub i64);

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl Civil {
    /// Reads `2026-12-18`, `2026-12-18T18:00`, `2026-12-18 18:00` or either with seconds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', ' ']) {
            Some((date, time)) => (date, time),
            None => (text, "00:00"),
        };
        let date = numbers::<3>(date, '-', &[4, 2, 2])?;
        let time = numbers::<3>(time, ':', &[2, 2, 2])
            .or_else(|| numbers::<2>(time, ':', &[2, 2]).map(|[hour, minute]| [hour, minute, 0]))?;
        let [hour, minute, second] = time;
        let date = Date {
            year: date[0],
            month: u8::try_from(date[1]).ok()?,
            day: u8::try_from(date[2]).ok()?,
        };
        let valid = hour < 24 && minute < 60 && second < 60 && date.is_valid();
        valid.then(|| Self(date.days() * DAY + hour * 3600 + minute * 60 + second))
    }

    /// Returns the number of the day since 1970-01-01.
    pub(crate) fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Returns the minute of the day.
    pub(crate) fn minute(self) -> i64 {
        self.0.rem_euclid(DAY) / 60
    }
}

impl Date {
    /// Returns the date of a number of days since 1970-01-01.
    pub(crate) fn of(days: i64) -> Self {
        // The years begin in March here, so that a leap day is the last one, and
        // 400 years are the same number of days each time.
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: era * 400 + year + i64::from(month <= 2),
            month: u8::try_from(month).unwrap_or(0),
            day: u8::try_from(day).unwrap_or(0),
        }
    }

    /// Returns the number of days since 1970-01-01.
    pub(crate) fn days(self) -> i64 {
        let month = i64::from(self.month);
        let year = self.year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year =
            (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    fn is_valid(self) -> bool {
        YEARS.contains(&self.year)
            && (1..=12).contains(&self.month)
            && self.day >= 1
            && Self::of(self.days()) == self
    }
}

/// Reads numbers of fixed widths.
fn numbers<const N: usize>(text: &str, between: char, widths: &[usize]) -> Option<[i64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (slot, width) in found.iter_mut().zip(widths) {
        let part = parts.next()?;
        let digits = part.len() == *width && part.bytes().all(|byte| byte.is_ascii_digit());
        *slot = digits.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}

impl fmt::Display for Civil {
    /// Writes `2026-12-18 18:00`, with seconds only where there are some.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day } = Date::of(self.day());
        let (minute, second) = (self.minute(), self.0.rem_euclid(60));
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {:02}:{:02}",
            minute / 60,
            minute % 60
        )?;
        match second {
            0 => Ok(()),
            second => write!(f, ":{second:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, Date};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = Civil::parse(text).map(|civil| civil.to_string());
        assert_eq!(read.as_deref(), expected);
    }

    #[test]
    fn dates_with_and_without_times_are_read() {
        check("2026-12-18", Some("2026-12-18 00:00"));
        check("2026-12-18T18:00", Some("2026-12-18 18:00"));
        check("2026-12-18 18:00:07", Some("2026-12-18 18:00:07"));
        check("2024-02-29", Some("2024-02-29 00:00"));
    }

    #[test]
    fn what_no_calendar_shows_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-1-1",
            "2026-01-01T24:00",
            "2026-01-01T10:60",
            "2026-01-01T1:00",
            "0000-01-01",
            "today",
            "",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn a_day_and_its_date_are_one(days in -700_000_i64..2_900_000) {
            prop_assert_eq!(Date::of(days).days(), days);
        }

        #[test]
        fn a_clock_is_read_as_it_is_written(seconds in -60_000_000_000_i64..200_000_000_000) {
            prop_assert_eq!(Civil::parse(&Civil(seconds).to_string()), Some(Civil(seconds)));
        }
    }
}
