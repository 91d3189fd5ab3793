//! The pace within a second. Apart because it is another shape than the hour: requests are spread, a few may leave at
//! once, and the algorithm (GCRA) is that of the crate `governor`.
//!
//! What must hold: no window of a second, ends included, has more than `allowed` requests. With a burst of `b` and
//! one request every `t` after it, the request `n` of a window comes at least `(n - b) * t` after the first, so a
//! window has at most `b + second / t` of them; `t` is chosen to make that `allowed`.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use super::window::nanos;
use crate::limits;

type Limiter = RateLimiter<NotKeyed, InMemoryState, Told, NoOpMiddleware<Nanos>>;

/// A clock that says what it was told, so that the client's clock is the only one.
#[derive(Clone, Debug, Default)]
struct Told(Arc<AtomicU64>);

impl Clock for Told {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.load(Ordering::Relaxed).into()
    }
}

/// The requests of one second.
#[derive(Debug)]
pub(super) struct Second {
    began: Instant,
    length: Duration,
    allowed: u32,
    told: Told,
    limiter: Limiter,
    closed_until: Option<Instant>,
}

impl Second {
    /// `allowed` is at least one.
    pub(super) fn new(allowed: u32, length: Duration, began: Instant) -> Self {
        let told = Told::default();
        let limiter = Limiter::direct_with_clock(quota(allowed, length), told.clone());
        Self { began, length, allowed, told, limiter, closed_until: None }
    }

    /// Counts one request, or says how long until it may be asked for again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Err(until.saturating_duration_since(now));
        }
        let passed = nanos(now.saturating_duration_since(self.began));
        self.told.0.store(passed, Ordering::Relaxed);
        self.limiter.check().map_err(|until| until.wait_time_from(passed.into()))
    }

    /// Changes what is allowed. A whole window passes before the next request, so that no window mixes what the old
    /// and the new pace let go.
    pub(super) fn allow(&mut self, allowed: u32, now: Instant) {
        if allowed != self.allowed {
            let closed_until = Some(now + self.length + NANOSECOND);
            *self = Self { closed_until, ..Self::new(allowed, self.length, self.began) };
        }
    }
}

/// What makes a window that has its end in it as strict as one that has not.
const NANOSECOND: Duration = Duration::from_nanos(1);

fn quota(allowed: u32, length: Duration) -> Quota {
    let burst = (allowed / limits::BURST_DIVISOR).max(1);
    let every = length / (allowed - burst + 1) + NANOSECOND;
    let burst = NonZeroU32::new(burst).expect("a burst has at least one request");
    Quota::with_period(every).expect("a nanosecond is some time").allow_burst(burst)
}
