//! Buckets on disk: one file each, made when it is first needed and unlinked at once, so that nothing is left behind
//! whatever becomes of the process.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use crate::error::Error;
use crate::limits;

/// Buckets that are written, by many threads.
pub(super) struct Buckets {
    folder: PathBuf,
    files: Vec<Mutex<Option<StreamWriter<BufWriter<File>>>>>,
}

/// A bucket that can be read, once.
pub(super) struct Bucket {
    folder: PathBuf,
    file: File,
}

impl Buckets {
    pub(super) fn new(folder: PathBuf, count: usize) -> Self {
        Self { folder, files: (0..count).map(|_| Mutex::default()).collect() }
    }

    /// The bucket of a key: its place among equal parts of all keys.
    pub(super) fn of(&self, key: u128) -> usize {
        let high = u64::try_from(key >> 64).expect("the upper half of 128 bits has 64");
        usize::try_from((u128::from(high) * self.files.len() as u128) >> 64).expect("a bucket's number is small")
    }

    /// Adds rows to a bucket.
    pub(super) fn add(&self, bucket: usize, rows: &RecordBatch) -> Result<(), Error> {
        let failed = |source| spilled(&self.folder, source);
        let mut file = self.files[bucket].lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match &mut *file {
            Some(writer) => writer,
            none => {
                let unnamed = unnamed(&self.folder).map_err(|source| at("create a file in", &self.folder, source))?;
                let buffered = BufWriter::with_capacity(limits::BUCKET_BUFFER_BYTES, unnamed);
                none.insert(StreamWriter::try_new(buffered, rows.schema_ref()).map_err(failed)?)
            }
        };
        writer.write(rows).map_err(failed)
    }

    /// The buckets in the order of their keys; those that hold nothing are not among them.
    pub(super) fn into_readable(self) -> Result<VecDeque<Bucket>, Error> {
        let folder = self.folder;
        let written =
            self.files.into_iter().filter_map(|file| file.into_inner().unwrap_or_else(PoisonError::into_inner));
        written
            .map(|mut writer| {
                let failed = |source| spilled(&folder, source);
                writer.finish().map_err(failed)?;
                let buffered = writer.into_inner().map_err(failed)?;
                let ended = buffered.into_inner().map_err(std::io::IntoInnerError::into_error);
                let mut file = ended.map_err(|source| at("write", &folder, source))?;
                file.seek(SeekFrom::Start(0)).map_err(|source| at("read", &folder, source))?;
                Ok(Bucket { folder: folder.clone(), file })
            })
            .collect()
    }
}

impl Bucket {
    /// Every row of it.
    pub(super) fn read(self) -> Result<Vec<RecordBatch>, Error> {
        let failed = |source| spilled(&self.folder, source);
        let buffered = BufReader::with_capacity(limits::BUCKET_BUFFER_BYTES, self.file);
        let reader = StreamReader::try_new(buffered, None).map_err(failed)?;
        reader.map(|batch| batch.map_err(failed)).collect()
    }
}

/// A file that has no name any more.
fn unnamed(folder: &Path) -> std::io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    std::fs::create_dir_all(folder)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("sorted-{}-{number}.arrow", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn spilled(folder: &Path, source: ArrowError) -> Error {
    Error::Spill { folder: folder.to_owned(), source }
}

fn at(attempt: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
