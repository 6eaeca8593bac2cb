//! How much is read from a connection that has no end of its own.

use crate::git::{Access, Error};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What one answer may still take, in bytes and in time.
#[derive(Clone)]
pub(crate) struct Allowance(Arc<Mutex<State>>);

struct State {
    limit: u64,
    left: u64,
    time: Duration,
    until: Instant,
    /// Whether more was sent than is taken.
    exceeded: bool,
}

impl Allowance {
    /// Creates an allowance for the first answer.
    pub(crate) fn new(access: &Access) -> Self {
        let allowance = Self(Arc::new(Mutex::new(State {
            limit: 0,
            left: 0,
            time: access.timeouts.answer,
            until: Instant::now(),
            exceeded: false,
        })));
        allowance.renew(access.limits.answer);
        allowance
    }

    /// Starts with another answer, of at most `limit` bytes of use.
    pub(crate) fn renew(&self, limit: u64) {
        let mut state = self.state();
        state.limit = limit;
        // What carries the bytes and what is said besides takes room as well.
        state.left = limit.saturating_add(limit / 8).saturating_add(1 << 20);
        state.until = Instant::now() + state.time;
    }

    /// Returns a reader that breaks off when the allowance is used up.
    pub(crate) fn meter<R: Read>(&self, reader: R) -> Metered<R> {
        Metered {
            reader,
            allowance: self.clone(),
        }
    }

    /// Returns the error of an answer that was too large, once.
    pub(crate) fn excess(&self, url: &str) -> Option<Error> {
        let mut state = self.state();
        std::mem::take(&mut state.exceeded).then(|| Error::TooLarge {
            url: url.to_owned(),
            what: "an answer".to_owned(),
            limit: state.limit,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader with an allowance.
pub(crate) struct Metered<R> {
    reader: R,
    allowance: Allowance,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let mut state = self.allowance.state();
        if Instant::now() > state.until {
            let message = format!("the answer took longer than {:?}", state.time);
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        match state.left.checked_sub(read as u64) {
            Some(left) => {
                state.left = left;
                Ok(read)
            }
            None => {
                state.exceeded = true;
                Err(io::Error::other("the answer is too large"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Allowance;
    use crate::git::{Access, Limits, Timeouts};
    use std::io::{Read as _, repeat};
    use std::time::Duration;

    fn allowance(answer: Duration) -> Allowance {
        Allowance::new(&Access {
            limits: Limits {
                answer: 8 << 20,
                ..Limits::default()
            },
            timeouts: Timeouts {
                answer,
                ..Timeouts::default()
            },
            ..Access::default()
        })
    }

    #[test]
    fn an_endless_answer_ends() {
        let allowance = allowance(Duration::from_mins(5));
        for _ in 0..2 {
            let mut reader = allowance.meter(repeat(b'x'));
            let (mut piece, mut taken) = ([0; 4096], 0);
            while let Ok(read) = reader.read(&mut piece) {
                taken += read;
            }
            assert!(taken > 8 << 20 && taken <= 10 << 20, "{taken}");
            let error = allowance.excess("u").unwrap();
            assert_eq!(
                error.to_string(),
                "an answer of \"u\" is larger than 8388608 bytes"
            );
            assert_eq!(allowance.excess("u"), None);
            allowance.renew(8 << 20);
        }
    }

    #[test]
    fn a_slow_answer_ends() {
        let allowance = allowance(Duration::ZERO);
        let error = allowance.meter(repeat(b'x')).read(&mut [0; 8]).unwrap_err();
        assert!(error.to_string().contains("took longer"), "{error}");
        assert_eq!(allowance.excess("u"), None);
    }
}
