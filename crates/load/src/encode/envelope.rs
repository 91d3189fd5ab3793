//! The shape of a body: which column stands under which key, in JSON that is already escaped. Apart from cutting,
//! because measuring and writing must agree to the byte and so stand side by side.

use std::ops::Range;

use arrow::array::{Array, AsArray, Int32Array, LargeStringArray, StringArray, StringViewArray};
use arrow::datatypes::{DataType, Int32Type};
use arrow::record_batch::RecordBatch;

use super::escape::{escape, escaped_bytes};
use crate::EncodeError;

/// What stands before the first record.
pub(super) const OPEN: &[u8] = br#"{"records":["#;
/// What stands after the last record.
pub(super) const CLOSE: &[u8] = b"]}";

/// A record batch whose columns have their JSON keys.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    columns: Vec<Column<'a>>,
    rows: usize,
}

#[derive(Debug)]
struct Column<'a> {
    /// `"key":"`, escaped once.
    key: Vec<u8>,
    cells: Cells<'a>,
}

/// The text layouts that a staging column may have.
#[derive(Debug)]
enum Cells<'a> {
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Dictionary { keys: &'a Int32Array, values: &'a StringArray },
}

impl<'a> Envelope<'a> {
    /// Names the columns of `batch`, one key each, in order: labels or names, as the staging table's mapping says.
    ///
    /// # Errors
    /// A column that is not text, or a number of keys that is not the number of columns.
    pub(super) fn new(batch: &'a RecordBatch, keys: &[String]) -> Result<Self, EncodeError> {
        if keys.len() != batch.num_columns() {
            return Err(EncodeError::Keys { keys: keys.len(), columns: batch.num_columns() });
        }
        let columns = keys.iter().zip(batch.columns()).map(|(key, array)| {
            Cells::new(array.as_ref())
                .map(|cells| Column { key: opened(key), cells })
                .ok_or_else(|| EncodeError::Column { key: key.clone(), data_type: array.data_type().clone() })
        });
        Ok(Self { columns: columns.collect::<Result<_, _>>()?, rows: batch.num_rows() })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of one row's fields, each with the comma or brace before it.
    pub(super) fn fields_bytes(&self, row: usize) -> usize {
        let field = |column: &Column<'_>| {
            let text = column.cells.text(row)?;
            Some(1 + column.key.len() + escaped_bytes(text) + 1)
        };
        self.columns.iter().filter_map(field).sum()
    }

    /// Appends a whole body.
    pub(super) fn write(&self, rows: Range<usize>, constants: &Constants, body: &mut Vec<u8>) {
        body.extend_from_slice(OPEN);
        let first = rows.start;
        for row in rows {
            if row > first {
                body.push(b',');
            }
            self.write_record(row, constants, body);
        }
        body.extend_from_slice(CLOSE);
    }

    fn write_record(&self, row: usize, constants: &Constants, body: &mut Vec<u8>) {
        // The first field is preceded by the brace that opens the record, every other by a comma.
        let mut before = b'{';
        for column in &self.columns {
            let Some(text) = column.cells.text(row) else { continue };
            body.push(before);
            body.extend_from_slice(&column.key);
            escape(text, body);
            body.push(b'"');
            before = b',';
        }
        if !constants.0.is_empty() || before == b'{' {
            body.push(before);
        }
        body.extend_from_slice(&constants.0);
        body.push(b'}');
    }
}

/// Bytes of one record whose fields have this many, constants and braces included; the counterpart of `write_record`.
pub(super) fn record_bytes(fields_bytes: usize, constants: &Constants) -> usize {
    let before = usize::from(!constants.0.is_empty() || fields_bytes == 0);
    fields_bytes + before + constants.0.len() + 1
}

/// `"key":"value","key":"value"`: what every row of a body repeats, escaped once.
pub(super) struct Constants(Vec<u8>);

impl Constants {
    pub(super) fn new(pairs: &[(String, String)]) -> Self {
        let mut bytes = Vec::new();
        for (key, value) in pairs {
            if !bytes.is_empty() {
                bytes.push(b',');
            }
            bytes.extend_from_slice(&opened(key));
            escape(value, &mut bytes);
            bytes.push(b'"');
        }
        Self(bytes)
    }
}

impl<'a> Cells<'a> {
    fn new(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => array.as_string_opt::<i32>().map(Self::Utf8),
            DataType::LargeUtf8 => array.as_string_opt::<i64>().map(Self::LargeUtf8),
            DataType::Utf8View => array.as_string_view_opt().map(Self::Utf8View),
            DataType::Dictionary(..) => {
                let dictionary = array.as_dictionary_opt::<Int32Type>()?;
                let values = dictionary.values().as_string_opt::<i32>()?;
                Some(Self::Dictionary { keys: dictionary.keys(), values })
            }
            _ => None,
        }
    }

    /// The text of one cell; none where it is null.
    fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Utf8View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary { keys, values } => {
                let value = keys.is_valid(row).then(|| keys.value(row))?;
                let value = usize::try_from(value).ok()?;
                values.is_valid(value).then(|| values.value(value))
            }
        }
    }
}

/// `"key":"`, escaped.
fn opened(key: &str) -> Vec<u8> {
    let mut bytes = vec![b'"'];
    escape(key, &mut bytes);
    bytes.extend_from_slice(br#"":""#);
    bytes
}
