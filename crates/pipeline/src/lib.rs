#![doc = include_str!("../README.md")]

mod check;
mod declaration;
mod destination;
mod error;
pub mod limits;
mod loader;
mod planner;
mod preflight;
mod recording;
mod report;
mod run;
mod update_set;

pub use check::{CheckResult, Given, check};
pub use declaration::{Check, Expects, Kind, Pipeline, PipelineSet, StagingColumn, TransformMap};
pub use destination::Destination;
pub use error::Error;
pub use recording::{Body, Recorded, few_distinct, record};
pub use report::{LeftOutRow, RunReport, TableReport};
pub use run::{Events, RunOptions, run};
pub use update_set::{LOADER_ROLE, update_set};
