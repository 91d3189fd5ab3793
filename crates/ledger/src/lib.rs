#![doc = include_str!("../README.md")]

mod approvals;
mod basis;
mod batches;
mod canaries;
mod error;
mod folder;
mod held;
mod history;
mod identity;
mod ledger;
pub mod limits;
mod runs;
mod schema;

pub use approvals::{Approval, AuditEntry};
pub use basis::Basis;
pub use batches::{Batch, BatchState, RECOVERED};
pub use canaries::Canary;
pub use error::Error;
pub use held::{HeldBatch, HeldReader, HeldRow, HeldTarget, HeldWalk, HeldWriter, Said, Standing, Values};
pub use history::History;
pub use identity::{Identity, IdentityKind};
pub use ledger::{Commit, Held, Ledger, Sending};
pub use runs::{Ending, NewRun, PipelineRecord, RunRecord, RunState, TargetCounts};
