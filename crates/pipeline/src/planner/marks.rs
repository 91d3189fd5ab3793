//! What a plan counts of held rows that it does not send: that they were missing, are there again, or left. Apart because
//! it is written while the rows are compared and read while they are carried over.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use engine::{DurableParquet, FileRows, Layout};

use super::PlanFile;
use crate::error::Error;
use crate::limits::OUTCOMES_WRITE_ROWS;

/// What is counted of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// So many complete snapshots did not have it, the first of them read then.
    Missing {
        /// How many.
        snapshots: u32,
        /// RFC 3339.
        since: String,
    },
    /// It is there again.
    Present,
    /// It went with what it was part of: nothing is held of it any more.
    Left,
}

const LEFT: &str = "left";

/// Marks in the making, in rising order of keys.
pub(super) struct MarksFile {
    path: PathBuf,
    parquet: Option<DurableParquet>,
    texts: [StringBuilder; 3],
    rows: usize,
}

fn schema() -> SchemaRef {
    let fields = ["row_key", "snapshots", "since"].map(|name| Field::new(name, DataType::Utf8, false));
    Arc::new(Schema::new(fields.to_vec()))
}

impl MarksFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, parquet: None, texts: std::array::from_fn(|_| StringBuilder::new()), rows: 0 }
    }

    pub(super) fn add(&mut self, row_key: &str, mark: &Mark) -> Result<(), Error> {
        let (snapshots, since) = match mark {
            Mark::Missing { snapshots, since } => (snapshots.to_string(), since.as_str()),
            Mark::Present => ("0".to_owned(), ""),
            Mark::Left => (LEFT.to_owned(), ""),
        };
        for (builder, value) in self.texts.iter_mut().zip([row_key, &snapshots, since]) {
            builder.append_value(value);
        }
        self.rows += 1;
        if self.rows == OUTCOMES_WRITE_ROWS { self.flush() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<Option<PlanFile>, Error> {
        self.flush()?;
        let Some(parquet) = self.parquet else { return Ok(None) };
        Ok(Some(PlanFile { blake3: parquet.finish()?.digest, path: self.path }))
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.rows == 0 {
            return Ok(());
        }
        let columns = self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(schema(), columns).map_err(transform::Error::Gather)?;
        self.rows = 0;
        let parquet = match &mut self.parquet {
            Some(parquet) => parquet,
            none => none.insert(DurableParquet::create(&self.path, schema(), &Layout::default())?),
        };
        Ok(parquet.write(&batch)?)
    }
}

/// Marks as they are read back, in rising order of keys.
#[derive(Default)]
pub(crate) struct Marks {
    rows: Option<FileRows>,
    batch: Option<[StringArray; 3]>,
    next: usize,
}

impl Marks {
    pub(crate) fn open(file: Option<&PlanFile>) -> Result<Self, Error> {
        let rows = file.map(|file| FileRows::open(&file.path)).transpose()?;
        Ok(Self { rows, batch: None, next: 0 })
    }

    /// The mark of a row. Rows are asked for in rising order of their keys.
    pub(crate) fn of(&mut self, row_key: &str) -> Result<Option<Mark>, Error> {
        loop {
            let Some([keys, snapshots, since]) = &self.batch else {
                if !self.next_batch()? {
                    return Ok(None);
                }
                continue;
            };
            if self.next == keys.len() {
                self.batch = None;
                continue;
            }
            match keys.value(self.next).cmp(row_key) {
                std::cmp::Ordering::Less => self.next += 1,
                std::cmp::Ordering::Greater => return Ok(None),
                std::cmp::Ordering::Equal => {
                    return Ok(Some(match snapshots.value(self.next) {
                        LEFT => Mark::Left,
                        "0" => Mark::Present,
                        number => Mark::Missing {
                            snapshots: number.parse().unwrap_or(1),
                            since: since.value(self.next).to_owned(),
                        },
                    }));
                }
            }
        }
    }

    fn next_batch(&mut self) -> Result<bool, Error> {
        let Some(batch) = self.rows.as_mut().and_then(Iterator::next) else {
            self.rows = None;
            return Ok(false);
        };
        let batch = batch?;
        self.batch = Some(std::array::from_fn(|place| batch.column(place).as_string::<i32>().clone()));
        self.next = 0;
        Ok(true)
    }
}
