//! A store in a temporary folder, rows that are numbers, and eyes on files. Apart because every test here needs them.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use engine::FileRows;

use crate::{DataSetAccount, Error, PageRead, Sealed, SnapshotWriter, Source, Store};

/// A store and its folder.
pub(super) struct Scene {
    pub(super) home: tempfile::TempDir,
    pub(super) store: Store,
}

impl Scene {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(home.path()).expect("opened");
        Self { home, store }
    }

    /// What a machine would find that stopped at this instant.
    pub(super) fn copied(&self) -> Self {
        let copy = Self::new();
        copy_folder(self.home.path(), copy.home.path());
        copy
    }

    /// A new snapshot, for which time stands still.
    pub(super) fn begin(&self) -> SnapshotWriter {
        let source = Source { kind: "test".to_owned(), identity: "invented".to_owned() };
        let mut writer = self.store.begin(source, "settings of the test").expect("begun");
        let now = Instant::now();
        writer.set_clock(move || now);
        writer
    }

    pub(super) fn path(&self, snapshot: &str, file: &str) -> PathBuf {
        self.home.path().join(snapshot).join(file)
    }

    /// Names of the files in a snapshot's folder, or in its folder of parts.
    pub(super) fn files(&self, snapshot: &str, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(snapshot, folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub(super) fn schema() -> SchemaRef {
    let id = Field::new("id", DataType::Int64, false);
    Arc::new(Schema::new(vec![id, Field::new("name", DataType::Utf8, true)]))
}

pub(super) fn batch(ids: Range<i64>) -> RecordBatch {
    let names = ids.clone().map(|id| (id % 5 != 0).then(|| format!("name {}", id % 3)));
    let names = names.collect::<StringArray>();
    let ids = Int64Array::from_iter_values(ids);
    RecordBatch::try_new(schema(), vec![Arc::new(ids), Arc::new(names)]).expect("the columns are the schema's")
}

pub(super) fn begin_data_set(writer: &mut SnapshotWriter, data_set: &str) {
    writer.data_set(data_set, schema(), vec!["name".to_owned()]).expect("begun");
}

/// Writes rows and notes where they end.
pub(super) fn step(writer: &mut SnapshotWriter, data_set: &str, ids: Range<i64>) -> bool {
    writer.write(data_set, &batch(ids.clone())).expect("written");
    writer.checkpoint(data_set, &ids.end.to_string(), ids.end.unsigned_abs()).expect("noted")
}

pub(super) fn page(data_set: &str, number: u32) -> PageRead {
    PageRead { number, data_set: data_set.to_owned(), name: format!("{data_set} page {number}"), records: 10 }
}

pub(super) fn account() -> DataSetAccount {
    DataSetAccount {
        strategy: "invented pages".to_owned(),
        requests: 6,
        seconds: 1.5,
        complete: true,
        fresh: 60,
        carried: 0,
        whole_at: None,
        as_of: Some(1_793_498_400),
        notes: vec!["Nothing was refused.".to_owned()],
    }
}

/// The numbers in these files, in order.
pub(super) fn ids_in(files: &[PathBuf]) -> Vec<i64> {
    let mut ids = Vec::new();
    for file in files {
        for batch in FileRows::open(file).expect("opened") {
            ids.extend_from_slice(batch.expect("read").column(0).as_primitive::<Int64Type>().values());
        }
    }
    ids
}

/// The numbers in a sealed data set.
pub(super) fn ids_of(sealed: &Sealed, data_set: &str) -> Vec<i64> {
    ids_in(&[sealed.file(data_set).expect("the snapshot has it")])
}

/// The error of something that must not succeed.
pub(super) fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().expect("it must be refused")
}

/// Flips one bit of a file.
pub(super) fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("read");
    bytes[at] ^= 1;
    std::fs::write(path, bytes).expect("written");
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("listed") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}
