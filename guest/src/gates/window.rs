//! Time windows and freezes. A freeze wins over a window.

use super::outcome::moment;
use super::{Gate, Outcome};
use crate::config::{Freeze, FreezeTime, Window};
use crate::time::{Civil, DAY, Instant, Zone};

/// How many windows and freezes are gone through for the next opening.
const FURTHEST: usize = 500;

/// How far two clocks of one zone can be apart, in seconds: a whole day was
/// left out once, in Samoa.
const CHANGE: i64 = DAY + 3600;

/// Evaluates the windows and the freezes of an environment.
#[must_use]
pub fn windows(windows: &[Window], freezes: &[Freeze], now: Instant) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let opening = (!is_open(windows, freezes, now))
        .then(|| opening(windows, freezes, now))
        .flatten();
    if !windows.is_empty() {
        outcomes.push(window(windows, now, opening));
    }
    if !freezes.is_empty() {
        outcomes.push(freeze(freezes, now, opening));
    }
    outcomes
}

fn window(windows: &[Window], now: Instant, opening: Option<Instant>) -> Outcome {
    if let Some((window, end)) = covering(windows, now) {
        let until = moment(&window.zone, end, now);
        return Outcome::open(Gate::Window, format!("the window is open until {until}"));
    }
    let zone = windows
        .first()
        .map_or_else(Zone::utc, |window| window.zone.clone());
    let reason = match opening {
        Some(at) => format!(
            "outside of all windows; the next one opens at {}",
            moment(&zone, at, now)
        ),
        None => "outside of all windows, and none is known to open".to_owned(),
    };
    Outcome::closed(Gate::Window, reason).opening(opening)
}

fn freeze(freezes: &[Freeze], now: Instant, opening: Option<Instant>) -> Outcome {
    let Some((freeze, end)) = freezing(freezes, now) else {
        return Outcome::open(Gate::Freeze, "nothing is frozen");
    };
    let why = freeze
        .reason
        .as_deref()
        .map(|reason| format!(" ({reason})"));
    let until = moment(freeze.zone(), end, now);
    let reason = format!("frozen until {until}{}", why.unwrap_or_default());
    Outcome::closed(Gate::Freeze, reason).opening(opening)
}

/// Whether a change may enter.
fn is_open(windows: &[Window], freezes: &[Freeze], at: Instant) -> bool {
    freezing(freezes, at).is_none() && (windows.is_empty() || covering(windows, at).is_some())
}

/// Returns the first moment after `now` at which a change may enter.
fn opening(windows: &[Window], freezes: &[Freeze], now: Instant) -> Option<Instant> {
    let mut at = now;
    for _ in 0..FURTHEST {
        if let Some((_, end)) = freezing(freezes, at) {
            at = end;
        } else if windows.is_empty() || covering(windows, at).is_some() {
            return Some(at);
        } else {
            at = windows.iter().filter_map(|window| window.next(at)).min()?;
        }
    }
    None
}

/// Returns the window that is open and closes last, with that moment.
fn covering(windows: &[Window], at: Instant) -> Option<(&Window, Instant)> {
    let open = windows
        .iter()
        .filter_map(|window| Some((window, window.end_at(at)?)));
    open.max_by_key(|(_, end)| *end)
}

/// Returns the freeze that lasts the longest, with its end.
fn freezing(freezes: &[Freeze], at: Instant) -> Option<(&Freeze, Instant)> {
    let frozen = freezes
        .iter()
        .filter_map(|freeze| Some((freeze, freeze.end_at(at)?)));
    frozen.max_by_key(|(_, end)| *end)
}

impl Freeze {
    /// Returns its end, when `at` is in it.
    fn end_at(&self, at: Instant) -> Option<Instant> {
        match &self.time {
            FreezeTime::Recurring(window) => window.end_at(at),
            FreezeTime::Once { from, until, .. } => (*from..*until).contains(&at).then_some(*until),
        }
    }

    fn zone(&self) -> &Zone {
        match &self.time {
            FreezeTime::Recurring(window) => &window.zone,
            FreezeTime::Once { zone, .. } => zone,
        }
    }
}

impl Window {
    /// Returns the end of the window, when `at` is in one.
    ///
    /// It lasts as long on the clock as it says, so that a window from 22:00 for
    /// 8h ends at 06:00 in the nights, too, in which the clocks change. One that
    /// begins at a time that the clocks leave out begins and ends later.
    fn end_at(&self, at: Instant) -> Option<Instant> {
        let clock = self.zone.clock(at);
        let latest = Civil(clock.0 + CHANGE);
        let earliest = Civil(clock.0 - self.length.0 - CHANGE);
        let starts = self.cron.back_from(latest, earliest);
        let spans = starts.map(|start| self.span(start));
        spans
            .filter(|(start, end)| (*start..*end).contains(&at))
            .map(|(_, end)| end)
            .next()
    }

    /// Returns when the next one begins after `at`.
    fn next(&self, at: Instant) -> Option<Instant> {
        let mut start = Civil(self.zone.clock(at).0 - CHANGE);
        loop {
            start = self.cron.after(start)?;
            let (begin, _) = self.span(start);
            if begin > at {
                return Some(begin);
            }
        }
    }

    /// Returns when the window that begins at `start` begins and ends.
    fn span(&self, start: Civil) -> (Instant, Instant) {
        let begin = self.zone.moment(start);
        let end = match begin.skipped {
            true => begin.at + self.length.0,
            false => self.zone.moment(Civil(start.0 + self.length.0)).at,
        };
        (begin.at, end)
    }
}

#[cfg(test)]
mod tests;
