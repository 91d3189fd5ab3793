//! Records as texts, to be compared with others whatever page, file or night they are of.

use arrow::util::display::{ArrayFormatter, FormatOptions};
use extract::DataSet;
use snapshot::Sealed;

/// Records of a batch as texts, without where and when they were read.
pub fn texts(batch: &arrow::array::RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("null");
    let columns: Vec<(String, ArrayFormatter<'_>)> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .filter(|(field, _)| !field.name().starts_with('_'))
        .map(|(field, array)| {
            (field.name().clone(), ArrayFormatter::try_new(array, &options).expect("texts of any type"))
        })
        .collect();
    let record = |row| {
        columns.iter().map(|(name, values)| format!("{name}={}", values.value(row))).collect::<Vec<_>>().join("|")
    };
    (0..batch.num_rows()).map(record).collect()
}

/// Records of a sealed data set, in rising order.
pub fn sealed_records(sealed: &Sealed, data_set: DataSet) -> Vec<String> {
    let Some(file) = sealed.file(data_set.name()) else { return Vec::new() };
    let mut records: Vec<String> = engine::FileRows::open(&file)
        .expect("the file is there")
        .flat_map(|batch| texts(&batch.expect("its rows are read")))
        .collect();
    records.sort();
    records
}
