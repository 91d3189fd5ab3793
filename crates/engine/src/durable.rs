//! Writing a Parquet file so that it is either there whole or not at all: temporary file, fsync, rename,
//! fsync of the folder. Apart because a digest, a rename and a forgotten directory fsync belong to one promise.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::arrow::encode_arrow_schema;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::Error;
use crate::limits;

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
pub struct DurableParquet {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<ArrowWriter<Hashing>>,
    rows: u64,
}

impl DurableParquet {
    /// Begins a file that will appear at `path` when it is finished.
    pub fn create(path: &Path, schema: SchemaRef, layout: &Layout) -> Result<Self, Error> {
        let temporary = path.with_extension("parquet.partial");
        let file = File::create(&temporary).map_err(|source| at("create", &temporary, source))?;
        let read_back = schema_read_back(&schema, layout);
        let metadata = KeyValue::new(parquet::arrow::ARROW_SCHEMA_META_KEY.to_owned(), encode_arrow_schema(&read_back));
        let options = ArrowWriterOptions::new().with_properties(properties(metadata)).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(Hashing::new(file), schema, options)
            .map_err(|source| Error::Encode { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), temporary, writer: Some(writer), rows: 0 })
    }

    /// Appends rows. They are durable only after [`DurableParquet::finish`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let writer = self.writer.as_mut().expect("only `finish` takes the writer, and it takes `self` too");
        writer.write(batch).map_err(|source| Error::Encode { path: self.path.clone(), source })?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Makes the file durable under its name.
    pub fn finish(mut self) -> Result<Written, Error> {
        let writer = self.writer.take().expect("`finish` runs once, as it takes `self`");
        let hashing = writer.into_inner().map_err(|source| self.encode(source))?;
        let (file, bytes, digest) = hashing.end().map_err(|source| at("write", &self.temporary, source))?;
        // A failed fsync is final: the kernel may have dropped the pages, so the same file is never tried again.
        file.sync_all().map_err(|source| at("fsync", &self.temporary, source))?;
        drop(file);
        std::fs::rename(&self.temporary, &self.path).map_err(|source| at("rename", &self.temporary, source))?;
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
        if self.writer.take().is_some() {
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

fn at(attempt: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}

fn properties(metadata: KeyValue) -> WriterProperties {
    let level = ZstdLevel::try_new(limits::ZSTD_LEVEL).expect("the level is one of zstd's");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(limits::ROW_GROUP_ROWS))
        // Nothing here prunes by page; chunk statistics cost little and help whoever looks with other tools.
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

/// A file that hashes what passes, so that the digest costs no second reading.
struct Hashing {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    fn new(file: File) -> Self {
        Self { file: BufWriter::with_capacity(256 * 1024, file), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    fn end(self) -> io::Result<(File, u64, String)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, self.bytes, self.hasher.finalize().to_hex().to_string()))
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
