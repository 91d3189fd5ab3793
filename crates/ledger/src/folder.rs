//! Folders that outlive a power loss, and what killed runs left in them. Apart because a folder that was made and not
//! synced is gone with everything in it, and because what is removed here nobody may need.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use engine::sync_folder;

use crate::error::{Error, at};

/// Makes a folder and those above it, each durable in its parent, where they are not there yet.
pub(crate) fn make(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = match folder.parent() {
        // A path without a folder before its name stands in the working folder.
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    if parent != folder {
        make(parent)?;
    }
    match std::fs::create_dir(folder) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => return Err(at("create", folder, source)),
        _ => {}
    }
    sync_folder(parent).map_err(|source| Error::Folder(Box::new(source)))
}

/// What became of each row, a folder a run.
pub(crate) const OUTCOMES: &str = "outcomes";

/// The folders of runs, the newest run first.
pub(crate) fn of_runs(folder: &Path) -> Vec<(i64, PathBuf)> {
    let mut plans: Vec<(i64, PathBuf)> = entries(folder)
        .into_iter()
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path)))
        .collect();
    plans.sort_by_key(|(run, _)| std::cmp::Reverse(*run));
    plans
}

/// Removes the files of a folder that were begun and never finished.
pub(crate) fn sweep_partial(folder: &Path) {
    sweep_files(folder, |path| path.extension().is_none_or(|extension| extension != "partial"));
}

/// Removes the files of a folder that are not to be kept. What cannot be removed now is only disk space, and the next
/// run tries again.
pub(crate) fn sweep_files(folder: &Path, is_kept: impl Fn(&Path) -> bool) {
    for path in entries(folder) {
        if path.is_file() && !is_kept(&path) {
            drop(std::fs::remove_file(path));
        }
    }
}

/// What is in a folder, in no order; nothing where it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
