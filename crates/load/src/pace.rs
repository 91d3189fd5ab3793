//! How large the next batch is. Apart because it is a small control loop with a rule of its own: twice as many rows
//! while answers come soon, half as many when one comes late or the instance asks for a pause, and a few more at a time
//! after that (slow start, then additive increase and multiplicative decrease, as TCP does).

use std::time::Duration;

use crate::{BatchLimits, limits};

/// The size of batches, as the instance's answers let it.
#[derive(Clone, Debug)]
pub struct Pace {
    rows: usize,
    bytes: usize,
    answer_within: Duration,
    /// Grows by steps since an answer was late once.
    by_steps: bool,
}

impl Pace {
    /// Begins small; an answer should take no longer than `answer_within`.
    pub fn new(answer_within: Duration) -> Self {
        Self { rows: limits::BATCH_ROWS_MIN, bytes: limits::BATCH_BODY_BYTES_MAX, answer_within, by_steps: false }
    }

    /// How large the next batch may become.
    pub fn limits(&self) -> BatchLimits {
        BatchLimits { rows_max: self.rows, body_bytes_max: self.bytes }
    }

    /// An answer came after so long. True where the next batch is to be smaller than was said before.
    pub fn answered(&mut self, took: Duration) -> bool {
        if took > self.answer_within {
            return self.slow_down();
        }
        // Only an answer that was soon enough for twice the rows says that twice the rows would be too.
        let more = if self.by_steps || took * 2 > self.answer_within { limits::BATCH_ROWS_MIN } else { self.rows };
        self.rows = (self.rows + more).min(limits::BATCH_ROWS_MAX);
        false
    }

    /// An answer was lost or asked for a pause. True where the next batch is to be smaller than was said before.
    pub fn slow_down(&mut self) -> bool {
        let before = self.rows;
        self.by_steps = true;
        self.rows = (self.rows / 2).max(limits::BATCH_ROWS_MIN);
        self.rows < before
    }

    /// The instance does not take bodies of so many bytes. True where smaller ones can be made.
    pub fn too_large(&mut self, bytes: usize) -> bool {
        self.bytes = bytes / 2;
        self.bytes >= limits::BATCH_BODY_BYTES_MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_answers_double_late_ones_halve_and_then_it_goes_by_steps() {
        let mut pace = Pace::new(Duration::from_secs(15));
        let soon = Duration::from_secs(1);
        let mut rows = Vec::new();
        for took in [soon, soon, soon, Duration::from_secs(16), soon, soon] {
            pace.answered(took);
            rows.push(pace.limits().rows_max);
        }
        assert_eq!(rows, [400, 800, 1600, 800, 1000, 1200]);
        // An answer of more than half the time is no reason to double.
        let mut pace = Pace::new(Duration::from_secs(15));
        pace.answered(Duration::from_secs(8));
        assert_eq!(pace.limits().rows_max, 400);
        pace.answered(Duration::from_secs(8));
        assert_eq!(pace.limits().rows_max, 600);
    }

    #[test]
    fn it_stays_between_its_limits() {
        let mut pace = Pace::new(Duration::from_secs(15));
        for _ in 0..10 {
            pace.answered(Duration::ZERO);
        }
        assert_eq!(pace.limits().rows_max, limits::BATCH_ROWS_MAX);
        for _ in 0..10 {
            pace.slow_down();
        }
        assert_eq!(pace.limits().rows_max, limits::BATCH_ROWS_MIN);
        assert!(!pace.slow_down());
        assert!(pace.too_large(limits::BATCH_BODY_BYTES_MAX));
        assert_eq!(pace.limits().body_bytes_max, limits::BATCH_BODY_BYTES_MAX / 2);
        assert!(!pace.too_large(10));
    }
}
