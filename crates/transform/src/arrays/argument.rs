//! One argument of an array function as texts. Apart because a constant comes as an array of one row, and because an
//! absent text and an empty one are the same thing here, as in the functions of one text.

use arrow::array::{Array, ArrayRef};
use engine::{TextColumn, is_refused};

/// A column, or a constant that stands for one.
pub(super) struct Argument {
    column: TextColumn,
    is_constant: bool,
}

impl Argument {
    /// Reads one argument of a call over `rows` rows.
    pub(super) fn new(array: &ArrayRef, rows: usize) -> Result<Self, String> {
        let column = TextColumn::new(array).map_err(|error| error.to_string())?;
        Ok(Self { column, is_constant: array.len() != rows })
    }

    /// Reads every argument.
    pub(super) fn all(arrays: &[ArrayRef], rows: usize) -> Result<Vec<Self>, String> {
        arrays.iter().map(|array| Self::new(array, rows)).collect()
    }

    /// The text of one row; `None` where there is nothing but white space.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        let text = self.column.text(if self.is_constant { 0 } else { row })?;
        (!text.trim().is_empty()).then_some(text)
    }
}

/// The first text that is no refusal; where all are, the first of them, so that it is reported.
pub(super) fn first_readable<'t>(texts: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let mut refused: Option<&str> = None;
    for text in texts {
        if !is_refused(text) {
            return Some(text);
        }
        refused = refused.or(Some(text));
    }
    refused
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;

    #[test]
    fn a_constant_stands_in_every_row_and_an_empty_text_is_none() {
        let constant: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
        let column: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some(" "), None]));
        let all = Argument::all(&[constant, column], 3).expect("texts are read");
        assert_eq!((0..3).map(|row| all[0].text(row)).collect::<Vec<_>>(), [Some("x"); 3]);
        assert_eq!((0..3).map(|row| all[1].text(row)).collect::<Vec<_>>(), [Some("a"), None, None]);
    }

    #[test]
    fn a_refusal_counts_only_where_nothing_can_be_read() {
        let (one, other) = ("\u{FFFF}f\u{FFFF}1\u{FFFF}why\u{FFFF}", "\u{FFFF}f\u{FFFF}2\u{FFFF}why\u{FFFF}");
        assert_eq!(first_readable([one, "a", "b"].into_iter()), Some("a"));
        assert_eq!(first_readable([one, other].into_iter()), Some(one));
        assert_eq!(first_readable(std::iter::empty()), None);
    }
}
