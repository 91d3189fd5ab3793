//! What a journal's lines say: the vocabulary of a reading's durable steps, as it is written and read back. Apart
//! because these words are on disk: a change of any of them is another version of the journal.

use std::collections::BTreeMap;

use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};

use crate::manifest::{PageRead, Source};
use crate::progress::DataSetAccount;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) journal_version: u32,
    pub(crate) snapshot: String,
    pub(crate) source: Source,
    pub(crate) begun_at: String,
    pub(crate) settings: String,
    pub(crate) process: u32,
}

impl Header {
    /// The version that this program writes.
    pub(crate) const VERSION: u32 = 1;
}

/// Every other line: steps that became durable together. One line is there whole or not at all, so what belongs
/// together stands in one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line<S> {
    pub(crate) steps: S,
}

/// One durable step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Another process took over.
    Resumed { process: u32, at: String },
    /// A data set was begun.
    Announced { data_set: String, columns: Vec<Column>, few_distinct: Vec<String> },
    /// Something was noted that belongs to no data set.
    Noted { notes: Notes },
    /// A data set was read as far as `position`; its rows since the step before are in `part`.
    Read { data_set: String, position: String, requests: u64, part: Option<Part>, notes: Notes },
    /// All that was read of a data set is forgotten.
    Restarted { data_set: String },
    /// A data set is over.
    Ended { data_set: String, account: DataSetAccount },
}

/// A part's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub(crate) file: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
}

/// What was noted beside the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notes {
    pub(crate) pages: Vec<PageRead>,
    pub(crate) rejected: Vec<flow::Rejected>,
    pub(crate) drift: BTreeMap<String, u64>,
    pub(crate) left_out: Vec<(String, String)>,
}

impl Notes {
    pub(crate) fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.rejected.is_empty() && self.drift.is_empty() && self.left_out.is_empty()
    }

    pub(crate) fn add_drift(&mut self, name: &str, count: u64) {
        if let Some(sum) = self.drift.get_mut(name) {
            *sum += count;
        } else {
            self.drift.insert(name.to_owned(), count);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.pages.extend(other.pages);
        self.rejected.extend(other.rejected);
        self.left_out.extend(other.left_out);
        for (name, count) in other.drift {
            *self.drift.entry(name).or_default() += count;
        }
    }
}

/// One column, as exactly as parts of two readings must agree to be joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) is_nullable: bool,
}

/// The columns of a schema.
pub(crate) fn columns_of(schema: &Schema) -> Vec<Column> {
    let column = |field: &arrow::datatypes::FieldRef| Column {
        name: field.name().clone(),
        r#type: field.data_type().to_string(),
        is_nullable: field.is_nullable(),
    };
    schema.fields().iter().map(column).collect()
}
