//! The columns of one row group, every leaf of them encoded on whichever core is free. Apart because encoding is all
//! that costs time in writing a file, and the only part of it that knows no file.
//!
//! ```text
//! batches ─▶ a top-level column on each core ─▶ its leaves on each core ─▶ chunks, in the schema's order
//! ```
//!
//! What is encoded depends on the rows and on how they were cut into batches, never on the number of cores.

use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use rayon::prelude::*;

/// The encoders of one row group: for each top-level column those of its leaves.
pub(super) struct Columns {
    fields: Vec<Vec<ArrowColumnWriter>>,
}

impl Columns {
    /// Encoders for the row group of this number; `leaves` says how many leaves each top-level column has.
    pub(super) fn create(
        factory: &ArrowRowGroupWriterFactory,
        row_group: usize,
        leaves: &[usize],
    ) -> Result<Self, ParquetError> {
        let mut writers = factory.create_column_writers(row_group)?.into_iter();
        let fields = leaves.iter().map(|&leaves| writers.by_ref().take(leaves).collect()).collect();
        Ok(Self { fields })
    }

    /// Encodes batches that have as many columns as the schema.
    pub(super) fn write(&mut self, schema: &Schema, batches: &[RecordBatch]) -> Result<(), ParquetError> {
        self.fields
            .par_iter_mut()
            .enumerate()
            .try_for_each(|(column, writers)| write_column(schema.field(column), column, writers, batches))
    }

    /// The finished chunks. Closing compresses the last pages and the dictionaries, so it is worth all cores too.
    pub(super) fn close(self) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let writers: Vec<ArrowColumnWriter> = self.fields.into_iter().flatten().collect();
        writers.into_par_iter().map(ArrowColumnWriter::close).collect()
    }
}

/// Encodes one top-level column. Its levels are computed once, as its leaves share the way down to them.
fn write_column(
    field: &Field,
    column: usize,
    writers: &mut [ArrowColumnWriter],
    batches: &[RecordBatch],
) -> Result<(), ParquetError> {
    let leaves = batches
        .iter()
        .map(|batch| compute_leaves(field, batch.column(column)))
        .collect::<Result<Vec<_>, ParquetError>>()?;
    // `compute_leaves` has refused an array of another type, so that each batch has as many leaves as the schema.
    writers
        .par_iter_mut()
        .enumerate()
        .try_for_each(|(leaf, writer)| leaves.iter().try_for_each(|batch| writer.write(&batch[leaf])))
}
