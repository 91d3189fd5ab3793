//! The records of one page on their way into columns, and the batch that they make.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, UInt32Array};

use crate::column::{Fault, ObjectColumn, kind_of};
use crate::drift::Drift;
use crate::envelope::ENVELOPE_KEYS;
use crate::json::{Reader, Scan};
use crate::limits::PAGE_RECORDS_MAX;
use crate::rejects::{self, PlacedFault};
use crate::{DataSet, Decoded, Envelope, JsonFlaw, PageRef};

/// The columns of one page while it is read.
pub(crate) struct Records {
    data_set: DataSet,
    columns: ObjectColumn,
    count: u32,
    faults: Vec<PlacedFault>,
}

impl Records {
    /// Empty columns, with room for as many records as the list that is next seems to hold.
    pub(crate) fn for_list(data_set: DataSet, list: &str) -> Self {
        Self::with_room(data_set, expected_rows(list).unwrap_or(1))
    }

    /// Empty columns with room for this many records.
    pub(crate) fn with_room(data_set: DataSet, rows: usize) -> Self {
        let columns = ObjectColumn::new(data_set.fields(), String::new(), rows);
        Self { data_set, columns, count: 0, faults: Vec::new() }
    }

    /// Reads the list of records that is next.
    pub(crate) fn read_list(&mut self, reader: &mut Reader<'_>) -> Scan<()> {
        let mut more = reader.open(b']')?;
        while more {
            if self.count == PAGE_RECORDS_MAX {
                return reader.flaw(reader.at(), JsonFlaw::TooManyRecords);
            }
            self.read_record(reader)?;
            more = reader.more(b']')?;
        }
        Ok(())
    }

    /// Reads the whole body as one record; false when it has no field that only a record has.
    pub(crate) fn read_only(&mut self, reader: &mut Reader<'_>) -> Scan<bool> {
        let beside_lists = self.columns.bits_of(&ENVELOPE_KEYS);
        let seen = self.read_object(reader)?;
        Ok(seen & !beside_lists != 0)
    }

    fn read_record(&mut self, reader: &mut Reader<'_>) -> Scan<()> {
        let first = reader.peek()?;
        let start = reader.at();
        let reason = if first == b'{' {
            if self.read_object(reader)? != 0 {
                return Ok(());
            }
            format!("none of its keys is a field of {}", self.data_set)
        } else {
            reader.skip()?;
            self.columns.append_null_fields();
            self.count += 1;
            format!("expected an object, found {}", kind_of(first))
        };
        let value = flow::Rejected::shown(reader.since(start));
        self.faults.push(PlacedFault { record: self.count - 1, fault: Fault { column: String::new(), value, reason } });
        Ok(())
    }

    #[inline]
    fn read_object(&mut self, reader: &mut Reader<'_>) -> Scan<u128> {
        let mut fault = None;
        let seen = self.columns.read_fields(reader, &mut fault)?;
        self.faults.extend(fault.map(|fault| PlacedFault { record: self.count, fault }));
        self.count += 1;
        Ok(seen)
    }

    /// The batch of the records that could be read, and the others with their reasons. `device_id` is the device that
    /// the page's envelope names, for records that name none.
    pub(crate) fn finish(self, page: PageRef<'_>, device_id: Option<&str>) -> Decoded {
        let mut drift = Drift::default();
        let schema = self.data_set.schema();
        let (mut columns, _) = self.columns.finish_fields(schema.fields(), &mut drift);
        if let (Some(device_id), Ok(index)) = (device_id, schema.index_of("device_id")) {
            columns[index] = filled(&columns[index], device_id);
            drift.missing.remove("device_id");
        }
        columns.push(Arc::new(UInt32Array::from_value(page.number, self.count as usize)));
        columns.push(Arc::new(UInt32Array::from_iter_values(0..self.count)));
        let batch = RecordBatch::try_new(schema, columns)
            .expect("every record lengthens each column by one, and the types are the declaration's");
        let (batch, rejected) = rejects::part(self.data_set, page, batch, self.faults);
        Decoded { batch, records: u64::from(self.count), rejected, drift, envelope: Envelope::default() }
    }
}

/// How many records a list holds if all are as long as its first: an estimate that costs the passing of one record.
fn expected_rows(list: &str) -> Option<usize> {
    let mut probe = Reader::new(list);
    probe.open(b']').ok().filter(|more| *more)?;
    let start = probe.at();
    probe.skip().ok()?;
    let record_bytes = probe.at() - start + 1;
    Some((list.len() / record_bytes + 1).min(PAGE_RECORDS_MAX as usize))
}

fn filled(column: &ArrayRef, value: &str) -> ArrayRef {
    let texts = column.as_string::<i32>();
    Arc::new(StringArray::from_iter_values(texts.iter().map(|text| text.unwrap_or(value))))
}
