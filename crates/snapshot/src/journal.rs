//! `journal.jsonl`: what is durable of an unsealed snapshot, a line a durable step, each with its digest. Apart because
//! it is what a reading goes on from: what it says is there, is there.
//!
//! ```text
//! part: temporary file, fsync, rename, fsync of the folder ─▶ line: append, fsync ─▶ acknowledged
//! ```
//!
//! A line is written only after the part that it names is durable, and the next line only after this one is. So a crash
//! can tear the last line and no other: a torn last line was never acknowledged and is dropped, damage before it is an
//! error.

mod line;
mod replay;

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) use replay::replay;

use crate::error::{Error, at};
use crate::state::State;
use crate::step::{Header, Line, Step};

/// The journal's name in a snapshot's folder.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// A journal that is being written. It is locked for as long as this is kept, so that there is one writer.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// The digest of the last line: the next line's covers it.
    chain: String,
    lines: u64,
}

impl Journal {
    /// Begins a journal in this folder.
    pub(crate) fn create(folder: &Path, header: &Header) -> Result<Self, Error> {
        let path = folder.join(JOURNAL);
        let file = File::options().read(true).append(true).create_new(true).open(&path);
        let file = file.map_err(|source| at("create", &path, source))?;
        file.lock().map_err(|source| at("lock", &path, source))?;
        let mut journal = Self { file, path, chain: String::new(), lines: 0 };
        journal.write(header)?;
        Ok(journal)
    }

    /// Takes over the journal in this folder: alone, and with a torn last line cut off.
    pub(crate) fn open(folder: &Path, snapshot: &str) -> Result<(Self, State), Error> {
        let path = folder.join(JOURNAL);
        let file = lock(&path, snapshot)?;
        let replayed = replay(&path)?;
        let length = file.metadata().map_err(|source| at("read", &path, source))?.len();
        if length > replayed.bytes {
            file.set_len(replayed.bytes).map_err(|source| at("cut", &path, source))?;
            file.sync_all().map_err(|source| at("fsync", &path, source))?;
        }
        Ok((Self { file, path, chain: replayed.chain, lines: replayed.lines }, replayed.state))
    }

    /// Appends steps as one line and makes it durable. After an error nothing may be appended any more, as nobody knows
    /// what is on disk: a failed fsync is final.
    pub(crate) fn append(&mut self, steps: &[Step]) -> Result<(), Error> {
        self.write(&Line { steps })
    }

    /// Tells the journal that its folder has another name now.
    pub(crate) fn moved_to(&mut self, folder: &Path) {
        self.path = folder.join(JOURNAL);
    }

    fn write(&mut self, content: &impl serde::Serialize) -> Result<(), Error> {
        let json = serde_json::to_string(content);
        let number = self.lines + 1;
        let json = json.map_err(|source| Error::Journal { path: self.path.clone(), line: number, source })?;
        let (line, digest) = line::close(&self.chain, json);
        self.file.write_all(line.as_bytes()).map_err(|source| at("write", &self.path, source))?;
        self.file.sync_all().map_err(|source| at("fsync", &self.path, source))?;
        (self.chain, self.lines) = (digest, number);
        Ok(())
    }
}

/// Opens a journal so that nobody else can write to its snapshot; the lock goes with the file.
pub(crate) fn lock(path: &Path, snapshot: &str) -> Result<File, Error> {
    let file = File::options().read(true).append(true).open(path).map_err(|source| at("open", path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { snapshot: snapshot.to_owned(), writer: writer_of(path) }),
        Err(TryLockError::Error(source)) => Err(at("lock", path, source)),
    }
}

/// Who writes to a snapshot now, as far as its journal can be read.
fn writer_of(path: &Path) -> String {
    replay(path).map_or_else(
        |_| "another process".to_owned(),
        |replayed| {
            let (process, since) = replayed.state.writer;
            format!("process {process} since {since}")
        },
    )
}

#[cfg(test)]
mod tests;
