//! What a target was last proven to hold: rows sorted by key, in one Parquet file a staging table. Apart because
//! both ends of it stream: a table of any size is read, merged and written batch by batch.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, ListArray, ListBuilder, RecordBatch, StringArray, StringBuilder, StructArray,
    StructBuilder,
};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use engine::{DurableParquet, FileRows, Layout, Written};
use flow::Outcome;

use crate::error::Error;

/// Rows buffered before they are handed to the encoder.
const WRITE_ROWS: usize = 8_192;

/// One record of a target table that came of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTarget {
    /// The target table.
    pub table: String,
    /// The record.
    pub sys_id: String,
}

/// One row as the instance's own answer proved it, or as it refused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The row's key: 32 hexadecimal digits. The file is sorted by it.
    pub row_key: String,
    /// The row in words, e.g. a serial number.
    pub title: String,
    /// Fingerprint of the row's columns that are not volatile.
    pub fingerprint: String,
    /// When the device itself was last seen, as `YYYY-MM-DD HH:MM:SS`; empty when unknown.
    pub moment: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The instance's comment where it refused the row.
    pub comment: String,
    /// When that was, RFC 3339.
    pub at: String,
    /// The target records.
    pub targets: Vec<HeldTarget>,
}

const TEXT_COLUMNS: [&str; 7] = ["row_key", "title", "fingerprint", "moment", "outcome", "comment", "at"];

fn target_fields() -> Fields {
    Fields::from(vec![Field::new("table", DataType::Utf8, true), Field::new("sys_id", DataType::Utf8, true)])
}

fn schema() -> SchemaRef {
    let texts = TEXT_COLUMNS.iter().map(|name| Field::new(*name, DataType::Utf8, false));
    let item = Field::new("item", DataType::Struct(target_fields()), true);
    let targets = Field::new("targets", DataType::List(Arc::new(item)), false);
    Arc::new(Schema::new(texts.chain([targets]).collect::<Vec<_>>()))
}

/// Writes a new generation, in rising order of keys.
pub struct HeldWriter {
    table: String,
    parquet: DurableParquet,
    texts: [StringBuilder; 7],
    targets: ListBuilder<StructBuilder>,
    rows: usize,
}

impl HeldWriter {
    pub(crate) fn create(table: &str, path: &Path) -> Result<Self, Error> {
        let parquet = DurableParquet::create(path, schema(), &Layout::default())
            .map_err(|source| failed("write", table, source))?;
        Ok(Self {
            table: table.to_owned(),
            parquet,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            targets: ListBuilder::new(StructBuilder::from_fields(target_fields(), WRITE_ROWS)),
            rows: 0,
        })
    }

    /// Appends a row; its key must be greater than the one before.
    pub fn write(&mut self, row: &HeldRow) -> Result<(), Error> {
        let values =
            [&row.row_key, &row.title, &row.fingerprint, &row.moment, row.outcome.as_str(), &row.comment, &row.at];
        for (builder, value) in self.texts.iter_mut().zip(values) {
            builder.append_value(value);
        }
        let entries = self.targets.values();
        for target in &row.targets {
            for (index, value) in [&target.table, &target.sys_id].into_iter().enumerate() {
                let field = entries.field_builder::<StringBuilder>(index).expect("both fields are texts");
                field.append_value(value);
            }
            entries.append(true);
        }
        self.targets.append(true);
        self.rows += 1;
        if self.rows == WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    pub(crate) fn finish(mut self) -> Result<Written, Error> {
        self.flush()?;
        self.parquet.finish().map_err(|source| failed("write", &self.table, source))
    }

    fn flush(&mut self) -> Result<(), Error> {
        let mut columns: Vec<ArrayRef> =
            self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        columns.push(Arc::new(self.targets.finish()));
        let batch = RecordBatch::try_new(schema(), columns).map_err(|source| failed("write", &self.table, source))?;
        self.rows = 0;
        self.parquet.write(&batch).map_err(|source| failed("write", &self.table, source))
    }
}

/// Reads the committed generation in rising order of keys.
pub struct HeldReader {
    table: String,
    batches: Option<FileRows>,
    current: Option<(RecordBatch, usize)>,
}

impl HeldReader {
    /// A reader of nothing, for a table that holds nothing yet.
    pub(crate) fn empty(table: &str) -> Self {
        Self { table: table.to_owned(), batches: None, current: None }
    }

    pub(crate) fn open(table: &str, path: &Path) -> Result<Self, Error> {
        let batches = FileRows::open(path).map_err(|source| failed("read", table, source))?;
        Ok(Self { table: table.to_owned(), batches: Some(batches), current: None })
    }

    /// The next row, or `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<HeldRow>, Error> {
        loop {
            if let Some((batch, row)) = &mut self.current
                && *row < batch.num_rows()
            {
                let held = row_of(batch, *row).ok_or_else(|| self.unreadable())?;
                if let Some((_, row)) = &mut self.current {
                    *row += 1;
                }
                return Ok(Some(held));
            }
            let Some(batches) = &mut self.batches else {
                return Ok(None);
            };
            match batches.next() {
                Some(Ok(batch)) => self.current = Some((batch, 0)),
                Some(Err(source)) => return Err(failed("read", &self.table, source)),
                None => return Ok(None),
            }
        }
    }

    fn unreadable(&self) -> Error {
        Error::Unreadable { value: self.table.clone(), expected: "the columns of a held file" }
    }
}

fn row_of(batch: &RecordBatch, row: usize) -> Option<HeldRow> {
    let text = |index: usize| -> Option<String> {
        let column: &StringArray = batch.column(index).as_string_opt::<i32>()?;
        Some(column.value(row).to_owned())
    };
    let targets: &ListArray = batch.column(TEXT_COLUMNS.len()).as_list_opt::<i32>()?;
    Some(HeldRow {
        row_key: text(0)?,
        title: text(1)?,
        fingerprint: text(2)?,
        moment: text(3)?,
        outcome: Outcome::from_import_state(&text(4)?).ok()?,
        comment: text(5)?,
        at: text(6)?,
        targets: targets_of(targets.value(row).as_struct_opt()?)?,
    })
}

fn targets_of(entries: &StructArray) -> Option<Vec<HeldTarget>> {
    let tables = entries.column(0).as_string_opt::<i32>()?;
    let records = entries.column(1).as_string_opt::<i32>()?;
    Some(
        (0..entries.len())
            .map(|entry| HeldTarget { table: tables.value(entry).to_owned(), sys_id: records.value(entry).to_owned() })
            .collect(),
    )
}

fn failed(attempt: &'static str, table: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Held { attempt, table: table.to_owned(), source: source.into() }
}
