//! Every named limit of the instance, with its reason. Apart so that one page answers "how much".

use std::time::Duration;

/// The largest request body. ServiceNow documents 10 MB for scripted REST (`glide.rest.max_content_length`)
/// and no figure for the Import Set API; the same is taken for both.
pub(crate) const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The default transaction quota of the Import Set API (default quota rules).
pub(crate) const IMPORT_QUOTA: Duration = Duration::from_secs(60);

/// Records that match one item until they are too many to choose the oldest (identification engine, skip_duplicates: the
/// documented threshold).
pub(crate) const DUPLICATES_MAX: usize = 5;

/// Requests of the interface that are worked on at once, and how many may wait: the semaphore `API_INT` of one node
/// (KB0635398, KB3046852).
pub(crate) const SEMAPHORES: usize = 4;
pub(crate) const SEMAPHORE_QUEUE: usize = 50;

/// Requests that may wait behind another one of their session; more are dropped with 202.
pub(crate) const SESSION_QUEUE: usize = 10;

/// The time that a rate-limit rule counts in.
pub(crate) const SECONDS_AN_HOUR: u64 = 3_600;

/// Days for which import sets are kept: what is older, the nightly job deletes (key concepts of import sets).
pub(crate) const IMPORT_SETS_KEPT_DAYS: i64 = 7;

/// How often the transformer, while it has nothing to do, looks whether midnight has passed.
pub(crate) const MIDNIGHT_PAUSE: Duration = Duration::from_secs(60);

/// Bytes of a batch of requests, and of its answers together: 5 MB and 10 MB (REST Batch API).
pub(crate) const BATCH_BYTES_MAX: usize = 5 * 1024 * 1024;
pub(crate) const BATCH_ANSWER_BYTES_MAX: usize = 10 * 1024 * 1024;

/// How long a batch begins further requests; the others stay unserviced (REST Batch API: 30 s).
pub(crate) const BATCH_DURATION: Duration = Duration::from_secs(30);

/// Rows and columns of a list for people: what fits a screen and a little scrolling.
pub(crate) const PAGE_ROWS: usize = 50;
pub(crate) const PAGE_COLUMNS: usize = 12;

/// Bytes of a body of the control endpoint: some hundred faults.
pub(crate) const CONTROL_BYTES_MAX: usize = 64 * 1024;

/// Faults that are on at once; a test has a few.
pub(crate) const FAULTS_MAX: usize = 64;

/// Requests that the account keeps, the newest: a test's whole run, and bounded where an instance is served for weeks.
pub(crate) const ACCOUNT_REQUESTS_MAX: usize = 10_000;

/// How often a transformation that sticks on request looks whether it may go on.
pub(crate) const STUCK_PAUSE: Duration = Duration::from_millis(20);

/// The largest row of a table: "8126 bytes", and a bigger one is skipped and logged (ServiceNow's documentation,
/// administer/general: r_MaximumRowSize). Counted are the bytes of the columns that a sender fills.
pub(crate) const ROW_BYTES_MAX: usize = 8126;

/// Rows of one table or field value are cut at this length unless the dictionary says otherwise: the
/// documented default of a staging column.
pub(crate) const COLUMN_CHARACTERS_DEFAULT: usize = 40;

/// A comment on an import-set row is cut here; it is the length of the column in the dictionary.
pub(crate) const COMMENT_CHARACTERS_MAX: usize = 1000;

/// Rows of one import set that are transformed in one transaction. ServiceNow works in blocks of 100; keys are hashes, so
/// that every block changes pages all over the indexes, and a larger one writes each of them for more rows. A crash
/// repeats at most one block, and a request that writes waits at most for one: half a second.
pub(crate) const BLOCK_ROWS: usize = 10_000;

/// Entries of one look-up cache of a run; past it new answers are not remembered, which costs time and
/// never correctness.
pub(crate) const LOOKUP_CACHE_ENTRIES_MAX: usize = 100_000;

/// Records that one Table API answer holds unless `sysparm_limit` asks for fewer or more: the documented default.
pub(crate) const TABLE_ROWS_DEFAULT: usize = 10_000;

/// The most that `sysparm_limit` is heeded for, so that one request cannot hold the whole database in memory.
pub(crate) const TABLE_ROWS_MAX: usize = 100_000;

/// Dot-walking is followed this many references deep.
pub(crate) const DOT_WALK_DEPTH_MAX: usize = 3;

/// Terms of one encoded query. SQLite allows an expression depth of 1,000; a query is refused well before.
pub(crate) const QUERY_TERMS_MAX: usize = 400;

/// Values of one `IN` list, below SQLite's 32,766 parameters of a statement.
pub(crate) const QUERY_LIST_VALUES_MAX: usize = 30_000;

/// Elements inside one another in an update set; a real payload has four.
pub(crate) const XML_DEPTH_MAX: usize = 32;

/// The longest name of a table or column: the length of `sys_db_object.name`.
pub(crate) const NAME_BYTES_MAX: usize = 80;

/// What a connection keeps in memory: 64 MiB of pages, so that the indexes of a large table stay there while it is
/// filled.
pub(crate) const CACHE_KIBIBYTES: i64 = 65_536;

/// Pages of the write-ahead log, 64 MiB, before they are moved into the database. Keys are hashes: a block touches pages
/// all over the indexes, and moving them a few megabytes at a time would write each of them again and again.
pub(crate) const LOG_PAGES: i64 = 16_384;

/// Connections kept open for reading; more are opened when needed and closed after use.
pub(crate) const IDLE_READERS_MAX: usize = 8;

/// Prepared statements kept by each connection: a plan of a few maps needs some forty.
pub(crate) const PREPARED_STATEMENTS: usize = 256;

/// How long a connection waits for another to release the database before it gives up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the transformer lets requests that wait for the writer go first, between two blocks.
pub(crate) const YIELD_TO_REQUESTS: Duration = Duration::from_millis(20);

/// How long the transformer waits after a failure that it could not even record.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Life of an access token: the documented default.
pub(crate) const ACCESS_TOKEN_SECONDS_DEFAULT: u32 = 1800;

/// Life of a refresh token: 100 days, the documented default.
pub(crate) const REFRESH_TOKEN_SECONDS: u64 = 8_640_000;
