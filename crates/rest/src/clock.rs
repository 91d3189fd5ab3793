//! What time it is, and waiting. Apart because the hardest promises of this client are about time: whoever makes a
//! client owns its clock, so that a test of an hour's budget takes no hour.
//!
//! Deadlines of sockets do not ask it: bytes take the time that they take.

use std::fmt;
use std::pin::Pin;
use std::time::SystemTime;

use tokio::time::Instant;

/// A clock, and a way to wait for it.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time that only goes forward: budgets and pauses are measured by it.
    fn now(&self) -> Instant;

    /// The time of the calendar, which a date in `Retry-After` is compared with where the answer has no date itself.
    fn calendar(&self) -> SystemTime;

    /// Ends when [`Clock::now`] has reached `then`. Ending early breaks no promise, because whoever waits asks the
    /// clock again, but it costs a turn.
    fn sleep_until(&self, then: Instant) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock of the runtime, which is the machine's own unless the runtime's time is paused.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, then: Instant) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep_until(then))
    }
}
