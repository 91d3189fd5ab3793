//! Lists: of strings, and of groups.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, NullBufferBuilder, StringBuilder};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::DataType;

use super::scalar::{Admits, read_text};
use super::{Fault, ObjectColumn, Reading, reject_value};
use crate::JsonFlaw;
use crate::drift::Drift;
use crate::field::Field;
use crate::json::{Reader, Scan};
use crate::limits::PAGE_LIST_ITEMS_MAX;

/// Where each list ends among the items, and which lists are null.
struct Lists {
    lengths: Vec<usize>,
    nulls: NullBufferBuilder,
    items: usize,
    /// The items' place in the record, e.g. `volumes[]`.
    item_path: String,
}

impl Lists {
    fn new(path: String, rows: usize) -> Self {
        let nulls = NullBufferBuilder::new(rows);
        Self { lengths: Vec::with_capacity(rows), nulls, items: 0, item_path: path + "[]" }
    }

    fn append_null(&mut self) {
        self.lengths.push(0);
        self.nulls.append_null();
    }

    /// Reads a list, null, or `""`, which the service writes for nothing. `item` reads one item.
    fn read<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        mut item: impl FnMut(&mut Reader<'a>, &str) -> Scan<bool>,
    ) -> Scan<Reading> {
        match reader.peek()? {
            b'[' => {}
            b'n' => {
                reader.word("null")?;
                self.append_null();
                return Ok(Reading::Declared);
            }
            b'"' if reader.string()?.is_empty() => {
                self.append_null();
                return Ok(Reading::Coerced);
            }
            _ => return Ok(Reading::Wrong("a list")),
        }
        let before = self.items;
        let mut coerced = false;
        let mut more = reader.open(b']')?;
        while more {
            coerced |= item(reader, &self.item_path)?;
            self.items += 1;
            if self.items > PAGE_LIST_ITEMS_MAX {
                return reader.flaw(reader.at(), JsonFlaw::TooManyItems);
            }
            more = reader.more(b']')?;
        }
        self.lengths.push(self.items - before);
        self.nulls.append_non_null();
        Ok(if coerced { Reading::Coerced } else { Reading::Declared })
    }

    fn finish(mut self, data_type: &DataType, items: impl FnOnce(&DataType) -> ArrayRef) -> ArrayRef {
        let DataType::List(item) = data_type else {
            unreachable!("the schema is made from the declaration that made this column")
        };
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        let list = ListArray::try_new(Arc::clone(item), offsets, items(item.data_type()), self.nulls.finish());
        Arc::new(list.expect("lengths count the items that were read, and the types are the declaration's"))
    }
}

/// A list of strings.
pub(crate) struct TextListColumn {
    lists: Lists,
    texts: StringBuilder,
}

impl TextListColumn {
    pub(super) fn new(path: String, rows: usize) -> Self {
        Self { lists: Lists::new(path, rows), texts: StringBuilder::new() }
    }

    pub(super) fn read(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<Reading> {
        let texts = &mut self.texts;
        self.lists.read(reader, |reader, path| {
            let start = reader.at();
            match read_text(texts, Admits::Strings, reader)? {
                Reading::Declared => Ok(false),
                Reading::Coerced => Ok(true),
                Reading::Wrong(expected) => {
                    texts.append_null();
                    reject_value(reader, start, expected, path, fault)?;
                    Ok(false)
                }
            }
        })
    }

    pub(super) fn append_null(&mut self) {
        self.lists.append_null();
    }

    pub(super) fn finish(mut self, data_type: &DataType) -> ArrayRef {
        self.lists.finish(data_type, |_| Arc::new(self.texts.finish()))
    }
}

/// A list of groups.
pub(crate) struct ListColumn {
    lists: Lists,
    groups: ObjectColumn,
}

impl ListColumn {
    pub(super) fn new(fields: &'static [Field], path: String, rows: usize) -> Self {
        let groups = ObjectColumn::new(fields, format!("{path}[]."), rows);
        Self { lists: Lists::new(path, rows), groups }
    }

    pub(super) fn read(&mut self, reader: &mut Reader<'_>, fault: &mut Option<Fault>) -> Scan<Reading> {
        let groups = &mut self.groups;
        self.lists.read(reader, |reader, path| {
            let start = reader.at();
            match groups.read(reader, fault)? {
                Reading::Declared => Ok(false),
                Reading::Coerced => Ok(true),
                Reading::Wrong(expected) => {
                    groups.append_null();
                    reject_value(reader, start, expected, path, fault)?;
                    Ok(false)
                }
            }
        })
    }

    pub(super) fn append_null(&mut self) {
        self.lists.append_null();
    }

    pub(super) fn finish(self, data_type: &DataType, drift: &mut Drift) -> ArrayRef {
        let groups = self.groups;
        self.lists.finish(data_type, |item| groups.finish(item, drift))
    }
}
