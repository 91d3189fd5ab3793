//! Every wait and size of this client, each with its reason. Apart because a limit without a reason is never changed.

use std::time::Duration;

/// A handshake that takes longer is not going to succeed; ten seconds outlive three lost packets.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest silence inside an answer's body. The wait for an answer's *beginning* is not limited by this, because a
/// server may work for its whole quota before it says a word.
pub const READ_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest time for one attempt in all. ServiceNow cancels a REST transaction after 60 s by default, so a server that
/// is going to answer has answered by then; the rest is for the way.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(70);

/// An idle connection is dropped before a load balancer drops it, because a request written into a connection that
/// the other side is closing cannot be told from one that was read.
pub const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(20);

// ---- Bodies -------------------------------------------------------------------------------------------------------

/// Largest answer after inflation. A gibibyte of spaces travels as one megabyte, so only the inflated size protects
/// memory.
pub const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Memory that is reserved for an answer before it has come, whatever length it announces.
pub const BODY_BYTES_RESERVED: usize = 1024 * 1024;

/// A body that inflates further than this is made to harm. Lists whose names repeat in every record stay far below;
/// DEFLATE itself ends at 1,032 to one.
pub const INFLATION_RATIO_MAX: u32 = 200;

/// Below this size a body may inflate as it likes: it can do no harm, and a short text of one letter is no attack.
pub const INFLATION_FLOOR_BYTES: u64 = 1024 * 1024;

/// Compressed bytes that are inflated at a time. Between two such steps the caps are looked at and a download gives
/// away what it has, so that one step of a bomb, at 1,032 to one, is at most 8.5 MB.
pub const INFLATE_STEP_BYTES: usize = 8 * 1024;

/// Largest download, before and after inflation. An export of ten million application rows is some 5 GB of CSV; ten
/// times that still fits, and a server that never stops does not fill the disk.
pub const DOWNLOAD_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// Longest time for one download in all. The largest export takes some minutes; a server that sends a byte now and then
/// would keep the night waiting.
pub const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(2 * 3_600);

// ---- Retries ------------------------------------------------------------------------------------------------------

/// Attempts for one request, the first included. More do not help against an outage and add load to it.
pub const ATTEMPTS_MAX: u32 = 4;

/// First retry waits at most this long; the bound doubles with every attempt.
pub const RETRY_DELAY: Duration = Duration::from_millis(500);

/// The bound stops doubling here, so that a recovered server is noticed within half a minute.
pub const RETRY_DELAY_MAX: Duration = Duration::from_secs(30);

/// A server that asks for a longer pause gets it from the caller, who can end the run as resumable instead of
/// sleeping.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// Longest pause that is remembered, whatever `Retry-After` says: no process lives that long, and the sum of now and
/// more might be no time at all.
pub const PAUSE_MAX: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Retries in a hundred requests, over all requests of a client: what an outage may add to the load that caused it.
pub const RETRY_PERCENT: u64 = 20;

/// Retries that a client has from the beginning, so that its first requests are not less patient than later ones.
pub const RETRIES_FLOOR: u64 = 10;

/// Retries that can be saved up in good times. A quiet night must not pay for a storm in the morning.
pub const RETRIES_SAVED_MAX: u64 = 100;

// ---- Budgets ------------------------------------------------------------------------------------------------------

/// Requests an hour unless told otherwise: what Iru Endpoint documents for one customer, all tokens together.
pub const REQUESTS_PER_HOUR: u32 = 10_000;

/// Requests a second unless told otherwise: what the answers of the same API carry as `x-ratelimit-limit-second`.
pub const REQUESTS_PER_SECOND: u32 = 50;

/// Our part of both. The rest is for the customer's other programs, for the way of a request (which is counted here
/// when it leaves and there when it arrives) and for clocks that disagree.
pub const BUDGET_SHARE: f64 = 0.8;

/// The window of the first.
pub const BUDGET_HOUR: Duration = Duration::from_secs(3_600);

/// The window of the second.
pub const BUDGET_SECOND: Duration = Duration::from_secs(1);

/// Longest window of either: times are counted in nanoseconds, and longer ones would not fit.
pub const BUDGET_WINDOW_MAX: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Parts that the hour is counted in: a request may wait one part, a second, longer than it need. The counts take
/// 14 kB.
pub const BUDGET_SLOTS: usize = 3_600;

/// One in so many requests of a second may leave at once; the others are spread over it. What leaves at once cannot
/// be spread, so that a larger burst would mean a lower rate.
pub const BURST_DIVISOR: u32 = 8;
