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
use crate::limits::HELD_WRITE_ROWS;

/// One record of a target table that came of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTarget {
    /// The target table.
    pub table: String,
    /// The record.
    pub sys_id: String,
}

/// What follows from what became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The target is proven to hold what the row says.
    Held,
    /// The target left it out; unchanged, it goes again after some days.
    Waiting,
    /// It left, and nothing is proven: whatever it says next, it goes again.
    Unresolved,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Held, Self::Waiting, Self::Unresolved];

    fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Unresolved => "unresolved",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }
}

/// One row as the instance's own answer proved it, as it refused it, or as one whose answer is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The row's key: 32 hexadecimal digits. The file is sorted by it.
    pub row_key: String,
    /// The row in words, e.g. a serial number.
    pub title: String,
    /// Fingerprint of the row's columns that are not volatile; empty where nothing is proven of it.
    pub fingerprint: String,
    /// When the device itself was last seen, as `YYYY-MM-DD HH:MM:SS`; empty when unknown.
    pub moment: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What follows from that.
    pub standing: Standing,
    /// True until the row has been proven a second time: it is then due sooner, see the plan's volatile rows.
    pub is_first: bool,
    /// The instance's comment where it refused the row.
    pub comment: String,
    /// When that was, RFC 3339.
    pub at: String,
    /// The target records.
    pub targets: Vec<HeldTarget>,
}

const TEXT_COLUMNS: [&str; 9] =
    ["row_key", "title", "fingerprint", "moment", "outcome", "standing", "first", "comment", "at"];
const TARGETS: &str = "targets";

fn target_fields() -> Fields {
    Fields::from(vec![Field::new("table", DataType::Utf8, true), Field::new("sys_id", DataType::Utf8, true)])
}

fn schema() -> SchemaRef {
    let texts = TEXT_COLUMNS.iter().map(|name| Field::new(*name, DataType::Utf8, false));
    let item = Field::new("item", DataType::Struct(target_fields()), true);
    let targets = Field::new(TARGETS, DataType::List(Arc::new(item)), false);
    Arc::new(Schema::new(texts.chain([targets]).collect::<Vec<_>>()))
}

/// Writes a new generation, in rising order of keys.
pub struct HeldWriter {
    table: String,
    file: String,
    parquet: DurableParquet,
    texts: [StringBuilder; TEXT_COLUMNS.len()],
    targets: ListBuilder<StructBuilder>,
    rows: usize,
    last_key: String,
}

impl HeldWriter {
    pub(crate) fn create(table: &str, path: &Path) -> Result<Self, Error> {
        let parquet = DurableParquet::create(path, schema(), &Layout::default())
            .map_err(|source| failed("write", table, source))?;
        Ok(Self {
            table: table.to_owned(),
            file: path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned(),
            parquet,
            texts: std::array::from_fn(|_| StringBuilder::new()),
            targets: ListBuilder::new(StructBuilder::from_fields(target_fields(), HELD_WRITE_ROWS)),
            rows: 0,
            last_key: String::new(),
        })
    }

    /// Appends a row; its key must be greater than the one before.
    pub fn write(&mut self, row: &HeldRow) -> Result<(), Error> {
        rises(&self.table, &mut self.last_key, &row.row_key)?;
        let values = [
            row.row_key.as_str(),
            &row.title,
            &row.fingerprint,
            &row.moment,
            row.outcome.as_str(),
            row.standing.as_str(),
            if row.is_first { "true" } else { "" },
            &row.comment,
            &row.at,
        ];
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
        if self.rows == HELD_WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    /// The file's name in the table's folder.
    pub(crate) fn file_name(&self) -> String {
        self.file.clone()
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
    current: Option<Opened>,
    last_key: String,
}

/// One batch with its columns at hand.
struct Opened {
    texts: Vec<StringArray>,
    targets: ListArray,
    rows: usize,
    next: usize,
}

impl HeldReader {
    /// A reader of nothing, for a table that holds nothing yet.
    pub(crate) fn empty(table: &str) -> Self {
        Self { table: table.to_owned(), batches: None, current: None, last_key: String::new() }
    }

    pub(crate) fn open(table: &str, path: &Path) -> Result<Self, Error> {
        let batches = FileRows::open(path).map_err(|source| failed("read", table, source))?;
        Ok(Self { batches: Some(batches), ..Self::empty(table) })
    }

    /// The next row, or `None` at the end. Rows that do not rise from key to key are an error: a comparison that walks
    /// two files side by side would pass over what is out of its place.
    pub fn next_row(&mut self) -> Result<Option<HeldRow>, Error> {
        loop {
            if let Some(opened) = &mut self.current
                && opened.next < opened.rows
            {
                let held = opened.row(opened.next).ok_or_else(|| unreadable(&self.table))?;
                opened.next += 1;
                rises(&self.table, &mut self.last_key, &held.row_key)?;
                return Ok(Some(held));
            }
            let Some(batches) = &mut self.batches else {
                return Ok(None);
            };
            match batches.next() {
                Some(Ok(batch)) => {
                    self.current = Some(Opened::new(&batch).ok_or_else(|| unreadable(&self.table))?);
                }
                Some(Err(source)) => return Err(failed("read", &self.table, source)),
                None => {
                    (self.batches, self.current) = (None, None);
                    return Ok(None);
                }
            }
        }
    }
}

impl Opened {
    fn new(batch: &RecordBatch) -> Option<Self> {
        let text = |name: &&str| batch.column_by_name(name)?.as_string_opt::<i32>().cloned();
        Some(Self {
            texts: TEXT_COLUMNS.iter().map(text).collect::<Option<_>>()?,
            targets: batch.column_by_name(TARGETS)?.as_list_opt::<i32>()?.clone(),
            rows: batch.num_rows(),
            next: 0,
        })
    }

    fn row(&self, row: usize) -> Option<HeldRow> {
        let text = |column: usize| self.texts[column].value(row);
        Some(HeldRow {
            row_key: text(0).to_owned(),
            title: text(1).to_owned(),
            fingerprint: text(2).to_owned(),
            moment: text(3).to_owned(),
            outcome: Outcome::parse(text(4))?,
            standing: Standing::parse(text(5))?,
            is_first: !text(6).is_empty(),
            comment: text(7).to_owned(),
            at: text(8).to_owned(),
            targets: targets_of(self.targets.value(row).as_struct_opt()?)?,
        })
    }
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

/// Holds that a key is greater than the one before, and remembers it.
fn rises(table: &str, last_key: &mut String, row_key: &str) -> Result<(), Error> {
    if row_key <= last_key.as_str() {
        return Err(Error::Order { table: table.to_owned() });
    }
    row_key.clone_into(last_key);
    Ok(())
}

fn unreadable(table: &str) -> Error {
    Error::Unreadable { value: table.to_owned(), expected: "the columns of a held file" }
}

fn failed(attempt: &'static str, table: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Held { attempt, table: table.to_owned(), source: source.into() }
}
