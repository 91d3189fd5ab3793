//! One file: round trip, row groups, and what is left when it is given up.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};

use super::scene::{batch, layout, names, read, row_groups, schema, write};
use crate::limits::{ENCODE_ROWS, ROW_GROUP_ROWS};
use crate::{DurableParquet, Layout, digest_of};

#[test]
fn every_shape_comes_back_as_it_was_and_the_digest_is_the_file_s() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let rows = ENCODE_ROWS as u32 + 1_234;
    let written = write(&path, 0..rows, 300);
    let (found, is_dictionary) = read(&path);
    assert!(is_dictionary, "the text that repeats is read as a dictionary");
    assert_eq!(found, batch(0..rows));
    assert_eq!(written.rows, u64::from(rows));
    assert_eq!((written.digest, written.bytes), digest_of(&path).expect("digested"));
    assert_eq!(names(folder.path()), [PathBuf::from("rows.parquet")]);
}

#[test]
fn row_groups_are_full_but_the_last_whatever_the_batches_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = Arc::new(Schema::new(vec![Field::new("row", DataType::UInt32, false)]));
    let rows = 2 * ROW_GROUP_ROWS as u32 + 5;
    for batch_rows in [300, 8_192, 40_000, rows] {
        let path = folder.path().join(format!("{batch_rows}.parquet"));
        let mut file = DurableParquet::create(&path, Arc::clone(&schema), &Layout::default()).expect("begun");
        for start in (0..rows).step_by(batch_rows as usize) {
            let column = UInt32Array::from_iter_values(start..rows.min(start + batch_rows));
            file.write(&RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(column)]).expect("one column"))
                .expect("written");
        }
        assert_eq!(file.finish().expect("finished").rows, u64::from(rows));
        assert_eq!(row_groups(&path), [ROW_GROUP_ROWS as i64, ROW_GROUP_ROWS as i64, 5], "{batch_rows} a batch");
    }
}

#[test]
fn a_file_without_rows_is_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.parquet");
    let written = write(&path, 0..0, 300);
    assert_eq!(written.rows, 0);
    assert_eq!(read(&path).0.num_rows(), 0);
    assert!(row_groups(&path).is_empty());
}

#[test]
fn a_file_that_is_given_up_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let mut file = DurableParquet::create(&path, schema(), &layout()).expect("begun");
    file.write(&batch(0..100)).expect("written");
    drop(file);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn rows_that_do_not_fit_are_an_error_and_never_a_file_without_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let short = RecordBatch::try_from_iter([("family", Arc::new(StringArray::from(vec!["a"])) as _)]);
    let mut columns = batch(0..4).columns().to_vec();
    columns[4] = Arc::new(StringArray::from(vec!["a", "b", "c", "d"]));
    let mut fields = schema().fields().to_vec();
    fields[4] = Arc::new(Field::new("row", DataType::Utf8, false));
    let strange = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns);
    for wrong in [short.expect("one column"), strange.expect("as many columns, one of another type")] {
        let mut file = DurableParquet::create(&path, schema(), &layout()).expect("begun");
        file.write(&batch(0..10)).expect("written");
        // The error may come at once or when the rows are encoded, but it comes.
        let written = file.write(&wrong);
        let finished = file.finish();
        assert!(written.is_err() || finished.is_err());
        assert!(finished.expect_err("rows are missing").to_string().contains("rows.parquet"));
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn a_file_in_the_making_may_go_from_thread_to_thread() {
    fn goes<T: Send>() {}
    goes::<DurableParquet>();
}
