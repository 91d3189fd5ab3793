//! What a target was last proven to hold: whole staging rows sorted by key, in one Parquet file a staging table. Apart
//! because both ends of it stream: a table of any size is read, merged and written batch by batch, column by column.
//!
//! ```text
//!   _row_key, _fingerprint, …, _targets      what the ledger knows of a row: read by every plan
//!   u_serial_number, u_name, …               the staging row itself: read where a row changed
//! ```

mod reader;
mod values;
mod writer;

use std::sync::Arc;

use arrow::array::{Array, AsArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use flow::Outcome;

pub use reader::{HeldBatch, HeldReader, HeldWalk, Said};
pub use values::Values;
pub use writer::HeldWriter;

use crate::error::Error;

/// One record of a target table that came of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTarget {
    /// The target table.
    pub table: String,
    /// The record.
    pub sys_id: String,
}

/// What follows from what became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The target is proven to hold what the row says.
    Held,
    /// The target is proven to hold it as retired.
    Retired,
    /// The target left it out; unchanged, it goes again after some days.
    Waiting,
    /// It left, and nothing is proven: whatever it says next, it goes again.
    Unresolved,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Held, Self::Retired, Self::Waiting, Self::Unresolved];

    /// As the ledger writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Retired => "retired",
            Self::Waiting => "waiting",
            Self::Unresolved => "unresolved",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }
}

/// One row as the instance's own answer proved it, as it refused it, or as one whose answer is missing; its values stand
/// beside it, see [`Values`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The row's key: 32 hexadecimal digits. The file is sorted by it.
    pub row_key: String,
    /// Fingerprint of the row's columns that are not volatile; empty where nothing is proven of it.
    pub fingerprint: String,
    /// When the device itself was last seen, as `YYYY-MM-DD HH:MM:SS`; empty when unknown.
    pub moment: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What follows from that.
    pub standing: Standing,
    /// True until the row has been proven a second time: it is then due sooner, see the plan's volatile rows.
    pub is_first: bool,
    /// The instance's comment where it refused the row.
    pub comment: String,
    /// When that was, RFC 3339.
    pub at: String,
    /// The run that sent it.
    pub run: i64,
    /// Complete snapshots, one after the other, that did not have it.
    pub missing: u32,
    /// When the first of them was read, RFC 3339; empty where none.
    pub missing_since: String,
    /// The target records.
    pub targets: Vec<HeldTarget>,
}

/// What the ledger knows of a row, in the order of the file's columns. A staging column begins with a letter, so that none
/// is ever taken for one of these.
const OWN_COLUMNS: [&str; 11] = [
    "_row_key",
    "_fingerprint",
    "_moment",
    "_outcome",
    "_standing",
    "_first",
    "_comment",
    "_at",
    "_run",
    "_missing",
    "_missing_since",
];
const TARGETS: &str = "_targets";

fn target_fields() -> Fields {
    Fields::from(vec![Field::new("table", DataType::Utf8, true), Field::new("sys_id", DataType::Utf8, true)])
}

/// The fields of what the ledger knows of a row.
fn own_fields() -> Vec<Field> {
    let texts = OWN_COLUMNS.iter().map(|name| Field::new(*name, DataType::Utf8, false));
    let item = Field::new("item", DataType::Struct(target_fields()), true);
    texts.chain([Field::new(TARGETS, DataType::List(Arc::new(item)), false)]).collect()
}

impl HeldRow {
    /// Its texts, in the order of [`OWN_COLUMNS`].
    fn texts(&self) -> [String; OWN_COLUMNS.len()] {
        [
            self.row_key.clone(),
            self.fingerprint.clone(),
            self.moment.clone(),
            self.outcome.as_str().to_owned(),
            self.standing.as_str().to_owned(),
            if self.is_first { "true".to_owned() } else { String::new() },
            self.comment.clone(),
            self.at.clone(),
            self.run.to_string(),
            if self.missing == 0 { String::new() } else { self.missing.to_string() },
            self.missing_since.clone(),
        ]
    }
}

fn targets_of(entries: &StructArray) -> Option<Vec<HeldTarget>> {
    let tables = entries.column(0).as_string_opt::<i32>()?;
    let records = entries.column(1).as_string_opt::<i32>()?;
    Some(
        (0..entries.len())
            .map(|entry| HeldTarget { table: tables.value(entry).to_owned(), sys_id: records.value(entry).to_owned() })
            .collect(),
    )
}

/// Holds that a key is greater than the one before, and remembers it.
fn rises(table: &str, last_key: &mut String, row_key: &str) -> Result<(), Error> {
    if row_key <= last_key.as_str() {
        return Err(Error::Order { table: table.to_owned() });
    }
    row_key.clone_into(last_key);
    Ok(())
}

fn unreadable(table: &str) -> Error {
    Error::Unreadable { value: table.to_owned(), expected: "the columns of a held file" }
}

fn failed(attempt: &'static str, table: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Held { attempt, table: table.to_owned(), source: source.into() }
}
