//! Telling somebody: a webhook on failure, on a brake, after hours of nothing, and when all is well again. Apart
//! because it must not do harm: the same thing is told once, a listener that is gone holds up no run, and what is told
//! holds no secret.
//!
//! ```text
//!   a run ended ─► Noticed::ended ─┐
//!   time passes ─► Noticed::looked ┴─► Judged { notice, noticed }  ── notice? ─► Webhook::send ── told? ─► keep noticed
//! ```
//!
//! The state is kept only when the notice was told, so that what could not be told is judged again with the next event.

mod body;
mod noticed;
mod sign;
mod webhook;

pub use body::{Event, Notice, SCHEMA_VERSION};
pub use noticed::{Ended, Judged, Noticed};
pub use sign::SIGNATURE;
pub use webhook::{DELIVERY, Error, Webhook};
