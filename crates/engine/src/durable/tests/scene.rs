//! Rows with every shape that our schemas have, and eyes on files. Apart because both halves of the tests look at the
//! same rows.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, ListArray, RecordBatch, StringArray, StructArray, UInt32Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::{DurableParquet, FileRows, Layout, Written};

/// The one column of the scene that repeats.
pub(super) fn layout() -> Layout {
    Layout { few_distinct: vec!["family".to_owned()] }
}

fn info_fields() -> Fields {
    let name = Field::new("name", DataType::Utf8, true);
    Fields::from(vec![name, Field::new("size", DataType::Int64, true)])
}

fn volume_fields() -> Fields {
    let label = Field::new("label", DataType::Utf8, true);
    Fields::from(vec![label, Field::new("encrypted", DataType::Boolean, true)])
}

fn volume_item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(volume_fields()), true))
}

/// A text that repeats, a struct, a list of structs, a list of texts, and a number that is always there.
pub(super) fn schema() -> SchemaRef {
    let tag = Arc::new(Field::new("item", DataType::Utf8, true));
    Arc::new(Schema::new(vec![
        Field::new("family", DataType::Utf8, true),
        Field::new("info", DataType::Struct(info_fields()), true),
        Field::new("volumes", DataType::List(volume_item()), true),
        Field::new("tags", DataType::List(tag), false),
        Field::new("row", DataType::UInt32, false),
    ]))
}

/// These rows; every third to thirteenth of them lacks something. A row does not depend on the batch that it is in.
pub(super) fn batch(rows: Range<u32>) -> RecordBatch {
    let family = rows.clone().map(|row| (!row.is_multiple_of(7)).then(|| format!("family {}", row % 3)));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(family.collect::<StringArray>()),
        Arc::new(infos(rows.clone())),
        Arc::new(volumes(rows.clone())),
        Arc::new(tags(rows.clone())),
        Arc::new(UInt32Array::from_iter_values(rows)),
    ];
    RecordBatch::try_new(schema(), columns).expect("the columns are the schema's")
}

fn infos(rows: Range<u32>) -> StructArray {
    let is_there = |row: u32| !row.is_multiple_of(11);
    let name = rows.clone().map(|row| is_there(row).then(|| format!("name of {row}")));
    let size = rows.clone().map(|row| (is_there(row) && !row.is_multiple_of(5)).then(|| i64::from(row) * 3 - 500));
    let children: Vec<ArrayRef> = vec![Arc::new(name.collect::<StringArray>()), Arc::new(size.collect::<Int64Array>())];
    StructArray::new(info_fields(), children, Some(rows.map(is_there).collect::<NullBuffer>()))
}

fn volumes(rows: Range<u32>) -> ListArray {
    let is_there = |row: u32| !row.is_multiple_of(13);
    let length = |row: u32| if is_there(row) { row % 4 } else { 0 };
    let entries: Vec<u32> = rows.clone().flat_map(|row| (0..length(row)).map(move |place| row + place)).collect();
    let label = entries.iter().map(|entry| (!entry.is_multiple_of(5)).then(|| format!("disk{entry}")));
    let encrypted = entries.iter().map(|entry| (!entry.is_multiple_of(3)).then_some(entry.is_multiple_of(2)));
    let children: Vec<ArrayRef> =
        vec![Arc::new(label.collect::<StringArray>()), Arc::new(encrypted.collect::<BooleanArray>())];
    let values = Arc::new(StructArray::new(volume_fields(), children, None));
    let offsets = OffsetBuffer::from_lengths(rows.clone().map(|row| length(row) as usize));
    ListArray::new(volume_item(), offsets, values, Some(rows.map(is_there).collect::<NullBuffer>()))
}

fn tags(rows: Range<u32>) -> ListArray {
    let length = |row: u32| row % 3;
    let texts = rows.clone().flat_map(|row| (0..length(row)).map(move |place| format!("tag {}", row % 9 + place)));
    let texts: Vec<String> = texts.collect();
    let values = StringArray::from_iter_values(&texts);
    let offsets = OffsetBuffer::from_lengths(rows.map(|row| length(row) as usize));
    ListArray::new(Arc::new(Field::new("item", DataType::Utf8, true)), offsets, Arc::new(values), None)
}

/// Writes these rows in batches of this size.
pub(super) fn write(path: &Path, rows: Range<u32>, batch_rows: u32) -> Written {
    let mut file = DurableParquet::create(path, schema(), &layout()).expect("begun");
    for start in rows.clone().step_by(batch_rows as usize) {
        file.write(&batch(start..rows.end.min(start + batch_rows))).expect("written");
    }
    file.finish().expect("finished")
}

/// All rows of a file, texts as texts again, and whether the text that repeats came as a dictionary.
pub(super) fn read(path: &Path) -> (RecordBatch, bool) {
    let mut is_dictionary = true;
    let batches: Vec<RecordBatch> = FileRows::open(path)
        .expect("opened")
        .map(|batch| {
            let batch = batch.expect("read");
            let mut columns = batch.columns().to_vec();
            is_dictionary &= matches!(columns[0].data_type(), DataType::Dictionary(_, _));
            columns[0] = cast(&columns[0], &DataType::Utf8).expect("a dictionary of texts");
            RecordBatch::try_new(schema(), columns).expect("the columns are the schema's")
        })
        .collect();
    (concat_batches(&schema(), &batches).expect("one schema"), is_dictionary)
}

/// What stands in a file's footer.
pub(super) fn footer(path: &Path) -> ParquetMetaData {
    let file = std::fs::File::open(path).expect("the file is there");
    ParquetMetaDataReader::new().parse_and_finish(&file).expect("a whole file")
}

/// The rows of each row group.
pub(super) fn row_groups(path: &Path) -> Vec<i64> {
    footer(path).row_groups().iter().map(|group| group.num_rows()).collect()
}

/// Names in a folder, in order.
pub(super) fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").file_name().into()).collect();
    names.sort();
    names
}
