//! `content(value, …)`: a hash of whole values, lists and structs included, which orders records that are otherwise
//! equally new. Internal to the compiled query; it runs on joined data sets only, which are small.

use std::sync::Arc;

use arrow::array::{ArrayRef, UInt64Array};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use engine::ArrayFunction;
use xxhash_rust::xxh3::Xxh3;

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "content".to_owned(),
        returns: DataType::UInt64,
        doc: "A hash of whole values.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let options = FormatOptions::default();
    let formatters = arguments
        .iter()
        .map(|array| ArrayFormatter::try_new(array.as_ref(), &options).map_err(|error| error.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    let hashes = (0..rows).map(|row| {
        let mut hasher = Xxh3::new();
        for (formatter, array) in formatters.iter().zip(arguments) {
            let row = if array.len() == rows { row } else { 0 };
            hasher.update(formatter.value(row).to_string().as_bytes());
            hasher.update(&[0]);
        }
        hasher.digest()
    });
    Ok(Arc::new(UInt64Array::from_iter_values(hashes)))
}
