//! What the console shows: one function a page, from values to a whole document. Apart from what answers requests,
//! so that every page can be looked at, and tested, without a server, an integration or a browser.
//!
//! ```text
//!  values (ours, or those of the crates below) ──▶ page function ──▶ frame ──▶ document
//!                                          └──▶ part function ──▶ fragment with an id, sent while work goes on
//! ```
//!
//! What must hold: every text goes in escaped, and what comes from outside goes through [`plain`] as well; no page has
//! a style or a script of its own, nor fetches anything from elsewhere; every form that changes something carries the
//! frame's token; each page works without the script, and says nothing by colour alone.

mod chart;
mod checks;
mod connect;
mod delete;
mod details;
mod discover;
mod edit;
mod explain;
mod failure;
mod fields;
mod frame;
mod funnel;
mod home;
mod icons;
mod limits;
pub mod links;
mod parts;
mod plan;
mod progress;
mod reauthenticate;
mod report;
mod run;
mod runs;
mod sign_in;
mod table;
mod words;
mod work;

// What means the same everywhere is the same type.
pub use flow::Accounts;
pub use ledger::{RunState, TargetCounts};

pub use checks::{Area, Check, CheckResult, check_line, checks_tally};
pub use connect::{ConnectForm, Grant, Region, connect};
pub use delete::{DeleteForm, Deleted, delete, deleted};
pub use details::{BrakeWaiting, Details, NextRun, details};
pub use discover::{discover, discover_servicenow};
pub use edit::{EditForm, edit};
pub use explain::{Devices, devices};
pub use failure::{Failure, failure, not_found};
pub use fields::FieldError;
pub use frame::{Frame, Notice};
pub use home::{Home, HomeRow, Standing, home};
pub use parts::Tone;
pub use plan::{Approval, Count, Plan, PlanField, PlanGroup, PlanRow, PlanTable, Sign, plan};
pub use progress::{FlowProgress, Progress, Step, run_progress, run_said};
pub use reauthenticate::{ReauthenticateEnds, ReauthenticateForm, reauthenticate, reauthenticate_confirm};
pub use report::{Brake, ErrorCause, Incomplete, LeftOut, NotStarted, PipelineReport, RefusedRow};
pub use run::{Run, run};
pub use runs::{RunLine, Runs, runs};
pub use sign_in::{SignIn, sign_in};
pub use words::plain;
pub use work::{Outcome, Work, WorkKind, work};

/// The pages' look, served at [`links::STYLE`] as `text/css`.
pub const STYLE: &str = include_str!("pages/style.css");

/// The one script, served at [`links::SCRIPT`] as `text/javascript`.
pub const SCRIPT: &str = include_str!("pages/script.js");

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
