//! `adjusted('name', raw, staged, …)`: which columns of a row were cut or cleaned on the way, or not understood.
//! NULL for most rows, at little cost: equal arrays are compared as wholes. Internal to the compiled query.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringBuilder};
use arrow::datatypes::DataType;
use engine::{ArrayFunction, TextColumn, is_refused, is_same};

pub(super) fn function() -> ArrayFunction {
    ArrayFunction {
        name: "adjusted".to_owned(),
        returns: DataType::Utf8,
        doc: "The columns whose staged value is not the mapped one.",
        apply: Arc::new(apply),
    }
}

/// What happened to one column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adjustment<'a> {
    /// Its value was cut or cleaned.
    Changed(&'a str),
    /// Its value is a refusal.
    Refused(&'a str),
}

/// Reads what [`function`] wrote.
pub(crate) fn adjustments(text: &str) -> impl Iterator<Item = Adjustment<'_>> {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| match word.strip_prefix('!') {
        Some(column) => Adjustment::Refused(column),
        None => Adjustment::Changed(word),
    })
}

fn apply(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef, String> {
    let mut marks: Vec<String> = Vec::new();
    for triple in arguments.chunks_exact(3) {
        let read = |array| TextColumn::new(array).map_err(|error| error.to_string());
        let (names, raw, staged) = (read(&triple[0])?, read(&triple[1])?, read(&triple[2])?);
        let name = names.text(0).unwrap_or_default();
        let is_constant = triple[2].len() != rows;
        if is_constant || !may_differ(&raw, &staged) {
            continue;
        }
        for row in 0..rows {
            let staged = staged.text(row);
            let is_marked = staged.is_some_and(is_refused);
            // Empty became absent: that is no change anybody made.
            if !is_marked && raw.text(row).filter(|text| !text.is_empty()) == staged {
                continue;
            }
            if marks.is_empty() {
                marks.resize(rows, String::new());
            }
            let mark = &mut marks[row];
            mark.push_str(if is_marked { " !" } else { " " });
            mark.push_str(name);
        }
    }
    let mut builder = StringBuilder::with_capacity(rows, 0);
    for row in 0..rows {
        builder.append_option(marks.get(row).filter(|mark| !mark.is_empty()));
    }
    Ok(Arc::new(builder.finish()))
}

/// False where a look at the distinct values alone shows that no row can differ.
fn may_differ(raw: &TextColumn, staged: &TextColumn) -> bool {
    match (raw, staged) {
        (TextColumn::Absent, TextColumn::Absent) => false,
        (TextColumn::Dictionary(raw_keys, raw), TextColumn::Dictionary(staged_keys, staged)) => {
            // Where nothing was changed, the staged values are the mapped ones' own memory, and were looked at when they
            // were staged: a refusal among them would have made others of them.
            let is_untouched = is_same(raw, staged) || (raw == staged && !staged.iter().flatten().any(is_refused));
            !is_untouched || raw_keys.keys() != staged_keys.keys()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;

    #[test]
    fn only_what_was_changed_or_refused_is_named() {
        let name: ArrayRef = Arc::new(StringArray::from(vec!["u_x"]));
        let raw: ArrayRef = Arc::new(StringArray::from(vec![Some("abc"), Some(""), Some("ok"), Some("x")]));
        let staged: ArrayRef = Arc::new(StringArray::from(vec![
            Some("ab"),
            None,
            Some("ok"),
            Some("\u{FFFF}f\u{FFFF}x\u{FFFF}why\u{FFFF}"),
        ]));
        let array = apply(&[name, raw, staged], 4).expect("texts are compared");
        let column = TextColumn::new(&array).expect("marks are texts");
        assert_eq!(adjustments(column.text(0).unwrap_or_default()).collect::<Vec<_>>(), [Adjustment::Changed("u_x")]);
        assert_eq!(column.text(1), None);
        assert_eq!(column.text(2), None);
        assert_eq!(adjustments(column.text(3).unwrap_or_default()).collect::<Vec<_>>(), [Adjustment::Refused("u_x")]);
    }
}
