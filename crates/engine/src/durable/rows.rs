//! A Parquet file's rows in the file's order; no query, no pool. Apart because whoever reads a file of ours from end to
//! end needs none of the rest of the engine.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::at;
use crate::error::Error;
use crate::limits;

/// A Parquet file's batches in the file's order, one row group at a time; no query, no pool.
pub struct FileRows {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
}

impl FileRows {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| at("open", path, source))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(limits::BATCH_ROWS).build())
            .map_err(|source| Error::Decode { path: path.to_owned(), source: Box::new(source) })?;
        Ok(Self { path: path.to_owned(), reader })
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
