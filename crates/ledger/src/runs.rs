//! A run as the ledger keeps it.

use flow::Accounts;
use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It works, or was killed since the last run began.
    Running,
    /// It ended and its accounts balance.
    Done,
    /// It ended and its accounts balance, but not every row was sent and proven.
    Incomplete,
    /// A brake held rows back: nothing of those tables was sent.
    Stopped,
    /// A person deleted the integration while it worked.
    Cancelled,
    /// It planned, and sent nothing.
    Planned,
    /// It ended with an error, which the record holds.
    Failed,
    /// Its process ended before it did; found out by the run that followed.
    Interrupted,
}

impl RunState {
    /// As the ledger writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Incomplete => "incomplete",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
            Self::Planned => "planned",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Running,
            Self::Done,
            Self::Incomplete,
            Self::Stopped,
            Self::Cancelled,
            Self::Planned,
            Self::Failed,
            Self::Interrupted,
        ];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// What is known of a run when it begins.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// `run` or `replay`.
    pub command: String,
    /// The snapshot that it carries.
    pub snapshot: String,
    /// When that snapshot was read, RFC 3339.
    pub snapshot_at: String,
}

/// Outcomes in one target table: a row that passes several maps counts once in each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetCounts {
    /// The target table.
    pub table: String,
    /// Records created.
    pub inserted: u64,
    /// Records changed.
    pub updated: u64,
    /// Records that were so already.
    pub ignored: u64,
    /// Rows left out.
    pub skipped: u64,
    /// Rows refused.
    pub error: u64,
}

impl TargetCounts {
    /// Counts one row's outcome in this table; what is unresolved is counted by the accounts alone.
    pub fn count(&mut self, outcome: flow::Outcome) {
        match outcome {
            flow::Outcome::Inserted => self.inserted += 1,
            flow::Outcome::Updated => self.updated += 1,
            flow::Outcome::Ignored => self.ignored += 1,
            flow::Outcome::Skipped => self.skipped += 1,
            flow::Outcome::Error => self.error += 1,
            flow::Outcome::Unresolved => {}
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Where it stands now.
    pub state: RunState,
    /// Why it is not done; empty where it is.
    pub failure: &'a str,
    /// The document that it printed; empty where it printed none.
    pub report: &'a str,
}

/// One pipeline's part of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PipelineRecord {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Its accounts.
    pub accounts: Accounts,
    /// Records of joined data sets without a partner.
    pub orphans: u64,
    /// Rows that left for the instance.
    pub sent: u64,
    /// Outcomes by target table.
    pub targets: Vec<TargetCounts>,
    /// Seconds that the pipeline took.
    pub seconds: f64,
}

/// One run, as it is kept and printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRecord {
    /// Its number, rising from 1.
    pub run: i64,
    /// `run` or `replay`.
    pub command: String,
    /// The snapshot that it carried.
    pub snapshot: String,
    /// When that was read.
    pub snapshot_at: String,
    /// When the run began, RFC 3339.
    pub begun_at: String,
    /// When it ended; empty while it works, and where nobody knows.
    pub ended_at: String,
    /// Where it stands.
    pub state: RunState,
    /// Why it is not done; empty where it is.
    pub failure: String,
    /// Its pipelines, in their order.
    pub tables: Vec<PipelineRecord>,
}
