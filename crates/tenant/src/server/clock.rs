//! The tenant's clock. Apart so that a test can own the time: windows, `Retry-After`, pending exports and signed addresses all go by
//! it.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// What the tenant reads the time from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until it is advanced. Pauses advance it and take no time.
    Manual(ManualClock),
}

/// A clock that stands still until it is advanced. All clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock {
    milliseconds: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows a moment, cut to milliseconds.
    pub fn showing(moment: Timestamp) -> Self {
        Self { milliseconds: Arc::new(AtomicI64::new(moment.as_millisecond())) }
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.milliseconds.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn milliseconds(&self) -> i64 {
        match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Manual(clock) => clock.milliseconds.load(Ordering::SeqCst),
        }
    }

    /// Waits.
    pub(crate) async fn pause(&self, milliseconds: u32) {
        let by = Duration::from_millis(u64::from(milliseconds));
        match self {
            Self::System => tokio::time::sleep(by).await,
            Self::Manual(clock) => clock.advance(by),
        }
    }
}
