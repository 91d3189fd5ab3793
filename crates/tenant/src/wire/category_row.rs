//! A row of the fourteen categories beside `apps` and `device_information`: whose it is, when it was collected, and the category's
//! own fields by name. Those two have structs of their own because they make up nearly all rows.

use super::row::{FieldVisitor, PrismRow, write_value};
use super::{Null, Owner};
use crate::moment::Stamp;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;

/// What a category tells beside the fields of every row, in the order of the published samples.
pub(crate) type Fields<'a> = Vec<(&'static str, Cell<'a>)>;

/// A value of such a field.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Truth(bool),
    Whole(i64),
    Text(Cow<'a, str>),
    Date(Stamp),
    Nested(Value),
}

impl From<Null> for Cell<'_> {
    fn from(_: Null) -> Self {
        Self::Null
    }
}

impl From<bool> for Cell<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<Option<bool>> for Cell<'_> {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Null, Self::Truth)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Stamp> for Cell<'_> {
    fn from(stamp: Stamp) -> Self {
        Self::Date(stamp)
    }
}

impl From<Value> for Cell<'_> {
    fn from(value: Value) -> Self {
        Self::Nested(value)
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Truth(truth) => serializer.serialize_bool(*truth),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Date(stamp) => stamp.serialize(serializer),
            Self::Nested(value) => value.serialize(serializer),
        }
    }
}

/// The dates of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowDates {
    pub(crate) created: Stamp,
    pub(crate) updated: Stamp,
    pub(crate) collected: Stamp,
}

/// A row of one of the smaller categories.
#[derive(Debug)]
pub(crate) struct CategoryRow<'a> {
    pub(crate) owner: Owner<'a>,
    pub(crate) dates: RowDates,
    pub(crate) fields: Fields<'a>,
}

impl PrismRow for CategoryRow<'_> {
    fn write_json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        self.visit(&mut Object { out, is_empty: true });
        out.push(b'}');
    }

    fn visit(&self, visitor: &mut impl FieldVisitor) {
        self.owner.visit(visitor);
        visitor.field("created_at", &self.dates.created);
        visitor.field("updated_at", &self.dates.updated);
        visitor.field("last_changed_at", &Null);
        visitor.field("last_collected_at", &self.dates.collected);
        for (key, cell) in &self.fields {
            visitor.field(key, cell);
        }
    }
}

/// Writes fields as the inside of a JSON object.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl FieldVisitor for Object<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        write_value(key, self.out);
        self.out.push(b':');
        write_value(value, self.out);
    }
}
