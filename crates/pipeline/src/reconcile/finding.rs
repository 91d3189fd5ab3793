//! What a reconciliation finds: one line a record or field that is otherwise in the target than the tenant has it. Apart
//! because every form of the report is made of these.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::limits;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The tenant has it, the target does not.
    Missing,
    /// The target's record says what is no longer so, or is of a device that the tenant no longer has.
    Stale,
    /// Several records of the target are the same device.
    Doubled,
    /// A field holds something else than we wrote, and the tenant has not changed.
    ChangedByHand,
    /// The record is of another class than the one that we write.
    WrongClass,
    /// The person is not known to the instance.
    UnknownUser,
    /// We retired it, and the target has it in use.
    RetiredYetAlive,
    /// The tenant has it, and the target has it as retired.
    AliveYetRetired,
    /// What is installed on a computer that the target does not have.
    WithoutComputer,
}

impl FindingKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::Stale,
        Self::Doubled,
        Self::ChangedByHand,
        Self::WrongClass,
        Self::UnknownUser,
        Self::RetiredYetAlive,
        Self::AliveYetRetired,
        Self::WithoutComputer,
    ];

    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Doubled => "doubled",
            Self::ChangedByHand => "changed_by_hand",
            Self::WrongClass => "wrong_class",
            Self::UnknownUser => "unknown_user",
            Self::RetiredYetAlive => "retired_yet_alive",
            Self::AliveYetRetired => "alive_yet_retired",
            Self::WithoutComputer => "without_computer",
        }
    }

    /// In words, as a heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Missing => "Missing in ServiceNow",
            Self::Stale => "Stale",
            Self::Doubled => "Doubled",
            Self::ChangedByHand => "Changed by hand",
            Self::WrongClass => "Of another class",
            Self::UnknownUser => "User unknown to ServiceNow",
            Self::RetiredYetAlive => "Retired, yet in use in ServiceNow",
            Self::AliveYetRetired => "In use, yet retired in ServiceNow",
            Self::WithoutComputer => "Installed on no computer",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Missing => "the next run sends it; `snowhaul explain` says why it has not come yet",
            Self::Stale => "the next run sends what changed; what is gone retires in its time",
            Self::Doubled => "merge the records in ServiceNow: the oldest is the one that is written to",
            Self::ChangedByHand => {
                "undo it in ServiceNow, or let the declaration leave that field alone; it is written again when the tenant changes"
            }
            Self::WrongClass => "reclassify the record in ServiceNow",
            Self::UnknownUser => "make the user in ServiceNow, with this e-mail address",
            Self::RetiredYetAlive => "retire it in ServiceNow, or find out why it is in use there",
            Self::AliveYetRetired => "put it in use in ServiceNow: what a person retired, no run brings back",
            Self::WithoutComputer => "send the computers first; an install whose computer was removed goes with it",
        }
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// The pipeline.
    pub pipeline: String,
    /// The staging row's key; empty for a record that no row is known of.
    pub row_key: String,
    /// The row or record in words.
    pub title: String,
    /// The target table.
    pub table: String,
    /// The record; empty where there is none.
    pub sys_id: String,
    /// The field, where it is about one.
    pub field: String,
    /// What the tenant has.
    pub expected: String,
    /// What the target holds.
    pub found: String,
    /// Who changed the record last, where it is known.
    pub by: String,
    /// When that was, as the instance writes it.
    pub at: String,
    /// In words.
    pub detail: String,
}

/// What was compared in one target table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReconciledTable {
    /// The pipeline.
    pub pipeline: String,
    /// The target table.
    pub table: String,
    /// Staging rows of the tenant that were held against it.
    pub rows: u64,
    /// Rows whose record says what the tenant says.
    pub agree: u64,
    /// Findings by kind, listed or not.
    pub findings: BTreeMap<FindingKind, u64>,
}

/// The whole of a reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Version of this form.
    pub schema_version: u32,
    /// The integration.
    pub integration: String,
    /// The instance, by its address.
    pub instance: String,
    /// The snapshot that it was compared with.
    pub snapshot: String,
    /// When that was read, RFC 3339.
    pub snapshot_at: String,
    /// When it was compared, RFC 3339.
    pub at: String,
    /// Target tables, in the order of their maps.
    pub tables: Vec<ReconciledTable>,
    /// Findings, at most [`limits::FINDINGS_MAX`] of a kind and table.
    pub findings: Vec<Finding>,
    /// Findings that are counted and not listed, by kind.
    pub not_listed: BTreeMap<FindingKind, u64>,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

impl Reconciled {
    /// How many there are of a kind, listed or not.
    pub fn count(&self, kind: FindingKind) -> u64 {
        self.tables.iter().filter_map(|table| table.findings.get(&kind)).sum()
    }

    /// True where it found anything.
    pub fn has_findings(&self) -> bool {
        self.tables.iter().any(|table| table.findings.values().any(|&count| count > 0))
    }

    /// Notes a finding: counted, and listed while there is room for its kind.
    pub(crate) fn find(&mut self, table: usize, finding: Finding) {
        let kind = finding.kind;
        let counted = self.tables[table].findings.entry(kind).or_default();
        *counted += 1;
        if *counted <= limits::FINDINGS_MAX as u64 {
            self.findings.push(finding);
        } else {
            *self.not_listed.entry(kind).or_default() += 1;
        }
    }
}
