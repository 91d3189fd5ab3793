//! What a snapshot holds beside what the tenant said: when each record was read. Apart because reading, replaying and
//! checking must agree about it.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use extract::DataSet;

use crate::error::Error;

/// The lineage column that holds when a record was read, in seconds since 1970. In a merged snapshot, what is older than
/// its beginning was carried over.
pub const READ_AT_COLUMN: &str = "_read_at";

/// The schema of a data set as a snapshot holds it.
pub fn stored_schema(data_set: DataSet) -> SchemaRef {
    let schema = data_set.schema();
    let read_at = Arc::new(Field::new(READ_AT_COLUMN, DataType::Int64, false));
    let fields: Vec<_> = schema.fields().iter().cloned().chain([read_at]).collect();
    Arc::new(Schema::new(fields))
}

/// Records as a snapshot holds them, read at this moment.
pub fn stored(data_set: DataSet, batch: &RecordBatch, read_at: i64) -> RecordBatch {
    let moments = Arc::new(Int64Array::from_value(read_at, batch.num_rows()));
    let columns = batch.columns().iter().cloned().chain([moments as _]).collect();
    RecordBatch::try_new(stored_schema(data_set), columns).expect("the batch has its data set's schema")
}

/// Text columns of each data set that hold few distinct values in a row group, so that a normalising function runs
/// once for each of them.
pub fn few_distinct(data_set: DataSet) -> Vec<String> {
    let names: &[&str] = match data_set {
        DataSet::Apps => &[
            "device_id",
            "device__name",
            "device__family",
            "serial_number",
            "last_collected_at",
            "path",
            "obtained_from",
            "bundle_id",
            "name",
            "version",
            "short_version",
            "signature",
            "developer_name",
            "app_id",
            "app_name",
            "creation_date",
            "modification_date",
        ],
        _ => &[],
    };
    names.iter().map(|&name| name.to_owned()).collect()
}

/// A batch with all its columns as texts, as plans have them.
pub(crate) fn as_texts(rows: &RecordBatch) -> Result<RecordBatch, Error> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(|(field, array)| {
        let texts = arrow::compute::cast(array, &DataType::Utf8).map_err(transform::Error::Gather)?;
        Ok((field.name().clone(), texts, true))
    });
    let columns = columns.collect::<Result<Vec<_>, Error>>()?;
    Ok(RecordBatch::try_from_iter_with_nullable(columns).map_err(transform::Error::Gather)?)
}
