//! Writing a Parquet file so that it is either there whole or not at all: temporary file, fsync, rename,
//! fsync of the folder. Apart because a digest, a rename and a forgotten directory fsync belong to one promise.

mod columns;
mod found;
mod hashing;
mod join;
mod row_groups;
mod rows;
mod shared;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::errors::ParquetError;

pub use found::{Condition, Holding, rows_where, rows_with};
pub use join::join_parquet;
use row_groups::RowGroups;
pub use rows::{FileRows, Part, null_counts};

use crate::error::Error;

/// How a file's columns are to be read back.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Text columns with few distinct values in a row group. They are read as dictionaries, so that a
    /// function runs once for each distinct value. Written as any other text.
    pub few_distinct: Vec<String>,
}

/// What a finished file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Length in bytes.
    pub bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// BLAKE3 of its bytes, 64 hexadecimal digits.
    pub digest: String,
}

/// A Parquet file in the making. Dropped before [`DurableParquet::finish`], it leaves nothing behind.
///
/// Rows are gathered into row groups of [`crate::limits::ROW_GROUP_ROWS`] rows, the last one with what is left, and
/// their columns are encoded on all cores. At most [`crate::limits::ENCODE_ROWS`] rows wait to be encoded.
pub struct DurableParquet {
    path: PathBuf,
    temporary: PathBuf,
    groups: Option<RowGroups>,
    rows: u64,
    is_in_place: bool,
}

impl DurableParquet {
    /// Begins a file that will appear at `path` when it is finished.
    pub fn create(path: &Path, schema: SchemaRef, layout: &Layout) -> Result<Self, Error> {
        let temporary = path.with_extension("parquet.partial");
        let file = File::create(&temporary).map_err(|source| at("create", &temporary, source))?;
        let mut making = Self { path: path.to_owned(), temporary, groups: None, rows: 0, is_in_place: false };
        making.groups = Some(RowGroups::begin(file, schema, layout).map_err(|source| making.encode(source))?);
        Ok(making)
    }

    /// Appends rows. They are durable only after [`DurableParquet::finish`].
    ///
    /// # Errors
    ///
    /// When rows do not fit the schema or cannot be written; as rows wait for each other, that can be rows of an
    /// earlier call. After an error the file can no longer be finished.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.rows += batch.num_rows() as u64;
        let groups = self.groups.as_mut().expect("only `finish` takes the row groups, and it takes `self` too");
        groups.write(batch).map_err(|source| self.encode(source))
    }

    /// Makes the file durable under its name.
    pub fn finish(mut self) -> Result<Written, Error> {
        let groups = self.groups.take().expect("`finish` runs once, as it takes `self`");
        let hashing = groups.end(self.rows).map_err(|source| self.encode(source))?;
        let (file, bytes, digest) = hashing.end().map_err(|source| at("write", &self.temporary, source))?;
        // A failed fsync is final: the kernel may have dropped the pages, so the same file is never tried again.
        file.sync_all().map_err(|source| at("fsync", &self.temporary, source))?;
        drop(file);
        std::fs::rename(&self.temporary, &self.path).map_err(|source| at("rename", &self.temporary, source))?;
        self.is_in_place = true;
        if let Some(folder) = self.path.parent() {
            sync_folder(folder)?;
        }
        Ok(Written { bytes, rows: self.rows, digest })
    }

    fn encode(&self, source: ParquetError) -> Error {
        Error::Encode { path: self.path.clone(), source }
    }
}

impl Drop for DurableParquet {
    fn drop(&mut self) {
        drop(self.groups.take());
        if !self.is_in_place {
            // The run that gave up has its own error to tell; a left-over temporary file is swept later.
            drop(std::fs::remove_file(&self.temporary));
        }
    }
}

/// Makes a folder's entries durable: the part of a rename that is most often forgotten.
pub fn sync_folder(folder: &Path) -> Result<(), Error> {
    let opened = File::open(folder).map_err(|source| at("open", folder, source))?;
    opened.sync_all().map_err(|source| at("fsync", folder, source))
}

/// BLAKE3 of a file's bytes as 64 hexadecimal digits, and its length.
pub fn digest_of(path: &Path) -> Result<(String, u64), Error> {
    let mut file = File::open(path).map_err(|source| at("open", path, source))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer).map_err(|source| at("read", path, source))?;
        if read == 0 {
            return Ok((hasher.finalize().to_hex().to_string(), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}

fn at(attempt: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
