use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::thread;
use std::time::{Duration, Instant};

/// Time and chance, which come from one place so that tests can set them.
pub trait Clock {
    /// Returns the time since some fixed moment.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration);

    /// Returns a number that nobody can foresee.
    fn random(&self) -> u64;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl SystemClock {
    /// Creates a clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }

    fn random(&self) -> u64 {
        // Every state has its own random keys.
        RandomState::new().build_hasher().finish()
    }
}
