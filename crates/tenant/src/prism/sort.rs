//! The `sort_by` of Prism: any key of a row, descending with a minus sign before it.
//!
//! A key that is the same for all rows of a device sorts the devices. Any other has to be read from every row first.

use super::RowSink;
use super::filter::text_of;
use crate::wire::{FieldVisitor, Owner, PrismRow, write_value};
use serde::Serialize;
use std::cmp::Reverse;

/// The keys that say whose a row is.
const KEYS_OF_DEVICES: [&str; 13] = [
    "device_id",
    "device__name",
    "device__family",
    "device__user_id",
    "device__user_name",
    "device__user_email",
    "blueprint_id",
    "blueprint_name",
    "tags",
    "asset_tag",
    "serial_number",
    "model_id",
    "count",
];

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    key: String,
    is_descending: bool,
}

impl Sort {
    /// Reads one; none where nothing is said.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let key = text.trim_start_matches('-');
        (!key.is_empty()).then(|| Self { key: key.to_owned(), is_descending: text.starts_with('-') })
    }

    /// Whether the key is the same for all rows of a device.
    pub(crate) fn is_by_device(&self) -> bool {
        KEYS_OF_DEVICES.contains(&self.key.as_str())
    }

    /// Sorts devices. Those that are equal stay in their order.
    pub(crate) fn devices<'a>(&self, positions: &mut [u32], owner: impl Fn(u32) -> Owner<'a>) {
        let text = |position: &u32| {
            let mut value = Value::of(&self.key);
            owner(*position).visit(&mut value);
            value.text
        };
        if self.is_descending {
            positions.sort_by_cached_key(|position| Reverse(text(position)));
        } else {
            positions.sort_by_cached_key(text);
        }
    }

    /// A sink that notes the key of every row.
    pub(crate) fn keys(&self, rows: usize) -> Keys<'_> {
        Keys { sort: self, texts: Vec::with_capacity(rows) }
    }
}

/// The keys of rows, in the order in which these were told.
pub(crate) struct Keys<'s> {
    sort: &'s Sort,
    texts: Vec<String>,
}

impl Keys<'_> {
    /// Puts the rows, which were told in this order, into the order of their keys. Those that are equal stay in their order.
    pub(crate) fn order<T: Copy>(&self, places: &[T]) -> Vec<T> {
        let mut order: Vec<usize> = (0..places.len().min(self.texts.len())).collect();
        if self.sort.is_descending {
            order.sort_by_key(|place| Reverse(&self.texts[*place]));
        } else {
            order.sort_by_key(|place| &self.texts[*place]);
        }
        order.into_iter().map(|place| places[place]).collect()
    }
}

impl RowSink for Keys<'_> {
    fn row(&mut self, row: &impl PrismRow) {
        let mut value = Value::of(&self.sort.key);
        row.visit(&mut value);
        self.texts.push(value.text);
    }
}

/// One field as text that sorts.
struct Value<'k> {
    key: &'k str,
    text: String,
}

impl<'k> Value<'k> {
    fn of(key: &'k str) -> Self {
        Self { key, text: String::new() }
    }
}

impl FieldVisitor for Value<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        if key == self.key {
            let mut written = Vec::new();
            write_value(value, &mut written);
            // Numbers are padded, so that 9 comes before 10; none of Prism's is negative.
            self.text = match std::str::from_utf8(&written).ok().and_then(|text| text.parse::<f64>().ok()) {
                Some(number) => format!("{number:030.6}"),
                None => text_of(&written).into_owned(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minus_sign_turns_the_order_round() {
        assert_eq!(Sort::read(""), None);
        assert_eq!(Sort::read("-"), None);
        assert_eq!(Sort::read("-uid"), Some(Sort { key: "uid".to_owned(), is_descending: true }));
        assert!(Sort::read("serial_number").is_some_and(|sort| sort.is_by_device()));
        assert!(Sort::read("updated_at").is_some_and(|sort| !sort.is_by_device()));
    }

    #[test]
    fn numbers_sort_as_numbers() {
        let text = |number: i64| {
            let mut value = Value::of("uid");
            value.field("uid", &number);
            value.text
        };
        assert!(text(9) < text(10));
        assert!(text(10) < text(501));
    }
}
