//! How often a code may be tried. Attempts are counted together and not by address: on loopback there is one address, and
//! behind a proxy it is the proxy's. So there is nothing here that grows.

use std::time::Duration;

use super::limits::{ATTEMPTS_A_CODE, ATTEMPTS_FREE, WAIT_FIRST, WAIT_MAX};

/// Wrong attempts since somebody last signed in.
#[derive(Default)]
pub(super) struct Throttle {
    wrong: u32,
    wrong_for_code: u32,
    next_at: Duration,
}

impl Throttle {
    /// How long nothing is looked at yet. Asking again does not lengthen it, else whoever asks all the time would keep
    /// the owner out for ever.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        self.next_at.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// Counts a wrong attempt; true where the code has been guessed at often enough.
    pub(super) fn count(&mut self, now: Duration) -> bool {
        self.wrong = self.wrong.saturating_add(1);
        self.wrong_for_code = self.wrong_for_code.saturating_add(1);
        if let Some(further) = self.wrong.checked_sub(ATTEMPTS_FREE) {
            let doubled = 2_u32.checked_pow(further).and_then(|times| WAIT_FIRST.checked_mul(times));
            self.next_at = now.saturating_add(doubled.map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX)));
        }
        self.wrong_for_code >= ATTEMPTS_A_CODE
    }

    /// Another code stands now; what was waited for the last one is still waited.
    pub(super) fn code_replaced(&mut self) {
        self.wrong_for_code = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_the_fifth_wrong_attempt_up_to_five_minutes() {
        let mut throttle = Throttle::default();
        let now = Duration::from_secs(1_000);
        let mut waits = Vec::new();
        for _ in 0..16 {
            throttle.count(now);
            waits.push(throttle.wait(now).map_or(0, |wait| wait.as_secs()));
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        for _ in 0..100 {
            throttle.count(now);
        }
        assert_eq!(throttle.wait(now), Some(WAIT_MAX));
        assert_eq!(throttle.wait(now + WAIT_MAX), None);
    }

    #[test]
    fn every_tenth_wrong_attempt_is_the_last_for_its_code() {
        let mut throttle = Throttle::default();
        let mut spent = Vec::new();
        for attempt in 1..=30 {
            if throttle.count(Duration::ZERO) {
                throttle.code_replaced();
                spent.push(attempt);
            }
        }
        assert_eq!(spent, [10, 20, 30]);
    }
}
