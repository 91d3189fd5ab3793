#![doc = include_str!("../README.md")]

mod accounts;
mod clock;
mod event;
mod outcome;
mod rejected;

pub use accounts::{Accounts, Imbalance};
pub use clock::Clock;
pub use event::{RunEvent, Step};
pub use outcome::{Outcome, RowOutcome, UnknownState};
pub use rejected::Rejected;
