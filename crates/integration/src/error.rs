//! What can go wrong in the life of an integration. No variant holds a key, a secret, or a text that may be one.

use std::path::{Path, PathBuf};

use crate::name::Name;

/// Why an integration could not be named, remembered, or given its credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name, a prefix, a subdomain or an address is not written as it must be.
    #[error("{typed} is no {what}: {reason}")]
    Mistyped {
        /// What was asked for, as `ServiceNow prefix`.
        what: &'static str,
        /// What was typed, or words for it where it may hold a password.
        typed: String,
        /// What is wrong with it, as a clause.
        reason: &'static str,
        /// What to type instead.
        instead: String,
    },
    /// A file or folder could not be read or written.
    #[error("could not {attempt} `{}`", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A file is larger than anything that this program writes there.
    #[error("`{}` is larger than {bytes_max} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        bytes_max: u64,
    },
    /// There is no integration of this name.
    #[error("there is no integration `{name}`")]
    Unknown {
        /// Its name.
        name: Name,
    },
    /// The settings cannot be read.
    #[error("could not read the settings in `{}`", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What the decoder said, with line and column.
        #[source]
        source: serde_json::Error,
    },
    /// A file was written by another version of this program.
    #[error("`{}` has version {found}, and this program knows version {known}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A setting is not one that may be kept.
    #[error("the setting `{field}` {reason}")]
    Setting {
        /// Its name.
        field: &'static str,
        /// What is wrong with it, as the rest of the sentence.
        reason: &'static str,
    },
    /// A secret is empty or longer than any that is known.
    #[error("the {field} {reason}")]
    Secret {
        /// Which one.
        field: &'static str,
        /// What is wrong with it, as the rest of the sentence.
        reason: &'static str,
    },
    /// There is no place for keys.
    #[error("no folder for keys is known: neither HOME nor XDG_DATA_HOME is an absolute path")]
    NoKeysFolder,
    /// The keys would be copied together with what they open.
    #[error("the folder for keys, `{}`, is inside the state folder `{}`", keys.display(), state.display())]
    KeysInsideState {
        /// The folder for keys.
        keys: PathBuf,
        /// The state folder.
        state: PathBuf,
    },
    /// Others may read or change a file or folder of keys.
    #[error("others have access to `{}`: its mode is {mode:o}", path.display())]
    KeyExposed {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file or folder of keys belongs to somebody else.
    #[error("`{}` belongs to another account", path.display())]
    KeyOwner {
        /// The file or folder.
        path: PathBuf,
    },
    /// The master key is not one.
    #[error("the master key from {origin} is refused: {reason}")]
    MasterKey {
        /// Where it came from: a file's path or a variable's name.
        origin: String,
        /// What is wrong with it, as a clause.
        reason: &'static str,
    },
    /// There are wrapped keys, and the master key that wraps them is gone.
    #[error("`{}` is gone, and the keys beside it are wrapped by it", path.display())]
    MasterGone {
        /// Where it should be.
        path: PathBuf,
    },
    /// The master key comes from elsewhere, so this program cannot put another in its place.
    #[error("the master key comes from {origin} and is not this program's to replace")]
    MasterElsewhere {
        /// Where it comes from.
        origin: String,
    },
    /// The data key is wrapped by another master key.
    #[error("the key of `{name}` is wrapped by another master key")]
    OtherMaster {
        /// The integration.
        name: Name,
    },
    /// An integration of the same name in another state folder has its key here.
    #[error("the folder for keys already has a key for `{name}`, made for the state folder `{}`", made_for.display())]
    OtherState {
        /// The integration.
        name: Name,
        /// The state folder that the key was made for.
        made_for: PathBuf,
    },
    /// The integration has no credentials.
    #[error("no credentials are kept for `{name}`")]
    NoCredentials {
        /// The integration.
        name: Name,
    },
    /// The credentials' key was destroyed, or another came after it.
    #[error("the key that sealed the credentials of `{name}` is gone")]
    KeyGone {
        /// The integration.
        name: Name,
    },
    /// What is sealed is not what was written, or not where it was written.
    #[error("`{}` is damaged, or was moved here from another place", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system has no random bytes")]
    Random(#[source] getrandom::Error),
}

impl Error {
    /// What the person who reads the error can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Mistyped { instead, .. } => return Some(instead.clone()),
            Self::KeyExposed { path, .. } => {
                return Some(format!(
                    "`chmod go-rwx '{}'`; if others may have read it already, rotate the master key as well",
                    path.display()
                ));
            }
            Self::Unknown { .. } => "`snowhaul status --all` names those that are there",
            Self::Version { .. } => "use the version of the program that wrote it",
            Self::NoKeysFolder => "name one, outside the state folder, with --keys",
            Self::KeysInsideState { .. } => {
                "choose a folder elsewhere: whoever copies the state must not copy its keys with it"
            }
            Self::KeyOwner { .. } => "run as the account that it belongs to, or give it to this one with `chown`",
            Self::MasterKey { .. } => {
                "a master key is 64 random digits of 0 to 9 and a to f, as `openssl rand -hex 32` prints"
            }
            Self::MasterGone { .. } => {
                "put it back from where it is kept; without it, delete each integration and connect it anew"
            }
            Self::MasterElsewhere { .. } => "prepare the new key, replace it where it comes from, then settle",
            Self::OtherMaster { .. } => {
                "give the master key that it was wrapped by, or delete the integration and connect it anew"
            }
            Self::OtherState { .. } => {
                "choose another name, or a folder for keys of this state folder's own with --keys"
            }
            Self::NoCredentials { .. } | Self::KeyGone { .. } => "`snowhaul reauthenticate` takes new credentials",
            Self::Damaged { .. } => "put it back from a copy, or delete the integration and connect it anew",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

pub(crate) fn at(attempt: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
