//! What became of a gate.

use crate::time::{Instant, Zone};
use std::fmt;

/// What kind of gate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// The version was in the environment before.
    RanIn,
    /// The version was there long enough.
    Soak,
    /// Statuses and checks of a commit are green.
    Status,
    /// It is a time for changes.
    Window,
    /// It is no time without changes.
    Freeze,
    /// People approved the request.
    Approval,
    /// A command or an address says yes.
    Probe,
}

impl Gate {
    /// Returns the name that reports and the documentation use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RanIn => "ran-in",
            Self::Soak => "soak",
            Self::Status => "status",
            Self::Window => "window",
            Self::Freeze => "freeze",
            Self::Approval => "approval",
            Self::Probe => "probe",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a gate is open, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The gate.
    pub gate: Gate,
    /// The app that it is about; the whole environment if none.
    pub app: Option<String>,
    /// Whether it is open.
    pub open: bool,
    /// Whether that could be found out; what could not is not open.
    pub known: bool,
    /// Why, as a lower-case fragment.
    pub reason: String,
    /// When it opens, where that can be known.
    pub opens_at: Option<Instant>,
}

impl Outcome {
    /// A gate that is open.
    pub(super) fn open(gate: Gate, reason: impl Into<String>) -> Self {
        Self {
            gate,
            app: None,
            open: true,
            known: true,
            reason: reason.into(),
            opens_at: None,
        }
    }

    /// A gate that is closed, until nobody knows when.
    pub(super) fn closed(gate: Gate, reason: impl Into<String>) -> Self {
        Self {
            open: false,
            ..Self::open(gate, reason)
        }
    }

    /// A gate of which nobody knows whether it is open.
    pub(super) fn unknown(gate: Gate, reason: impl Into<String>) -> Self {
        Self {
            known: false,
            ..Self::closed(gate, reason)
        }
    }

    /// Says when it opens.
    pub(super) fn opening(mut self, at: Option<Instant>) -> Self {
        self.opens_at = at;
        self
    }

    /// Says which app it is about.
    #[must_use]
    pub fn of(mut self, app: &str) -> Self {
        self.app = Some(app.to_owned());
        self
    }
}

impl fmt::Display for Outcome {
    /// Writes `soak of web: v2 has been in staging for 2h of 1d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.gate)?;
        if let Some(app) = &self.app {
            write!(f, " of {app}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// All gates of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The gates, in the order in which they were looked at.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Whether all are open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed().next().is_none()
    }

    /// Returns those that are closed.
    pub fn closed(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| !outcome.open)
    }

    /// Returns when all will be open, if nothing else happens: none when that
    /// depends on something that has no time.
    #[must_use]
    pub fn opens_at(&self) -> Option<Instant> {
        let times: Option<Vec<_>> = self.closed().map(|outcome| outcome.opens_at).collect();
        times?.into_iter().max()
    }

    /// Returns when it makes sense to look again: at the first time that is
    /// known to change something.
    #[must_use]
    pub fn look_again_at(&self) -> Option<Instant> {
        self.closed().filter_map(|outcome| outcome.opens_at).max()
    }
}

/// Writes a moment with how long that is from now: `2026-11-30 09:00 CET (in 2d 15h)`.
pub(super) fn moment(zone: &Zone, at: Instant, now: Instant) -> String {
    let away = crate::time::Span(at - now);
    format!("{} (in {away})", zone.write(at))
}
