//! What is looked at at both ends before an integration is kept, and any time afterwards: each check says what it saw
//! and what a person does about it. Apart from runs, which stop at the first thing that is wrong: here everything that
//! is wrong is told at once.
//!
//! ```text
//!  tenant     reachable ── token ─┬─ a data set at a time
//!                                 └─ clock
//!  instance   reachable ── awake ── token ── accepted ── scope ─┬─ staging tables ── loader role ─┬─ columns, keys
//!                                                               │                                 ├─ maps, choices
//!                                                               │                                 └─ target tables, …
//!                                                               └─ rights, clock
//! ```
//!
//! What must hold: nothing is written at either end; the number of requests is bounded by what is expected, not by what
//! is there; no credential is in a finding. A check behind one that failed is skipped and names it, so that one fault
//! is told once.

mod access;
mod clock;
mod expected;
mod finding;
mod instance;
mod login;
mod maps;
mod permission;
mod records;
mod settings;
mod staging;
mod tenant;

use serde::Serialize;

pub use expected::{Choice, Expected, Keys, Map, NeededDataSet, Reference, StagingColumn, StagingTable};
pub use instance::instance;
pub use tenant::tenant;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, the same words every time.
    pub name: &'static str,
    /// At which end.
    pub area: Area,
    /// How it stands.
    pub result: CheckResult,
    /// What was seen.
    pub evidence: String,
    /// What a person does about it; empty where nothing is to be done.
    pub remedy: String,
}

/// The end that a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Iru Endpoint.
    Tenant,
    /// ServiceNow.
    Instance,
}

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// As it should be.
    Passed,
    /// A run goes through, and something is left out or is not as it should be.
    Warning,
    /// A run would stop at it.
    Failed,
    /// Not looked at, because of an earlier check.
    Skipped,
}
