//! The progress line of a terminal: what is being done, for anything that
//! takes longer than half a second.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What takes less is not worth a line.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the seconds are counted.
const TICK: Duration = Duration::from_millis(250);

/// A line that comes and goes, and is never there together with other output.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What is being done, since when.
    step: Option<(String, Instant)>,
    /// Whether the line is on the screen.
    shown: bool,
    /// Whether the thread that draws runs.
    started: bool,
    /// Whether it is to end.
    over: bool,
}

impl Progress {
    /// Says what is being done from now on, if somebody is looking.
    pub(super) fn step(&self, text: &str) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let mut state = self.shared.lock();
        state.step = Some((text.to_owned(), Instant::now()));
        if !state.started {
            state.started = true;
            let shared = Arc::clone(&self.shared);
            thread::spawn(move || shared.draw());
        }
        self.shared.changed.notify_all();
    }

    /// Takes the line away, because something else is printed.
    pub(super) fn clear(&self) {
        self.shared.lock().erase();
    }

    /// Ends it: nothing is being done any more.
    pub(super) fn end(&self) {
        let mut state = self.shared.lock();
        state.step = None;
        state.over = true;
        state.erase();
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked while it drew a line has broken nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws the line until the end.
    fn draw(&self) {
        let mut state = self.lock();
        while !state.over {
            if let Some(line) = state.line() {
                state.shown = true;
                let _ = write!(std::io::stderr(), "\r\x1b[2K{line}");
            }
            let waited = self.changed.wait_timeout(state, TICK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    fn line(&self) -> Option<String> {
        let (text, since) = self.step.as_ref()?;
        let elapsed = since.elapsed();
        (elapsed >= PATIENCE).then(|| line(text, elapsed))
    }

    fn erase(&mut self) {
        if self.shown {
            self.shown = false;
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

/// Writes the line, short enough for any terminal.
fn line(text: &str, elapsed: Duration) -> String {
    const WIDTH: usize = 70;
    let text: String = text
        .chars()
        .filter(|char| !char.is_control())
        .take(WIDTH)
        .collect();
    match elapsed.as_secs() {
        0 => format!("{text} ..."),
        seconds => format!("{text} ... {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::line;
    use std::time::Duration;

    #[test]
    fn a_line_is_one_line_and_counts_seconds() {
        let half = Duration::from_millis(500);
        assert_eq!(line("fetching", half), "fetching ...");
        assert_eq!(line("a\n\x1b[2Kb", Duration::from_secs(3)), "a[2Kb ... 3 s");
        assert!(line(&"x".repeat(500), half).len() < 80);
    }
}
