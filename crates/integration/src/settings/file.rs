//! `<state>/<name>/integration.json` on disk. Its being there is what makes a folder an integration that was connected:
//! the demonstration's folder has none.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{RawSettings, Settings};
use crate::durable::{Disk, open_if_there, read_up_to};
use crate::error::{Error, at};
use crate::limits::SETTINGS_BYTES_MAX;
use crate::name::Name;

/// The file's name in an integration's folder.
const SETTINGS: &str = "integration.json";

/// Only this is read of a file before its version is known.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Reads the settings of an integration.
///
/// # Errors
/// [`Error::Unknown`] where there are none, [`Error::Version`], [`Error::Settings`] with line and column where the file
/// is not read, and what [`Settings::new`] says.
pub fn read_settings(state: &Path, name: &Name) -> Result<Settings, Error> {
    let path = path(state, name);
    let Some(file) = open_if_there(&path)? else { return Err(Error::Unknown { name: name.clone() }) };
    let text = read_up_to(file, &path, SETTINGS_BYTES_MAX)?;
    let unreadable = |source| Error::Settings { path: path.clone(), source };
    let Version { version } = serde_json::from_slice(&text).map_err(unreadable)?;
    if version != RawSettings::VERSION {
        return Err(Error::Version { path, found: version, known: RawSettings::VERSION });
    }
    Settings::new(serde_json::from_slice(&text).map_err(unreadable)?)
}

/// Writes the settings of an integration, durably and all at once, and makes its folder where it is not there yet.
///
/// # Errors
/// [`Error::File`]; the settings are then the old ones or the new.
pub fn write_settings(state: &Path, name: &Name, settings: &Settings) -> Result<(), Error> {
    write(&Disk::default(), state, name, settings)
}

/// The integrations of a state folder, by name; none where there is no such folder.
///
/// # Errors
/// [`Error::File`] where the folder cannot be read.
pub fn names(state: &Path) -> Result<Vec<Name>, Error> {
    if !state.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(state).map_err(|source| at("read", state, source))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| at("read", state, source))?;
        // What has another name was put there by somebody else.
        let name = entry.file_name().to_str().and_then(|name| name.parse::<Name>().ok());
        names.extend(name.filter(|name| path(state, name).is_file()));
    }
    names.sort();
    Ok(names)
}

pub(super) fn write(disk: &Disk, state: &Path, name: &Name, settings: &Settings) -> Result<(), Error> {
    let path = path(state, name);
    let text = serde_json::to_string_pretty(&settings.to_raw());
    let text = text.map_err(|source| Error::Settings { path: path.clone(), source })? + "\n";
    disk.make_folder(&state.join(name.as_str()))?;
    disk.replace(&path, text.as_bytes())
}

fn path(state: &Path, name: &Name) -> PathBuf {
    state.join(name.as_str()).join(SETTINGS)
}
