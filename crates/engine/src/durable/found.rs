//! A few rows of a Parquet file, found by what a column holds. Apart because whoever asks after one device must not wait
//! for a million rows: what is looked at is one column, and of the others only the pages that hold what was found.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::errors::ParquetError;

use super::at;
use super::rows::groups_within;
use crate::error::Error;
use crate::limits;
use crate::text_column::TextColumn;

/// The rows that `find` names in batches of these columns alone, by their rising numbers in the batch; they come with all
/// columns. `within` passes over row groups whose statistics say that a text column has no value between the two.
pub fn rows_where(
    path: &Path,
    columns: &[&str],
    within: Option<(&str, &str, &str)>,
    find: impl Fn(&RecordBatch) -> Vec<usize>,
) -> Result<Vec<RecordBatch>, Error> {
    let failed = |source: ParquetError| Error::Decode { path: path.to_owned(), source: Box::new(source) };
    // Opened once: whoever replaces the file meanwhile does not mix two of them.
    let opened = File::open(path).map_err(|source| at("open", path, source))?;
    let open = || -> Result<ParquetRecordBatchReaderBuilder<File>, Error> {
        let file = opened.try_clone().map_err(|source| at("open", path, source))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
        Ok(match within {
            Some((column, least, greatest)) => {
                let groups = groups_within(builder.metadata(), column, least, greatest);
                builder.with_row_groups(groups)
            }
            None => builder,
        })
    };
    let looking = open()?;
    let roots = looking.schema().fields().iter().enumerate();
    let wanted = roots.filter(|(_, field)| columns.contains(&field.name().as_str())).map(|(root, _)| root);
    let mask = ProjectionMask::roots(looking.parquet_schema(), wanted.collect::<Vec<_>>());
    let looking = looking.with_projection(mask).with_batch_size(limits::BATCH_ROWS).build().map_err(failed)?;
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut passed = 0;
    for batch in looking {
        let batch = batch.map_err(|source| failed(source.into()))?;
        found.extend(find(&batch).into_iter().map(|row| passed + row..passed + row + 1));
        passed += batch.num_rows();
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let selection = RowSelection::from_consecutive_ranges(found.into_iter(), passed);
    let rows = open()?.with_row_selection(selection).with_batch_size(limits::BATCH_ROWS).build().map_err(failed)?;
    rows.map(|batch| batch.map_err(|source| failed(source.into()))).collect()
}

/// The rows of a file whose text column has this value. The file is in the order of that column, or its row groups are
/// all looked at.
pub fn rows_with(path: &Path, column: &str, value: &str) -> Result<Vec<RecordBatch>, Error> {
    rows_where(path, &[column], Some((column, value, value)), |batch| {
        let Some(Ok(texts)) = batch.column_by_name(column).map(TextColumn::new) else { return Vec::new() };
        (0..batch.num_rows()).filter(|&row| texts.text(row) == Some(value)).collect()
    })
}
