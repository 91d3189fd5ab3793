//! The order is total and the same whether rows fit into memory or are dealt into buckets.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema};

use super::*;
use crate::Settings;

/// Rows that are larger than a chunk: the payload makes up for their small number.
fn rows(count: u32, payload_bytes: usize) -> RecordBatch {
    let key = |number: u32| {
        format!("{:032x}", u128::from(number / 2).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
    };
    let keys: StringArray = (0..count).rev().map(|number| Some(key(number))).collect();
    let newest: StringArray =
        (0..count).rev().map(|number| (number % 5 != 0).then(|| format!("{number:09}"))).collect();
    let payload: StringArray = (0..count).map(|_| Some("x".repeat(payload_bytes))).collect();
    let record = UInt32Array::from_iter_values((0..count).rev());
    let schema = Schema::new(vec![
        Field::new("k", DataType::Utf8, true),
        Field::new("newest", DataType::Utf8, true),
        Field::new("payload", DataType::Utf8, true),
        Field::new("record", DataType::UInt32, false),
    ]);
    let columns: Vec<ArrayRef> = vec![Arc::new(keys), Arc::new(newest), Arc::new(payload), Arc::new(record)];
    RecordBatch::try_new(Arc::new(schema), columns).expect("columns of one length")
}

async fn records(batch: &RecordBatch, partitions: usize, batch_rows: usize) -> Vec<u32> {
    let settings =
        Settings { partitions: NonZeroUsize::new(partitions).expect("some"), batch_rows, ..Settings::default() };
    let engine = Engine::new(settings).expect("a session");
    let parts = (0..batch.num_rows()).step_by(batch_rows);
    let parts = parts.map(|begin| batch.slice(begin, batch_rows.min(batch.num_rows() - begin))).collect();
    engine.add_batches("t", batch.schema(), parts).expect("a table");
    let then = |column: &str, descending| Then { column: column.to_owned(), descending };
    let order = Order { key: "k".to_owned(), then: vec![then("newest", true), then("record", false)] };
    let mut sorted =
        engine.sorted("SELECT * FROM t", order, Some(batch.num_rows() as u64), None).await.expect("sorted");
    let mut records = Vec::new();
    while let Some(batch) = sorted.next().await {
        let batch = batch.expect("a bucket is read");
        let column = batch.column_by_name("record").expect("selected");
        records.extend(
            arrow::array::AsArray::as_primitive::<arrow::datatypes::UInt32Type>(column).values().iter().copied(),
        );
    }
    records
}

/// What the order should be, by the simplest means.
fn expected(batch: &RecordBatch) -> Vec<u32> {
    let text = |name: &str, row: usize| -> Option<String> {
        let column = arrow::array::AsArray::as_string::<i32>(batch.column_by_name(name).expect("there"));
        arrow::array::Array::is_valid(column, row).then(|| column.value(row).to_owned())
    };
    let mut all: Vec<_> = (0..batch.num_rows())
        .map(|row| {
            let newest = text("newest", row);
            let record = (batch.num_rows() - 1 - row) as u32;
            (text("k", row), newest.is_none(), std::cmp::Reverse(newest), record)
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, _, _, record)| record).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn small_and_large_inputs_come_in_the_same_total_order() {
    for payload_bytes in [0, 4_000] {
        let batch = rows(20_000, payload_bytes);
        let expected = expected(&batch);
        for (partitions, batch_rows) in [(1, 8_192), (3, 700)] {
            let found = records(&batch, partitions, batch_rows).await;
            assert!(found == expected, "{payload_bytes} bytes, {partitions} partitions, batches of {batch_rows}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_nothing() {
    assert!(records(&rows(0, 0), 1, 8_192).await.is_empty());
}
