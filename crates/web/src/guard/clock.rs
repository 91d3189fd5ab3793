//! What time it is for sessions and waits. Apart because tests own their time, and because neither clock of the standard
//! library will do: one can be set back, which lengthens a session, and the other stands still while the machine sleeps,
//! so that a session would outlive a night with the lid closed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A time that only goes on, counted from any fixed moment.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// The machine's: since it was started, with the time that it slept.
    pub fn machine() -> Self {
        Self::new(|| {
            let now = rustix::time::clock_gettime(SINCE_START);
            Duration::try_from(now).expect("time since the machine was started is not negative")
        })
    }

    /// One of the caller's.
    pub fn new(now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> Duration {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(target_os = "linux")]
const SINCE_START: rustix::time::ClockId = rustix::time::ClockId::Boottime;

/// Elsewhere the monotonic clock is the only one there is; on macOS it counts sleep as well.
#[cfg(not(target_os = "linux"))]
const SINCE_START: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clock_goes_on() {
        let clock = Clock::machine();
        let earlier = clock.now();
        assert!(earlier > Duration::ZERO && clock.now() >= earlier);
    }
}
