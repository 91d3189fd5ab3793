#![doc = include_str!("../README.md")]

mod error;
mod held;
mod ledger;
mod runs;

pub use error::Error;
pub use held::{HeldReader, HeldRow, HeldTarget, HeldWriter};
pub use ledger::{Held, Ledger};
pub use runs::{NewRun, PipelineRecord, RunRecord, RunState, TargetCounts};
