//! Rows gathered into row groups of one size, however they arrive, and row groups of another file taken over as they
//! are. Apart because how a file is cut must not depend on how its rows came.

use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, ArrowWriter, ArrowWriterOptions};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;

use super::Layout;
use super::columns::Columns;
use super::hashing::Hashing;
use crate::limits::{ENCODE_ROWS, ROW_GROUP_ROWS, ZSTD_LEVEL};

// A row group ends where a stretch of encoding ends, so that no stretch has to be cut.
const _: () = assert!(ROW_GROUP_ROWS.is_multiple_of(ENCODE_ROWS));

/// A file's row groups: those that are written, and the one in the making.
pub(super) struct RowGroups {
    file: SerializedFileWriter<Hashing>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// How many leaves each top-level column has.
    leaves: Vec<usize>,
    /// Rows that wait until there are enough of them to be worth all cores.
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    /// The row group in the making, and its rows that are encoded.
    columns: Option<Columns>,
    encoded_rows: usize,
}

impl RowGroups {
    /// Begins a file.
    pub(super) fn begin(file: File, schema: SchemaRef, layout: &Layout) -> Result<Self, ParquetError> {
        let read_back = encode_arrow_schema(&schema_read_back(&schema, layout));
        let metadata = KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), read_back);
        let options = ArrowWriterOptions::new().with_properties(properties(metadata)).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Hashing::new(file), Arc::clone(&schema), options)?;
        let (file, factory) = writer.into_serialized_writer()?;
        let mut leaves = vec![0; schema.fields().len()];
        for leaf in 0..file.schema_descr().num_columns() {
            leaves[file.schema_descr().get_column_root_idx(leaf)] += 1;
        }
        let (waiting, columns) = (Vec::new(), None);
        Ok(Self { file, factory, schema, leaves, waiting, waiting_rows: 0, columns, encoded_rows: 0 })
    }

    /// Appends rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let (found, declared) = (batch.num_columns(), self.schema.fields().len());
        if found != declared {
            return Err(ParquetError::General(format!("a batch has {found} columns where {declared} are declared")));
        }
        let mut taken = 0;
        while taken < batch.num_rows() {
            let rows = (ENCODE_ROWS - self.waiting_rows).min(batch.num_rows() - taken);
            self.waiting.push(batch.slice(taken, rows));
            self.waiting_rows += rows;
            taken += rows;
            if self.waiting_rows == ENCODE_ROWS {
                self.encode()?;
            }
        }
        Ok(())
    }

    /// Takes a row group of another file over as it is, byte for byte. Nothing may be in the making.
    pub(super) fn copy(&mut self, from: &File, group: &RowGroupMetaData) -> Result<(), ParquetError> {
        let rows_written = u64::try_from(group.num_rows())?;
        let mut copied = self.file.next_row_group()?;
        for column in group.columns() {
            // We do not take over where the pages are, because nothing here reads single pages.
            let close = ColumnCloseResult {
                bytes_written: u64::try_from(column.compressed_size())?,
                rows_written,
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            copied.append_column(from, close)?;
        }
        copied.close()?;
        Ok(())
    }

    /// The leaves as Parquet describes them: two files whose leaves are equal can share row groups.
    pub(super) fn described(&self) -> &[ColumnDescPtr] {
        self.file.schema_descr().columns()
    }

    /// Ends the last row group and the file. `rows` is how many it must hold: one that an error kept out of a row group
    /// must not be missed in silence.
    pub(super) fn end(mut self, rows: u64) -> Result<Hashing, ParquetError> {
        self.encode()?;
        self.close_group()?;
        let held: i64 = self.file.flushed_row_groups().iter().map(RowGroupMetaData::num_rows).sum();
        if u64::try_from(held)? != rows {
            return Err(ParquetError::General(format!("{rows} rows were handed over, {held} are in row groups")));
        }
        self.file.into_inner()
    }

    fn encode(&mut self) -> Result<(), ParquetError> {
        let batches = std::mem::take(&mut self.waiting);
        let rows = std::mem::take(&mut self.waiting_rows);
        if rows == 0 {
            return Ok(());
        }
        let row_group = self.file.flushed_row_groups().len();
        let columns = match &mut self.columns {
            Some(columns) => columns,
            none => none.insert(Columns::create(&self.factory, row_group, &self.leaves)?),
        };
        columns.write(&self.schema, &batches)?;
        self.encoded_rows += rows;
        if self.encoded_rows == ROW_GROUP_ROWS { self.close_group() } else { Ok(()) }
    }

    fn close_group(&mut self) -> Result<(), ParquetError> {
        let Some(columns) = self.columns.take() else { return Ok(()) };
        self.encoded_rows = 0;
        let chunks = columns.close()?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }
}

fn properties(metadata: KeyValue) -> WriterProperties {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).expect("the level is one of zstd's");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        // Nothing here prunes by page; whoever looks for a few rows passes over row groups by the statistics of their chunks.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(vec![metadata]))
        .build()
}

/// The schema that readers are told: text columns with few distinct values as dictionaries.
fn schema_read_back(schema: &Schema, layout: &Layout) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let is_few = field.data_type() == &DataType::Utf8 && layout.few_distinct.contains(field.name());
        if is_few {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(Field::new(field.name(), dictionary, field.is_nullable()))
        } else {
            Arc::clone(field)
        }
    });
    Schema::new(fields.collect::<Vec<_>>())
}
