//! The folder of the database. Apart because a temporary one has to go with its instance.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::sys_id;

/// A folder that exists; a temporary one is removed when dropped.
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// The folder that was asked for, or a temporary one. We do not use SQLite's shared in-memory database because
    /// its readers wait for the writer, table by table; a file in WAL mode behaves as the durable one does.
    pub(crate) fn open(wanted: Option<&Path>) -> Result<Self, Error> {
        let (path, temporary) = match wanted {
            Some(path) => (path.to_owned(), false),
            None => (std::env::temp_dir().join(format!("instance-{}", sys_id::fresh())), true),
        };
        make(&path).map_err(|source| Error::Folder { path: path.clone(), source })?;
        Ok(Self { path, temporary })
    }

    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("instance.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "could not remove the temporary folder of an instance");
        }
    }
}

/// Only its owner may enter: the database holds a fleet's records.
#[cfg(unix)]
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}
