//! Every wait, page and size of the ServiceNow end, each with its reason.

use std::time::Duration;

/// Rows in one `insertMultiple`. The transformer works in blocks of 100 rows and a REST transaction is cancelled
/// after 60 s by default; two thousand rows are staged in a few seconds and still repay the round trip.
pub const BATCH_ROWS_MAX: usize = 2_000;

/// Bytes of one `insertMultiple` body. No figure is documented for the Import Set API; scripted REST stops at 10 MB,
/// and 1 MB where the body is compressed.
pub const BATCH_BODY_BYTES_MAX: usize = 1024 * 1024;

/// Rows of one page of the Table API: its documented default and customary maximum.
pub const PAGE_ROWS: usize = 10_000;

/// Pages of one read. A thousand full pages are ten million rows, more than any table that is read whole here; a
/// paging loop that does not end must end.
pub const READ_PAGES_MAX: usize = 1_000;

/// Password logins in one run. An instance locks an account after a few failures, and a nightly job must not do that.
pub const PASSWORD_LOGINS_MAX: u32 = 2;

/// The part of a token's life after which it is renewed: early enough that no request meets its end on the way.
pub const TOKEN_RENEW_AT_PERCENT: u32 = 80;

/// The life of an access token where the answer does not say it: the documented default.
pub const TOKEN_LIFE: Duration = Duration::from_secs(1_800);

/// Longest life that is believed, so that a nonsensical number does not become a token that is never renewed: a
/// refresh token's default life.
pub const TOKEN_LIFE_MAX: Duration = Duration::from_secs(8_640_000);

/// First wait between two looks at an import set: a small set is transformed in tens of milliseconds.
pub const POLL_WAIT_MIN: Duration = Duration::from_millis(50);

/// The wait doubles up to this, so that a long transformation costs half a request a second.
pub const POLL_WAIT_MAX: Duration = Duration::from_secs(2);

/// How long an import set may take before its rows count as unresolved. Each node starts transformations once a
/// minute and runs two of them at a time, so minutes in the queue are ordinary.
pub const CONFIRM_DEADLINE: Duration = Duration::from_secs(600);

/// Tables that one table may extend, one after the other; ServiceNow's deepest hierarchies have six.
pub const EXTENDS_DEPTH_MAX: usize = 16;
