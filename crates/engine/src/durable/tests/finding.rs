//! A few rows of many: those that a condition names and no others, whole and in their order, without looking where they
//! cannot be.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow::array::{AsArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, UInt32Type};
use tempfile::TempDir;

use super::scene::{batch, schema, write};
use crate::limits::ROW_GROUP_ROWS;
use crate::{Condition, Holding, rows_where, rows_with};

/// Three row groups, the last one not full.
const ROWS: u32 = 2 * ROW_GROUP_ROWS as u32 + 1_000;

/// A file of them, in a folder that goes when it is dropped.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    write(&path, 0..ROWS, 8_192);
    (folder, path)
}

fn numbers(batch: &RecordBatch) -> Vec<u32> {
    let column = batch.column_by_name("row").expect("the scene numbers its rows");
    column.as_primitive::<UInt32Type>().values().to_vec()
}

/// Rows of these numbers.
fn numbered(wanted: &BTreeSet<u32>) -> Condition {
    let wanted = wanted.clone();
    Condition::new(vec!["row".to_owned()], move |batch| {
        numbers(batch).into_iter().map(|row| wanted.contains(&row)).collect()
    })
}

/// What was found as the scene has it, and what it should be.
fn assert_rows(found: &[RecordBatch], expected: &[u32]) {
    let found: Vec<RecordBatch> = found
        .iter()
        .map(|batch| {
            let mut columns = batch.columns().to_vec();
            columns[0] = cast(&columns[0], &DataType::Utf8).expect("a dictionary of texts");
            RecordBatch::try_new(schema(), columns).expect("all columns came along")
        })
        .collect();
    let expected: Vec<RecordBatch> = expected.iter().map(|&row| batch(row..row + 1)).collect();
    let whole = |batches: &[RecordBatch]| concat_batches(&schema(), batches).expect("one schema");
    assert_eq!(whole(&found), whole(&expected));
}

#[test]
fn rows_come_whole_and_in_their_order_from_every_row_group() {
    let (_folder, path) = written();
    let border = ROW_GROUP_ROWS as u32;
    let wanted = BTreeSet::from([0, 8_191, 8_192, border - 1, border, 2 * border + 999]);
    let expected: Vec<u32> = wanted.iter().copied().collect();
    for holding in [Holding::Anything, Holding::Numbers("row", &wanted)] {
        assert_rows(&rows_where(&path, holding, &[numbered(&wanted)]).expect("read"), &expected);
    }
    let none = BTreeSet::from([ROWS + 5]);
    assert!(rows_where(&path, Holding::Anything, &[numbered(&none)]).expect("read").is_empty());
}

#[test]
fn only_row_groups_that_may_have_a_number_are_looked_at() {
    let (_folder, path) = written();
    let looked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looked);
    let wanted = ROW_GROUP_ROWS as u32 + 7;
    let is_it = Condition::new(vec!["row".to_owned()], move |batch| {
        counted.fetch_add(batch.num_rows(), Ordering::Relaxed);
        numbers(batch).into_iter().map(|row| row == wanted).collect()
    });
    let among = BTreeSet::from([wanted]);
    assert_rows(&rows_where(&path, Holding::Numbers("row", &among), &[is_it]).expect("read"), &[wanted]);
    assert_eq!(looked.load(Ordering::Relaxed), ROW_GROUP_ROWS, "the other two have other numbers");
}

#[test]
fn only_row_groups_that_may_have_a_text_are_looked_at_and_a_number_is_no_text() {
    let (_folder, path) = written();
    let looked = Arc::new(AtomicUsize::new(0));
    let looked_at = |holding: Holding<'_>| {
        let counted = Arc::clone(&looked);
        let none = Condition::new(vec!["row".to_owned()], move |batch| {
            counted.fetch_add(batch.num_rows(), Ordering::Relaxed);
            BooleanBuffer::new_unset(batch.num_rows())
        });
        assert!(rows_where(&path, holding, &[none]).expect("read").is_empty());
        looked.swap(0, Ordering::Relaxed)
    };
    assert_eq!(looked_at(Holding::Text("family", "family 1")), ROWS as usize);
    assert_eq!(looked_at(Holding::Text("family", "family 3")), 0, "the greatest is the second");
    assert_eq!(looked_at(Holding::Text("family", "families")), 0, "the least is `family 0`");
    assert_eq!(looked_at(Holding::Text("row", "7")), ROWS as usize, "the bytes of a number are no text");
    assert_eq!(looked_at(Holding::Text("no such column", "7")), ROWS as usize);
}

#[test]
fn a_condition_is_asked_about_the_rows_that_those_before_it_left() {
    let (_folder, path) = written();
    let first = BTreeSet::from([3, 4, 5, ROWS - 1]);
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let told = Arc::clone(&asked);
    let second = Condition::new(vec!["row".to_owned()], move |batch| {
        told.lock().expect("no test panics with it").extend(numbers(batch));
        BooleanBuffer::collect_bool(batch.num_rows(), |row| !numbers(batch)[row].is_multiple_of(2))
    });
    let found = rows_where(&path, Holding::Anything, &[numbered(&first), second]).expect("read");
    let expected: Vec<u32> = first.iter().copied().filter(|row| !row.is_multiple_of(2)).collect();
    assert_rows(&found, &expected);
    assert_eq!(*asked.lock().expect("no test panics with it"), first);
}

#[test]
fn a_text_is_found_in_a_dictionary_and_nothing_is_found_of_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    write(&path, 0..100, 30);
    let family: Vec<u32> = (0..100_u32).filter(|row| !row.is_multiple_of(7) && row % 3 == 2).collect();
    assert_rows(&rows_with(&path, "family", "family 2").expect("read"), &family);
    assert!(rows_with(&path, "family", "family 3").expect("read").is_empty());
    assert!(rows_with(&path, "family", "").expect("read").is_empty(), "what is missing is not an empty text");
    assert!(rows_with(&path, "no such column", "x").expect("read").is_empty());
}
