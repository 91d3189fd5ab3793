//! When an integration runs: cron expressions in a time zone, spread so that many integrations do not begin in one
//! second, and what is due now. Apart, and without a clock or a task of its own, because every promise about time is
//! kept or broken here: the service only asks, runs and sleeps.
//!
//! ```text
//!   "0 2 * * *", "Europe/Berlin"                      when the last runs began, now
//!              │                                                   │
//!        Schedule (cron, zone)  ── + Jitter (name) ──►  Timetable::decide  ──►  Decision: what, and when to look again
//! ```
//!
//! What must hold: a moment that was missed is made up for once, however many were missed; a clock that goes back
//! neither makes a storm of runs nor stops them.

mod due;
mod error;
mod fields;
mod jitter;
mod moments;
mod wall;
mod zone;

pub use due::{Decision, Done, Due, Timetable};
pub use error::Error;
pub use jitter::{Jitter, Kind};
pub use moments::Schedule;
