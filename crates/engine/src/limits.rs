//! Every limit of this crate by name, with its reason.

/// Memory that DataFusion's operators may hold together before they spill: a quarter of the 512 MiB that a
/// loading process may take, as batches in flight, pages and bodies come on top, and a merge needs as much again for
/// what it hands on.
pub const MEMORY_BYTES: usize = 128 * 1024 * 1024;

/// Rows in one batch: large enough to amortise a call, small enough to stay in the second-level cache.
pub const BATCH_ROWS: usize = 8_192;

/// As many rows as this, of all tables together, are few: planning their query thoroughly takes longer than what it saves.
/// A brief plan carries all columns through its joins, which do not spill: the pool has 16 KiB for each row.
pub const FEW_ROWS: u64 = BATCH_ROWS as u64;

/// Rows in one row group of a file of ours: a whole number of batches, so that a dictionary page is never
/// crossed inside a batch, and few enough that one group of wide rows fits beside the pool.
pub const ROW_GROUP_ROWS: usize = 4 * BATCH_ROWS;

/// Rows of a file in the making that wait to be encoded together: enough to be worth handing to all cores, and all
/// that is held unencoded, whatever the width of a row.
pub const ENCODE_ROWS: usize = BATCH_ROWS;

/// Joining keeps the row groups of its parts where they have at least this many rows on average. Smaller ones would cost
/// every later reading more than encoding them again costs once, as a dictionary serves only its own row group.
pub const JOINED_GROUP_ROWS_MIN: u64 = 8_192;

/// What each sort inside a query keeps aside for merging its spilled runs, in every partition. Queries here sort keys and
/// places only, a hundred bytes a row; with more, the sorts of one query would fill the pool before they have a row.
pub const SORT_RESERVATION_BYTES: usize = 1024 * 1024;

/// Disk that spilled runs may take; a full disk is an error of its own, reached later.
pub const SPILL_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// How zstd compresses our files. Level 1 costs least and already gives most of the gain on inventory.
pub const ZSTD_LEVEL: i32 = 1;

/// Dictionaries that one function remembers: a mapping calls one function for some dozen columns, and each partition
/// is at a row group of its own. The largest dictionaries have some thousands of texts, so this is a few megabytes.
pub const MEMO_DICTIONARIES: usize = 64;

/// Rows that one partition gathers before they are dealt into buckets. Sorting them takes as much again, twice.
pub const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// Rows of one bucket, about: some five megabytes, of which two are in memory at a time, each twice while it is sorted.
pub const BUCKET_ROWS: u64 = 8_192;

/// Buckets at most: each is an open file, and a process may have 1,024.
pub const BUCKETS_MAX: usize = 512;

/// What is held back of a bucket's file before it is written.
pub const BUCKET_BUFFER_BYTES: usize = 16 * 1024;
