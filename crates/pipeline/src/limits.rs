//! Every limit of this crate by name, with its reason.

/// Planned rows that are sent before their outcomes are read: what is kept of them in memory stays small, whatever
/// the size of the fleet.
pub const GROUP_ROWS: usize = 16_384;

/// Pages decoded side by side before they are written: enough for every core, few enough that a hundred pages of the
/// largest kind stay far below the memory limit.
pub const PAGES_AT_ONCE: usize = 64;

/// Bytes of recorded bodies that wait to be decoded side by side, so that a few large ones do not fill memory.
pub const PAGES_AT_ONCE_BYTES: usize = 64 * 1024 * 1024;

/// A reading that was broken off longer ago than this is not gone on with unasked: what it has is no longer one moment
/// of the tenant.
pub const RESUMED_HOURS_MAX: i64 = 12;

/// Numbers of pages that are carried over begin here, far above those that a reading gives out.
pub const CARRIED_PAGES_FROM: u32 = 1 << 28;

/// Values that one way cannot see and that are carried over, at most: 24 bytes each, and as much again of the table that
/// finds them. A fleet of more applications is not asked a device at a time.
pub const UNSEEN_VALUES_MAX: usize = 4_000_000;

/// Days for which a row that the target refused is not sent again unchanged.
pub const WAITING_DAYS: i64 = 7;

/// Held records that are looked up to see whether the instance is still the one that was loaded.
pub const EMPTIED_SAMPLE_ROWS: usize = 50;

/// Bodies that are encoded at once, a few for each core of a small machine: what waits in memory to leave stays at some
/// megabytes, and a change of the batches' size is heeded soon.
pub const BODIES_AT_ONCE: usize = 8;

/// Longest time of one attempt to deliver a batch, the HTTP client's own limit.
pub const ATTEMPT_MAX: std::time::Duration = std::time::Duration::from_secs(70);

/// Outcomes that are buffered before they are handed to the encoder.
pub const OUTCOMES_WRITE_ROWS: usize = 8_192;

/// Records of one kind (orphans, records that were not decoded, rows that were refused) that a report lists one by one,
/// as many as the staging lists of its kinds. All are counted; past so many, a person looks at the cause.
pub const LISTED_ROWS_MAX: usize = 50_000;

/// Keys that a note names of outcomes that belong to no row.
pub const STRANGERS_NAMED: usize = 3;

/// Version of the documents that are printed as JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// Examples that a brake names: enough to recognise what happened, few enough to be read.
pub const BRAKE_EXAMPLES: usize = 5;

/// Rows that are explained at once: of more devices or applications that are called alike, a person asks by serial number.
pub const EXPLAINED_ROWS: usize = 5;

/// Snapshots before the newest in which a device is looked for that is gone: as many as plans are kept of, and each costs
/// some ten milliseconds.
pub const SNAPSHOTS_SEARCHED: usize = 31;

/// Findings of one kind that a reconciliation lists of a table. All are counted.
pub const FINDINGS_MAX: usize = 10_000;
