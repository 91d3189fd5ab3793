//! Every named limit of the tenant, with its reason. Apart so that one page answers "how much".

/// The most devices and Prism rows that a page holds, and what a page holds unless told otherwise: the documented maximum.
pub(crate) const PAGE_ROWS_MAX: usize = 300;

/// People on a page, as live tenants answer when not asked for more.
pub(crate) const USERS_PAGE_ROWS: usize = 25;

/// The most people that a page holds: "max 300 per request".
pub(crate) const USERS_PAGE_ROWS_MAX: usize = 300;

/// The most blueprints and tags that a page holds: the maximum of the vendor's own specification.
pub(crate) const DIRECTORY_PAGE_ROWS_MAX: usize = 1_000;

/// The most audit events that a page holds, and what it holds unless told otherwise: the documented maximum.
pub(crate) const AUDIT_PAGE_ROWS_MAX: usize = 500;

/// Devices of automated enrolment on a page; the page's size cannot be asked for.
pub(crate) const ADE_PAGE_ROWS: usize = 300;

/// Requests in a second, as the headers of recorded answers tell.
pub(crate) const REQUESTS_PER_SECOND: u32 = 50;

/// Requests in an hour and tenant: the documented limit.
pub(crate) const REQUESTS_PER_HOUR: u32 = 10_000;

/// The largest request body that is read. An export's request is a few hundred bytes.
pub(crate) const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// Nights that a fleet may age: ten years, so that a mistyped figure ends.
pub(crate) const NIGHTS_MAX: u32 = 3_650;

/// Nights for which Prism still tells the rows of a device that was deleted. That it lags is documented, by how much is not.
pub(crate) const PRISM_KEEPS_NIGHTS: u16 = 3;

/// Selections of Prism rows that are kept ready, the least lately asked for goes first: a reader asks for a few in turn.
pub(crate) const SELECTIONS_HELD_MAX: usize = 24;

/// Rows that one request may sort by a key that differs within a device. All keys are held while sorting, some 80 bytes a row.
pub(crate) const SORTED_ROWS_MAX: u64 = 500_000;

/// Export jobs that are remembered; the oldest goes first. Each holds its selection of rows.
pub(crate) const EXPORTS_HELD_MAX: usize = 64;

/// How long a signed download address is good for: the 48 hours of the published sample.
pub(crate) const SIGNED_URL_SECONDS: u32 = 172_800;

/// One piece of an export on its way. Big enough to make the hand-over cheap, small enough to never hold a large file.
pub(crate) const EXPORT_PIECE_BYTES: usize = 256 * 1024;

/// Pieces of an export that wait for a slow client.
pub(crate) const EXPORT_PIECES_QUEUED: usize = 4;

/// Violations that the witness tells one by one; all are counted.
pub(crate) const VIOLATIONS_HELD_MAX: usize = 200;

/// For how long after a refusal a request on another connection may still have been under way when the refusal was written.
pub(crate) const IN_FLIGHT_MILLISECONDS: i64 = 100;

/// Bodies smaller than this are not compressed: they fit into one packet as they are.
pub(crate) const COMPRESSED_BYTES_MIN: usize = 1_024;

/// The size that a bomb has when inflated, unless told otherwise: beyond any cap that a client can mean.
pub(crate) const BOMB_MEBIBYTES: u32 = 512;

/// Bytes and milliseconds between the pieces of a slow answer, unless told otherwise: a page takes seconds, not hours.
pub(crate) const SLOW_PIECE_BYTES: usize = 4 * 1024;
/// See [`SLOW_PIECE_BYTES`].
pub(crate) const SLOW_PAUSE_MILLISECONDS: u32 = 20;

/// Where a streamed body is cut, whose length is not known beforehand, unless told otherwise.
pub(crate) const STREAM_CUT_BYTES: usize = 10_000;

/// Faults that may be on at once. Each is asked about every request.
pub(crate) const FAULTS_MAX: usize = 64;
