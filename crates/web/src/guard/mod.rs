//! The guard of the console: who is let in, and from where. Apart from the pages, because a page that forgets to ask must
//! be refused and not shown.
//!
//! ```text
//!  connection ──> serve: places, head in time, answers read      (slow and many clients)
//!     request ──> headers on whatever is answered                (framing, foreign scripts, sniffing)
//!             ──> Host is one of ours                            (DNS rebinding)
//!             ──> Origin and Sec-Fetch-Site are ours             (requests that other pages send)
//!             ──> a session, but for the open addresses          (strangers; idle 20 min, 8 h in all)
//!             ──> Posted<T>: the session's token                 (the same again, by another way)
//!             ──> page
//! ```
//!
//! What must hold: no answer goes out without the headers, nothing that changes anything is reached without all five
//! steps, and neither a session's id nor a field of a form is ever logged or shown by `Debug`.

mod clock;
mod code;
mod config;
mod cookie;
mod door;
mod form;
mod headers;
mod layers;
pub mod limits;
mod own_path;
mod places;
mod refusal;
mod secret;
mod serve;
mod sessions;
mod throttle;

pub use clock::Clock;
pub use config::{Announce, ConfigError, GuardConfig};
pub use door::{Guard, Refused};
pub use form::{Posted, SignInForm};
pub use own_path::OwnPath;
pub use refusal::Refusal;
pub use serve::{Ended, ServeLimits, serve};
pub use sessions::Session;

/// An id that nobody can guess; none where the system has no random bytes.
pub fn random_id() -> Option<String> {
    secret::random_text::<16>().ok().map(|id| id.to_string())
}

#[cfg(test)]
mod tests;
