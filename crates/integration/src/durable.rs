//! Files that are there whole or not at all, and private: temporary file, fsync, rename, fsync of the folder. Apart
//! because every file of this crate is written so, and because a test lets each of these steps fail in turn.
//!
//! ```text
//! <file>.partial (0600) ─▶ fsync ─▶ rename to <file> ─▶ fsync of the folder
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, at};

/// Where files are written. Outside tests it is nothing but a place for the functions below.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) failing: failing::Failing,
}

impl Disk {
    /// Puts a file in the place of another, or where none was. What is at `path` is the old or the new, at any instant.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let partial = partial(path);
        // A leftover may have been made with other permissions.
        self.remove(&partial)?;
        self.before("create", &partial)?;
        let mut file = private_file(&partial).map_err(|source| at("create", &partial, source))?;
        self.before("write", &partial)?;
        file.write_all(bytes).map_err(|source| at("write", &partial, source))?;
        self.before("fsync", &partial)?;
        file.sync_all().map_err(|source| at("fsync", &partial, source))?;
        self.rename(&partial, path)
    }

    /// Gives a file another name in the same folder, durably.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        self.before("rename", from)?;
        fs::rename(from, to).map_err(|source| at("rename", from, source))?;
        self.sync(folder_of(to))
    }

    /// Removes a file, where there is one, durably.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Error> {
        self.before("remove", path)?;
        match fs::remove_file(path) {
            Ok(()) => self.sync(folder_of(path)),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(at("remove", path, source)),
        }
    }

    /// Removes a file and what an interrupted [`Disk::replace`] may have left beside it.
    pub(crate) fn remove_with_partial(&self, path: &Path) -> Result<(), Error> {
        self.remove(path)?;
        self.remove(&partial(path))
    }

    /// Makes a folder and those above it, for this account only, each durable in its parent.
    pub(crate) fn make_folder(&self, folder: &Path) -> Result<(), Error> {
        if folder.is_dir() {
            return Ok(());
        }
        let parent = folder_of(folder);
        if parent != folder {
            self.make_folder(parent)?;
        }
        self.before("create", folder)?;
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(source) if source.kind() != ErrorKind::AlreadyExists => return Err(at("create", folder, source)),
            _ => {}
        }
        self.sync(parent)
    }

    fn sync(&self, folder: &Path) -> Result<(), Error> {
        self.before("fsync", folder)?;
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(|source| at("fsync", folder, source))
    }

    #[cfg(not(test))]
    fn before(&self, _attempt: &'static str, _path: &Path) -> Result<(), Error> {
        Ok(())
    }

    #[cfg(test)]
    fn before(&self, attempt: &'static str, path: &Path) -> Result<(), Error> {
        self.failing.before(attempt, path)
    }
}

/// Reads an opened file of at most so many bytes. The buffer is as long as it can become from the start, so that no
/// copy of it is left behind where it grew.
pub(crate) fn read_up_to(file: File, path: &Path, bytes_max: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    let told = file.metadata().map_err(|source| at("read", path, source))?.len();
    let room = usize::try_from(told.min(bytes_max)).unwrap_or_default() + 2;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room.max(crate::limits::MASTER_TEXT_BYTES_MAX as usize + 2)));
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|source| at("read", path, source))?;
    if bytes.len() as u64 > bytes_max {
        return Err(Error::TooLarge { path: path.to_owned(), bytes_max });
    }
    Ok(bytes)
}

/// Opens a file, or says that there is none.
pub(crate) fn open_if_there(path: &Path) -> Result<Option<File>, Error> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(at("open", path, source)),
    }
}

/// The folder that a file stands in; a bare name stands in the working folder.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
pub(crate) mod failing;
