//! Markdown tables, and figures as people read them.

use std::fmt::Write as _;
use std::time::Duration;

/// A table that is being written.
pub(crate) struct Table {
    text: String,
}

impl Table {
    /// Starts a table with these columns.
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        let mut table = Self {
            text: String::new(),
        };
        table.row(columns.map(str::to_owned));
        table.row(columns.map(|_| "---".to_owned()));
        table
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    /// Returns the Markdown.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// Returns a time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> String {
    let number = time.as_secs_f64() * 1000.0;
    match number {
        ..10.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Returns a number of bytes with a unit.
pub(crate) fn bytes(number: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let number = number as f64;
    match number {
        ..1_000.0 => format!("{number} B"),
        ..10_000.0 => format!("{:.1} kB", number / 1e3),
        ..1_000_000.0 => format!("{:.0} kB", number / 1e3),
        ..100_000_000.0 => format!("{:.1} MB", number / 1e6),
        _ => format!("{:.0} MB", number / 1e6),
    }
}

/// Returns a ratio with two or three digits.
pub(crate) fn ratio(number: f64) -> String {
    match number {
        ..0.095 => format!("{number:.3}"),
        ..9.95 => format!("{number:.2}"),
        ..99.5 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// A target, and whether it is met.
pub(crate) struct Target {
    /// What is to be reached.
    pub name: String,
    /// What was measured.
    pub found: f64,
    /// The limit that it has to be on the right side of.
    pub limit: f64,
    /// Whether the limit is the least, or else the most.
    pub at_least: bool,
}

impl Target {
    /// Returns a target that `found` is at most `limit`.
    pub(crate) fn at_most(name: impl Into<String>, found: f64, limit: f64) -> Self {
        let name = name.into();
        let at_least = false;
        Self {
            name,
            found,
            limit,
            at_least,
        }
    }

    /// Returns a target that `found` is at least `limit`.
    pub(crate) fn at_least(name: impl Into<String>, found: f64, limit: f64) -> Self {
        let at_least = true;
        Self {
            at_least,
            ..Self::at_most(name, found, limit)
        }
    }
}

/// Returns the targets as a table.
pub(crate) fn targets(targets: &[Target]) -> String {
    let mut table = Table::new(["target", "limit", "measured", ""]);
    for target in targets {
        let met = (target.found >= target.limit) == target.at_least || target.found == target.limit;
        let limit = if target.at_least { "≥" } else { "≤" };
        table.row([
            target.name.clone(),
            format!("{limit} {}", target.limit),
            ratio(target.found),
            if met { "met" } else { "**missed**" }.to_owned(),
        ]);
    }
    table.finish()
}
