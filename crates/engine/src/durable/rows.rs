//! A Parquet file's rows in the file's order; no query, no pool. Apart because whoever reads a file of ours from end to
//! end, or a few of its rows, needs none of the rest of the engine.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::file::statistics::Statistics;

use super::at;
use crate::error::Error;
use crate::limits;

/// A Parquet file's batches in the file's order, one row group at a time; no query, no pool.
pub struct FileRows {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
}

/// What of a file is read; all of it unless something is said.
#[derive(Clone, Debug, Default)]
pub struct Part<'a> {
    /// Top-level columns; those that the file does not have are left out. All where absent.
    pub columns: Option<&'a [&'a str]>,
    /// Rows by their numbers from 0, ranges in rising order that do not overlap. All where absent.
    pub rows: Option<&'a [Range<usize>]>,
}

impl FileRows {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_part(path, &Part::default())
    }

    /// Opens a part of a file.
    pub fn open_part(path: &Path, part: &Part<'_>) -> Result<Self, Error> {
        let failed = |source| Error::Decode { path: path.to_owned(), source: Box::new(source) };
        let file = File::open(path).map_err(|source| at("open", path, source))?;
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
        if let Some(columns) = part.columns {
            let described = builder.parquet_schema();
            let roots = builder.schema().fields().iter().enumerate();
            let wanted = roots.filter(|(_, field)| columns.contains(&field.name().as_str())).map(|(root, _)| root);
            let mask = ProjectionMask::roots(described, wanted.collect::<Vec<_>>());
            builder = builder.with_projection(mask);
        }
        if let Some(rows) = part.rows {
            let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
            builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(rows.iter().cloned(), total));
        }
        let reader = builder.with_batch_size(limits::BATCH_ROWS).build().map_err(failed)?;
        Ok(Self { path: path.to_owned(), reader })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> SchemaRef {
        arrow::array::RecordBatchReader::schema(&self.reader)
    }
}

impl Iterator for FileRows {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let path = &self.path;
        let failed = |source| Error::Decode { path: path.clone(), source: Box::new(source) };
        self.reader.next().map(|batch| batch.map_err(failed))
    }
}

/// How many rows a file has, and how many of them have no value in each of its top-level columns that are no lists or
/// structs: what the file's own footer says, without reading a row.
pub fn null_counts(path: &Path) -> Result<(u64, BTreeMap<String, u64>), Error> {
    let file = File::open(path).map_err(|source| at("open", path, source))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|source| Error::Decode { path: path.to_owned(), source: Box::new(source) })?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let mut counts = BTreeMap::new();
    for group in builder.metadata().row_groups() {
        for column in group.columns() {
            let path = column.column_path().parts();
            if let ([name], Some(nulls)) = (path, column.statistics().and_then(Statistics::null_count_opt)) {
                *counts.entry(name.clone()).or_default() += nulls;
            }
        }
    }
    Ok((rows, counts))
}
