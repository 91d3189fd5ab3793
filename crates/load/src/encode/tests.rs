//! Bodies are exact JSON: serde_json is asked, byte for byte and value for value.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, DictionaryArray, Int64Array, LargeStringArray, StringArray, StringViewArray};
use arrow::datatypes::{Field, Int32Type, Schema};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let field = |(number, array): (usize, &ArrayRef)| Field::new(number.to_string(), array.data_type().clone(), true);
    let schema = Schema::new(columns.iter().enumerate().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns).expect("columns of one length")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Appends one body with every row.
fn encode(
    batch: &RecordBatch,
    keys: &[String],
    constants: &[(String, String)],
    body: &mut Vec<u8>,
) -> Result<usize, EncodeError> {
    Envelope::new(batch, keys)?.write(0..batch.num_rows(), &Constants::new(constants), body);
    Ok(batch.num_rows())
}

fn text(body: &[u8]) -> &str {
    std::str::from_utf8(body).expect("JSON is UTF-8")
}

#[test]
fn a_null_is_left_out_and_every_layout_of_text_is_read() {
    let batch = batch(vec![
        Arc::new(StringArray::from(vec![Some("a"), None, Some("")])),
        Arc::new(LargeStringArray::from(vec![Some("\""), None, None])),
        Arc::new(StringViewArray::from(vec![None, None, Some("longer than twelve bytes")])),
        Arc::new([Some("x"), None, Some("x")].into_iter().collect::<DictionaryArray<Int32Type>>()),
    ]);
    let keys = keys(&["Serial number", "l", "v", "d"]);
    let mut body = Vec::new();
    assert_eq!(encode(&batch, &keys, &pairs(&[("u_run", "R")]), &mut body).expect("text"), 3);
    assert_eq!(
        text(&body),
        concat!(
            r#"{"records":[{"Serial number":"a","l":"\"","d":"x","u_run":"R"},{"u_run":"R"},"#,
            r#"{"Serial number":"","v":"longer than twelve bytes","d":"x","u_run":"R"}]}"#
        )
    );
}

#[test]
fn a_row_of_nulls_without_constants_is_an_empty_record() {
    let batch = batch(vec![Arc::new(StringArray::from(vec![None::<&str>, None]))]);
    let mut body = Vec::new();
    encode(&batch, &keys(&["a"]), &[], &mut body).expect("text");
    assert_eq!(text(&body), r#"{"records":[{},{}]}"#);
}

#[test]
fn what_cannot_be_encoded_is_an_error_and_not_a_guess() {
    let numbers = batch(vec![Arc::new(Int64Array::from(vec![1]))]);
    let mut body = Vec::new();
    let error = encode(&numbers, &keys(&["a"]), &[], &mut body).expect_err("a number");
    assert_eq!(error.to_string(), "column `a` is Int64, but only text is sent");
    let error = encode(&numbers, &[], &[], &mut body).expect_err("no keys");
    assert_eq!(error.to_string(), "0 keys were given for 1 columns");
    assert!(body.is_empty());
}

#[test]
fn bodies_respect_both_limits_and_a_large_row_travels_alone() {
    let large = "x".repeat(500);
    let batch = batch(vec![Arc::new(StringArray::from(vec!["a", "b", "c", "d", "e", large.as_str(), "f"]))]);
    let limits = BatchLimits { rows_max: 3, body_bytes_max: 100 };
    let constants = |number: usize| vec![("u_batch".to_owned(), number.to_string())];
    let bodies = encode_all(&batch, &keys(&["k"]), limits, constants).expect("text");
    let rows: Vec<_> = bodies.iter().map(|body| body.rows.clone()).collect();
    assert_eq!(rows, [0..3, 3..5, 5..6, 6..7]);
    assert_eq!(text(&bodies[3].bytes), r#"{"records":[{"k":"f","u_batch":"3"}]}"#);
}

#[test]
fn no_rows_make_no_body() {
    let batch = batch(vec![Arc::new(StringArray::from(Vec::<&str>::new()))]);
    assert!(encode_all(&batch, &keys(&["k"]), BatchLimits::default(), |_| Vec::new()).expect("text").is_empty());
}

/// Any text, with many of the characters that JSON escapes.
fn hostile() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => any::<char>(),
        4 => proptest::char::range('a', 'z'),
        2 => proptest::char::range('\0', '\u{1f}'),
        1 => Just('"'),
        1 => Just('\\'),
        1 => Just('\u{7f}'),
    ];
    proptest::collection::vec(character, 0..40).prop_map(|characters| characters.into_iter().collect())
}

fn row() -> impl Strategy<Value = [Option<String>; 3]> {
    [proptest::option::of(hostile()), proptest::option::of(hostile()), proptest::option::of(hostile())]
}

fn columns(rows: &[[Option<String>; 3]]) -> RecordBatch {
    let column = |number: usize| rows.iter().map(move |row| row[number].as_deref());
    batch(vec![
        Arc::new(column(0).collect::<StringArray>()),
        Arc::new(column(1).collect::<StringViewArray>()),
        Arc::new(column(2).collect::<DictionaryArray<Int32Type>>()),
    ])
}

fn expected(rows: &[[Option<String>; 3]], keys: &[String], constants: &[(String, String)]) -> Vec<Value> {
    let record = |row: &[Option<String>; 3]| {
        let cells = keys.iter().zip(row).filter_map(|(key, cell)| Some((key.clone(), cell.clone()?)));
        let fields = cells.chain(constants.iter().cloned()).map(|(key, value)| (key, Value::from(value)));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    rows.iter().map(record).collect()
}

proptest! {
    #[test]
    fn a_string_is_escaped_as_serde_json_does(value in hostile()) {
        let mut body = Vec::new();
        escape::escape(&value, &mut body);
        let told = serde_json::to_string(&value).expect("a string is JSON");
        prop_assert_eq!(text(&body), &told[1..told.len() - 1]);
        prop_assert_eq!(escape::escaped_bytes(&value), body.len());
    }

    #[test]
    fn every_row_arrives_once_in_order_and_unchanged(
        rows in proptest::collection::vec(row(), 0..30),
        key in hostile(),
        constant in proptest::option::of(hostile()),
        rows_max in 1_usize..8,
        body_bytes_max in 0_usize..2_000,
    ) {
        // Keys differ in their first character, so that no record has one twice.
        let keys = [format!("a{key}"), format!("b{key}"), "c".to_owned()];
        let pairs: Vec<_> = constant.into_iter().map(|value| ("u_batch".to_owned(), value)).collect();
        let constants = |_: usize| pairs.clone();
        let limits = BatchLimits { rows_max, body_bytes_max };
        let bodies = encode_all(&columns(&rows), &keys, limits, constants).expect("text");
        let mut next = 0;
        for body in &bodies {
            prop_assert_eq!(body.rows.start, next);
            next = body.rows.end;
            prop_assert!(body.rows.len() <= rows_max);
            prop_assert!(body.bytes.len() <= body_bytes_max || body.rows.len() == 1);
            let told: Value = serde_json::from_slice(&body.bytes).expect("a body is JSON");
            let records = expected(&rows[body.rows.clone()], &keys, &constants(0));
            prop_assert_eq!(told, serde_json::json!({ "records": records }));
        }
        prop_assert_eq!(next, rows.len());
    }
}
