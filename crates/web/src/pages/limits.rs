//! How much the pages show at once, and from when they ask for something.

/// Runs in the small chart: more bars than these are no wider than a finger's tip on a telephone.
pub(super) const RUNS_CHARTED: usize = 14;

/// Credentials older than this get a hint to renew them: half a year, the longest that auditors commonly accept.
pub(super) const CREDENTIALS_OLD_DAYS: u64 = 180;

/// Examples that stand open under a cause; the rest is folded away.
pub(super) const EXAMPLES_OPEN: usize = 3;

/// Letters of a value in a table of the way of a row. A page is for people: what is longer is cut, and says so.
pub(super) const VALUE_CHARS_MAX: usize = 400;
