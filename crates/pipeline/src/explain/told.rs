//! What is told of a device or application: the way of its row from the page that it was read from to the record that it
//! became. Apart because it is a document that programs read as well.

use serde::Serialize;

use crate::foretell::{ForetoldField, ForetoldMap, UnknownReference};
use crate::outcomes::ToldOutcome;
use crate::planned::PlannedField;
use crate::planner::Change;

/// Everything that is known of a device, or of an application on it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Version of this form.
    pub schema_version: u32,
    /// The integration.
    pub integration: String,
    /// What was asked after.
    pub wanted: String,
    /// The application that was asked after.
    pub app: Option<String>,
    /// What it comes to, in sentences, the most important first.
    pub verdict: Vec<String>,
    /// The newest snapshot; none where nothing was ever read.
    pub snapshot: Option<LookedAt>,
    /// Rows that it became, or would have become; the first few where very many are called so.
    pub rows: Vec<ExplainedRow>,
    /// How many are called so.
    pub called: usize,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
}

/// A snapshot that was looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LookedAt {
    /// The snapshot.
    pub snapshot: String,
    /// When it was read, RFC 3339.
    pub read_at: String,
    /// How much of the tenant it is.
    pub completeness: &'static str,
    /// Where it came from.
    pub source: String,
    /// What it was read of, where that is not everything.
    pub scope: Option<String>,
}

/// One row and its way.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExplainedRow {
    /// The pipeline.
    pub pipeline: String,
    /// Its staging table.
    pub staging_table: String,
    /// The row's key; empty for a record that has none.
    pub row_key: String,
    /// The row in words.
    pub title: String,
    /// Records of the newest snapshot that it comes of; none where the snapshot has none.
    pub records: Vec<ExplainedRecord>,
    /// The newest of the earlier snapshots that has a record of it, where the newest of all has none.
    pub last_seen: Option<LookedAt>,
    /// Its staging columns; none where it became no row.
    pub columns: Vec<ExplainedColumn>,
    /// What the target was last proven to hold of it.
    pub held: Option<HeldTold>,
    /// Its target records as the instance has them now.
    pub targets: Vec<TargetNow>,
    /// What the next run would do with it.
    pub next: Next,
    /// Runs, the newest first.
    pub runs: Vec<RunTold>,
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedRecord {
    /// The data set.
    pub data_set: String,
    /// The page or export, and its place in it.
    pub place: String,
    /// When it was read, RFC 3339.
    pub read_at: String,
    /// It was read for an earlier snapshot and carried over.
    pub is_carried: bool,
    /// What became of it.
    pub fate: Fate,
    /// Why, where it became no row.
    pub reason: String,
    /// The staging column that was at fault, where one was.
    pub column: String,
    /// The value that was at fault, escaped and cut.
    pub value: String,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It became the staging row.
    Staged,
    /// It completed the driving record.
    Completed,
    /// It was found for the device, and another record completed it.
    Unused,
    /// Another record of its key is newer.
    Duplicate,
    /// A rule of the scope leaves it out.
    OutOfScope,
    /// It cannot be a staging row.
    Rejected,
    /// It could not be read.
    Unreadable,
}

/// One staging column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedColumn {
    /// The column.
    pub column: String,
    /// Its value; none where it is empty, and is not sent.
    pub value: Option<String>,
    /// The expression that makes it.
    pub expression: String,
    /// What the expression is made of, as it was read.
    pub raw: Vec<RawValue>,
    /// Target fields that it goes to, with their tables.
    pub goes_to: Vec<String>,
    /// What is held in it, where that is something else.
    pub held: Option<String>,
    /// It is often only newer, and alone no reason to send the row.
    pub is_volatile: bool,
    /// It was cut or cleaned, or its value was not understood.
    pub note: String,
}

/// A field of a record, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RawValue {
    /// The field, as expressions name it.
    pub field: String,
    /// Its value; none for NULL.
    pub value: Option<String>,
}

/// What is held of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldTold {
    /// `held`, `retired`, `waiting` or `unresolved`.
    pub standing: &'static str,
    /// The outcome that says so.
    pub outcome: &'static str,
    /// The instance's comment where it refused the row.
    pub comment: String,
    /// What is behind the comment, where it is known.
    pub cause: Option<&'static str>,
    /// What to do about it, where it is known.
    pub remedy: Option<&'static str>,
    /// The run that sent it.
    pub run: i64,
    /// When that was proven, RFC 3339.
    pub at: String,
    /// Complete snapshots, one after the other, that did not have it.
    pub missing: u32,
    /// When the first of them was read; empty where none.
    pub missing_since: String,
    /// The target records that it was proven to be, with their tables.
    pub targets: Vec<(String, String)>,
}

/// A target record as the instance has it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetNow {
    /// Its table.
    pub table: String,
    /// The record.
    pub sys_id: String,
    /// The instance has it.
    pub is_there: bool,
    /// The fields that maps write, with their values.
    pub fields: Vec<(String, String)>,
    /// Who changed it last, and when, as the instance writes it.
    pub updated_by: String,
    /// When that was.
    pub updated_at: String,
    /// Fields that hold something else than was written.
    pub otherwise: Vec<ForetoldField>,
}

/// What the next run would do with a row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Next {
    /// In a sentence.
    pub words: String,
    /// Why it would be sent; none where it would not be.
    pub change: Option<Change>,
    /// What the instance would make of it; nothing where it was not asked.
    pub maps: Vec<ForetoldMap>,
    /// References that name nothing.
    pub unknown: Vec<UnknownReference>,
}

/// One run's part in it.
#[derive(Clone, Debug, Serialize)]
pub struct RunTold {
    /// The run.
    pub run: i64,
    /// `run`, `replay`, `plan`, `apply` or `undo`.
    pub command: String,
    /// When it began, RFC 3339.
    pub begun_at: String,
    /// Where it stands.
    pub state: &'static str,
    /// The snapshot that it carried.
    pub snapshot: String,
    /// Why the row was in its plan; none where it was not, or the plan is no longer kept.
    pub change: Option<Change>,
    /// Staging columns that the plan changed.
    pub fields: Vec<PlannedField>,
    /// What became of it, one a transform map.
    pub outcomes: Vec<ToldOutcome>,
}
