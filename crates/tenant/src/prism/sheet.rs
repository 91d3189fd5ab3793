//! Rows as CSV, as an export brings them: a line of headings, then a line a row, with the ends and the quoting of RFC 4180. What is
//! null or `""` in JSON is an empty cell, and what is an object or an array is its JSON.
//!
//! The real headings are in no public document, so they are either the JSON keys or words for people; the caller chooses.

use super::filter::text_of;
use super::{RowSink, tell};
use crate::category::Category;
use crate::device::Device;
use crate::fleet::Fleet;
use crate::wire::{FieldVisitor, PrismRow, write_value};
use serde::{Deserialize, Serialize};

/// A column that some rows tell and no sample has: a sheet leaves it out.
const UNKNOWN_COLUMN: &str = "full_software_version";

/// How an export names its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Headings {
    /// The keys of the JSON rows, `device__name`.
    #[default]
    Keys,
    /// Words for people, `Device Name`.
    Human,
}

/// Writes rows as lines.
pub(crate) struct Sheet {
    columns: Vec<String>,
    /// The next column of the row at hand.
    at: usize,
    out: Vec<u8>,
    written: Vec<u8>,
}

impl Sheet {
    /// A sheet of a category with its line of headings. The columns are read off a row of the fleet; there is none without rows.
    pub(crate) fn of(fleet: &Fleet, category: Category, headings: Headings) -> Self {
        let columns = columns(fleet, category);
        let mut sheet = Self { columns: Vec::new(), at: 0, out: Vec::new(), written: Vec::new() };
        for column in &columns {
            let heading = match headings {
                Headings::Keys => column.clone(),
                Headings::Human => in_words(column),
            };
            sheet.cell(&heading);
        }
        sheet.end_line();
        sheet.columns = columns;
        sheet
    }

    /// How much is written and not taken.
    pub(crate) fn written_bytes(&self) -> usize {
        self.out.len()
    }

    /// Takes what is written, so that the next piece begins.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    fn cell(&mut self, text: &str) {
        if self.at > 0 {
            self.out.push(b',');
        }
        self.at += 1;
        let needs_quotes = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
        if needs_quotes {
            self.out.push(b'"');
            self.out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    fn end_line(&mut self) {
        self.out.extend_from_slice(b"\r\n");
        self.at = 0;
    }
}

impl RowSink for Sheet {
    fn row(&mut self, row: &impl PrismRow) {
        row.visit(self);
        self.end_line();
    }
}

impl FieldVisitor for Sheet {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        if self.columns.get(self.at).is_none_or(|column| column != key) {
            return;
        }
        let mut written = std::mem::take(&mut self.written);
        written.clear();
        write_value(value, &mut written);
        self.cell(&text_of(&written));
        self.written = written;
    }
}

/// The columns of a category: the keys of the first row that there is.
fn columns(fleet: &Fleet, category: Category) -> Vec<String> {
    let has_rows = |device: &&Device| crate::inventory::count(fleet, category, device) > 0;
    let mut keys = KeysOf(Vec::new());
    if let Some(device) = fleet.in_prism().find(has_rows) {
        tell(fleet, category, device, 0..1, &mut keys);
    }
    keys.0.retain(|key| key != UNKNOWN_COLUMN);
    keys.0
}

struct KeysOf(Vec<String>);

impl RowSink for KeysOf {
    fn row(&mut self, row: &impl PrismRow) {
        row.visit(self);
    }
}

impl FieldVisitor for KeysOf {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, _value: &T) {
        self.0.push(key.to_owned());
    }
}

/// `Device User Email` of `device__user_email`.
fn in_words(key: &str) -> String {
    let word = |word: &str| match word {
        "id" => "ID".to_owned(),
        "uid" => "UID".to_owned(),
        other => {
            let (first, rest) = other.split_at(other.len().min(1));
            format!("{}{rest}", first.to_uppercase())
        }
    };
    key.split('_').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut sheet = Sheet { columns: Vec::new(), at: 0, out: Vec::new(), written: Vec::new() };
        for text in ["plain", "a,b", "say \"so\"", "two\nlines", "", " spaced "] {
            sheet.cell(text);
        }
        sheet.end_line();
        assert_eq!(
            String::from_utf8_lossy(&sheet.out),
            "plain,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",,\" spaced \"\r\n"
        );
    }

    #[test]
    fn keys_in_words() {
        assert_eq!(in_words("device__user_email"), "Device User Email");
        assert_eq!(in_words("bundle_id"), "Bundle ID");
    }
}
