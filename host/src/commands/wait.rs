//! Waiting for gates to open: each time all is looked at and planned anew.

use super::seconds_since_1970;
use crate::args::WaitOptions;
use crate::console::Console;
use crate::error::Error;
use std::thread;
use std::time::{Duration, Instant};
use towpath_surface::Kind;

/// How long it takes until something is looked at again that has no time.
const AGAIN: Duration = Duration::from_secs(30);

/// Runs a command until its gates are open, as long as the user waits.
///
/// # Errors
/// Those of the command; `GateClosed` when the time is over.
pub(super) fn until_open(
    options: &WaitOptions,
    console: &mut Console,
    mut command: impl FnMut(&mut Console) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(limit) = options.wait else {
        return command(console);
    };
    let started = Instant::now();
    loop {
        let error = match command(console) {
            Err(error) if error.kind == Kind::GateClosed => error,
            done => return done,
        };
        let left = limit.saturating_sub(started.elapsed());
        let pause = pause(&error, seconds_since_1970());
        if pause > left {
            return Err(error);
        }
        console.detail(&format!(
            "{}; looking again in {}",
            error.problem.message,
            humantime::format_duration(pause)
        ));
        thread::sleep(pause);
    }
}

/// Returns how long to wait before the next look.
fn pause(error: &Error, now: i64) -> Duration {
    let known = error
        .retry_at
        .map(|at| u64::try_from(at - now).unwrap_or(0));
    known.map_or(AGAIN, |seconds| Duration::from_secs(seconds.max(1)))
}

#[cfg(test)]
mod tests {
    use super::{AGAIN, pause, until_open};
    use crate::args::WaitOptions;
    use crate::console::Console;
    use crate::error::Error;
    use std::time::Duration;
    use towpath_surface::Kind;

    fn closed(retry_at: Option<i64>) -> Error {
        Error {
            retry_at,
            ..Error::new(Kind::GateClosed, "closed")
        }
    }

    #[test]
    fn it_waits_for_the_opening_or_looks_again() {
        assert_eq!(pause(&closed(Some(100)), 40), Duration::from_secs(60));
        assert_eq!(pause(&closed(Some(10)), 40), Duration::from_secs(1));
        assert_eq!(pause(&closed(None), 40), AGAIN);
    }

    #[track_caller]
    fn check(wait: Option<u64>, answers: Vec<Result<(), Error>>, expected: (Option<Kind>, usize)) {
        let options = WaitOptions {
            wait: wait.map(Duration::from_secs),
            allow_probes: false,
        };
        let mut answers = answers.into_iter();
        let mut calls = 0;
        let found = until_open(&options, &mut Console::default(), |_| {
            calls += 1;
            answers.next().unwrap()
        });
        assert_eq!((found.err().map(|error| error.kind), calls), expected);
    }

    #[test]
    fn it_ends_when_it_is_open_when_time_is_over_or_when_all_is_lost() {
        check(Some(60), vec![Err(closed(Some(0))), Ok(())], (None, 2));
        check(
            Some(0),
            vec![Err(closed(Some(0)))],
            (Some(Kind::GateClosed), 1),
        );
        check(
            None,
            vec![Err(closed(Some(0)))],
            (Some(Kind::GateClosed), 1),
        );
        let lost = Error::new(Kind::Unreachable, "lost");
        check(
            Some(60),
            vec![Err(closed(Some(0))), Err(lost)],
            (Some(Kind::Unreachable), 2),
        );
    }
}
