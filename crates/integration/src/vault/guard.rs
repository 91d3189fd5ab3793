//! Whether a place is fit for keys: nobody else's, closed to others, and outside what is copied with the state. Apart
//! because these are questions to the file system and not to a cipher.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, at};

/// The variable that names the folder for keys.
pub const KEYS_VARIABLE: &str = "SNOWHAUL_KEYS";

/// The permission bits that are not the owner's.
const OTHERS: u32 = 0o077;

/// Those that a credential of systemd may not have. It lies in memory, belongs to root, and is opened to one account by
/// an access control list, whose mask stands where the group's bits do: reading by the group says nothing there.
const OTHERS_BUT_MASK: u32 = 0o037;

/// Where keys are kept by default: `$SNOWHAUL_KEYS`, else `snowhaul/keys` in `$XDG_DATA_HOME`, else in
/// `~/.local/share`.
///
/// # Errors
/// [`Error::NoKeysFolder`] where no variable names an absolute path; a relative one would move with the working folder.
pub fn default_keys_folder(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, Error> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(keys) = variable(KEYS_VARIABLE) {
        return Ok(PathBuf::from(keys));
    }
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    Ok(data.ok_or(Error::NoKeysFolder)?.join("snowhaul/keys"))
}

/// Both folders by their true paths, if keys are not inside the state.
pub(super) fn placed(state: &Path, keys: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let (state, keys) = (true_path(state)?, true_path(keys)?);
    match keys.starts_with(&state) {
        true => Err(Error::KeysInsideState { keys, state }),
        false => Ok((state, keys)),
    }
}

/// Refuses a folder that is somebody else's or that others may enter. One that is not there yet is made closed.
pub(super) fn private_folder(folder: &Path) -> Result<(), Error> {
    match fs::metadata(folder) {
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(at("look at", folder, source)),
        Ok(found) => closed(&found, folder, OTHERS, &[own_account()]),
    }
}

/// Refuses an opened file of ours that others may read. The file is asked and not its path, which may lead elsewhere by
/// now.
pub(super) fn private_file(file: &File, path: &Path) -> Result<(), Error> {
    closed(&looked_at(file, path)?, path, OTHERS, &[own_account()])
}

/// The same for a credential of systemd.
pub(super) fn private_credential(file: &File, path: &Path) -> Result<(), Error> {
    closed(&looked_at(file, path)?, path, OTHERS_BUT_MASK, &[own_account(), 0])
}

fn looked_at(file: &File, path: &Path) -> Result<Metadata, Error> {
    file.metadata().map_err(|source| at("look at", path, source))
}

fn closed(found: &Metadata, path: &Path, others: u32, owners: &[u32]) -> Result<(), Error> {
    if !owners.contains(&found.uid()) {
        return Err(Error::KeyOwner { path: path.to_owned() });
    }
    match found.mode() & others {
        0 => Ok(()),
        _ => Err(Error::KeyExposed { path: path.to_owned(), mode: found.mode() & 0o7777 }),
    }
}

fn own_account() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The path without links and dots. What is not there yet stands in the nearest folder that is.
fn true_path(path: &Path) -> Result<PathBuf, Error> {
    let absolute = std::path::absolute(path).map_err(|source| at("find", path, source))?;
    for there in absolute.ancestors() {
        match fs::canonicalize(there) {
            Ok(found) => {
                let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
                return without_dots(found, rest).ok_or_else(|| at("find", path, ErrorKind::InvalidInput.into()));
            }
            // A link that leads nowhere is there, although what it leads to is not.
            Err(source) if source.kind() == ErrorKind::NotFound && fs::symlink_metadata(there).is_err() => {}
            Err(source) => return Err(at("find", there, source)),
        }
    }
    Ok(absolute)
}

/// Nothing is known of what `..` leads out of, so it is not taken.
fn without_dots(found: PathBuf, rest: &Path) -> Option<PathBuf> {
    let is_plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    is_plain.then(|| if rest.as_os_str().is_empty() { found } else { found.join(rest) })
}
