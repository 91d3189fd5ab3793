//! Locks for the life of a name: they lie beside the integrations' folders and not in them, because a folder may be
//! removed while somebody waits.
//!
//! ```text
//!  settings   whoever reads, changes and writes settings or credentials, for as long as that takes
//!  work       shared by every run from its first look at the settings to its end; a deletion waits until nobody has it
//! ```

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use integration::Name;

use crate::error::Error;
use crate::limits::{LOOKED_FOR_EVERY, SETTINGS_WAITED_FOR};

/// The folder of locks in a state folder; no integration can have this name.
const LOCKS: &str = ".locks";

/// How often a lock that is held for milliseconds is tried.
const TRIED_EVERY: Duration = Duration::from_millis(10);

/// A lock of one name, until it is dropped. The system frees it where a process is killed.
#[derive(Debug)]
pub(crate) struct NameLock {
    _file: File,
}

impl NameLock {
    /// For reading, changing and writing settings.
    pub(crate) async fn of_settings(state: &Path, name: &Name) -> Result<Self, Error> {
        let (file, path) = open(state, &format!("{name}.settings"))?;
        let began = Instant::now();
        while !is_locked(file.try_lock(), &path)? {
            if began.elapsed() > SETTINGS_WAITED_FOR {
                return Err(Error::Busy { name: name.clone(), doing: "its settings are being written" });
            }
            tokio::time::sleep(TRIED_EVERY).await;
        }
        Ok(Self { _file: file })
    }

    /// For a service. None while another one is at work.
    pub(crate) fn of_service(state: &Path) -> Result<Option<Self>, Error> {
        // A name cannot have a capital letter, so that no integration's lock is called so.
        let (file, path) = open(state, "Service")?;
        Ok(is_locked(file.try_lock(), &path)?.then_some(Self { _file: file }))
    }

    /// For a run. None while the integration is being ended.
    pub(crate) fn of_work(state: &Path, name: &Name) -> Result<Option<Self>, Error> {
        let (file, path) = open(state, &format!("{name}.work"))?;
        Ok(is_locked(file.try_lock_shared(), &path)?.then_some(Self { _file: file }))
    }

    /// For ending an integration: waits until no run is at work, and keeps others from beginning. None where one still is
    /// after `within`. `waiting` is called once, when it is seen that one is.
    pub(crate) async fn without_work(
        state: &Path,
        name: &Name,
        within: Duration,
        waiting: &mut (dyn FnMut() + Send),
    ) -> Result<Option<Self>, Error> {
        let (file, path) = open(state, &format!("{name}.work"))?;
        let began = Instant::now();
        let mut is_told = false;
        while !is_locked(file.try_lock(), &path)? {
            if !is_told {
                waiting();
                is_told = true;
            }
            if began.elapsed() > within {
                return Ok(None);
            }
            tokio::time::sleep(LOOKED_FOR_EVERY).await;
        }
        Ok(Some(Self { _file: file }))
    }
}

fn is_locked(tried: Result<(), TryLockError>, path: &Path) -> Result<bool, Error> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(Error::File { attempt: "lock", path: path.to_owned(), source }),
    }
}

fn open(state: &Path, file: &str) -> Result<(File, PathBuf), Error> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let folder = state.join(LOCKS);
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|source| Error::File { attempt: "create", path: folder.clone(), source })?;
    let path = folder.join(file);
    let opened = File::options().write(true).create(true).truncate(false).mode(0o600).open(&path);
    Ok((opened.map_err(|source| Error::File { attempt: "open", path: path.clone(), source })?, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn runs_work_side_by_side_and_an_ending_waits_for_all_of_them() {
        let state = tempfile::tempdir().expect("a folder");
        let name: Name = "acme".parse().expect("a name");
        let one = NameLock::of_work(state.path(), &name).expect("a lock").expect("nobody is ending it");
        let other = NameLock::of_work(state.path(), &name).expect("a lock").expect("nor now");
        let mut told = 0;
        let mut waiting = || told += 1;
        let ended = NameLock::without_work(state.path(), &name, Duration::ZERO, &mut waiting).await.expect("asked");
        assert!(ended.is_none(), "two runs are at work");
        drop(one);
        let ended = NameLock::without_work(state.path(), &name, Duration::ZERO, &mut waiting).await.expect("asked");
        assert!(ended.is_none(), "one still is");
        drop(other);
        let ended = NameLock::without_work(state.path(), &name, Duration::ZERO, &mut waiting).await.expect("asked");
        assert!(ended.is_some() && NameLock::of_work(state.path(), &name).expect("asked").is_none());
        assert_eq!(told, 2, "once for each that had to wait");
        drop(ended);
        assert!(NameLock::of_work(state.path(), &name).expect("asked").is_some());
    }
}
