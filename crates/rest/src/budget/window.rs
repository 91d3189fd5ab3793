//! How many requests left within a window that slides. Apart because this is where "never more than" is kept.
//!
//! A token bucket as large as the budget does not keep it: full after a quiet hour, it lets a whole budget go at
//! once and refills meanwhile, so that the hour around that moment holds nearly twice the budget. Remembering the
//! time of every request would keep it, and grow with the budget. So requests are counted by slots in a ring, and a
//! slot is forgotten when *all* of it has left the window:
//!
//! ```text
//!            ◀──────────────── window ────────────────▶
//!       │ 0 │ 3 │ 1 │ 0 │                  │ 2 │ 5 │ 1 ┤ now
//!         ▲ held until this slot's end has left
//! ```
//!
//! What must hold: whichever window of the length is looked at, ends included, it has at most as many requests as
//! were allowed; what that costs is that a request may wait one slot longer than it need.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits;

/// Counts of the requests of one window. It has no clock: the caller says when it is, and never goes back.
#[derive(Debug)]
pub(super) struct Window {
    began: Instant,
    slot_nanos: u64,
    /// A ring: slot `n`, of which [`FIRST`] is the one of the beginning, is at `n` modulo the length. It has one slot more than the
    /// window, because the window's first and last slot are only partly in it.
    counts: Vec<u32>,
    newest: u64,
    held: u64,
}

/// The slot in which a window begins: as many are before it as it may remember.
const FIRST: u64 = limits::BUDGET_SLOTS as u64;

impl Window {
    pub(super) fn new(length: Duration, began: Instant) -> Self {
        let slot_nanos = nanos(length).div_ceil(limits::BUDGET_SLOTS as u64).max(1);
        Self { began, slot_nanos, counts: vec![0; limits::BUDGET_SLOTS + 1], newest: FIRST, held: 0 }
    }

    /// Counts requests that left before this began; `ago` is how long before.
    pub(super) fn remember(&mut self, ago: Duration, requests: u32) {
        let slots = nanos(ago) / self.slot_nanos;
        if slots <= FIRST && self.newest == FIRST {
            let place = self.place(FIRST - slots);
            self.counts[place] = self.counts[place].saturating_add(requests);
            self.held += u64::from(requests);
        }
    }

    /// The requests that the window holds, by how long ago they left, none of them counted as older than it is.
    pub(super) fn requests(&mut self, now: Instant) -> Vec<(Duration, u32)> {
        self.turn(now);
        let slots = (0..self.ring()).map(|ago| (ago, self.counts[self.place(self.newest - ago)]));
        let held = slots.filter(|(_, count)| *count > 0);
        held.map(|(ago, count)| (Duration::from_nanos(ago.saturating_sub(1) * self.slot_nanos), count)).collect()
    }

    /// Requests that a window which ends now has to count.
    pub(super) fn held(&mut self, now: Instant) -> u64 {
        self.turn(now);
        self.held
    }

    /// Counts one request.
    pub(super) fn add(&mut self, now: Instant) {
        self.turn(now);
        let place = self.place(self.newest);
        self.counts[place] += 1;
        self.held += 1;
    }

    /// How long until one more request makes no more than `limit`; none where it may leave now.
    pub(super) fn wait(&mut self, limit: u64, now: Instant) -> Option<Duration> {
        self.turn(now);
        let mut must_leave = (self.held + 1).saturating_sub(limit);
        if must_leave == 0 {
            return None;
        }
        for slot in self.newest.saturating_sub(self.ring() - 1)..=self.newest {
            let count = u64::from(self.counts[self.place(slot)]);
            if count >= must_leave {
                let left = self.began + Duration::from_nanos((slot + self.ring() - FIRST) * self.slot_nanos);
                return Some(left.saturating_duration_since(now));
            }
            must_leave -= count;
        }
        // Only a limit of nothing comes here: nothing that leaves makes room.
        Some(Duration::from_nanos(self.ring() * self.slot_nanos))
    }

    /// Turns the ring to now and forgets the slots that have left the window.
    fn turn(&mut self, now: Instant) {
        let slot = FIRST + nanos(now.saturating_duration_since(self.began)) / self.slot_nanos;
        let steps = slot.saturating_sub(self.newest).min(self.ring());
        for step in 1..=steps {
            let place = self.place(self.newest + step);
            self.held -= u64::from(std::mem::take(&mut self.counts[place]));
        }
        self.newest = self.newest.max(slot);
    }

    fn ring(&self) -> u64 {
        self.counts.len() as u64
    }

    fn place(&self, slot: u64) -> usize {
        usize::try_from(slot % self.ring()).expect("the remainder is below the ring's length")
    }
}

/// A time in nanoseconds. More than a `u64` holds, 584 years, is as good as for ever.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
