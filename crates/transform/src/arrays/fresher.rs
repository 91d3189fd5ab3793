//! `fresher(a_at, a, b_at, b)`: the value that was read later. Apart because two data sets tell the same thing of a
//! device, and which of them is right is a question of when each was read, not of which stands first.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use engine::ArrayFunction;

use super::argument::{Argument, first_readable};

/// How a declaration calls it.
pub(super) const SIGNATURE: &str = "fresher(a_at, a, b_at, b)";

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "fresher".to_owned(),
        returns: DataType::Utf8,
        doc: "Of two values with the moments at which their records were read (timestamps or whole numbers), the one \
              that was read later, if it is there; else the other. Where the moments are equal, or one of them is \
              unknown, `a` comes first. A value that a function did not understand counts only where there is no other.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let [a_at, a, b_at, b] = arguments else {
        return Err("it takes a moment and a value, then another moment and another value".to_owned());
    };
    let (a_at, b_at) = (Moments::new(a_at, rows)?, Moments::new(b_at, rows)?);
    if !a_at.is_comparable_with(&b_at) {
        return Err("its moments are a timestamp and a number, which have no order".to_owned());
    }
    let (a, b) = (Argument::new(a, rows)?, Argument::new(b, rows)?);
    let mut builder = StringBuilder::new();
    for row in 0..rows {
        let b_is_later = matches!((a_at.at(row), b_at.at(row)), (Some(a_at), Some(b_at)) if b_at > a_at);
        let (a, b) = (a.text(row), b.text(row));
        let in_order = if b_is_later { [b, a] } else { [a, b] };
        builder.append_option(first_readable(in_order.into_iter().flatten()));
    }
    Ok(Arc::new(builder.finish()))
}

/// What a moment is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Timestamp,
    Number,
    /// Nothing but NULL.
    Nowhere,
}

/// A column of moments, or a constant that stands for one.
struct Moments {
    values: Int64Array,
    written: Written,
    is_constant: bool,
}

impl Moments {
    fn new(array: &ArrayRef, rows: usize) -> Result<Self, String> {
        let (written, in_one_unit) = match array.data_type() {
            // Data sets may be written in different units; a moment is the same in all.
            DataType::Timestamp(_, zone) => {
                (Written::Timestamp, cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone())))
            }
            DataType::Null => (Written::Nowhere, Ok(Arc::clone(array))),
            data_type if data_type.is_integer() => (Written::Number, Ok(Arc::clone(array))),
            other => return Err(format!("a moment is a timestamp or a whole number, not a {other}")),
        };
        let values = in_one_unit.and_then(|array| cast(&array, &DataType::Int64)).map_err(|error| error.to_string())?;
        let values = values.as_primitive::<Int64Type>().clone();
        Ok(Self { values, written, is_constant: array.len() != rows })
    }

    fn is_comparable_with(&self, other: &Self) -> bool {
        self.written == other.written || [self.written, other.written].contains(&Written::Nowhere)
    }

    fn at(&self, row: usize) -> Option<i64> {
        let row = if self.is_constant { 0 } else { row };
        self.values.is_valid(row).then(|| self.values.value(row))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        DictionaryArray, NullArray, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampSecondArray,
        UInt32Array,
    };
    use arrow::datatypes::Int32Type;
    use engine::TextColumn;

    use super::*;

    const REFUSED: &str = "\u{FFFF}f\u{FFFF}x\u{FFFF}why\u{FFFF}";

    fn fresher(a_at: ArrayRef, a: ArrayRef, b_at: ArrayRef, b: ArrayRef) -> Vec<Option<String>> {
        let rows = a.len();
        let array = apply(&[a_at, a, b_at, b], rows).expect("moments and texts are read");
        let column = TextColumn::new(&array).expect("the answers are texts");
        (0..rows).map(|row| column.text(row).map(str::to_owned)).collect()
    }

    fn numbers(values: Vec<Option<i64>>) -> ArrayRef {
        Arc::new(Int64Array::from(values))
    }

    fn texts(values: Vec<Option<&str>>) -> ArrayRef {
        Arc::new(StringArray::from(values))
    }

    #[test]
    fn the_later_one_wins_if_it_is_there() {
        let a_at = numbers(vec![Some(1), Some(2), Some(2), Some(1), Some(2), Some(1)]);
        let b_at = numbers(vec![Some(2), Some(1), Some(2), Some(2), Some(1), Some(2)]);
        let a = texts(vec![Some("a"), Some("a"), Some("a"), Some("a"), None, None]);
        let b = texts(vec![Some("b"), Some("b"), Some("b"), None, Some("b"), Some("")]);
        let expected = [Some("b"), Some("a"), Some("a"), Some("a"), Some("b"), None];
        assert_eq!(fresher(a_at, a, b_at, b), expected.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn an_unknown_moment_decides_nothing() {
        let a = || texts(vec![Some("a"), Some("a"), Some("a"), None]);
        let b = || texts(vec![Some("b"), Some("b"), Some("b"), Some("b")]);
        let a_at = numbers(vec![None, Some(1), None, None]);
        let b_at = numbers(vec![Some(2), None, None, None]);
        let expected = ["a", "a", "a", "b"].map(|text| Some(text.to_owned()));
        assert_eq!(fresher(a_at, a(), b_at, b()), expected);
        let nothing = || -> ArrayRef { Arc::new(NullArray::new(4)) };
        assert_eq!(fresher(nothing(), a(), numbers(vec![Some(1); 4]), b()), expected);
    }

    #[test]
    fn a_value_that_was_not_understood_counts_only_where_it_is_alone() {
        let a_at = numbers(vec![Some(1), Some(1), Some(1)]);
        let b_at = numbers(vec![Some(2), Some(2), Some(2)]);
        let a = texts(vec![Some("a"), None, Some(REFUSED)]);
        let b = texts(vec![Some(REFUSED), Some(REFUSED), None]);
        let expected = [Some("a"), Some(REFUSED), Some(REFUSED)].map(|text| text.map(str::to_owned));
        assert_eq!(fresher(a_at, a, b_at, b), expected);
    }

    #[test]
    fn units_zones_and_encodings_do_not_matter() {
        let a_at: ArrayRef = Arc::new(TimestampSecondArray::from(vec![10, 10]).with_timezone("UTC"));
        let b_at: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![10_000_001, 9_999_999]));
        let keyed: DictionaryArray<Int32Type> = [Some("a"), Some("a")].into_iter().collect();
        let views: ArrayRef = Arc::new(StringViewArray::from(vec![Some("b"), Some("b")]));
        let expected = ["b", "a"].map(|text| Some(text.to_owned()));
        assert_eq!(fresher(a_at, Arc::new(keyed), b_at, views), expected);
    }

    #[test]
    fn constants_stand_for_columns() {
        let one: ArrayRef = Arc::new(UInt32Array::from(vec![1]));
        let b_at: ArrayRef = Arc::new(UInt32Array::from(vec![0, 1, 2]));
        let a = texts(vec![Some("a"); 3]);
        let b = texts(vec![Some("b")]);
        assert_eq!(fresher(one, a, b_at, b), ["a", "a", "b"].map(|text| Some(text.to_owned())));
    }

    #[test]
    fn what_has_no_order_is_an_error() {
        let (value, number) = (texts(vec![Some("a")]), numbers(vec![Some(1)]));
        let moment: ArrayRef = Arc::new(TimestampSecondArray::from(vec![1]));
        let of = |at: &ArrayRef, other: &ArrayRef| {
            apply(&[Arc::clone(at), Arc::clone(&value), Arc::clone(other), Arc::clone(&value)], 1)
        };
        assert!(of(&number, &moment).is_err_and(|reason| reason.contains("no order")));
        assert!(of(&value, &number).is_err_and(|reason| reason.contains("a timestamp or a whole number")));
        assert!(of(&moment, &moment).is_ok());
    }
}
