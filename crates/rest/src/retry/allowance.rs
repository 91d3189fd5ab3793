//! How many requests of a client may be repeated. Apart because it is shared by all its clones: one request alone
//! cannot know that it is one of a thousand that fail together.
//!
//! What must hold: over any time there are at most [`limits::RETRY_PERCENT`] retries in a hundred requests, and
//! [`limits::RETRIES_FLOOR`] more.

use crate::limits;

/// Every request saves a part of a retry, and every retry spends a whole one.
#[derive(Debug)]
pub(crate) struct Allowance {
    saved_percent: u64,
}

const WHOLE_PERCENT: u64 = 100;

impl Allowance {
    pub(crate) fn new() -> Self {
        Self { saved_percent: limits::RETRIES_FLOOR * WHOLE_PERCENT }
    }

    /// Counts one request, which is not a retry.
    pub(crate) fn save(&mut self) {
        let saved = self.saved_percent + limits::RETRY_PERCENT;
        self.saved_percent = saved.min(limits::RETRIES_SAVED_MAX * WHOLE_PERCENT);
    }

    /// Takes one retry; false where none is left.
    pub(crate) fn spend(&mut self) -> bool {
        let left = self.saved_percent.checked_sub(WHOLE_PERCENT);
        self.saved_percent = left.unwrap_or(self.saved_percent);
        left.is_some()
    }
}
