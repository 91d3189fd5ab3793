//! Every limit of this crate by name, with its reason.

/// Memory that DataFusion's operators may hold together before they spill: a quarter of the 512 MiB that a
/// loading process may take, as batches in flight, pages and bodies come on top, and a merge needs as much again for
/// what it hands on.
pub const MEMORY_BYTES: usize = 128 * 1024 * 1024;

/// Rows in one batch: large enough to amortise a call, small enough to stay in the second-level cache.
pub const BATCH_ROWS: usize = 8_192;

/// Rows in one row group of a file of ours: a whole number of batches, so that a dictionary page is never
/// crossed inside a batch, and few enough that one group of wide rows fits beside the pool.
pub const ROW_GROUP_ROWS: usize = 4 * BATCH_ROWS;

/// What a sort keeps aside for merging its spilled runs.
pub const SORT_RESERVATION_BYTES: usize = 16 * 1024 * 1024;

/// Disk that spilled runs may take; a full disk is an error of its own, reached later.
pub const SPILL_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// How zstd compresses our files. Level 1 costs least and already gives most of the gain on inventory.
pub const ZSTD_LEVEL: i32 = 1;
