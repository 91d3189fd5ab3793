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

/// Largest answer after inflation. A gibibyte of spaces travels as one megabyte, so only the inflated size protects
/// memory.
pub const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Attempts for one request, the first included. More do not help against an outage and add load to it.
pub const ATTEMPTS_MAX: u32 = 4;

/// First retry waits at most this long; the bound doubles with every attempt.
pub const RETRY_DELAY: Duration = Duration::from_millis(500);

/// The bound stops doubling here, so that a recovered server is noticed within half a minute.
pub const RETRY_DELAY_MAX: Duration = Duration::from_secs(30);

/// A server that asks for a longer pause gets it from the caller, who can end the run as resumable instead of
/// sleeping.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);

/// Memory that is reserved for an answer before it has come, whatever length it announces.
pub const BODY_BYTES_RESERVED: usize = 1024 * 1024;
