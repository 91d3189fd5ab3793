//! `refused(value)`: whether a value is one that a function did not understand. Internal to the compiled query, which
//! sorts by times: the mark of a refusal sorts behind every digit, and garbage would be the newest of all.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, is_refused};

use super::argument::Argument;

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "refused".to_owned(),
        returns: DataType::Boolean,
        doc: "True where a value was not understood.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let [values] = arguments else { return Err("it takes one value".to_owned()) };
    if !is_text(values.data_type()) {
        return Ok(Arc::new(BooleanArray::from(vec![false; rows])));
    }
    let values = Argument::new(values, rows)?;
    let refused: Vec<bool> = (0..rows).map(|row| values.text(row).is_some_and(is_refused)).collect();
    Ok(Arc::new(BooleanArray::from(refused)))
}

/// Refusals are texts; numbers and moments cannot be any.
fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, DictionaryArray, Int64Array, StringArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    fn refused(values: ArrayRef) -> Vec<bool> {
        let rows = values.len();
        let array = apply(&[values], rows).expect("any value may be asked about");
        array.as_boolean().iter().map(|truth| truth == Some(true)).collect()
    }

    #[test]
    fn only_a_marked_text_is_a_refusal() {
        let marked = "\u{FFFF}f\u{FFFF}x\u{FFFF}why\u{FFFF}";
        let texts = vec![Some("2024-01-01 00:00:00"), None, Some(marked), Some("")];
        let keyed: DictionaryArray<Int32Type> = texts.clone().into_iter().collect();
        assert_eq!(refused(Arc::new(StringArray::from(texts))), [false, false, true, false]);
        assert_eq!(refused(Arc::new(keyed)), [false, false, true, false]);
        assert_eq!(refused(Arc::new(Int64Array::from(vec![1, 2]))), [false, false]);
    }
}
