//! What a run says of itself when it is over: accounts, what was left out and why, what the target refused.

use std::collections::BTreeMap;

use flow::{Accounts, Outcome, Rejected};
use ledger::TargetCounts;
use serde::Serialize;

/// A record that is not in the target, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutRow {
    /// `rejected`, `duplicate`, `out_of_scope`, `orphan`, `emptied` (one value left empty) or `unreadable` (not decoded).
    pub kind: String,
    /// The record.
    #[serde(flatten)]
    pub record: Rejected,
}

/// A row that the instance refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The row in words.
    pub title: String,
    /// `skipped` or `error`.
    pub outcome: Outcome,
    /// The instance's own words.
    pub comment: String,
}

/// One pipeline's part.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Outcomes by target table.
    pub targets: Vec<TargetCounts>,
    /// Seconds that the pipeline took.
    pub seconds: f64,
    /// Records left out by rule.
    pub out_of_scope_by_rule: BTreeMap<String, u64>,
    /// Values cut or cleaned, by column.
    pub adjusted: BTreeMap<String, u64>,
    /// Values left empty because they were not understood, by column.
    pub unreadable: BTreeMap<String, u64>,
    /// Everything left out, each with its place and reason.
    pub left_out: Vec<LeftOutRow>,
    /// Rows that the instance refused.
    pub refused: Vec<Refused>,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunReport {
    /// Version of this document.
    pub schema_version: u32,
    /// The run's number.
    pub run: i64,
    /// The snapshot that it carried.
    pub snapshot: String,
    /// Pipelines, in their order.
    pub tables: Vec<TableReport>,
    /// Records that could not be decoded.
    pub undecoded: Vec<Rejected>,
    /// Bodies that belong to no data set, and why.
    pub bodies_left_out: Vec<(String, String)>,
    /// Fields that came unannounced, were missing or had another form than declared, and how often.
    pub drift: Vec<(String, u64)>,
    /// Seconds from beginning to end.
    pub seconds: f64,
    /// Every account balances.
    pub balanced: bool,
}

impl RunReport {
    /// True where rows have errors, which is an exit code of its own.
    pub fn has_errors(&self) -> bool {
        self.tables.iter().any(|table| table.accounts.error + table.accounts.skipped > 0)
    }

    /// True where an answer is still missing.
    pub fn is_unresolved(&self) -> bool {
        self.tables.iter().any(|table| table.accounts.unresolved > 0)
    }
}
