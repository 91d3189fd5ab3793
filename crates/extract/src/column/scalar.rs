//! Single values: texts, truth values, numbers.

use arrow::array::{BooleanBuilder, Float64Builder, StringBuilder};

use super::Reading;
use crate::json::{Reader, Scan};

/// What a text column takes as declared, in rising order; other scalars are taken as written and counted as coerced.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Admits {
    Strings,
    Truths,
    Scalars,
    Anything,
}

/// Reads into a text column.
#[inline]
pub(super) fn read_text(builder: &mut StringBuilder, admits: Admits, reader: &mut Reader<'_>) -> Scan<Reading> {
    match reader.peek()? {
        b'"' => {
            builder.append_value(reader.string()?);
            Ok(Reading::Declared)
        }
        b'n' => {
            reader.word("null")?;
            builder.append_null();
            Ok(Reading::Declared)
        }
        first => read_other_text(builder, admits, reader, first),
    }
}

fn read_other_text(builder: &mut StringBuilder, admits: Admits, reader: &mut Reader<'_>, first: u8) -> Scan<Reading> {
    let (text, admitted_from) = match first {
        b't' => (reader.word("true")?, Admits::Truths),
        b'f' => (reader.word("false")?, Admits::Truths),
        b'-' | b'0'..=b'9' => (reader.number()?, Admits::Scalars),
        b'{' | b'[' if admits == Admits::Anything => {
            let start = reader.at();
            reader.skip()?;
            (reader.since(start), Admits::Anything)
        }
        _ if admits <= Admits::Truths => return Ok(Reading::Wrong("a string")),
        _ => return Ok(Reading::Wrong("a string, a number or a truth value")),
    };
    builder.append_value(text);
    Ok(if admits >= admitted_from { Reading::Declared } else { Reading::Coerced })
}

/// Reads into a truth column.
#[inline]
pub(super) fn read_truth(builder: &mut BooleanBuilder, reader: &mut Reader<'_>) -> Scan<Reading> {
    match reader.peek()? {
        b't' => {
            reader.word("true")?;
            builder.append_value(true);
        }
        b'f' => {
            reader.word("false")?;
            builder.append_value(false);
        }
        b'n' => {
            reader.word("null")?;
            builder.append_null();
        }
        b'"' => return read_truth_text(builder, reader),
        _ => return Ok(Reading::Wrong(TRUTH)),
    }
    Ok(Reading::Declared)
}

const TRUTH: &str = "true or false";

fn read_truth_text(builder: &mut BooleanBuilder, reader: &mut Reader<'_>) -> Scan<Reading> {
    match reader.string()? {
        "True" | "true" => builder.append_value(true),
        "False" | "false" => builder.append_value(false),
        "" => builder.append_null(),
        _ => return Ok(Reading::Wrong(TRUTH)),
    }
    Ok(Reading::Coerced)
}

const NUMBER: &str = "a number that a 64-bit float can hold";

/// Reads into a number column.
pub(super) fn read_number(builder: &mut Float64Builder, reader: &mut Reader<'_>) -> Scan<Reading> {
    match reader.peek()? {
        b'-' | b'0'..=b'9' => {
            let Some(number) = finite(reader.number()?) else { return Ok(Reading::Wrong(NUMBER)) };
            builder.append_value(number);
            Ok(Reading::Declared)
        }
        b'n' => {
            reader.word("null")?;
            builder.append_null();
            Ok(Reading::Declared)
        }
        b'"' => read_number_text(builder, reader),
        _ => Ok(Reading::Wrong(NUMBER)),
    }
}

fn read_number_text(builder: &mut Float64Builder, reader: &mut Reader<'_>) -> Scan<Reading> {
    let text = reader.string()?;
    if text.is_empty() {
        builder.append_null();
        return Ok(Reading::Coerced);
    }
    let Some(number) = finite(text) else { return Ok(Reading::Wrong(NUMBER)) };
    builder.append_value(number);
    Ok(Reading::Coerced)
}

/// Rust also reads `inf`, `NaN` and `+1`; the first two are no numbers here, and the third does no harm.
fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
