//! A run that is told to stop by another process: a mark in the integration's folder, looked for before each batch leaves.
//! Apart because whoever sets it holds no lock and waits for nobody, and must be able to say that no batch left after it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use engine::sync_folder;

use crate::error::Error;

/// The mark's name in an integration's folder.
const MARK: &str = "cancelled";

/// Tells the integration's runs, those at work and those to come, to send nothing more: each looks for the mark before every
/// batch. A batch that was past that look leaves, is repeated as any other where the instance asks for a pause, and is
/// accounted for: whoever must know that it is over waits for the run's end, which is when its lock is free.
pub fn cancel(folder: &Path) -> Result<(), Error> {
    let path = folder.join(MARK);
    let failed = |source| Error::Folder { folder: folder.to_owned(), source };
    File::create(&path).and_then(|file| file.sync_all()).map_err(failed)?;
    Ok(sync_folder(folder)?)
}

/// Lets the integration's runs send again.
pub fn allow(folder: &Path) -> Result<(), Error> {
    match std::fs::remove_file(folder.join(MARK)) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::Folder { folder: folder.to_owned(), source }),
        _ => Ok(()),
    }
}

/// True where the integration's runs are told to send nothing more.
pub fn is_cancelled(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

/// Refuses to begin where nothing may be sent.
pub fn refuse_cancelled(folder: &Path) -> Result<(), Error> {
    if is_cancelled(folder) { Err(Error::Cancelled { folder: folder.to_owned() }) } else { Ok(()) }
}
