//! Groups of fields: a record, a group in it, an item of a list.
//!
//! Keys come in nearly the same order in every record, so each field remembers which one followed it last time and that
//! one is tried first, byte for byte and without parsing the key. Any order is learned after one record.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, NullBufferBuilder, StructArray};
use arrow::datatypes::{DataType, Fields};

use super::{Column, Fault, Reading, reject_value};
use crate::drift::{Drift, note};
use crate::field::Field;
use crate::json::{Keys, Reader, Scan};
use crate::limits::DECLARED_FIELDS_MAX;

/// The builders of one group.
pub(crate) struct ObjectColumn {
    fields: &'static [Field],
    columns: Vec<Column>,
    nulls: NullBufferBuilder,
    /// Where the group stands in the record, with a dot at its end; empty for the record itself.
    path: String,
    /// The field expected after the n-th; the last entry is the one expected first.
    follows: Vec<u8>,
    /// The bits of the fields that every published sample carries.
    always: u128,
    missing: Vec<u64>,
    coerced: Vec<u64>,
    unknown: BTreeMap<String, u64>,
}

impl ObjectColumn {
    /// Empty builders for these fields, with room for this many rows.
    pub(crate) fn new(fields: &'static [Field], path: String, rows: usize) -> Self {
        assert!(fields.len() < DECLARED_FIELDS_MAX, "a declared group has fewer fields than the mask has bits");
        let column = |field: &Field| Column::new(field.kind, format!("{path}{}", field.name), rows);
        let bit = |(index, field): (usize, &Field)| u128::from(field.always) << index;
        Self {
            fields,
            columns: fields.iter().map(column).collect(),
            nulls: NullBufferBuilder::new(rows),
            follows: (1..=fields.len()).map(|next| (next % fields.len()) as u8).chain([0]).collect(),
            always: fields.iter().enumerate().map(bit).sum(),
            missing: vec![0; fields.len()],
            coerced: vec![0; fields.len()],
            unknown: BTreeMap::new(),
            path,
        }
    }

    /// Reads a group: an object, null, or `""`, which the service writes for nothing.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<Reading> {
        match reader.peek()? {
            b'{' => {
                self.read_fields(reader, fault)?;
                self.nulls.append_non_null();
                Ok(Reading::Declared)
            }
            b'n' => {
                reader.word("null")?;
                self.append_null();
                Ok(Reading::Declared)
            }
            b'"' if reader.string()?.is_empty() => {
                self.append_null();
                Ok(Reading::Coerced)
            }
            _ => Ok(Reading::Wrong("an object")),
        }
    }

    /// Reads a person: a group, null, `""` for nobody, or a bare e-mail address or name.
    pub(super) fn read_person(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<Reading> {
        if reader.peek()? != b'"' {
            return self.read(reader, fault);
        }
        let text = reader.string()?;
        if text.is_empty() {
            self.append_null();
            return Ok(Reading::Declared);
        }
        let told = if text.contains('@') { "email" } else { "name" };
        for (field, column) in self.fields.iter().zip(&mut self.columns) {
            if field.name == told { column.append_text(text) } else { column.append_null() }
        }
        self.nulls.append_non_null();
        Ok(Reading::Coerced)
    }

    /// The bits of these fields, as [`Self::read_fields`] gives them.
    pub(crate) fn bits_of(&self, names: &[&str]) -> u128 {
        let bit = |(index, field): (usize, &Field)| u128::from(names.contains(&field.name)) << index;
        self.fields.iter().enumerate().map(bit).sum()
    }

    /// Reads the object that is next into the columns; gives the bits of the fields that it held.
    pub(crate) fn read_fields(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<u128> {
        let mut seen = 0_u128;
        let mut last = self.fields.len();
        let mut foreign = Keys::default();
        let mut more = reader.open(b'}')?;
        while more {
            reader.peek()?;
            let key_at = reader.at();
            if let Some(index) = self.take_key(reader, last, &mut foreign)? {
                let bit = 1 << index;
                if seen & bit != 0 {
                    return reader.duplicate_key(key_at, self.fields[index].name);
                }
                seen |= bit;
                last = index;
                self.read_value(index, reader, fault)?;
            }
            more = reader.more(b'}')?;
        }
        self.append_missing(seen);
        Ok(seen)
    }

    /// The declared field of the next key; none when the key is foreign, and then its value has been passed.
    #[inline]
    fn take_key<'a>(&mut self, reader: &mut Reader<'a>, last: usize, foreign: &mut Keys<'a>) -> Scan<Option<usize>> {
        let expected = usize::from(self.follows[last]);
        if reader.take_key(self.fields[expected].name)? {
            return Ok(Some(expected));
        }
        self.take_other_key(reader, last, foreign)
    }

    fn take_other_key<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        last: usize,
        foreign: &mut Keys<'a>,
    ) -> Scan<Option<usize>> {
        let key_at = reader.at();
        let key = reader.key()?;
        if let Some(index) = self.position_after(last, &key) {
            self.follows[last] = index as u8;
            return Ok(Some(index));
        }
        note(&mut self.unknown, &key);
        if let Err(flaw) = foreign.insert(key) {
            return reader.flaw(key_at, flaw);
        }
        reader.skip()?;
        Ok(None)
    }

    /// Looks for a field behind the last one first: what was expected may merely be absent.
    fn position_after(&self, last: usize, key: &str) -> Option<usize> {
        let start = (last + 1).min(self.fields.len());
        let behind = self.fields[start..].iter().position(|field| field.name == key).map(|index| start + index);
        behind.or_else(|| self.fields[..start].iter().position(|field| field.name == key))
    }

    #[inline]
    fn read_value(&mut self, index: usize, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<()> {
        let start = reader.at();
        match self.columns[index].read(reader, fault)? {
            Reading::Declared => Ok(()),
            Reading::Coerced => {
                self.coerced[index] += 1;
                Ok(())
            }
            Reading::Wrong(expected) => {
                self.columns[index].append_null();
                let column = format!("{}{}", self.path, self.fields[index].name);
                reject_value(reader, start, expected, &column, fault)
            }
        }
    }

    fn append_missing(&mut self, seen: u128) {
        let mut absent = !seen & ((1 << self.fields.len()) - 1);
        while absent != 0 {
            let index = absent.trailing_zeros() as usize;
            self.columns[index].append_null();
            self.missing[index] += u64::from((self.always >> index) & 1 == 1);
            absent &= absent - 1;
        }
    }

    /// Appends a group that is null; nothing in it counts as missing.
    pub(crate) fn append_null(&mut self) {
        self.nulls.append_null();
        self.append_null_fields();
    }

    /// Appends a null to every field.
    pub(crate) fn append_null_fields(&mut self) {
        self.columns.iter_mut().for_each(Column::append_null);
    }

    pub(super) fn finish(self, data_type: &DataType, drift: &mut Drift) -> ArrayRef {
        let DataType::Struct(fields) = data_type else {
            unreachable!("the schema is made from the declaration that made this column")
        };
        let (columns, mut nulls) = self.finish_fields(fields, drift);
        let group = StructArray::try_new(fields.clone(), columns, nulls.finish());
        Arc::new(group.expect("every read lengthens each column by one, and the types are the declaration's"))
    }

    /// The finished columns, in the order of the fields.
    pub(crate) fn finish_fields(self, fields: &Fields, drift: &mut Drift) -> (Vec<ArrayRef>, NullBufferBuilder) {
        for (index, field) in self.fields.iter().enumerate() {
            let name = || format!("{}{}", self.path, field.name);
            drift.add_missing(self.missing[index], name);
            drift.add_coerced(self.coerced[index], name);
        }
        drift.add_unknown(&self.path, self.unknown);
        let finish = |(column, field): (Column, &Arc<arrow::datatypes::Field>)| column.finish(field.data_type(), drift);
        let columns: Vec<ArrayRef> = self.columns.into_iter().zip(fields).map(finish).collect();
        debug_assert!(columns.windows(2).all(|pair| pair[0].len() == pair[1].len()));
        (columns, self.nulls)
    }
}
