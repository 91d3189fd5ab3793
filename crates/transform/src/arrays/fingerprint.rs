//! `fingerprint('name', value, …)`: 128 bits over a row's values, each bound to its column's name. Internal to the
//! compiled query.
//!
//! A value's hash does not depend on how the array holds it, so batch sizes, dictionaries and threads do not change
//! a fingerprint; where a column is a dictionary, each distinct value is hashed once a batch.

use std::sync::Arc;

use crate::error::Error;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder, new_null_array};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, Memo, TextColumn};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128, xxh3_128_with_seed};

pub(super) fn function() -> ArrayFunction {
    let hashed = Hashed::default();
    ArrayFunction {
        name: "fingerprint".to_owned(),
        returns: DataType::Utf8,
        doc: "128 bits over named values, as 32 hexadecimal digits.",
        apply: Arc::new(move |arguments, rows| apply(arguments, rows, &hashed)),
    }
}

/// Hashes of the distinct values of the dictionaries that were seen last.
pub(super) type Hashed = Memo<Arc<[u128]>>;

/// The hashes of every row's values, one row after the other.
pub(super) struct Rows {
    hashes: Vec<u8>,
    width: usize,
}

impl Rows {
    /// The hashes of one row.
    pub(super) fn row(&self, row: usize) -> &[u8] {
        &self.hashes[row * self.width..(row + 1) * self.width]
    }
}

/// Bytes of one value's hash in the row's buffer.
const HASH_BYTES: usize = 16;

fn apply(arguments: &[ArrayRef], rows: usize, hashed: &Hashed) -> Result<ArrayRef, String> {
    let hashes = hash_rows(arguments, rows, hashed)?;
    let mut builder = StringBuilder::with_capacity(rows, rows * 32);
    let mut text = [0_u8; 32];
    for row in 0..rows {
        builder.append_value(hexadecimal(xxh3_128(hashes.row(row)), &mut text));
    }
    Ok(Arc::new(builder.finish()))
}

/// The fingerprints of rows over these columns, as the function of the compiled query makes them.
pub(crate) fn fingerprints<'n>(names: impl Iterator<Item = &'n str>, rows: &RecordBatch) -> Result<StringArray, Error> {
    let mut arguments: Vec<ArrayRef> = Vec::new();
    for name in names {
        arguments.push(Arc::new(StringArray::from(vec![name])));
        let absent = || new_null_array(&DataType::Utf8, rows.num_rows());
        arguments.push(rows.column_by_name(name).cloned().unwrap_or_else(absent));
    }
    let wrong = |found: String| Error::Type { column: "u_fingerprint".to_owned(), found };
    let made = apply(&arguments, rows.num_rows(), &Hashed::default()).map_err(wrong)?;
    made.as_string_opt::<i32>().cloned().ok_or_else(|| wrong(made.data_type().to_string()))
}

/// Hashes names and values, given in pairs.
pub(super) fn hash_rows(arguments: &[ArrayRef], rows: usize, hashed: &Hashed) -> Result<Rows, String> {
    let columns = arguments.len() / 2;
    let width = columns * HASH_BYTES;
    let mut hashes = vec![0_u8; width * rows];
    for (index, pair) in arguments.chunks_exact(2).enumerate() {
        let names = TextColumn::new(&pair[0]).map_err(|error| error.to_string())?;
        let seed = xxh3_64(names.text(0).unwrap_or_default().as_bytes());
        let values = TextColumn::new(&pair[1]).map_err(|error| error.to_string())?;
        if pair[1].len() != rows {
            // A constant column is the same in every row and is hashed once.
            let hash = hash_of(values.text(0), seed);
            for row in 0..rows {
                put(&mut hashes, row * width + index * HASH_BYTES, hash);
            }
            continue;
        }
        hash_column(&values, seed, rows, hashed, |row, hash| put(&mut hashes, row * width + index * HASH_BYTES, hash));
    }
    Ok(Rows { hashes, width })
}

fn hash_column(values: &TextColumn, seed: u64, rows: usize, hashed: &Hashed, mut put: impl FnMut(usize, u128)) {
    if let TextColumn::Dictionary(dictionary, distinct) = values {
        let tag = seed.to_string();
        let known = hashed.get(distinct, &tag).or_else(|| {
            (distinct.len() <= rows).then(|| {
                let hashes: Arc<[u128]> = distinct.iter().map(|value| hash_of(value, seed)).collect();
                hashed.put(distinct, tag, Arc::clone(&hashes));
                hashes
            })
        });
        if let Some(known) = known {
            for row in 0..rows {
                put(row, dictionary.key(row).map_or(0, |key| known[key]));
            }
            return;
        }
    }
    for row in 0..rows {
        put(row, hash_of(values.text(row), seed));
    }
}

/// Absent values hash to nothing, so that a column which is new and still empty changes no fingerprint's inputs
/// but their number.
fn hash_of(value: Option<&str>, seed: u64) -> u128 {
    value.map_or(0, |value| xxh3_128_with_seed(value.as_bytes(), seed))
}

fn put(hashes: &mut [u8], at: usize, hash: u128) {
    hashes[at..at + HASH_BYTES].copy_from_slice(&hash.to_le_bytes());
}

fn hexadecimal(hash: u128, text: &mut [u8; 32]) -> &str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash.to_be_bytes()) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xF)];
    }
    std::str::from_utf8(text).expect("hexadecimal digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{DictionaryArray, StringArray, StringViewArray};
    use arrow::datatypes::Int32Type;

    fn fingerprints(name: &str, values: ArrayRef) -> Vec<String> {
        let rows = values.len();
        let name: ArrayRef = Arc::new(StringArray::from(vec![name]));
        let array = apply(&[name, values], rows, &Hashed::default()).expect("texts are hashed");
        let column = TextColumn::new(&array).expect("fingerprints are texts");
        (0..rows).map(|row| column.text(row).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn the_encoding_of_a_column_does_not_change_its_fingerprints() {
        let texts = vec![Some("a"), None, Some("bb"), Some("a")];
        let plain = fingerprints("u_x", Arc::new(StringArray::from(texts.clone())));
        let views = fingerprints("u_x", Arc::new(StringViewArray::from(texts.clone())));
        let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
        let keyed = fingerprints("u_x", Arc::new(dictionary));
        assert_eq!(plain, views);
        assert_eq!(plain, keyed);
        assert_eq!(plain[0], plain[3]);
        assert_ne!(plain[0], plain[1]);
        assert_eq!(plain[0].len(), 32);
    }

    #[test]
    fn a_value_that_moves_to_another_column_changes_the_fingerprint() {
        let value: ArrayRef = Arc::new(StringArray::from(vec!["7"]));
        assert_ne!(fingerprints("u_a", Arc::clone(&value)), fingerprints("u_b", value));
    }
}
