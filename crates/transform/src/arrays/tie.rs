//! `tie('name', value, …)`: 64 bits over what a fingerprint leaves out. Internal to the compiled query, which sorts by
//! it: of two records of one key that are equally new and differ only in volatile values, or in the rule that leaves
//! them out, the same one has to win whatever page it stood on.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::DataType;
use engine::ArrayFunction;
use xxhash_rust::xxh3::xxh3_64;

use super::fingerprint::{Hashed, hash_rows};

pub(super) fn function() -> ArrayFunction {
    let hashed = Hashed::default();
    ArrayFunction {
        name: "tie".to_owned(),
        returns: DataType::Int64,
        doc: "64 bits over named values.",
        apply: Arc::new(move |arguments, rows| apply(arguments, rows, &hashed)),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize, hashed: &Hashed) -> Result<ArrayRef, String> {
    let hashes = hash_rows(arguments, rows, hashed)?;
    // Signed, because whoever sorts whole numbers of any type may do so as signed ones.
    Ok(Arc::new(Int64Array::from_iter_values((0..rows).map(|row| xxh3_64(hashes.row(row)).cast_signed()))))
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, DictionaryArray, StringArray};
    use arrow::datatypes::{Int32Type, Int64Type};

    use super::*;

    fn ties(values: ArrayRef) -> Vec<i64> {
        let rows = values.len();
        let name: ArrayRef = Arc::new(StringArray::from(vec!["u_x"]));
        let array = apply(&[name, values], rows, &Hashed::default()).expect("texts are hashed");
        array.as_primitive::<Int64Type>().values().to_vec()
    }

    #[test]
    fn equal_values_tie_and_others_do_not_whatever_their_encoding() {
        let texts = vec![Some("a"), None, Some("b"), Some("a")];
        let keyed: DictionaryArray<Int32Type> = texts.clone().into_iter().collect();
        let plain = ties(Arc::new(StringArray::from(texts)));
        assert_eq!(plain, ties(Arc::new(keyed)));
        assert_eq!(plain[0], plain[3]);
        assert!(plain[0] != plain[1] && plain[0] != plain[2] && plain[1] != plain[2]);
    }
}
