//! Every limit of this crate by name, with its reason.

/// Planned rows that are sent before their outcomes are read: what is kept of them in memory stays small, whatever
/// the size of the fleet.
pub const GROUP_ROWS: usize = 16_384;

/// Pages decoded side by side before they are written: enough for every core, few enough that a hundred pages of the
/// largest kind stay far below the memory limit.
pub const PAGES_AT_ONCE: usize = 64;

/// Days for which a row that the target refused is not sent again unchanged.
pub const WAITING_DAYS: i64 = 7;

/// Held records that are looked up to see whether the instance is still the one that was loaded.
pub const EMPTIED_SAMPLE_ROWS: usize = 50;

/// Version of the documents that are printed as JSON.
pub const SCHEMA_VERSION: u32 = 1;
