//! Request bodies, read straight into rows: no JSON tree is built, because a body may hold ten thousand rows.
//!
//! Every value becomes a string, as the platform makes it: a number as it is written, `null` as nothing, and what
//! is nested as Java prints it, `{a=b}`. Unknown keys are dropped, so that wrong keys make empty rows.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// One row: a value for each loadable column of the staging table, empty where the record had none.
pub(super) type Values = Vec<String>;

/// The keys of a record: to the place of the column.
pub(super) struct Keys<'k> {
    pub(super) places: HashMap<&'k str, usize>,
    pub(super) width: usize,
}

/// Reads `{"records":[{…},{…}]}`.
pub(super) fn records(body: &[u8], keys: &Keys<'_>) -> Result<Vec<Values>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let rows = deserializer.deserialize_map(Records(keys))?;
    deserializer.end()?;
    Ok(rows)
}

/// Reads one flat object; of an array only the first, as the platform does.
pub(super) fn record(body: &[u8], keys: &Keys<'_>) -> Result<Values, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let row = deserializer.deserialize_any(Record { keys, of_array: true })?;
    deserializer.end()?;
    Ok(row)
}

struct Records<'a, 'k>(&'a Keys<'k>);

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = Vec<Values>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `records`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut rows = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "records" {
                rows = Some(map.next_value_seed(List(self.0))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        rows.ok_or_else(|| M::Error::missing_field("records"))
    }
}

struct List<'a, 'k>(&'a Keys<'k>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = Vec<Values>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = Vec<Values>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        let mut rows = Vec::new();
        while let Some(row) = sequence.next_element_seed(Record { keys: self.0, of_array: false })? {
            rows.push(row);
        }
        Ok(rows)
    }
}

struct Record<'a, 'k> {
    keys: &'a Keys<'k>,
    of_array: bool,
}

impl<'de> DeserializeSeed<'de> for Record<'_, '_> {
    type Value = Values;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, '_> {
    type Value = Values;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut values = vec![String::new(); self.keys.width];
        while let Some(place) = map.next_key_seed(Key(self.keys))? {
            match place {
                Some(place) => values[place] = map.next_value_seed(Text { nested: false })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        if !self.of_array {
            return Err(S::Error::custom("a list where an object is expected"));
        }
        let first = sequence.next_element_seed(Record { keys: self.keys, of_array: false })?;
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        first.ok_or_else(|| S::Error::custom("an empty list"))
    }
}

struct Key<'a, 'k>(&'a Keys<'k>);

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.places.get(key).copied())
    }
}

/// Any value as the string that the platform makes of it.
struct Text {
    nested: bool,
}

impl<'de> DeserializeSeed<'de> for Text {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<String, E> {
        Ok(truth.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<String, E> {
        Ok(if self.nested { "null".to_owned() } else { String::new() })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<String, M::Error> {
        let mut parts = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            parts.push(format!("{key}={}", map.next_value_seed(Text { nested: true })?));
        }
        Ok(format!("{{{}}}", parts.join(", ")))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<String, S::Error> {
        let mut parts = Vec::new();
        while let Some(part) = sequence.next_element_seed(Text { nested: true })? {
            parts.push(part);
        }
        Ok(format!("[{}]", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys<'static> {
        Keys { places: HashMap::from([("Name", 0), ("RAM", 1)]), width: 2 }
    }

    #[test]
    fn values_become_strings_and_unknown_keys_nothing() {
        let body =
            br#"{"x":{"records":[]},"records":[{"Name":"a","RAM":8,"no":1},{"Name":{"b":[1,null]},"RAM":null}]}"#;
        let rows = records(body, &keys()).expect("the body is valid");
        assert_eq!(rows, vec![vec!["a".to_owned(), "8".to_owned()], vec!["{b=[1, null]}".to_owned(), String::new()]]);
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for body in [&b"[]"[..], b"{}", b"{\"records\":[1]}", b"{\"records\":[]} x", b""] {
            assert!(records(body, &keys()).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn of_an_array_only_the_first_element_counts() {
        let row = record(br#"[{"Name":"a"},{"Name":"b"}]"#, &keys()).expect("the body is valid");
        assert_eq!(row[0], "a");
        assert!(record(b"[]", &keys()).is_err());
    }
}
