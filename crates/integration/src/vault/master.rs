//! The master key and where it comes from. Apart because a service, a container and a person's own machine each keep it
//! elsewhere, and only one of these three is ours to write.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use rest::{ExposeSecret, Secret};
use zeroize::Zeroizing;

use super::cipher::Key;
use super::guard;
use crate::durable::{Disk, open_if_there, read_up_to};
use crate::error::{Error, at};
use crate::limits::MASTER_TEXT_BYTES_MAX;

/// The variable that holds the master key.
pub const MASTER_KEY_VARIABLE: &str = "SNOWHAUL_MASTER_KEY";

/// The credential's name for systemd: `LoadCredential=snowhaul-master-key:…`.
const CREDENTIAL: &str = "snowhaul-master-key";

/// Where the master key comes from; in every case it is 64 lower-case hexadecimal digits.
#[derive(Clone, Debug)]
pub enum MasterSource {
    /// A credential that systemd gives to the service, by its path.
    Credential(PathBuf),
    /// An environment variable's value.
    Environment(Secret),
    /// `master.key` in the folder for keys, made where there is none yet.
    File,
}

impl MasterSource {
    /// The first that there is: a systemd credential, the environment, else the file. A variable that is set and empty
    /// counts as set, and is refused later: falling back to another key in silence would be worse.
    pub fn found(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let credential = variable("CREDENTIALS_DIRECTORY").map(|folder| PathBuf::from(folder).join(CREDENTIAL));
        // A credential that cannot be looked at is there all the same.
        if let Some(path) = credential.filter(|path| path.try_exists().unwrap_or(true)) {
            return Self::Credential(path);
        }
        match variable(MASTER_KEY_VARIABLE) {
            // What is not text has no digits, and is refused as what is empty.
            Some(value) => Self::Environment(Secret::from(value.into_string().unwrap_or_default())),
            None => Self::File,
        }
    }

    /// The key; none where it is a file that is not there.
    pub(super) fn read(&self, file: &Path) -> Result<Option<Key>, Error> {
        match self {
            Self::Environment(digits) => parse(digits.expose_secret(), &self.origin(file)).map(Some),
            Self::Credential(path) => {
                let opened = File::open(path).map_err(|source| at("open", path, source))?;
                guard::private_credential(&opened, path)?;
                from_file(opened, path).map(Some)
            }
            Self::File => open_file(file),
        }
    }

    /// Where it comes from, for people.
    pub(super) fn origin(&self, file: &Path) -> String {
        match self {
            Self::Credential(path) => format!("`{}`", path.display()),
            Self::Environment(_) => MASTER_KEY_VARIABLE.to_owned(),
            Self::File => format!("`{}`", file.display()),
        }
    }
}

/// Makes a master key and keeps it in a file.
pub(super) fn make(disk: &Disk, path: &Path) -> Result<Key, Error> {
    let key = Key::random()?;
    disk.replace(path, text(&key).as_bytes())?;
    Ok(key)
}

/// A master key from a file of ours; none where it is not there.
pub(super) fn open_file(path: &Path) -> Result<Option<Key>, Error> {
    let Some(opened) = open_if_there(path)? else { return Ok(None) };
    guard::private_file(&opened, path)?;
    from_file(opened, path).map(Some)
}

/// A master key from its digits. The error names where they came from and holds none of them.
pub(super) fn parse(digits: &str, origin: &str) -> Result<Key, Error> {
    Key::from_digits(digits).map_err(|reason| Error::MasterKey { origin: origin.to_owned(), reason })
}

fn from_file(opened: File, path: &Path) -> Result<Key, Error> {
    let bytes = read_up_to(opened, path, MASTER_TEXT_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    parse(text.strip_suffix('\n').unwrap_or(text), &format!("`{}`", path.display()))
}

fn text(key: &Key) -> Zeroizing<String> {
    let digits = key.digits();
    let mut text = Zeroizing::new(String::with_capacity(digits.len() + 1));
    text.push_str(&digits);
    text.push('\n');
    text
}
