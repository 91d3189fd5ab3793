//! A snapshot in the making: one Parquet file a data set, the manifest last.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use engine::{DurableParquet, Layout, sync_folder};
use jiff::Timestamp;

use crate::error::Error;
use crate::manifest::{Completeness, DataSetFile, Field, Manifest, PageRead, Source};
use crate::store::{MANIFEST, Sealed};

/// Writes one snapshot. Dropped before [`SnapshotWriter::seal`], it leaves a folder without a manifest,
/// which nobody takes for a snapshot.
pub struct SnapshotWriter {
    folder: PathBuf,
    manifest: Manifest,
    open: BTreeMap<String, Open>,
}

struct Open {
    file: String,
    schema: Vec<Field>,
    parquet: DurableParquet,
}

impl SnapshotWriter {
    pub(crate) fn begin(folder: PathBuf, snapshot: String, begun_at: Timestamp, source: Source) -> Self {
        let manifest = Manifest {
            manifest_version: Manifest::VERSION,
            snapshot,
            sealed: false,
            completeness: Completeness::Partial,
            source,
            begun_at: begun_at.to_string(),
            sealed_at: String::new(),
            data_sets: Vec::new(),
            pages: Vec::new(),
            rejected: Vec::new(),
            drift: Vec::new(),
            left_out: Vec::new(),
            blake3: String::new(),
        };
        Self { folder, manifest, open: BTreeMap::new() }
    }

    /// The id that the snapshot will have.
    pub fn id(&self) -> &str {
        &self.manifest.snapshot
    }

    /// Begins a data set. `few_distinct` names the text columns that repeat, see [`engine::Layout`].
    pub fn data_set(&mut self, name: &str, schema: SchemaRef, few_distinct: Vec<String>) -> Result<(), Error> {
        if self.open.contains_key(name) {
            return Err(Error::DataSet(name.to_owned()));
        }
        let file = format!("{name}.parquet");
        let layout = Layout { few_distinct };
        let fields = schema
            .fields()
            .iter()
            .map(|field| Field { name: field.name().clone(), r#type: field.data_type().to_string() });
        let fields = fields.collect();
        let parquet = DurableParquet::create(&self.folder.join(&file), schema, &layout)
            .map_err(|source| Error::Write { data_set: name.to_owned(), source })?;
        self.open.insert(name.to_owned(), Open { file, schema: fields, parquet });
        Ok(())
    }

    /// Appends records to a data set that was begun.
    pub fn write(&mut self, data_set: &str, batch: &RecordBatch) -> Result<(), Error> {
        let open = self.open.get_mut(data_set).ok_or_else(|| Error::DataSet(data_set.to_owned()))?;
        open.parquet.write(batch).map_err(|source| Error::Write { data_set: data_set.to_owned(), source })
    }

    /// Notes a page; numbers rise from page to page.
    pub fn page(&mut self, page: PageRead) {
        self.manifest.pages.push(page);
    }

    /// Notes records that could not be read.
    pub fn rejected(&mut self, rejected: Vec<flow::Rejected>) {
        self.manifest.rejected.extend(rejected);
    }

    /// Notes a body that belongs to no data set.
    pub fn left_out(&mut self, name: &str, reason: &str) {
        self.manifest.left_out.push((name.to_owned(), reason.to_owned()));
    }

    /// Notes drift, already summed.
    pub fn drift(&mut self, drift: Vec<(String, u64)>) {
        self.manifest.drift = drift;
    }

    /// Makes every file durable, then the manifest; only now is it a snapshot.
    pub fn seal(mut self, completeness: Completeness) -> Result<Sealed, Error> {
        for (data_set, open) in std::mem::take(&mut self.open) {
            let written =
                open.parquet.finish().map_err(|source| Error::Write { data_set: data_set.clone(), source })?;
            self.manifest.data_sets.push(DataSetFile {
                data_set,
                file: open.file,
                bytes: written.bytes,
                rows: written.rows,
                blake3: written.digest,
                schema: open.schema,
            });
        }
        self.manifest.sealed = true;
        self.manifest.completeness = completeness;
        self.manifest.sealed_at = Timestamp::now().to_string();
        write_manifest(&self.folder, &mut self.manifest)?;
        Ok(Sealed { folder: self.folder, snapshot: self.manifest.snapshot.clone(), manifest: self.manifest })
    }
}

/// The manifest's text with its own digest in its last field, so that a changed manifest is noticed too: BLAKE3
/// of the same text with that field empty.
pub(crate) fn with_digest(manifest: &mut Manifest) -> Result<String, serde_json::Error> {
    manifest.blake3 = String::new();
    let bare = serde_json::to_string_pretty(manifest)?;
    manifest.blake3 = blake3::hash(bare.as_bytes()).to_hex().to_string();
    Ok(serde_json::to_string_pretty(manifest)? + "\n")
}

fn write_manifest(folder: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    let path = folder.join(MANIFEST);
    let text = with_digest(manifest).map_err(|source| Error::Manifest { path: path.clone(), source })?;
    let temporary = folder.join("manifest.json.partial");
    let failed = |attempt| {
        let path = temporary.clone();
        move |source| Error::File { attempt, path, source }
    };
    let mut file = File::create(&temporary).map_err(failed("create"))?;
    file.write_all(text.as_bytes()).map_err(failed("write"))?;
    file.sync_all().map_err(failed("fsync"))?;
    std::fs::rename(&temporary, &path).map_err(failed("rename"))?;
    sync_folder(folder).map_err(|source| Error::Write { data_set: MANIFEST.to_owned(), source })
}
