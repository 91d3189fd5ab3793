//! What was found for the distinct values of a dictionary, remembered from batch to batch. Apart because text functions
//! and array functions both need it: the batches of one row group share one dictionary, and a value that was understood
//! once need not be understood four times.
//!
//! What must hold: a memory is found by the buffers that hold the values, never by their content, and it keeps those
//! buffers alive, so that an address cannot come to mean something else.

use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, StringArray};

use crate::limits;

/// Results by dictionary, the last used first.
#[derive(Debug)]
pub struct Memo<T> {
    entries: Mutex<Vec<Entry<T>>>,
}

#[derive(Debug)]
struct Entry<T> {
    values: StringArray,
    tag: String,
    result: T,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { entries: Mutex::default() }
    }
}

impl<T: Clone> Memo<T> {
    /// What was found for these very values; `tag` is whatever else the result depends on.
    pub fn get(&self, values: &StringArray, tag: &str) -> Option<T> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let place = entries.iter().position(|entry| is_same(&entry.values, values) && entry.tag == tag)?;
        entries[..=place].rotate_right(1);
        Some(entries[0].result.clone())
    }

    /// Remembers what was found; the least used of too many is forgotten.
    pub fn put(&self, values: &StringArray, tag: String, result: T) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.truncate(limits::MEMO_DICTIONARIES - 1);
        entries.insert(0, Entry { values: values.clone(), tag, result });
    }
}

/// True where two arrays are the same memory.
pub fn is_same(one: &StringArray, other: &StringArray) -> bool {
    let nulls = |array: &StringArray| array.nulls().map(|nulls| nulls.validity().as_ptr());
    one.len() == other.len()
        && one.offsets().as_ptr() == other.offsets().as_ptr()
        && one.values().as_ptr() == other.values().as_ptr()
        && nulls(one) == nulls(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_memory_is_remembered_and_only_so_much_of_it() {
        let memo = Memo::default();
        let one = StringArray::from(vec!["a", "b"]);
        let equal = StringArray::from(vec!["a", "b"]);
        memo.put(&one, "x".to_owned(), 1);
        assert_eq!(memo.get(&one.clone(), "x"), Some(1));
        assert_eq!(memo.get(&equal, "x"), None, "equal values elsewhere are other values");
        assert_eq!(memo.get(&one, "y"), None, "another tag is another result");
        for number in 0..limits::MEMO_DICTIONARIES {
            memo.put(&equal, number.to_string(), number);
        }
        assert_eq!(memo.get(&one, "x"), None, "the least used is forgotten");
    }
}
