//! The folder of snapshots: beginning one, going on with one, listing, verifying.
//!
//! ```text
//! <id>/manifest.json, <data set>.parquet …      sealed
//! <id>/journal.jsonl, parts/<data set>-<n>.parquet …      unsealed
//! ```
//!
//! A folder that has a manifest is sealed, whatever else is in it; one that has a journal and no manifest is unsealed;
//! any other is no snapshot.

use std::fs::File;
use std::path::{Path, PathBuf};

use engine::sync_folder;
use jiff::Timestamp;

use crate::error::{Error, at};
use crate::journal::{self, JOURNAL, Journal};
use crate::limits::IDS_A_SECOND;
use crate::manifest::{Manifest, Source};
use crate::manifest_file::{self, MANIFEST};
use crate::progress::{Progress, Unsealed};
use crate::state::State;
use crate::step::{Header, Step};
use crate::writer::{PARTS, SnapshotWriter, part_paths};
use crate::{sweep, verify};

/// A snapshot's folder until its journal is durable, and one that is being removed: no id looks like these.
pub(crate) const BEGINNING: &str = ".beginning";
pub(crate) const DISCARDED: &str = ".discarded-";

/// Locked while a snapshot begins.
const LOCK: &str = ".lock";

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

    /// Begins a snapshot under a new id, which sorts by time. `settings` are the caller's own, handed back to whoever
    /// resumes it; they are written as they are, so no secret belongs there. What earlier interruptions left is swept.
    pub fn begin(&self, source: Source, settings: &str) -> Result<SnapshotWriter, Error> {
        self.begin_at(source, settings, Timestamp::now())
    }

    /// As [`Store::begin`], at this moment of the caller's own clock.
    pub fn begin_at(&self, source: Source, settings: &str, begun_at: Timestamp) -> Result<SnapshotWriter, Error> {
        let _alone = self.lock()?;
        sweep::store(&self.folder);
        let header = Header {
            journal_version: Header::VERSION,
            snapshot: self.free_id(begun_at)?,
            source,
            begun_at: begun_at.to_string(),
            settings: settings.to_owned(),
            process: std::process::id(),
        };
        // The folder gets its name only when its journal is durable: what has an id can be resumed.
        let (beginning, folder) = (self.folder.join(BEGINNING), self.folder.join(&header.snapshot));
        let parts = beginning.join(PARTS);
        std::fs::create_dir_all(&parts).map_err(|source| at("create", &parts, source))?;
        let mut journal = Journal::create(&beginning, &header)?;
        durable(&beginning)?;
        std::fs::rename(&beginning, &folder).map_err(|source| at("rename", &beginning, source))?;
        durable(&self.folder)?;
        journal.moved_to(&folder);
        Ok(SnapshotWriter::new(folder, journal, State::new(header)))
    }

    /// Goes on with an unsealed snapshot from its last durable step, alone, after verifying every part.
    ///
    /// # Errors
    ///
    /// When another writer has it, its journal is damaged before its last line, or a part is not what was written.
    pub fn resume(&self, snapshot: &str) -> Result<(SnapshotWriter, Progress), Error> {
        let folder = self.unsealed_folder(snapshot)?;
        let (journal, state) = Journal::open(&folder, snapshot)?;
        // Another writer may have sealed it between the look and the lock.
        self.unsealed_folder(snapshot)?;
        for data_set in state.data_sets.values() {
            for (part, path) in data_set.parts.iter().zip(part_paths(&folder, data_set)) {
                verify::intact(&path, part.bytes, &part.blake3)?;
            }
        }
        sweep::unsealed(&folder, &state);
        let progress = state.progress();
        let mut writer = SnapshotWriter::new(folder, journal, state);
        writer.record(vec![Step::Resumed { process: std::process::id(), at: Timestamp::now().to_string() }])?;
        Ok((writer, progress))
    }

    /// Unsealed snapshots, oldest first, those included that are just being written.
    pub fn unsealed(&self) -> Result<Vec<Unsealed>, Error> {
        let mut unsealed = Vec::new();
        for (snapshot, folder) in self.folders()? {
            let journal = folder.join(JOURNAL);
            if journal.is_file() && !folder.join(MANIFEST).is_file() {
                let state = journal::replay(&journal)?.state;
                let (rows, header) = (state.rows(), state.header);
                let (source, begun_at, settings) = (header.source, header.begun_at, header.settings);
                unsealed.push(Unsealed { snapshot, source, begun_at, settings, rows });
            }
        }
        Ok(unsealed)
    }

    /// Removes an unsealed snapshot, also one whose journal is damaged.
    pub fn discard(&self, snapshot: &str) -> Result<(), Error> {
        let folder = self.unsealed_folder(snapshot)?;
        let _alone = journal::lock(&folder.join(JOURNAL), snapshot)?;
        self.unsealed_folder(snapshot)?;
        self.take_away(&folder, snapshot)
    }

    /// In one step first, so that half a snapshot never looks like one.
    fn take_away(&self, folder: &Path, snapshot: &str) -> Result<(), Error> {
        let discarded = self.folder.join(format!("{DISCARDED}{snapshot}"));
        std::fs::rename(folder, &discarded).map_err(|source| at("rename", folder, source))?;
        durable(&self.folder)?;
        match std::fs::remove_dir_all(&discarded) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(at("remove", &discarded, source)),
            _ => Ok(()),
        }
    }

    /// Removes a sealed snapshot. Whoever reads it meanwhile has its files open, or finds it gone.
    pub fn remove(&self, snapshot: &str) -> Result<(), Error> {
        let folder = self.sealed_folder(snapshot)?;
        self.take_away(&folder, snapshot)
    }

    /// Sealed snapshots, oldest first. Folders without a manifest are passed over; a manifest that cannot be read is an
    /// error.
    pub fn list(&self) -> Result<Vec<Manifest>, Error> {
        let sealed = self.folders()?.into_iter().filter(|(_, folder)| folder.join(MANIFEST).is_file());
        sealed.map(|(_, folder)| manifest_file::read(&folder)).collect()
    }

    /// The ids of sealed snapshots, oldest first, their manifests not looked at.
    pub fn sealed(&self) -> Result<Vec<String>, Error> {
        let sealed = self.folders()?.into_iter().filter(|(_, folder)| folder.join(MANIFEST).is_file());
        Ok(sealed.map(|(snapshot, _)| snapshot).collect())
    }

    /// The manifest of one snapshot, its files not looked at.
    pub fn show(&self, snapshot: &str) -> Result<Manifest, Error> {
        manifest_file::read(&self.sealed_folder(snapshot)?)
    }

    /// Reads a snapshot's manifest and checks every file's length and digest, before anything opens one.
    pub fn verify(&self, snapshot: &str) -> Result<Sealed, Error> {
        let folder = self.sealed_folder(snapshot)?;
        let manifest = manifest_file::read(&folder)?;
        if !manifest.sealed {
            return Err(Error::NotSealed { snapshot: snapshot.to_owned() });
        }
        for sealed in &manifest.data_sets {
            verify::intact(&folder.join(&sealed.file), sealed.bytes, &sealed.blake3)?;
        }
        Ok(Sealed { folder, snapshot: snapshot.to_owned(), manifest })
    }

    /// As [`Store::verify`], of these data sets alone: the snapshot has no others for whoever asks.
    pub fn verify_only(&self, snapshot: &str, data_sets: &[&str]) -> Result<Sealed, Error> {
        let folder = self.sealed_folder(snapshot)?;
        let mut manifest = manifest_file::read(&folder)?;
        if !manifest.sealed {
            return Err(Error::NotSealed { snapshot: snapshot.to_owned() });
        }
        manifest.data_sets.retain(|file| data_sets.contains(&file.data_set.as_str()));
        for sealed in &manifest.data_sets {
            verify::intact(&folder.join(&sealed.file), sealed.bytes, &sealed.blake3)?;
        }
        Ok(Sealed { folder, snapshot: snapshot.to_owned(), manifest })
    }

    /// The folder of a sealed snapshot.
    fn sealed_folder(&self, snapshot: &str) -> Result<PathBuf, Error> {
        let folder = self.folder_of(snapshot)?;
        if folder.join(MANIFEST).is_file() {
            Ok(folder)
        } else {
            Err(Error::NotSealed { snapshot: snapshot.to_owned() })
        }
    }

    /// The folder of an unsealed snapshot.
    fn unsealed_folder(&self, snapshot: &str) -> Result<PathBuf, Error> {
        let folder = self.folder_of(snapshot)?;
        if folder.join(MANIFEST).is_file() {
            Err(Error::AlreadySealed { snapshot: snapshot.to_owned() })
        } else {
            Ok(folder)
        }
    }

    /// The folder of a snapshot, sealed or not.
    fn folder_of(&self, snapshot: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.join(snapshot);
        if is_id(snapshot) && (folder.join(MANIFEST).is_file() || folder.join(JOURNAL).is_file()) {
            Ok(folder)
        } else {
            Err(Error::Unknown { snapshot: snapshot.to_owned(), folder: self.folder.clone() })
        }
    }

    /// Folders that could be snapshots, by id.
    fn folders(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        let entries = std::fs::read_dir(&self.folder).map_err(|source| at("read", &self.folder, source))?;
        let mut folders = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| at("read", &self.folder, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_id(&name) {
                folders.push((name, entry.path()));
            }
        }
        folders.sort();
        Ok(folders)
    }

    fn free_id(&self, begun_at: Timestamp) -> Result<String, Error> {
        let base = begun_at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let id = |count| if count == 0 { base.clone() } else { format!("{base}-{count:03}") };
        let free = (0..IDS_A_SECOND).map(id).find(|id| !self.folder.join(id).exists());
        free.ok_or_else(|| at("create", &self.folder.join(&base), std::io::ErrorKind::AlreadyExists.into()))
    }

    /// Waits until no other snapshot is beginning in this folder; for as long as the answer is kept, none is.
    fn lock(&self) -> Result<File, Error> {
        let path = self.folder.join(LOCK);
        let file = File::options().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|source| at("create", &path, source))?;
        file.lock().map_err(|source| at("lock", &path, source))?;
        Ok(file)
    }
}

/// An id is a folder's name and nothing else, so that none leads out of the store.
fn is_id(snapshot: &str) -> bool {
    !snapshot.is_empty() && snapshot.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn durable(folder: &Path) -> Result<(), Error> {
    sync_folder(folder).map_err(|source| Error::Folder { path: folder.to_owned(), source })
}
