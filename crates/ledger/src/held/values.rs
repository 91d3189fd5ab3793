//! The values of staging rows, beside what the ledger knows of them. Apart because they are handed through by the batch
//! and never looked at: a plan's rows become held rows without one text being copied by hand.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};

use crate::error::Error;

use super::failed;

/// Some rows' values: the staging columns by name, all texts.
#[derive(Clone, Debug)]
pub struct Values {
    pub(super) rows: Arc<RecordBatch>,
}

impl Values {
    /// The values of a batch's rows in these staging columns; a column that the batch does not have is empty.
    pub fn of(batch: &RecordBatch, columns: &[String]) -> Result<Self, Error> {
        let wrong = |source| failed("keep the values of", "staging rows", source);
        let array = |name: &String| -> Result<ArrayRef, Error> {
            match batch.column_by_name(name) {
                None => Ok(new_null_array(&DataType::Utf8, batch.num_rows())),
                Some(array) if array.data_type() == &DataType::Utf8 => Ok(Arc::clone(array)),
                Some(array) => cast(array, &DataType::Utf8).map_err(wrong),
            }
        };
        let arrays = columns.iter().map(array).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Schema::new(value_fields(columns));
        let rows = RecordBatch::try_new_with_options(Arc::new(schema), arrays, &options).map_err(wrong)?;
        Ok(Self { rows: Arc::new(rows) })
    }

    /// The value of a row in a column; none where it is empty or there is no such column.
    pub fn text(&self, column: &str, row: usize) -> Option<&str> {
        let array = self.rows.column_by_name(column)?.as_any().downcast_ref::<StringArray>()?;
        array.is_valid(row).then(|| array.value(row))
    }

    /// The rows as they are.
    pub fn batch(&self) -> &RecordBatch {
        &self.rows
    }
}

pub(super) fn value_fields(columns: &[String]) -> Vec<Field> {
    columns.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect()
}
