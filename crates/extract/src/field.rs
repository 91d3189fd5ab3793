//! What a data set declares: names and kinds of fields, and the columns that follow from them.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field as Column, Fields};

/// One declared field of a record or of a group in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key, as the service writes it; also the column's name.
    pub name: &'static str,
    /// What its value is and which column it makes.
    pub kind: Kind,
    /// True where every published sample of the record carries the key. Only such a field is counted as missing: a
    /// group that a platform never has would otherwise be reported every night.
    pub always: bool,
}

/// What a field's value is. `null` and an absent key are null in every kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string, kept as it is, `""` too. A number or truth value is kept as written and counted as coerced. `Utf8`.
    Text,
    /// A string, number or truth value, kept as written: ids that are an integer in one year and a UUID in another.
    /// `Utf8`.
    Scalar,
    /// Any value as written, lists and objects as their JSON text: fields of which only null was ever published.
    /// `Utf8`.
    Literal,
    /// `"True"`, `"False"`, `true` or `false`, kept as written. `Utf8`.
    TruthText,
    /// `true` or `false`; the same as a string is read and counted as coerced, `""` as null. `Boolean`.
    Truth,
    /// A number; the same as a string is read and counted as coerced, `""` as null. `Float64`.
    Number,
    /// A group of fields; `{}` is a group of nulls. `Struct`.
    Object(&'static [Field]),
    /// A person: a group, or `""` for nobody. A bare string is taken as an e-mail address or name, and counted as
    /// coerced. `Struct`.
    Person(&'static [Field]),
    /// A list of strings. `List` of `Utf8`.
    TextList,
    /// A list of groups. `List` of `Struct`.
    List(&'static [Field]),
}

/// A field that every published sample carries.
pub(crate) const fn always(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, always: true }
}

/// A field that some samples, platforms or forms carry.
pub(crate) const fn sometimes(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, always: false }
}

/// The columns of these fields; every one may be null, because every key may be absent.
pub(crate) fn columns(fields: &[Field]) -> Vec<Column> {
    fields.iter().map(|field| Column::new(field.name, data_type(field.kind), true)).collect()
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text | Kind::Scalar | Kind::Literal | Kind::TruthText => DataType::Utf8,
        Kind::Truth => DataType::Boolean,
        Kind::Number => DataType::Float64,
        Kind::Object(fields) | Kind::Person(fields) => group(fields),
        Kind::TextList => list_of(DataType::Utf8),
        Kind::List(fields) => list_of(group(fields)),
    }
}

fn group(fields: &[Field]) -> DataType {
    DataType::Struct(Fields::from(columns(fields)))
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Column::new_list_field(item, true)))
}
