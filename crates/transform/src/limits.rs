//! Every limit of this crate by name, with its reason.

/// Rejected and duplicate rows that a run's report lists one by one. All are counted; past this many, a
/// person looks at the cause and not at the list, and the memory of a hostile snapshot stays bounded.
pub const LISTED_ROWS_MAX: usize = 50_000;

/// Joins of one pipeline: each multiplies the plan, and none of ours needs more than three.
pub const JOINS_MAX: usize = 8;

/// Columns of one staging table: far above what fits one record of the target.
pub const COLUMNS_MAX: usize = 200;
