//! Every limit of this crate by name, with its reason.

/// Records of one kind (rejected, duplicate, out of scope, emptied) that a run's report lists one by one. All are
/// counted; past this many, a person looks at the cause and not at the list, and the memory of a hostile snapshot
/// stays bounded. One number a kind, so that a flood of duplicates never hides a rejection.
pub const LISTED_ROWS_MAX: usize = 50_000;

/// Bytes of one staging row. ServiceNow's tables hold 8,126 a row, and a bigger one is skipped while it is loaded
/// (its documentation of the maximum row size): one staging row says so, and no second map ever tells of it. So a row
/// that would not fit is rejected here, where its reason can be said. A mapping may say less.
pub const ROW_BYTES_MAX: u32 = 8_126;

/// Of these, bytes kept free for what every staging row carries beside its own columns: run, batch, row key and
/// fingerprint, four columns of 40 characters.
pub const LINEAGE_BYTES: u32 = 4 * 40;

/// Bytes of one character at most, in UTF-8: columns count characters, rows count bytes.
pub const CHARACTER_BYTES_MAX: u64 = 4;

/// Joins of one pipeline: each multiplies the plan, and none of ours needs more than three.
pub const JOINS_MAX: usize = 8;

/// Columns of one staging table: far above what fits one record of the target.
pub const COLUMNS_MAX: usize = 200;
