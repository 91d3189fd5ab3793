//! Every limit of this crate by name, with its reason.

use std::time::Duration;

/// Rows of a full part: one row group, so that joining parts copies row groups that are worth keeping.
pub const PART_ROWS: u64 = engine::limits::ROW_GROUP_ROWS as u64;

/// How long what was read waits to become durable: what a crash costs at most, against a file and three fsyncs for each
/// data set that is being read. At 36 requests a second this is a fiftieth of an hour's budget.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// Snapshots that may begin within one second; they are told apart by three digits.
pub const IDS_A_SECOND: u32 = 1_000;

/// Seconds that an account may claim, some thirty years: to the millisecond such a number comes back from its decimal
/// digits as it was, and a manifest is compared to the byte.
pub const ACCOUNT_SECONDS_MAX: f64 = 1e9;
