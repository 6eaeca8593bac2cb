//! Schedules as cron writes them: minute, hour, day of month, month, day of week.

use super::civil::Date;
use super::{Civil, DAY};
use serde::Deserialize;
use std::fmt;

/// How many days are looked through for the next time: a leap day can be eight
/// years away.
const FURTHEST: i64 = 8 * 366;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Short names of whole schedules.
const NAMED: [(&str, &str); 5] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
];

/// The times that a schedule names, as a clock shows them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct Cron {
    text: String,
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
}

/// Numbers below 64, and whether the field begins with `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    bits: u64,
    is_any: bool,
}

/// What a field may hold.
struct Field {
    name: &'static str,
    lowest: u32,
    highest: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        lowest: 0,
        highest: 59,
        names: &[],
    },
    Field {
        name: "hour",
        lowest: 0,
        highest: 23,
        names: &[],
    },
    Field {
        name: "day of month",
        lowest: 1,
        highest: 31,
        names: &[],
    },
    Field {
        name: "month",
        lowest: 1,
        highest: 12,
        names: &MONTHS,
    },
    Field {
        name: "day of week",
        lowest: 0,
        highest: 7,
        names: &WEEKDAYS,
    },
];

impl Cron {
    /// Reads five fields, or one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
    ///
    /// # Errors
    /// A lower-case fragment that names the field that is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let named = NAMED.iter().find(|(name, _)| *name == text);
        let parts: Vec<_> = named
            .map_or(text, |(_, fields)| fields)
            .split_ascii_whitespace()
            .collect();
        let &[minutes, hours, days, months, weekdays] = parts.as_slice() else {
            return Err(format!(
                "the schedule `{text}` has {} fields instead of 5: minute, hour, day of month, month, day of week",
                parts.len()
            ));
        };
        let read = |index: usize, part| {
            let field: &Field = &FIELDS[index];
            field.read(part).ok_or_else(|| {
                let Field {
                    name,
                    lowest,
                    highest,
                    ..
                } = field;
                format!("`{part}` in the schedule `{text}` is no {name} ({lowest} to {highest})")
            })
        };
        let mut cron = Self {
            text: text.to_owned(),
            minutes: read(0, minutes)?,
            hours: read(1, hours)?,
            days: read(2, days)?,
            months: read(3, months)?,
            weekdays: read(4, weekdays)?,
        };
        // Sunday has two numbers.
        cron.weekdays.bits |= cron.weekdays.bits >> 7 & 1;
        match cron.after(Civil(0)) {
            Some(_) => Ok(cron),
            None => Err(format!(
                "the schedule `{text}` names a day that never comes"
            )),
        }
    }

    /// Returns the first time after `civil`.
    #[must_use]
    pub fn after(&self, civil: Civil) -> Option<Civil> {
        let (today, minute) = (civil.day(), civil.minute() + 1);
        let mut days = today..today + FURTHEST;
        days.find_map(|day| {
            let first = if day == today { minute } else { 0 };
            self.minutes_of(day, first..24 * 60)
                .next()
                .map(|minute| time(day, minute))
        })
    }

    /// Returns the times up to `civil`, the latest first, down to `earliest`.
    pub fn back_from(&self, civil: Civil, earliest: Civil) -> impl Iterator<Item = Civil> {
        let (today, minute) = (civil.day(), civil.minute());
        (earliest.day()..=today)
            .rev()
            .flat_map(move |day| {
                let last = if day == today { minute } else { 24 * 60 - 1 };
                self.minutes_of(day, 0..last + 1)
                    .rev()
                    .map(move |minute| time(day, minute))
            })
            .take_while(move |time| *time >= earliest)
    }

    /// Returns the minutes of a day that are named.
    fn minutes_of(
        &self,
        day: i64,
        minutes: std::ops::Range<i64>,
    ) -> impl DoubleEndedIterator<Item = i64> {
        let minutes = if self.has_day(day) { minutes } else { 0..0 };
        minutes.filter(|minute| self.hours.has(minute / 60) && self.minutes.has(minute % 60))
    }

    /// Whether a day is named: by its date or by its weekday when both fields
    /// narrow the days, else by both.
    fn has_day(&self, day: i64) -> bool {
        let date = Date::of(day);
        // 1970-01-01 was a Thursday.
        let weekday = self.weekdays.has((day + 4).rem_euclid(7));
        let of_month = self.days.has(i64::from(date.day));
        let either = !self.days.is_any && !self.weekdays.is_any;
        self.months.has(i64::from(date.month))
            && if either {
                of_month || weekday
            } else {
                of_month && weekday
            }
    }
}

fn time(day: i64, minute: i64) -> Civil {
    Civil(day * DAY + minute * 60)
}

impl Set {
    fn has(self, number: i64) -> bool {
        self.bits >> number & 1 == 1
    }
}

impl Field {
    fn read(&self, text: &str) -> Option<Set> {
        let mut bits = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
                None => (part, None),
            };
            let (first, last) = self.range(range, step.is_some())?;
            for value in (first..=last).step_by(step.unwrap_or(1) as usize) {
                bits |= 1 << value;
            }
        }
        let is_any = text.starts_with(['*', '?']);
        Some(Set { bits, is_any })
    }

    fn range(&self, text: &str, has_step: bool) -> Option<(u32, u32)> {
        let highest = self.highest.min(match self.names.len() {
            7 => 6,
            _ => self.highest,
        });
        if matches!(text, "*" | "?") {
            return Some((self.lowest, highest));
        }
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None => {
                let first = self.value(text)?;
                (first, if has_step { highest.max(first) } else { first })
            }
        };
        let is_range = first >= self.lowest && first <= last && last <= self.highest;
        is_range.then_some((first, last))
    }

    fn value(&self, text: &str) -> Option<u32> {
        let name = text.to_ascii_lowercase();
        match self.names.iter().position(|known| *known == name) {
            Some(index) => Some(self.lowest + u32::try_from(index).ok()?),
            None => number(text),
        }
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

impl TryFrom<String> for Cron {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, Cron};

    fn civil(text: &str) -> Civil {
        Civil::parse(text).unwrap()
    }

    #[track_caller]
    fn check(cron: &str, from: &str, after: &str, before: &str) {
        let cron = Cron::parse(cron).unwrap();
        assert_eq!(cron.after(civil(from)), Some(civil(after)));
        let earliest = civil("2000-01-01");
        assert_eq!(
            cron.back_from(civil(from), earliest).next(),
            Some(civil(before))
        );
    }

    #[test]
    fn times_are_found_in_both_directions() {
        let friday = "2026-11-27 17:55";
        check(
            "0 9 * * mon-fri",
            friday,
            "2026-11-30 09:00",
            "2026-11-27 09:00",
        );
        check(
            "*/20 * * * *",
            friday,
            "2026-11-27 18:00",
            "2026-11-27 17:40",
        );
        check(
            "55 17 * * *",
            friday,
            "2026-11-28 17:55",
            "2026-11-27 17:55",
        );
        check(
            "0 0 1,15 * *",
            friday,
            "2026-12-01 00:00",
            "2026-11-15 00:00",
        );
        check("0 0 29 2 *", friday, "2028-02-29 00:00", "2024-02-29 00:00");
        check("0 22 * * 7", friday, "2026-11-29 22:00", "2026-11-22 22:00");
        check("@monthly", friday, "2026-12-01 00:00", "2026-11-01 00:00");
    }

    #[test]
    fn two_narrowed_day_fields_are_alternatives() {
        check(
            "0 0 13 * fri",
            "2026-11-09 00:00",
            "2026-11-13 00:00",
            "2026-11-06 00:00",
        );
        check(
            "0 0 10 * fri",
            "2026-11-09 00:00",
            "2026-11-10 00:00",
            "2026-11-06 00:00",
        );
        check(
            "0 0 */2 * fri",
            "2026-11-09 00:00",
            "2026-11-13 00:00",
            "2026-10-23 00:00",
        );
    }

    #[test]
    fn what_is_no_schedule_is_refused_by_field() {
        let check = |text: &str, part: &str| {
            let error = Cron::parse(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        };
        check("* * * *", "4 fields");
        check("60 * * * *", "no minute (0 to 59)");
        check("* 24 * * *", "no hour");
        check("* * 0 * *", "no day of month");
        check("* * * foo *", "no month");
        check("* * * * 8", "no day of week");
        check("*/0 * * * *", "no minute");
        check("5-3 * * * *", "no minute");
        check("0 0 30 2 *", "never comes");
        check("+1 * * * *", "no minute");
    }
}
