#![doc = include_str!("../README.md")]

mod brakes;
mod cancel;
mod carried;
mod check;
mod declaration;
mod destination;
mod error;
mod explain;
pub mod foretell;
pub mod limits;
mod loader;
mod outcomes;
mod planned;
mod planner;
mod preflight;
mod reading;
mod reconcile;
mod recording;
mod report;
mod run;
mod saved;
mod stored;
mod update_set;

pub use brakes::{Brake, BrakeKind};
pub use cancel::{allow, cancel, is_cancelled, refuse_cancelled};
pub use check::{CheckResult, Given, check};
pub use declaration::{Check, Expects, Kind, Pipeline, PipelineSet, StagingColumn, TransformMap};
pub use destination::Destination;
pub use error::Error;
pub use explain::{
    ExplainOptions, ExplainedColumn, ExplainedRecord, ExplainedRow, Explanation, Fate, HeldTold, LookedAt, Next,
    RawValue, RunTold, TargetNow, explain,
};
pub use loader::OutcomeLine;
pub use outcomes::{ToldOutcome, outcomes};
pub use planned::{PlannedField, PlannedRow, planned};
pub use planner::{Change, Changes, StagedCompared, columns_compared, compare_staged};
pub use reading::{Extracted, ReadRequest, Resume, data_sets_of, explain_reading, extract};
pub use reconcile::{Finding, FindingKind, ReconcileOptions, Reconciled, ReconciledTable, reconcile};
pub use recording::{Body, Recorded, record};
pub use report::{LeftOutRow, RunReport, TableReport};
pub use run::{ApplyOptions, ChangedSince, Events, RunOptions, UndoOptions, Undone, apply, plan, run, undo};
pub use saved::{Foretold, SavedPlan, SavedTable, plan_folder};
pub use stored::{READ_AT_COLUMN, few_distinct, stored, stored_schema};
pub use update_set::{LOADER_ROLE, update_set};
