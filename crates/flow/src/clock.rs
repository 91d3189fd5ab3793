//! What time it is. Apart because nights that are only tried pass in seconds, and whatever waits for days must see them.

use jiff::{SignedDuration, Timestamp};

/// The machine's clock, or one that is ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// A clock that shows this moment now and goes on from there.
    pub fn showing(moment: Timestamp) -> Self {
        Self { ahead: moment.duration_since(Timestamp::now()) }
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.saturating_add(self.ahead).unwrap_or(now)
    }
}
