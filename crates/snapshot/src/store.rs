//! The folder of snapshots: beginning one, listing, verifying.

use std::path::{Path, PathBuf};

use engine::digest_of;
use jiff::Timestamp;

use crate::error::Error;
use crate::manifest::{Manifest, Source};
use crate::writer::{SnapshotWriter, with_digest};

/// The manifest's name in a snapshot's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// A folder of snapshots.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A snapshot whose manifest was read, and whose files were verified or just written.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub(crate) folder: PathBuf,
    /// Its id.
    pub snapshot: String,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Sealed {
    /// The Parquet file of one data set, when the snapshot has it.
    pub fn file(&self, data_set: &str) -> Option<PathBuf> {
        self.manifest.data_set(data_set).map(|file| self.folder.join(&file.file))
    }

    /// Rows of all data sets together.
    pub fn rows(&self) -> u64 {
        self.manifest.rows()
    }
}

impl Store {
    /// Opens the folder, making it where it is not there yet.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|source| at("create", folder, source))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Begins a snapshot under a new id, which sorts by time.
    pub fn begin(&self, source: Source) -> Result<SnapshotWriter, Error> {
        let begun_at = Timestamp::now();
        let base = begun_at.strftime("%Y%m%dT%H%M%SZ").to_string();
        for count in 0..1_000 {
            let id = if count == 0 { base.clone() } else { format!("{base}-{count:03}") };
            let folder = self.folder.join(&id);
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(SnapshotWriter::begin(folder, id, begun_at, source)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(at("create", &folder, source)),
            }
        }
        let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        Err(at("create", &self.folder.join(base), taken))
    }

    /// Sealed snapshots, oldest first. Folders without a manifest are not snapshots and are passed over;
    /// a manifest that cannot be read is an error.
    pub fn list(&self) -> Result<Vec<Manifest>, Error> {
        let entries = std::fs::read_dir(&self.folder).map_err(|source| at("read", &self.folder, source))?;
        let mut manifests = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| at("read", &self.folder, source))?.path();
            if path.join(MANIFEST).is_file() {
                manifests.push(read_manifest(&path)?);
            }
        }
        manifests.sort_by(|a: &Manifest, b: &Manifest| a.snapshot.cmp(&b.snapshot));
        Ok(manifests)
    }

    /// The manifest of one snapshot, its files not looked at.
    pub fn show(&self, snapshot: &str) -> Result<Manifest, Error> {
        read_manifest(&self.folder_of(snapshot)?)
    }

    /// Reads a snapshot's manifest and checks every file's length and digest, before anything opens one.
    pub fn verify(&self, snapshot: &str) -> Result<Sealed, Error> {
        let folder = self.folder_of(snapshot)?;
        let manifest = read_manifest(&folder)?;
        if !manifest.sealed {
            return Err(Error::NotSealed { snapshot: snapshot.to_owned() });
        }
        for sealed in &manifest.data_sets {
            let path = folder.join(&sealed.file);
            let (found_digest, found) =
                digest_of(&path).map_err(|source| Error::Write { data_set: sealed.data_set.clone(), source })?;
            if found != sealed.bytes || found_digest != sealed.blake3 {
                return Err(Error::Damaged {
                    path,
                    found,
                    sealed: sealed.bytes,
                    found_digest: found_digest.chars().take(12).collect(),
                    sealed_digest: sealed.blake3.chars().take(12).collect(),
                });
            }
        }
        Ok(Sealed { folder, snapshot: snapshot.to_owned(), manifest })
    }

    /// An id is a folder's name and nothing else, so that none leads out of the store.
    fn folder_of(&self, snapshot: &str) -> Result<PathBuf, Error> {
        let is_plain =
            !snapshot.is_empty() && snapshot.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let folder = self.folder.join(snapshot);
        if is_plain && folder.join(MANIFEST).is_file() {
            Ok(folder)
        } else {
            Err(Error::Unknown { snapshot: snapshot.to_owned(), folder: self.folder.clone() })
        }
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, Error> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|source| at("read", &path, source))?;
    let unreadable = |source| Error::Manifest { path: path.clone(), source };
    let manifest: Manifest = serde_json::from_slice(&text).map_err(unreadable)?;
    // Written again it must be the same to the byte: a flipped bit in a space is damage as well.
    if with_digest(&mut manifest.clone()).map_err(unreadable)?.into_bytes() != text {
        return Err(Error::ManifestDamaged { path });
    }
    Ok(manifest)
}

fn at(attempt: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
