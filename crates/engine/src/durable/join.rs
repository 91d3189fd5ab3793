//! One file out of several, in their order. Apart because it is the one writer that need not look at the rows: where
//! the parts' row groups are large enough, their bytes are taken over as they are.
//!
//! ```text
//! parts ─┬─ row groups large enough ──▶ column chunks copied byte for byte ─┬─▶ one durable file
//!        └─ many small row groups ───▶ rows decoded and encoded again ──────┘
//! ```

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::{DurableParquet, FileRows, Layout, Written, at};
use crate::error::Error;
use crate::limits::JOINED_GROUP_ROWS_MIN;

/// Joins files that were written with this schema and this layout into one that appears at `path`, with the parts'
/// rows in the parts' order. Of no parts it makes a file without rows.
///
/// # Errors
///
/// When a part cannot be read or has other columns, or the file cannot be written; then nothing appears at `path`.
pub fn join_parquet(parts: &[PathBuf], path: &Path, schema: SchemaRef, layout: &Layout) -> Result<Written, Error> {
    let are_small = are_small(parts)?;
    let mut joined = DurableParquet::create(path, schema, layout)?;
    for part in parts {
        if are_small { joined.encode_again(part)? } else { joined.copy(part)? }
    }
    joined.finish()
}

/// Whether the parts' row groups are too small on average to be kept: each costs a reader a dictionary and a page of
/// its own in every column. A single row group cannot be made larger.
fn are_small(parts: &[PathBuf]) -> Result<bool, Error> {
    let (mut rows, mut groups) = (0_u64, 0_u64);
    for part in parts {
        let (_, metadata) = opened(part)?;
        for group in metadata.row_groups() {
            rows = rows.saturating_add(u64::try_from(group.num_rows()).unwrap_or_default());
            groups += 1;
        }
    }
    Ok(groups > 1 && rows / groups < JOINED_GROUP_ROWS_MIN)
}

impl DurableParquet {
    /// Takes a file's row groups over as they are.
    fn copy(&mut self, part: &Path) -> Result<(), Error> {
        let (file, metadata) = opened(part)?;
        let groups = self.groups.as_mut().expect("only `finish` takes the row groups, and it takes `self` too");
        if metadata.file_metadata().schema_descr().columns() != groups.described() {
            let reason = format!("its columns are not those of `{}`", self.path.display());
            return Err(Error::Decode { path: part.to_owned(), source: reason.into() });
        }
        for group in metadata.row_groups() {
            self.rows += u64::try_from(group.num_rows()).unwrap_or_default();
            groups.copy(&file, group).map_err(|source| Error::Encode { path: self.path.clone(), source })?;
        }
        Ok(())
    }

    /// Appends a file's rows. Text columns with few distinct values come back as dictionaries and need no cast: the
    /// encoder takes keys and texts as texts alike.
    fn encode_again(&mut self, part: &Path) -> Result<(), Error> {
        for batch in FileRows::open(part)? {
            self.write(&batch?)?;
        }
        Ok(())
    }
}

fn opened(part: &Path) -> Result<(File, ParquetMetaData), Error> {
    let file = File::open(part).map_err(|source| at("open", part, source))?;
    let metadata = ParquetMetaDataReader::new()
        .parse_and_finish(&file)
        .map_err(|source| Error::Decode { path: part.to_owned(), source: Box::new(source) })?;
    Ok((file, metadata))
}
