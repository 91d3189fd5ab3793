//! Prism's export: a CSV file of a category's rows into batches of its schema. Apart from the JSON decoder, because here
//! every value is a text, nothing is nested, and the headings are not public: they are matched with the declared fields
//! without regard to case, spaces and underscores.
//!
//! A text that is empty becomes null: the file does not tell the two apart.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, RecordBatch, StringBuilder, UInt32Array};
use csv::StringRecord;

use crate::drift::{Drift, note};
use crate::error::Error;
use crate::field::{Field, Kind};
use crate::{DataSet, Decoded, Envelope, limits};

/// Reads an export page by page.
pub(crate) struct ExportRows<R> {
    data_set: DataSet,
    reader: csv::Reader<Bounded<R>>,
    /// The declared field of each heading; none for a heading that no field has.
    fields: Vec<Option<usize>>,
    unknown: Vec<String>,
    record: StringRecord,
}

impl<R: Read> ExportRows<R> {
    /// Reads the headings.
    pub(crate) fn new(data_set: DataSet, from: R) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(Bounded { from, bytes: 0 });
        let failed = |source: csv::Error| export(data_set, format!("its headings cannot be read: {source}"));
        let headings = reader.headers().map_err(failed)?.clone();
        let declared: HashMap<String, usize> =
            data_set.fields().iter().enumerate().map(|(index, field)| (folded(field.name), index)).collect();
        let fields: Vec<Option<usize>> =
            headings.iter().map(|heading| declared.get(&folded(heading)).copied()).collect();
        if !fields.contains(&declared.get("deviceid").copied()) {
            let shown: Vec<&str> = headings.iter().take(5).collect();
            let shown = flow::Rejected::shown(&shown.join(", "));
            return Err(export(data_set, format!("none of its headings is a device's id: {shown}")));
        }
        let unknown = headings.iter().zip(&fields).filter(|(_, field)| field.is_none());
        let unknown = unknown.map(|(heading, _)| heading.to_owned()).collect();
        Ok(Self { data_set, reader, fields, unknown, record: StringRecord::new() })
    }

    /// The next rows, and whether there may be more.
    pub(crate) fn page(&mut self, number: u32, name: &str) -> Result<Option<Decoded>, Error> {
        let declared = self.data_set.fields();
        let mut columns: Vec<Column> = declared.iter().map(Column::new).collect();
        let mut rejected = Vec::new();
        let mut kept: Vec<u32> = Vec::new();
        let mut records = 0;
        while records < limits::EXPORT_PAGE_ROWS as u32 && self.read_record()? {
            match self.fault() {
                None => {
                    self.append(&mut columns);
                    kept.push(records);
                }
                Some((column, value, reason)) => rejected.push(flow::Rejected {
                    data_set: self.data_set.name().to_owned(),
                    place: format!("{name}, record {records}"),
                    who: flow::Rejected::shown(self.text_of("serial_number").unwrap_or_default()),
                    column,
                    value,
                    reason,
                }),
            }
            records += 1;
        }
        if records == 0 {
            return Ok(None);
        }
        let mut arrays: Vec<ArrayRef> = columns.into_iter().map(Column::finish).collect();
        arrays.push(Arc::new(UInt32Array::from_value(number, kept.len())));
        arrays.push(Arc::new(UInt32Array::from(kept)));
        let batch = RecordBatch::try_new(self.data_set.schema(), arrays)
            .expect("every record lengthens each column by one, and the types are the declaration's");
        let mut drift = Drift::default();
        for heading in &self.unknown {
            note(&mut drift.unknown, heading);
        }
        Ok(Some(Decoded { batch, records: u64::from(records), rejected, drift, envelope: Envelope::default() }))
    }

    fn read_record(&mut self) -> Result<bool, Error> {
        let read = self.reader.read_record(&mut self.record);
        self.reader.get_mut().bytes = 0;
        read.map_err(|source| export(self.data_set, source.to_string()))
    }

    /// The first value of the record that its field does not take.
    fn fault(&self) -> Option<(String, String, String)> {
        let declared = self.data_set.fields();
        self.fields.iter().zip(self.record.iter()).find_map(|(field, text)| {
            let field = &declared[(*field)?];
            let reason = match field.kind {
                Kind::Truth if truth(text).is_err() => "expected true or false",
                Kind::Number if number(text).is_err() => "expected a number",
                _ => return None,
            };
            Some((field.name.to_owned(), flow::Rejected::shown(text), format!("{reason}, found a text")))
        })
    }

    fn append(&self, columns: &mut [Column]) {
        let mut texts = vec![""; columns.len()];
        for (field, text) in self.fields.iter().zip(self.record.iter()) {
            if let Some(index) = field {
                texts[*index] = text;
            }
        }
        for (column, text) in columns.iter_mut().zip(texts) {
            column.append(text);
        }
    }

    fn text_of(&self, name: &str) -> Option<&str> {
        let index = self.data_set.fields().iter().position(|field| field.name == name)?;
        let place = self.fields.iter().position(|field| *field == Some(index))?;
        self.record.get(place)
    }
}

/// A file whose records end. A quotation mark that is never closed would make all of it one field, in memory.
struct Bounded<R> {
    from: R,
    /// Bytes read since the last record ended; what was read ahead of it counts for the next, which does not matter.
    bytes: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes > limits::EXPORT_RECORD_BYTES_MAX {
            let reason = format!("a record is longer than {} bytes", limits::EXPORT_RECORD_BYTES_MAX);
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, reason));
        }
        let read = self.from.read(buffer)?;
        self.bytes += read;
        Ok(read)
    }
}

fn export(data_set: DataSet, reason: String) -> Error {
    Error::Export { category: data_set.name(), reason }
}

/// A heading or a field's name with nothing but its letters and digits, in lower case.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn truth(text: &str) -> Result<Option<bool>, ()> {
    match text {
        "true" | "True" | "TRUE" | "Yes" => Ok(Some(true)),
        "false" | "False" | "FALSE" | "No" => Ok(Some(false)),
        "" | "null" | "None" => Ok(None),
        _ => Err(()),
    }
}

fn number(text: &str) -> Result<Option<f64>, ()> {
    if text.is_empty() || text == "null" || text == "None" {
        return Ok(None);
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Some).ok_or(())
}

/// One column in the making. Rows of Prism have no groups and no lists that are declared as such.
enum Column {
    Text(StringBuilder),
    Truth(BooleanBuilder),
    Number(Float64Builder),
}

impl Column {
    fn new(field: &Field) -> Self {
        match field.kind {
            Kind::Truth => Self::Truth(BooleanBuilder::new()),
            Kind::Number => Self::Number(Float64Builder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn append(&mut self, text: &str) {
        match self {
            Self::Text(builder) => builder.append_option((!text.is_empty()).then_some(text)),
            Self::Truth(builder) => builder.append_option(truth(text).ok().flatten()),
            Self::Number(builder) => builder.append_option(number(text).ok().flatten()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Truth(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::Float64Type;

    use super::*;

    fn read(text: &str) -> Result<Vec<Decoded>, Error> {
        let mut rows = ExportRows::new(DataSet::DeviceInformation, text.as_bytes())?;
        let mut pages = Vec::new();
        while let Some(page) = rows.page(3, "export")? {
            pages.push(page);
        }
        Ok(pages)
    }

    #[test]
    fn headings_are_matched_however_they_are_written() {
        for headings in [
            "device_id,device__name,Shoe,apple_silicon,device_capacity",
            "Device ID,Device Name,Shoe,Apple silicon,Device capacity",
        ] {
            let text = format!("{headings}\nd1,\"A, \"\"quoted\"\" Mac\",9,True,49.5\nd2,,,,\n");
            let pages = read(&text).expect("a page");
            let batch = &pages[0].batch;
            let names = batch.column_by_name("device__name").expect("declared").as_string::<i32>();
            assert_eq!((names.value(0), names.is_null(1)), ("A, \"quoted\" Mac", true));
            assert!(batch.column_by_name("apple_silicon").expect("declared").as_boolean().value(0));
            let capacity = batch.column_by_name("device_capacity").expect("declared").as_primitive::<Float64Type>();
            assert_eq!((capacity.value(0), capacity.is_null(1)), (49.5, true));
            assert_eq!(pages[0].drift.unknown["Shoe"], 1);
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_costs_itself() {
        let pages = read("device_id,serial_number,mdm_enabled\nd1,S1,true\nd2,S2,perhaps\nd3,S3,\n").expect("a page");
        assert_eq!((pages[0].records, pages[0].batch.num_rows()), (3, 2));
        let rejected = &pages[0].rejected[0];
        assert_eq!((rejected.who.as_str(), rejected.column.as_str()), ("S2", "mdm_enabled"));
    }

    #[test]
    fn what_is_no_export_is_refused() {
        assert!(read("<html><body>oops</body></html>").is_err());
        assert!(read("device_id,serial_number\nd1,S1\nd2\n").is_err(), "a record that ends early");
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_ends_at_a_limit_and_a_long_file_does_not() {
        let endless =
            format!("device_id,serial_number\nd1,\"{}", "x".repeat(limits::EXPORT_RECORD_BYTES_MAX + 100_000));
        let said = read(&endless).expect_err("no record is that long").to_string();
        assert!(said.contains("a record is longer than"), "{said}");
        let row = format!("d1,{}\n", "x".repeat(1_000));
        let long = format!("device_id,serial_number\n{}", row.repeat(limits::EXPORT_RECORD_BYTES_MAX / 1_000 * 2));
        assert!(read(&long).is_ok(), "records end in it");
    }
}
