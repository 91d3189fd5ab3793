//! Every wait, page and size of the ServiceNow end, each with its reason.

use std::time::Duration;

/// Rows in one `insertMultiple`. The transformer works in blocks of 100 rows and a REST transaction is cancelled
/// after 60 s by default; two thousand rows are staged in a few seconds and still repay the round trip.
pub const BATCH_ROWS_MAX: usize = 2_000;

/// Rows of the first batch, and the fewest that a slow instance is sent at once: more round trips than that cost more
/// than they spare.
pub const BATCH_ROWS_MIN: usize = 200;

/// Bytes of one `insertMultiple` body. No figure is documented for the Import Set API; scripted REST stops at 10 MB,
/// and 1 MB where the body is compressed.
pub const BATCH_BODY_BYTES_MAX: usize = 1024 * 1024;

/// The smallest body that a batch is cut down to where an instance takes no larger ones; below it something else is
/// wrong.
pub const BATCH_BODY_BYTES_MIN: usize = 16 * 1024;

/// How long one answer to a batch should take at most, a quarter of the time after which the instance cancels it.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How long an instance may still be at work on a batch whose answer was lost: its default quota for an Import Set
/// request, 60 s, and a quarter more for the way.
pub const QUIET_PERIOD: Duration = Duration::from_secs(75);

/// How long a batch that was not there is asked for again: it may have waited in a queue that nobody sees.
pub const LATE_ANSWERS: Duration = Duration::from_secs(24 * 60 * 60);

/// Between two readings of a batch's rows, which must say the same.
pub const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Readings of a batch's rows until they must have come to rest.
pub const ASKED_AGAIN_MAX: u32 = 40;

/// Times that a batch is sent while the instance says that it does not have it.
pub const DELIVERIES_MAX: u32 = 3;

/// Rows of a table that may be refused one after the other before the table is: the first row and up to five others.
pub const CANARY_ROWS_MAX: usize = 6;

/// How long a canary that came through is believed.
pub const CANARY_BELIEVED: Duration = Duration::from_secs(24 * 60 * 60);

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

/// Values that one query looks for, and bytes of such a query: an address of some eight thousand bytes passes every proxy.
pub const QUERY_VALUES_MAX: usize = 100;

/// See [`QUERY_VALUES_MAX`].
pub const QUERY_BYTES_MAX: usize = 4_000;

/// Records of one page of a walk over a whole table: an instance answers so many in a second or two.
pub const WALK_ROWS: usize = 2_000;
