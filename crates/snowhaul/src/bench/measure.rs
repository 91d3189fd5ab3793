//! Time, and how it is told.

use std::time::Instant;

use serde::Serialize;

/// Sums times over chunks. Of the several times that one chunk was taken, the median counts.
pub(super) struct Watch {
    taken: Vec<f64>,
    sum: f64,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { taken: Vec::new(), sum: 0.0 }
    }

    pub(super) fn begin(&self) -> Instant {
        Instant::now()
    }

    pub(super) fn end(&mut self, began: Instant) {
        self.taken.push(began.elapsed().as_secs_f64());
    }

    pub(super) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = self.begin();
        let result = work();
        self.end(began);
        result
    }

    /// Ends a chunk that was taken several times.
    pub(super) fn lap(&mut self) {
        self.taken.sort_by(f64::total_cmp);
        self.sum += self.taken.get(self.taken.len() / 2).copied().unwrap_or_default();
        self.taken.clear();
    }

    /// Seconds of all chunks; what was taken since the last lap counts in full.
    pub(super) fn seconds(&self) -> f64 {
        self.sum + self.taken.iter().sum::<f64>()
    }
}

/// One step's figure.
#[derive(Serialize)]
pub(super) struct Figure {
    step: &'static str,
    seconds: f64,
    rows_per_second: u64,
    megabytes_per_second: f64,
    bound: Option<Bound>,
}

/// What the same machine did in the same run without the work.
#[derive(Serialize)]
struct Bound {
    what: &'static str,
    seconds: f64,
    /// The bound's seconds by ours: 1 is as fast as the bound.
    share: f64,
}

impl Figure {
    pub(super) fn new(step: &'static str, rows: u64, bytes: u64, seconds: f64) -> Self {
        Self {
            step,
            seconds: rounded(seconds),
            rows_per_second: (rows as f64 / seconds) as u64,
            megabytes_per_second: rounded(bytes as f64 / 1e6 / seconds),
            bound: None,
        }
    }

    pub(super) fn beside(mut self, what: &'static str, seconds: f64) -> Self {
        self.bound = Some(Bound { what, seconds: rounded(seconds), share: rounded(seconds / self.seconds) });
        self
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// Lets the highest resident memory begin anew; where the system does not, it stays that of the whole process.
pub(super) fn forget_peak_memory() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

/// Highest resident memory of this process; `None` where the system does not tell.
pub(super) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}
