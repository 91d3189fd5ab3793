//! A row of Prism from outside: written as JSON, or looked at field by field, for who filters, sorts or makes CSV of it. What a row
//! tells is thus decided once, whatever form it leaves in.

use serde::ser::{Error, Impossible, Serialize, SerializeStruct, Serializer};
use std::fmt;

/// A row of one of Prism's categories.
pub(crate) trait PrismRow {
    /// Appends the row as a JSON object.
    fn write_json(&self, out: &mut Vec<u8>);

    /// Shows every field, in the order of the JSON object.
    fn visit(&self, visitor: &mut impl FieldVisitor);
}

/// Whoever looks at the fields of a row.
pub(crate) trait FieldVisitor {
    /// One field. The value serialises as it does in JSON.
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T);
}

/// Appends a value as JSON.
pub(crate) fn write_value(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a row has text keys only and memory takes every byte");
}

/// Appends a row that is a struct.
pub(super) fn write_struct(row: &impl Serialize, out: &mut Vec<u8>) {
    write_value(row, out);
}

/// Puts one more field into the object that was written last.
pub(super) fn append_field(out: &mut Vec<u8>, key: &str, value: &impl Serialize) {
    let closing = out.pop();
    debug_assert_eq!(closing, Some(b'}'), "only an object takes a field");
    out.push(b',');
    write_value(key, out);
    out.push(b':');
    write_value(value, out);
    out.push(b'}');
}

/// Shows the fields of a row that is a struct.
pub(super) fn walk<V: FieldVisitor>(row: &impl Serialize, visitor: &mut V) {
    row.serialize(Walk { visitor }).expect("a row is a struct");
}

/// A serializer that takes a struct apart and nothing else.
struct Walk<'v, V> {
    visitor: &'v mut V,
}

/// Something other than a struct was to be taken apart.
#[derive(Debug)]
struct NotAStruct;

impl fmt::Display for NotAStruct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("only a struct has fields")
    }
}

impl std::error::Error for NotAStruct {}

impl Error for NotAStruct {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

impl<V: FieldVisitor> SerializeStruct for Walk<'_, V> {
    type Ok = ();
    type Error = NotAStruct;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), NotAStruct> {
        self.visitor.field(key, value);
        Ok(())
    }

    fn end(self) -> Result<(), NotAStruct> {
        Ok(())
    }
}

/// The methods of a serializer that refuses all of these.
macro_rules! refuse {
    ($($method:ident($($kind:ty),*) -> $answer:ty;)+) => {
        $(fn $method(self $(, _: $kind)*) -> Result<$answer, NotAStruct> {
            Err(NotAStruct)
        })+
    };
}

impl<V: FieldVisitor> Serializer for Walk<'_, V> {
    type Ok = ();
    type Error = NotAStruct;
    type SerializeSeq = Impossible<(), NotAStruct>;
    type SerializeTuple = Impossible<(), NotAStruct>;
    type SerializeTupleStruct = Impossible<(), NotAStruct>;
    type SerializeTupleVariant = Impossible<(), NotAStruct>;
    type SerializeMap = Impossible<(), NotAStruct>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), NotAStruct>;

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Self, NotAStruct> {
        Ok(self)
    }

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<(), NotAStruct> {
        Err(NotAStruct)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _value: &T,
    ) -> Result<(), NotAStruct> {
        Err(NotAStruct)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), NotAStruct> {
        Err(NotAStruct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Sample {
        text: &'static str,
        nothing: Option<u32>,
    }

    #[derive(Default)]
    struct Seen(Vec<(String, String)>);

    impl FieldVisitor for Seen {
        fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
            let mut written = Vec::new();
            write_value(value, &mut written);
            self.0.push((key.to_owned(), String::from_utf8_lossy(&written).into_owned()));
        }
    }

    #[test]
    fn a_struct_is_taken_apart_in_its_order() {
        let mut seen = Seen::default();
        walk(&Sample { text: "a\"b", nothing: None }, &mut seen);
        let expected =
            [("text", r#""a\"b""#), ("nothing", "null")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(seen.0, expected);
    }

    #[test]
    fn a_field_is_put_behind_the_others() {
        let mut out = Vec::new();
        write_struct(&Sample { text: "a", nothing: Some(1) }, &mut out);
        append_field(&mut out, "more", &true);
        assert_eq!(out, br#"{"text":"a","nothing":1,"more":true}"#);
    }
}
