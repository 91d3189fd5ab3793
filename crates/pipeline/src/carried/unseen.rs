//! What one way to applications cannot see, carried over from a reading that could: the app list of a device has no
//! developer's name, which is all that tells the publisher where the signature does not, and no time of collection. Apart,
//! because here a value is carried and not a record.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use engine::FileRows;
use extract::DataSet;
use snapshot::Sealed;

use super::{Identities, plain};
use crate::error::Error;
use crate::limits;

/// The columns that are carried: those that the pipelines here map.
const COLUMNS: [&str; 2] = ["developer_name", "last_collected_at"];

/// No value.
const NONE: u32 = u32::MAX;

/// Values by the identity of applications. Values are few and applications many, so each value is kept once.
#[derive(Debug, Default)]
pub(crate) struct Unseen {
    values: Vec<String>,
    by_application: HashMap<u128, [u32; COLUMNS.len()]>,
    is_cut: bool,
}

impl Unseen {
    /// What an earlier snapshot knows.
    pub(crate) fn of(earlier: &Sealed) -> Result<Self, Error> {
        let mut unseen = Self::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        let Some(file) = earlier.file(DataSet::Apps.name()) else { return Ok(unseen) };
        for batch in FileRows::open(&file)? {
            let batch = plain(DataSet::Apps, &batch?)?;
            let Some(identities) = Identities::of(DataSet::Apps, &batch) else { continue };
            let columns = COLUMNS.map(|name| texts(&batch, name));
            for row in 0..batch.num_rows() {
                let numbers = columns.each_ref().map(|column| {
                    let Some(text) = text(column, row) else { return NONE };
                    known.get(text).copied().unwrap_or_else(|| {
                        let number = unseen.values.len() as u32;
                        unseen.values.push(text.to_owned());
                        known.insert(text.to_owned(), number);
                        number
                    })
                });
                if numbers != [NONE; COLUMNS.len()] {
                    unseen.by_application.insert(identities.at(row), numbers);
                }
            }
            if unseen.by_application.len() > limits::UNSEEN_VALUES_MAX {
                unseen.is_cut = true;
                break;
            }
        }
        Ok(unseen)
    }

    /// True where there were more applications than are kept in mind: the values of the others will be missing.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The records with what is known of them, where they do not say it themselves.
    pub(crate) fn filled(&self, batch: &RecordBatch) -> RecordBatch {
        let schema = batch.schema();
        let Some(identities) = Identities::of(DataSet::Apps, batch) else { return batch.clone() };
        let known: Vec<Option<&[u32; COLUMNS.len()]>> =
            (0..batch.num_rows()).map(|row| self.by_application.get(&identities.at(row))).collect();
        let mut columns = batch.columns().to_vec();
        for (place, name) in COLUMNS.iter().enumerate() {
            let Ok(index) = schema.index_of(name) else { continue };
            let own = batch.column(index).as_string::<i32>();
            let value = |numbers: &[u32; COLUMNS.len()]| self.values.get(numbers[place] as usize).map(String::as_str);
            let filled: StringArray =
                known.iter().enumerate().map(|(row, known)| text(own, row).or_else(|| known.and_then(value))).collect();
            columns[index] = Arc::new(filled);
        }
        RecordBatch::try_new(schema, columns).expect("columns were replaced by others like them")
    }
}

fn texts(batch: &RecordBatch, name: &str) -> StringArray {
    batch.column_by_name(name).expect("plain columns are the schema's").as_string::<i32>().clone()
}

fn text(texts: &StringArray, row: usize) -> Option<&str> {
    texts.is_valid(row).then(|| texts.value(row)).filter(|text| !text.is_empty())
}
