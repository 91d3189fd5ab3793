//! The `filter` of Prism: JSON that says for keys of a row what they must be.
//!
//! ```text
//!  {"device__name": {"in": ["a", "b"]}, "updated_at": {"gte": "2026-11-01T02:00:00Z", "lt": "…"}}
//! ```
//!
//! `eq` takes a truth or a text, `in`, `not_in`, `like` and `not_like` take lists of texts, the others a date. Two keys of the
//! documentation may not be used. What `or` means is in no public document, so it is refused.
//!
//! Dates of rows all have one form, so a bound is written in that form once and compared as text.

use super::RowSink;
use crate::moment::Moment;
use crate::wire::{FieldVisitor, Owner, PrismRow, write_value};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Keys that cannot be asked for, by the vendor's documentation.
const REFUSED_KEYS: [&str; 2] = ["blueprint__id", "device__family"];

/// A filter; the empty one keeps every row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Equals(Value),
    /// Whether the value must be among the texts, or must not.
    Among(Vec<String>, bool),
    /// The same for texts that it contains, without regard to case.
    Contains(Vec<String>, bool),
    /// How the value must compare with a date.
    Date(&'static [Ordering], String),
}

impl Filter {
    /// Reads a filter; the error says in the API's words what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text).map_err(|_| "Invalid filter: not JSON".to_owned())?;
        Self::of(&value)
    }

    /// As [`Filter::read`], of JSON that was parsed already.
    pub(crate) fn of(value: &Value) -> Result<Self, String> {
        let keys = value.as_object().ok_or("Invalid filter: not an object")?;
        let mut terms = Vec::new();
        for (key, tests) in keys {
            if REFUSED_KEYS.contains(&key.as_str()) {
                return Err(format!("Invalid filter key: {key}"));
            }
            let tests = tests.as_object().ok_or_else(|| format!("Invalid filter for {key}"))?;
            for (operator, operand) in tests {
                let test = test(operator, operand).ok_or_else(|| format!("Invalid filter for {key}: {operator}"))?;
                terms.push(Term { key: key.clone(), test });
            }
        }
        Ok(Self { terms })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a device's own fields leave it possible that some of its rows are kept.
    pub(crate) fn may_keep(&self, owner: &Owner<'_>) -> bool {
        if self.is_empty() {
            return true;
        }
        let mut check = Check::of(self);
        owner.visit(&mut check);
        check.verdicts.iter().all(|verdict| verdict.unwrap_or(true))
    }

    /// A sink that notes the numbers of the rows to keep.
    pub(crate) fn keep(&self) -> Keep<'_> {
        Keep { check: Check::of(self), number: 0, numbers: Vec::new() }
    }
}

fn test(operator: &str, operand: &Value) -> Option<Test> {
    let texts =
        || -> Option<Vec<String>> { operand.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect() };
    let lower = || -> Option<Vec<String>> { Some(texts()?.iter().map(|text| text.to_lowercase()).collect()) };
    let date = || Moment::read(operand.as_str()?).map(|moment| moment.offset().as_str().to_owned());
    match operator {
        "eq" if operand.is_boolean() || operand.is_string() => Some(Test::Equals(operand.clone())),
        "in" => Some(Test::Among(texts()?, true)),
        "not_in" => Some(Test::Among(texts()?, false)),
        "like" => Some(Test::Contains(lower()?, true)),
        "not_like" => Some(Test::Contains(lower()?, false)),
        "lt" => Some(Test::Date(&[Ordering::Less], date()?)),
        "lte" => Some(Test::Date(&[Ordering::Less, Ordering::Equal], date()?)),
        "gt" => Some(Test::Date(&[Ordering::Greater], date()?)),
        "gte" => Some(Test::Date(&[Ordering::Greater, Ordering::Equal], date()?)),
        _ => None,
    }
}

impl Test {
    /// Whether a value passes that was written as JSON.
    fn passes(&self, written: &[u8]) -> bool {
        match self {
            Self::Equals(wanted) => serde_json::from_slice::<Value>(written).is_ok_and(|value| value == *wanted),
            Self::Among(texts, must) => texts.iter().any(|text| *text == text_of(written)) == *must,
            Self::Contains(texts, must) => {
                let value = text_of(written).to_lowercase();
                texts.iter().any(|text| value.contains(text.as_str())) == *must
            }
            Self::Date(orders, date) => {
                let value = text_of(written);
                !value.is_empty() && orders.contains(&value.as_bytes().cmp(date.as_bytes()))
            }
        }
    }
}

/// The text of a value that was written as JSON; null is the empty one.
pub(super) fn text_of(written: &[u8]) -> Cow<'_, str> {
    match written {
        b"null" => Cow::Borrowed(""),
        [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => String::from_utf8_lossy(inside),
        [b'"', ..] => Cow::Owned(serde_json::from_slice(written).unwrap_or_default()),
        other => String::from_utf8_lossy(other),
    }
}

/// Looks at the fields of a row, or of a device, that a filter asks for.
struct Check<'f> {
    filter: &'f Filter,
    /// What is known of each term; nothing before its key was seen.
    verdicts: Vec<Option<bool>>,
    written: Vec<u8>,
}

impl<'f> Check<'f> {
    fn of(filter: &'f Filter) -> Self {
        Self { filter, verdicts: vec![None; filter.terms.len()], written: Vec::new() }
    }
}

impl FieldVisitor for Check<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        for (term, verdict) in self.filter.terms.iter().zip(&mut self.verdicts) {
            if term.key == key {
                self.written.clear();
                write_value(value, &mut self.written);
                *verdict = Some(term.test.passes(&self.written));
            }
        }
    }
}

/// The numbers of the rows that a filter keeps. A key that a row does not have keeps none.
pub(crate) struct Keep<'f> {
    check: Check<'f>,
    number: u32,
    numbers: Vec<u32>,
}

impl Keep<'_> {
    pub(crate) fn into_numbers(self) -> Vec<u32> {
        self.numbers
    }
}

impl RowSink for Keep<'_> {
    fn row(&mut self, row: &impl PrismRow) {
        self.check.verdicts.fill(None);
        row.visit(&mut self.check);
        if self.check.verdicts.iter().all(|verdict| *verdict == Some(true)) {
            self.numbers.push(self.number);
        }
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &str, written: &str, passes: bool) {
        let filter = Filter::read(&format!(r#"{{"k":{filter}}}"#)).expect("the filter is read");
        assert_eq!(
            filter.terms.iter().all(|term| term.test.passes(written.as_bytes())),
            passes,
            "{filter:?} {written}"
        );
    }

    #[test]
    fn every_operator() {
        check(r#"{"eq":true}"#, "true", true);
        check(r#"{"eq":true}"#, "null", false);
        check(r#"{"in":["a","b"]}"#, r#""b""#, true);
        check(r#"{"in":["a"]}"#, r#""b""#, false);
        check(r#"{"not_in":["a"]}"#, r#""b""#, true);
        check(r#"{"like":["QUILL"]}"#, r#""Quillmark""#, true);
        check(r#"{"not_like":["quill"]}"#, r#""Quillmark""#, false);
        check(r#"{"gte":"2026-11-01T02:00:00Z"}"#, r#""2026-11-01T02:00:00.000000+00:00""#, true);
        check(r#"{"gt":"2026-11-01T02:00:00Z"}"#, r#""2026-11-01T02:00:00.000000+00:00""#, false);
        check(r#"{"gte":"2026-11-01","lt":"2026-11-02"}"#, r#""2026-11-01T23:59:59.999999+00:00""#, true);
        check(r#"{"lte":"2026-11-01"}"#, "null", false);
    }

    #[test]
    fn what_is_no_filter() {
        assert_eq!(Filter::read(""), Ok(Filter::default()));
        assert_eq!(Filter::read("{}"), Ok(Filter::default()));
        for wrong in
            ["[", "[]", r#"{"k":1}"#, r#"{"k":{"or":"2026-11-01"}}"#, r#"{"k":{"in":"a"}}"#, r#"{"k":{"lt":"soon"}}"#]
        {
            assert!(Filter::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Filter::read(r#"{"device__family":{"in":["Mac"]}}"#),
            Err("Invalid filter key: device__family".to_owned())
        );
    }
}
