//! Lengths of time, as people write them.

use super::DAY;
use serde::Deserialize;
use std::fmt;

/// The longest span that makes sense in a pipeline: ten years.
const LONGEST: i64 = 3660 * DAY;

/// The units, the largest first.
const UNITS: [(char, i64); 5] = [('w', 7 * DAY), ('d', DAY), ('h', 3600), ('m', 60), ('s', 1)];

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub struct Span(pub i64);

impl Span {
    /// Reads `90s`, `30m`, `24h`, `2d`, `1w`, or several of them, as `1d12h`.
    ///
    /// # Errors
    /// A lower-case fragment that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no duration: write it as `30m`, `24h`, `2d` or `1d12h`");
        let mut total: i64 = 0;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, unit) = rest.split_at(digits);
            let number: i64 = number.parse().map_err(|_| wrong())?;
            let name = unit.chars().next().ok_or_else(wrong)?;
            let seconds = UNITS.iter().find(|(unit, _)| *unit == name);
            let (_, seconds) = seconds.ok_or_else(wrong)?;
            total = number
                .checked_mul(*seconds)
                .and_then(|more| total.checked_add(more))
                .filter(|total| *total <= LONGEST)
                .ok_or_else(|| format!("`{text}` is longer than ten years"))?;
            rest = unit.get(name.len_utf8()..).unwrap_or_default().trim_start();
        }
        Ok(Self(total))
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl fmt::Display for Span {
    /// Writes the two largest units, rounded up, so that whoever waits that long
    /// does not come too early: `2d 4h`, `35m`, `12s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit_of = |seconds: i64| {
            let found = UNITS[1..].iter().position(|(_, unit)| seconds >= *unit);
            found.map_or(UNITS.len() - 1, |index| index + 1)
        };
        let last = (unit_of(self.0) + 1).min(UNITS.len() - 1);
        let step = UNITS[last].1;
        let mut rest = (self.0 + step - 1).div_euclid(step) * step;
        let first = unit_of(rest);
        let mut written = false;
        for (name, unit) in UNITS.iter().skip(first).take(2) {
            let count = rest / unit;
            rest %= unit;
            if count > 0 {
                write!(f, "{}{count}{name}", if written { " " } else { "" })?;
                written = true;
            }
        }
        if written { Ok(()) } else { f.write_str("0s") }
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[track_caller]
    fn check(text: &str, seconds: i64, written: &str) {
        let span = Span::parse(text).unwrap();
        assert_eq!(span, Span(seconds));
        assert_eq!(span.to_string(), written);
    }

    #[test]
    fn durations_are_read_and_written() {
        check("90s", 90, "1m 30s");
        check("30m", 1800, "30m");
        check("24h", 86_400, "1d");
        check("1d12h", 129_600, "1d 12h");
        check("1w 2d", 777_600, "9d");
        check("0s", 0, "0s");
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        assert_eq!(Span(86_401).to_string(), "1d 1h");
        assert_eq!(Span(3_601).to_string(), "1h 1m");
        assert_eq!(Span(86_399).to_string(), "1d");
        assert_eq!(Span(59).to_string(), "59s");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "h",
            "24",
            "24 hours",
            "-1h",
            "1.5h",
            "99999999999999999999s",
            "5000d",
        ] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }
}
