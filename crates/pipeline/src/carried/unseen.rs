//! What one way to applications cannot see, carried over from a reading that could: the app list of a device has no
//! developer's name, which is all that tells the publisher where the signature does not. Apart, because here a value is
//! carried and not a record.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use engine::FileRows;
use extract::DataSet;
use snapshot::Sealed;

use super::{Identities, plain};
use crate::error::Error;
use crate::limits;

/// The column that is carried.
const DEVELOPER: &str = "developer_name";

/// Developers' names by the identity of applications. Names are few and applications many, so each name is kept once.
#[derive(Debug, Default)]
pub(crate) struct Unseen {
    names: Vec<String>,
    developers: HashMap<u128, u32>,
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
            let developers = texts(&batch, DEVELOPER);
            for row in 0..batch.num_rows() {
                let developer = text(&developers, row);
                if !developer.is_empty() {
                    let next = known.len() as u32;
                    let number = *known.entry(developer.to_owned()).or_insert_with(|| {
                        unseen.names.push(developer.to_owned());
                        next
                    });
                    unseen.developers.insert(identities.at(row), number);
                }
            }
            if unseen.developers.len() > limits::UNSEEN_VALUES_MAX {
                break;
            }
        }
        Ok(unseen)
    }

    /// The records with what is known of them, where they do not say it themselves.
    pub(crate) fn filled(&self, batch: &RecordBatch) -> RecordBatch {
        let schema = batch.schema();
        let (Ok(index), Some(identities)) = (schema.index_of(DEVELOPER), Identities::of(DataSet::Apps, batch)) else {
            return batch.clone();
        };
        let own = batch.column(index).as_string::<i32>();
        let filled: StringArray = (0..batch.num_rows())
            .map(|row| {
                let said = own.is_valid(row).then(|| own.value(row)).filter(|said| !said.is_empty());
                said.or_else(|| {
                    self.developers.get(&identities.at(row)).map(|&name| self.names[name as usize].as_str())
                })
            })
            .collect();
        let mut columns = batch.columns().to_vec();
        columns[index] = Arc::new(filled);
        RecordBatch::try_new(schema, columns).expect("one column was replaced by one like it")
    }
}

fn texts(batch: &RecordBatch, name: &str) -> StringArray {
    batch.column_by_name(name).expect("plain columns are the schema's").as_string::<i32>().clone()
}

fn text(texts: &StringArray, row: usize) -> &str {
    if texts.is_valid(row) { texts.value(row) } else { "" }
}
