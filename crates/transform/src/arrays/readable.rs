//! `readable(value, …)`: the first value that was understood. Apart from SQL's `coalesce` because a refusal is a value
//! to `coalesce`: `coalesce(utc_timestamp(a), utc_timestamp(b))` never reaches a readable `b` behind a garbled `a`.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use arrow::datatypes::DataType;
use engine::ArrayFunction;

use super::argument::{Argument, first_readable};

/// How a declaration calls it.
pub(super) const SIGNATURE: &str = "readable(value…)";

/// Bytes set aside for one answer: a time has nineteen.
const ANSWER_BYTES: usize = 20;

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "readable".to_owned(),
        returns: DataType::Utf8,
        doc: "The first of any number of values that is neither absent nor one that a function did not understand; \
              where there is none, the first that was not understood, which is then reported; else NULL. \
              `readable(utc_timestamp(a), utc_timestamp(b))` is `b` where `a` is no time.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let arguments = Argument::all(arguments, rows)?;
    let mut builder = StringBuilder::with_capacity(rows, rows * ANSWER_BYTES);
    for row in 0..rows {
        builder.append_option(first_readable(arguments.iter().filter_map(|argument| argument.text(row))));
    }
    Ok(Arc::new(builder.finish()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{DictionaryArray, NullArray, StringArray, StringViewArray};
    use arrow::datatypes::Int32Type;
    use engine::TextColumn;

    use super::*;

    const REFUSED: &str = "\u{FFFF}utc_timestamp\u{FFFF}never\u{FFFF}is not a date\u{FFFF}";

    fn readable(arguments: &[ArrayRef], rows: usize) -> Vec<Option<String>> {
        let array = apply(arguments, rows).expect("texts are read");
        let column = TextColumn::new(&array).expect("the answers are texts");
        (0..rows).map(|row| column.text(row).map(str::to_owned)).collect()
    }

    #[test]
    fn what_was_understood_wins_and_a_refusal_is_kept_where_nothing_was() {
        let a: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some(REFUSED), Some(REFUSED), None]));
        let b: ArrayRef = Arc::new(StringViewArray::from(vec![Some("b"), Some("b"), Some("b"), None, None]));
        let expected = [Some("a"), Some("b"), Some("b"), Some(REFUSED), None].map(|text| text.map(str::to_owned));
        assert_eq!(readable(&[a, b], 5), expected);
    }

    #[test]
    fn any_encoding_and_a_constant_will_do() {
        let keyed: DictionaryArray<Int32Type> = [Some(REFUSED), None, Some("k"), Some("")].into_iter().collect();
        let constant: ArrayRef = Arc::new(StringArray::from(vec!["c"]));
        let nothing: ArrayRef = Arc::new(NullArray::new(4));
        let expected = ["c", "c", "k", "c"].map(|text| Some(text.to_owned()));
        assert_eq!(readable(&[Arc::new(keyed), nothing, constant], 4), expected);
    }
}
