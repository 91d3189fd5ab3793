//! A tree of builders in the shape of a record: the reader's values go straight into the columns, once.
//!
//! What must hold: every read of a value, whatever comes of it, lengthens its column by exactly one.

mod list;
mod object;
mod scalar;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, StringBuilder};
use arrow::datatypes::DataType;

use crate::drift::Drift;
use crate::field::Kind;
use crate::json::{Reader, Scan};
use list::{ListColumn, TextListColumn};
pub(crate) use object::ObjectColumn;
use scalar::Admits;

/// Most texts are names, versions and times; room for this many bytes each saves most regrowth.
const TEXT_BYTES_TYPICAL: usize = 16;

/// How a value stood to its declaration.
pub(crate) enum Reading {
    /// As declared; or wrong further inside, and noted there.
    Declared,
    /// In another form that loses nothing.
    Coerced,
    /// Not readable as what is named here. Nothing was appended, and the value may have been passed.
    Wrong(&'static str),
}

/// The first fault of a record: its column, the value as written and what is wrong.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) column: String,
    pub(crate) value: String,
    pub(crate) reason: String,
}

/// One column, or a group of them.
pub(crate) enum Column {
    Text { builder: StringBuilder, admits: Admits },
    Truth(BooleanBuilder),
    Number(Float64Builder),
    Object(Box<ObjectColumn>),
    Person(Box<ObjectColumn>),
    TextList(Box<TextListColumn>),
    List(Box<ListColumn>),
}

impl Column {
    /// An empty column with room for this many rows. `path` is the field's place in the record.
    fn new(kind: Kind, path: String, rows: usize) -> Self {
        let text =
            |admits, bytes: usize| Self::Text { builder: StringBuilder::with_capacity(rows, rows * bytes), admits };
        match kind {
            Kind::Text => text(Admits::Strings, TEXT_BYTES_TYPICAL),
            Kind::TruthText => text(Admits::Truths, 4),
            Kind::Scalar => text(Admits::Scalars, TEXT_BYTES_TYPICAL),
            Kind::Literal => text(Admits::Anything, 0),
            Kind::Truth => Self::Truth(BooleanBuilder::with_capacity(rows)),
            Kind::Number => Self::Number(Float64Builder::with_capacity(rows)),
            Kind::Object(fields) => Self::Object(Box::new(ObjectColumn::new(fields, path + ".", rows))),
            Kind::Person(fields) => Self::Person(Box::new(ObjectColumn::new(fields, path + ".", rows))),
            Kind::TextList => Self::TextList(Box::new(TextListColumn::new(path, rows))),
            Kind::List(fields) => Self::List(Box::new(ListColumn::new(fields, path, rows))),
        }
    }

    /// Reads the value that is next.
    #[inline]
    fn read(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<Reading> {
        match self {
            Self::Text { builder, admits } => scalar::read_text(builder, *admits, reader),
            Self::Truth(builder) => scalar::read_truth(builder, reader),
            Self::Number(builder) => scalar::read_number(builder, reader),
            Self::Object(object) => object.read(reader, fault),
            Self::Person(person) => person.read_person(reader, fault),
            Self::TextList(list) => list.read(reader, fault),
            Self::List(list) => list.read(reader, fault),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Text { builder, .. } => builder.append_null(),
            Self::Truth(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Object(object) | Self::Person(object) => object.append_null(),
            Self::TextList(list) => list.append_null(),
            Self::List(list) => list.append_null(),
        }
    }

    /// Appends a text of ours where the declaration has a text column, null elsewhere.
    fn append_text(&mut self, value: &str) {
        match self {
            Self::Text { builder, .. } => builder.append_value(value),
            _ => self.append_null(),
        }
    }

    /// The finished column; drift that was counted in it is added.
    fn finish(self, data_type: &DataType, drift: &mut Drift) -> ArrayRef {
        match self {
            Self::Text { mut builder, .. } => Arc::new(builder.finish()),
            Self::Truth(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Object(object) | Self::Person(object) => object.finish(data_type, drift),
            Self::TextList(list) => list.finish(data_type),
            Self::List(list) => list.finish(data_type, drift),
        }
    }
}

/// Passes a value that could not be read, and notes it unless the record has a fault already. `start` is where the
/// value stands.
#[cold]
pub(crate) fn reject_value(
    reader: &mut Reader<'_>,
    start: usize,
    expected: &'static str,
    column: &str,
    fault: &mut Option<Fault>,
) -> Scan<()> {
    reader.back_to(start);
    let first = reader.peek()?;
    reader.skip()?;
    if fault.is_none() {
        let value = reader.since(start).trim_ascii();
        *fault = Some(Fault {
            column: column.to_owned(),
            value: flow::Rejected::shown(value),
            reason: format!("expected {expected}, found {}", kind_of(first)),
        });
    }
    Ok(())
}

/// What a value is, by its first byte.
pub(crate) fn kind_of(first: u8) -> &'static str {
    match first {
        b'{' => "an object",
        b'[' => "a list",
        b'"' => "a string",
        b'n' => "null",
        b't' | b'f' => "a truth value",
        _ => "a number",
    }
}
