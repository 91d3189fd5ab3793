//! `newest(timestamp, …)`: the latest of several times. Apart because a device checks in by more than one road, and
//! over arrays because a time that was not understood must not hide those that were: a function of texts hands any
//! refusal on.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, is_refused};

use super::argument::Argument;

/// How a declaration calls it.
pub(super) const SIGNATURE: &str = "newest(timestamp…)";

/// How a normalised time looks, with `0` for any digit.
const SHAPE: &[u8] = b"0000-00-00 00:00:00";

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "newest".to_owned(),
        returns: DataType::Utf8,
        doc: "The latest of any number of times as `utc_timestamp` writes them; absent ones do not count, and neither \
              do those that it did not understand, unless there is no other. \
              `newest(utc_timestamp(a), utc_timestamp(b))` is the later of the two.",
        apply: Arc::new(apply),
    }
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let arguments = Argument::all(arguments, rows)?;
    let mut builder = StringBuilder::with_capacity(rows, rows * SHAPE.len());
    for row in 0..rows {
        match newest(arguments.iter().filter_map(|argument| argument.text(row))) {
            Ok(time) => builder.append_option(time),
            Err(raw) => builder.append_value(refusal(raw)),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Times of one shape are in the order of their texts, so nothing is parsed; the shape is checked, because a raw
/// time among normalised ones would win or lose by its spelling. Such a one is the error.
fn newest<'t>(times: impl Iterator<Item = &'t str>) -> Result<Option<&'t str>, &'t str> {
    let mut newest: Option<&str> = None;
    let mut refused: Option<&str> = None;
    for time in times {
        if is_refused(time) {
            refused = refused.or(Some(time));
            continue;
        }
        let time = time.trim();
        if !is_normalised(time) {
            return Err(time);
        }
        newest = newest.max(Some(time));
    }
    Ok(newest.or(refused))
}

fn is_normalised(time: &str) -> bool {
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    time.len() == SHAPE.len() && time.bytes().zip(SHAPE).all(fits)
}

/// What the engine reads as a refusal by this function.
fn refusal(time: &str) -> String {
    const MARK: char = '\u{FFFF}';
    format!("{MARK}newest{MARK}{time}{MARK}is not a time as `utc_timestamp` writes it{MARK}")
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;
    use engine::{TextColumn, refusal_in};

    use super::*;

    const EARLY: &str = "2024-07-23 12:43:15";
    const LATE: &str = "2024-07-23 14:26:49";
    const REFUSED: &str = "\u{FFFF}utc_timestamp\u{FFFF}never\u{FFFF}is not a date\u{FFFF}";

    fn check(times: &[Option<&str>], expected: Option<&str>) {
        assert_eq!(newest(times.iter().flatten().copied()), Ok(expected), "{times:?}");
    }

    #[test]
    fn the_latest_wins_whatever_the_order() {
        check(&[Some(EARLY), Some(LATE)], Some(LATE));
        check(&[Some(LATE), Some(EARLY)], Some(LATE));
        check(&[Some(EARLY), Some(EARLY)], Some(EARLY));
        check(&[None, Some(EARLY), Some(LATE), None], Some(LATE));
        check(&[Some(" 2024-07-23 12:43:15 ")], Some(EARLY));
        check(&[Some("0999-12-31 23:59:59"), Some("1000-01-01 00:00:00")], Some("1000-01-01 00:00:00"));
        check(&[Some("2023-12-31 23:59:59"), Some("2024-01-01 00:00:00")], Some("2024-01-01 00:00:00"));
        check(&[None], None);
        check(&[], None);
    }

    #[test]
    fn a_time_that_was_not_understood_does_not_win_and_is_told_where_it_is_alone() {
        check(&[Some(REFUSED), Some(EARLY)], Some(EARLY));
        check(&[Some(EARLY), Some(REFUSED), Some(LATE)], Some(LATE));
        check(&[None, Some(REFUSED)], Some(REFUSED));
    }

    #[test]
    fn a_raw_time_is_refused() {
        let raw = ["2024-07-23T12:43:15Z", "2024-07-23", "never", "2024-07-23 12:43:1é"];
        for time in raw {
            assert_eq!(newest([LATE, time].into_iter()), Err(time));
        }
        let times: ArrayRef = Arc::new(StringArray::from(raw.to_vec()));
        let array = apply(&[times], raw.len()).expect("texts are read");
        let column = TextColumn::new(&array).expect("the answers are texts");
        for (row, time) in raw.into_iter().enumerate() {
            let refusal = column.text(row).and_then(refusal_in).expect("it is a refusal to the engine");
            assert_eq!((refusal.function, refusal.value), ("newest", time));
            assert!(!refusal.reason.is_empty());
        }
    }

    #[test]
    fn an_empty_column_is_absent() {
        let times: ArrayRef = Arc::new(StringArray::from(vec![Some(""), None, Some(EARLY)]));
        let array = apply(&[times], 3).expect("texts are read");
        let column = TextColumn::new(&array).expect("the answers are texts");
        assert_eq!((0..3).map(|row| column.text(row)).collect::<Vec<_>>(), [None, None, Some(EARLY)]);
    }
}
