//! What a run says of itself when it is over: accounts, what was left out and why, what the target refused, and what
//! is still open.

use std::collections::BTreeMap;

use flow::{Accounts, Outcome, Rejected};
use ledger::{RunState, TargetCounts};
use serde::{Deserialize, Serialize};

use crate::brakes::Brake;
use crate::foretell::Foretelling;
use crate::planner::Changes;

/// A record that is not in the target, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutRow {
    /// `rejected`, `duplicate`, `out_of_scope`, `orphan`, `emptied` (one value left empty) or `unreadable` (not decoded;
    /// among the accounts' `rejected`).
    pub kind: String,
    /// The record.
    #[serde(flatten)]
    pub record: Rejected,
}

/// A row that the instance refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The row in words.
    pub title: String,
    /// `skipped`, `error`, or `ignored` where it was ignored and no record is as it says.
    pub outcome: Outcome,
    /// The instance's own words.
    pub comment: String,
}

/// Why a pipeline ended before every planned row was sent and proven. What left and what did not is in its accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incomplete {
    /// What happened, with its causes, in one line.
    pub reason: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// True where credentials or permission are the cause.
    pub credentials: bool,
    /// True where a person stopped it.
    #[serde(default)]
    pub cancelled: bool,
}

impl Incomplete {
    pub(crate) fn of(error: &load::Error) -> Self {
        Self {
            reason: said(error),
            hint: error.hint().map(str::to_owned),
            credentials: error.is_credentials(),
            cancelled: matches!(error, load::Error::Deleted),
        }
    }
}

/// A pipeline that was not begun: its rows are neither planned nor sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotStarted {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Why.
    pub reason: String,
}

/// A pipeline whose accounts do not balance: rows were lost or counted twice, and nothing of it is committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imbalanced {
    /// The pipeline.
    pub pipeline: String,
    /// Which sum does not hold, and what is known of the cause.
    pub sum: String,
}

/// One pipeline's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableReport {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// Its accounts, each term by its own name.
    #[serde(flatten)]
    pub accounts: Accounts,
    /// Records of joined data sets without a partner.
    pub orphans: u64,
    /// Rows that left for the instance.
    pub sent: u64,
    /// Why rows are planned, and what else the comparison found.
    pub changes: Changes,
    /// Brakes that the plan trips; nothing of it is sent unless a person approved it.
    pub brakes: Vec<Brake>,
    /// Outcomes by target table.
    pub targets: Vec<TargetCounts>,
    /// What the instance was foretold to make of the rows, and how much of it came so; absent where nothing was foretold.
    pub foretold: Option<Foretelling>,
    /// Seconds that the pipeline took.
    pub seconds: f64,
    /// Records left out by rule.
    pub out_of_scope_by_rule: BTreeMap<String, u64>,
    /// Values cut or cleaned, by column.
    pub adjusted: BTreeMap<String, u64>,
    /// Values left empty because they were not understood, by column.
    pub unreadable: BTreeMap<String, u64>,
    /// What was left out, each with its place and reason, so many of each kind.
    pub left_out: Vec<LeftOutRow>,
    /// How many more were left out and are not listed, by kind.
    pub left_out_not_listed: BTreeMap<String, u64>,
    /// Rows that the instance refused.
    pub refused: Vec<Refused>,
    /// How many more it refused and are not listed.
    pub refused_not_listed: u64,
    /// What nobody expected, in sentences.
    pub notes: Vec<String>,
    /// Why not every planned row was sent and proven; absent where all were.
    pub incomplete: Option<Incomplete>,
}

impl TableReport {
    /// A pipeline of which nothing is told yet.
    pub(crate) fn empty(pipeline: &str, staging_table: &str) -> Self {
        Self {
            pipeline: pipeline.to_owned(),
            staging_table: staging_table.to_owned(),
            accounts: Accounts::default(),
            orphans: 0,
            sent: 0,
            changes: Changes::default(),
            brakes: Vec::new(),
            targets: Vec::new(),
            foretold: None,
            seconds: 0.0,
            out_of_scope_by_rule: BTreeMap::new(),
            adjusted: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            left_out: Vec::new(),
            left_out_not_listed: BTreeMap::new(),
            refused: Vec::new(),
            refused_not_listed: 0,
            notes: Vec::new(),
            incomplete: None,
        }
    }
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Version of this document.
    pub schema_version: u32,
    /// The run's number.
    pub run: i64,
    /// Digest of its plan, by which it is approved.
    pub plan: String,
    /// The snapshot that it carried.
    pub snapshot: String,
    /// Pipelines, in their order.
    pub tables: Vec<TableReport>,
    /// Pipelines that were not begun, in their order.
    pub not_started: Vec<NotStarted>,
    /// Records that could not be decoded, of whatever data set.
    pub undecoded: Vec<Rejected>,
    /// Bodies that belong to no data set, and why.
    pub bodies_left_out: Vec<(String, String)>,
    /// Fields that came unannounced, were missing or had another form than declared, and how often.
    pub drift: Vec<(String, u64)>,
    /// Seconds from beginning to end.
    pub seconds: f64,
    /// Pipelines whose accounts do not balance.
    pub imbalances: Vec<Imbalanced>,
    /// Every account balances.
    pub balanced: bool,
}

impl RunReport {
    /// True where rows have errors, which is an exit code of its own.
    pub fn has_errors(&self) -> bool {
        self.tables.iter().any(|table| table.accounts.error + table.accounts.skipped > 0)
    }

    /// True where something is still open: an answer is missing, or rows were not sent.
    pub fn is_incomplete(&self) -> bool {
        let is_open = |table: &TableReport| {
            table.incomplete.is_some() || table.accounts.unresolved > 0 || table.accounts.not_sent > 0
        };
        !self.not_started.is_empty() || self.tables.iter().any(is_open)
    }

    /// True where credentials or permission ended a pipeline.
    pub fn is_credentials(&self) -> bool {
        self.tables.iter().filter_map(|table| table.incomplete.as_ref()).any(|incomplete| incomplete.credentials)
    }

    /// True where a person deleted the integration while it worked.
    pub fn is_cancelled(&self) -> bool {
        self.tables.iter().filter_map(|table| table.incomplete.as_ref()).any(|incomplete| incomplete.cancelled)
    }

    /// Brakes that stopped it.
    pub fn brakes(&self) -> impl Iterator<Item = &Brake> {
        self.tables.iter().filter(|table| table.sent == 0).flat_map(|table| &table.brakes)
    }

    /// True where a brake held rows back.
    pub fn is_stopped(&self) -> bool {
        self.brakes().next().is_some()
    }

    /// The report as it is kept.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a report of counts and texts is always JSON")
    }

    /// Where the run stands.
    pub fn state(&self) -> RunState {
        if !self.balanced {
            RunState::Failed
        } else if self.is_stopped() {
            RunState::Stopped
        } else if self.is_cancelled() {
            RunState::Cancelled
        } else if self.is_incomplete() {
            RunState::Incomplete
        } else {
            RunState::Done
        }
    }

    /// Why it is not done, in one line; empty where it is.
    pub fn failure(&self) -> String {
        let lost = self.imbalances.iter().map(|lost| format!("pipeline `{}` lost count: {}", lost.pipeline, lost.sum));
        let open = self.tables.iter().filter_map(|table| {
            let incomplete = table.incomplete.as_ref()?;
            Some(format!("pipeline `{}` is incomplete: {}", table.pipeline, incomplete.reason))
        });
        let unresolved = self.tables.iter().filter(|table| table.incomplete.is_none() && table.accounts.unresolved > 0);
        let unresolved = unresolved
            .map(|table| format!("pipeline `{}` has {} unresolved rows", table.pipeline, table.accounts.unresolved));
        let braked = self.brakes().map(|brake| {
            format!("the brake `{}` stopped pipeline `{}`: {}", brake.brake.as_str(), brake.pipeline, brake.reason)
        });
        lost.chain(braked).chain(open).chain(unresolved).collect::<Vec<_>>().join("; ")
    }
}

/// An error with its causes, in one line.
pub(crate) fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
