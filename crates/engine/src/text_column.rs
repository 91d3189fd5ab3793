//! One column as texts, whatever its encoding. Apart because text functions and array functions both read so.

use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, GenericStringArray, OffsetSizeTrait, StringArray, StringViewArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use arrow::error::ArrowError;

/// A column of texts. Numbers and truths are cast; lists and structs are refused.
pub enum TextColumn {
    /// Plain texts.
    Text(StringArray),
    /// Plain texts with 64-bit offsets.
    LargeText(GenericStringArray<i64>),
    /// Views.
    View(StringViewArray),
    /// Keys into few distinct texts.
    Dictionary(DictionaryArray<Int32Type>, StringArray),
    /// Nothing but NULL.
    Absent,
}

impl TextColumn {
    /// Reads an array as texts.
    pub fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string::<i32>().clone()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string::<i64>().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Null => Self::Absent,
            data_type if is_dictionary_of_text(data_type) => {
                let dictionary = array.as_dictionary::<Int32Type>().clone();
                let values = dictionary.values().as_string::<i32>().clone();
                Self::Dictionary(dictionary, values)
            }
            data_type if data_type.is_nested() => {
                return Err(ArrowError::CastError(format!("a text was expected, not a {data_type}")));
            }
            _ => Self::Text(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()),
        })
    }

    /// The text of one row, or `None` for NULL.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(array) => text_at(array, row),
            Self::LargeText(array) => text_at(array, row),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary(dictionary, values) => text_at(values, dictionary.key(row)?),
            Self::Absent => None,
        }
    }

    /// Which of the column's rows have such a text; a distinct text of a dictionary is looked at once.
    pub fn saying(&self, rows: usize, is_so: impl Fn(&str) -> bool) -> BooleanBuffer {
        match self {
            Self::Dictionary(dictionary, values) => {
                let so: Vec<bool> = (0..values.len()).map(|value| text_at(values, value).is_some_and(&is_so)).collect();
                match so.contains(&true) {
                    true => BooleanBuffer::collect_bool(rows, |row| dictionary.key(row).is_some_and(|key| so[key])),
                    false => BooleanBuffer::new_unset(rows),
                }
            }
            _ => BooleanBuffer::collect_bool(rows, |row| self.text(row).is_some_and(&is_so)),
        }
    }
}

pub(crate) fn is_dictionary_of_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Dictionary(key, value) if **key == DataType::Int32 && **value == DataType::Utf8)
}

fn text_at<O: OffsetSizeTrait>(array: &GenericStringArray<O>, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}
