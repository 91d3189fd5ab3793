//! A function as the rest of the house writes it: over texts, or over arrays; no DataFusion in sight.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

/// What a text function says of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `out` holds the value.
    Value,
    /// There is none: NULL.
    Nothing,
    /// The value cannot be understood; `out` holds the reason, in lower case, without a full stop.
    Refused,
}

/// A function from texts to a text.
///
/// Arguments of any other type are cast to text first. `out` is empty on entry and is reused from row to
/// row, so that a call allocates nothing. Where the only argument that varies is dictionary-encoded, the
/// function runs once for each distinct value.
#[derive(Clone, Copy, Debug)]
pub struct TextFunction {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its arguments' names; one that ends in `…` stands for any number.
    pub arguments: &'static [&'static str],
    /// What it does, for the reference.
    pub doc: &'static str,
    /// The function itself: pure, without a clock, never panicking.
    pub apply: fn(&[Option<&str>], &mut String) -> Answer,
}

impl TextFunction {
    /// True where the last argument stands for any number.
    pub fn is_variadic(&self) -> bool {
        self.arguments.last().is_some_and(|name| name.ends_with('…'))
    }
}

/// The work of an [`ArrayFunction`]: columns and the number of rows in, an array of that length out, or a reason.
/// A constant argument comes as an array of one row.
pub type ArrayWork = dyn Fn(&[ArrayRef], usize) -> Result<ArrayRef, String> + Send + Sync;

/// A function over whole arrays, for what is not one text at a time: lists, hashes over many columns.
#[derive(Clone)]
pub struct ArrayFunction {
    /// Its name in SQL.
    pub name: String,
    /// What it returns.
    pub returns: DataType,
    /// What it does, for the reference.
    pub doc: &'static str,
    /// The function itself: pure, without a clock.
    pub apply: Arc<ArrayWork>,
}

/// Either kind.
#[derive(Clone)]
pub enum Function {
    /// Over texts.
    Text(TextFunction),
    /// Over arrays.
    Array(ArrayFunction),
}
