//! A few rows of a Parquet file, found by what some columns hold. Apart because whoever asks after one device must not wait
//! for a million rows: row groups that cannot have it are passed over, of the others only what decides is looked at, side by
//! side, and only where something was found are the rows themselves read.
//!
//! ```text
//!   row groups ─▶ statistics ─▶ columns that decide ─▶ rows found ─▶ all of their columns
//!                 passed over   decoded                nothing: next group
//! ```

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    RowFilter,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use rayon::prelude::*;

use super::at;
use super::shared::SharedFile;
use crate::error::Error;
use crate::limits;
use crate::text_column::TextColumn;

/// What the rows that are looked for have in one column, as far as the statistics of a row group can tell. What has no
/// statistics is looked into.
#[derive(Clone, Copy, Debug)]
pub enum Holding<'a> {
    /// Any value.
    Anything,
    /// This text.
    Text(&'a str, &'a str),
    /// One of these whole numbers.
    Numbers(&'a str, &'a BTreeSet<u32>),
}

/// What must hold of a row, and the columns that decide it.
#[derive(Clone)]
pub struct Condition {
    columns: Vec<String>,
    holds: Arc<dyn Fn(&RecordBatch) -> BooleanBuffer + Send + Sync>,
}

impl Condition {
    /// A condition that looks at batches of these columns, those that the file has of them, and says of each row whether it
    /// holds.
    pub fn new(columns: Vec<String>, holds: impl Fn(&RecordBatch) -> BooleanBuffer + Send + Sync + 'static) -> Self {
        Self { columns, holds: Arc::new(holds) }
    }

    /// That one of these columns has such a text.
    pub fn says(columns: Vec<String>, is_so: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::new(columns, move |batch| {
            let texts = batch.columns().iter().filter_map(|array| TextColumn::new(array).ok());
            let none = BooleanBuffer::new_unset(batch.num_rows());
            texts.fold(none, |said, texts| &said | &texts.saying(batch.num_rows(), &is_so))
        })
    }
}

/// The rows of which all conditions hold, with all columns and in the file's order. A condition is only asked about rows of
/// which those before it hold: what few rows have comes first.
pub fn rows_where(path: &Path, holding: Holding<'_>, conditions: &[Condition]) -> Result<Vec<RecordBatch>, Error> {
    let failed = |source: ParquetError| Error::Decode { path: path.to_owned(), source: Box::new(source) };
    let file = SharedFile::open(path).map_err(|source| at("open", path, source))?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).map_err(failed)?;
    let rows_of = |group: usize| -> Result<Vec<RecordBatch>, ParquetError> {
        let predicates = conditions.iter().map(|condition| predicate(&metadata, condition)).collect();
        let rows = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone())
            .with_row_groups(vec![group])
            .with_row_filter(RowFilter::new(predicates))
            .with_batch_size(limits::BATCH_ROWS)
            .build()?;
        rows.map(|batch| batch.map_err(ParquetError::from)).collect()
    };
    let groups = holding.groups(metadata.metadata());
    let found: Vec<Vec<RecordBatch>> = groups.into_par_iter().map(rows_of).collect::<Result<_, _>>().map_err(failed)?;
    Ok(found.into_iter().flatten().collect())
}

/// The rows of a file whose text column has this value.
pub fn rows_with(path: &Path, column: &str, value: &str) -> Result<Vec<RecordBatch>, Error> {
    let wanted = value.to_owned();
    let is_it = Condition::says(vec![column.to_owned()], move |text| text == wanted);
    rows_where(path, Holding::Text(column, value), &[is_it])
}

/// A condition as the file's reader takes it.
fn predicate(metadata: &ArrowReaderMetadata, condition: &Condition) -> Box<dyn ArrowPredicate> {
    let roots = metadata.schema().fields().iter().enumerate();
    let wanted = roots.filter(|(_, field)| condition.columns.contains(field.name())).map(|(root, _)| root);
    let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted.collect::<Vec<_>>());
    let holds = Arc::clone(&condition.holds);
    Box::new(ArrowPredicateFn::new(mask, move |batch| Ok(BooleanArray::new(holds(&batch), None))))
}

impl Holding<'_> {
    /// The row groups that may have it.
    fn groups(self, metadata: &ParquetMetaData) -> Vec<usize> {
        let groups = metadata.row_groups().iter().enumerate();
        groups.filter(|(_, group)| self.may_hold(group)).map(|(place, _)| place).collect()
    }

    fn may_hold(self, group: &RowGroupMetaData) -> bool {
        let statistics = |column: &str| {
            let column = group.columns().iter().find(|chunk| chunk.column_path().parts() == [column]);
            column.and_then(|column| column.statistics())
        };
        match self {
            Self::Anything => true,
            Self::Text(column, value) => {
                // Of other columns than texts the bytes are no text.
                let Some(Statistics::ByteArray(found)) = statistics(column) else { return true };
                let (Some(min), Some(max)) = (found.min_opt(), found.max_opt()) else { return true };
                min.data() <= value.as_bytes() && value.as_bytes() <= max.data()
            }
            Self::Numbers(column, among) => {
                let Some(Statistics::Int32(found)) = statistics(column) else { return true };
                let (Some(min), Some(max)) = (found.min_opt(), found.max_opt()) else { return true };
                // A file keeps them in the bits of a signed number.
                let (min, max) = (min.cast_unsigned(), max.cast_unsigned());
                min > max || among.range(min..=max).next().is_some()
            }
        }
    }
}
