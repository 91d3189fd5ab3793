//! Removing what nothing refers to any more. Apart because none of it is needed for anything to be right: whatever
//! cannot be removed now is passed over everywhere, and tried again when the next snapshot begins.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::journal::JOURNAL;
use crate::manifest_file::{self, MANIFEST};
use crate::state::State;
use crate::store::{BEGINNING, DISCARDED};
use crate::writer::{PARTS, part_paths};

/// What a sealed snapshot was made of.
pub(crate) fn sealed(folder: &Path) {
    drop(std::fs::remove_dir_all(folder.join(PARTS)));
    drop(std::fs::remove_file(folder.join(JOURNAL)));
}

/// Files in an unsealed snapshot that its journal does not name: parts whose line was never written or was torn, files
/// in the making, and what an interrupted sealing left.
pub(crate) fn unsealed(folder: &Path, state: &State) {
    let named: BTreeSet<PathBuf> = state.data_sets.values().flat_map(|data_set| part_paths(folder, data_set)).collect();
    for path in files(folder).chain(files(&folder.join(PARTS))) {
        let is_ours = path.extension().is_some_and(|ending| ending == "parquet" || ending == "partial");
        if is_ours && !named.contains(&path) {
            drop(std::fs::remove_file(path));
        }
    }
}

/// What interrupted beginnings, discardings and sealings left in a store. Whoever calls this holds the store's lock, so
/// that nothing is beginning meanwhile.
pub(crate) fn store(folder: &Path) {
    for path in entries(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == BEGINNING || name.starts_with(DISCARDED) {
            drop(std::fs::remove_dir_all(&path));
        } else if is_left_over(&path) {
            sealed(&path);
        }
    }
}

/// Whether a folder is a sealed snapshot, intact as far as its manifest tells, that still has what it was made of, and
/// nobody is just removing it.
fn is_left_over(folder: &Path) -> bool {
    let (journal, parts) = (folder.join(JOURNAL), folder.join(PARTS));
    folder.join(MANIFEST).is_file()
        && (journal.exists() || parts.exists())
        && manifest_file::read(folder).is_ok_and(|manifest| manifest.sealed)
        && File::options().read(true).append(true).open(journal).map_or(true, |journal| journal.try_lock().is_ok())
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    entries(folder).filter(|path| path.is_file())
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path()))
}
