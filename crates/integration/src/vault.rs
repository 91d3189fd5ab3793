//! Where credentials are: sealed with a data key of the integration's own, which is wrapped by the master key and lies
//! in another folder. Apart because nothing else here ever holds a key.
//!
//! ```text
//! master key ──wraps──▶ <keys>/<name>.key ──seals──▶ <state>/<name>/credentials.json
//! ```
//!
//! Only one process changes keys at a time, and none while another opens credentials: each takes a lock on the folder.

mod cipher;
mod credentials;
mod data_key;
mod guard;
mod hex;
mod master;
mod rotation;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

pub use credentials::Credentials;
pub use guard::{KEYS_VARIABLE, default_keys_folder};
pub use master::{MASTER_KEY_VARIABLE, MasterSource};

use cipher::Key;
use credentials::SealedCredentials;
use data_key::WrappedKey;

use crate::durable::Disk;
use crate::error::{Error, at};
use crate::name::Name;

/// The vault of one state folder.
#[derive(Debug)]
pub struct Vault {
    state: PathBuf,
    keys: PathBuf,
    source: MasterSource,
    disk: Disk,
}

impl Vault {
    /// The vault of a state folder, with its keys in another. Makes neither, and reads no key.
    ///
    /// # Errors
    /// [`Error::KeysInsideState`], [`Error::KeyExposed`] and [`Error::KeyOwner`] for a folder that is no place for
    /// keys.
    pub fn new(state: &Path, keys: &Path, source: MasterSource) -> Result<Self, Error> {
        let (state, keys) = guard::placed(state, keys)?;
        guard::private_folder(&keys)?;
        Ok(Self { state, keys, source, disk: Disk::default() })
    }

    /// Looks whether the master key may be used, where there is one yet; whoever starts a service asks this first.
    ///
    /// # Errors
    /// [`Error::MasterKey`], [`Error::KeyExposed`], [`Error::KeyOwner`], [`Error::MasterGone`].
    pub fn check(&self) -> Result<(), Error> {
        let _lock = self.reading()?;
        self.master().map(drop)
    }

    /// True where credentials are kept for an integration and their key is there. It says nothing about whether they
    /// open.
    pub fn has(&self, name: &Name) -> bool {
        self.key_path(name).is_file() && self.credentials_path(name).is_file()
    }

    /// Seals credentials in the place of those that were there, all at once: until then the old ones stay in force. The
    /// first credentials of an integration make its data key, and the very first make the master key, where it is a
    /// file.
    ///
    /// # Errors
    /// [`Error::Secret`] for an empty or endless one, [`Error::OtherState`], [`Error::OtherMaster`], [`Error::File`].
    pub fn seal(&self, name: &Name, credentials: &Credentials) -> Result<(), Error> {
        credentials.check()?;
        let _lock = self.writing()?;
        let (id, key) = match self.own_key(name)? {
            Some(wrapped) => (wrapped.id().to_owned(), wrapped.unwrap(name, &self.existing_master(name)?)?),
            None => self.make_key(name)?,
        };
        let sealed = SealedCredentials::seal(name, &id, &key, credentials)?;
        self.disk.make_folder(&self.state.join(name.as_str()))?;
        self.disk.replace(&self.credentials_path(name), &sealed.to_bytes())
    }

    /// The credentials of an integration.
    ///
    /// # Errors
    /// [`Error::NoCredentials`], [`Error::KeyGone`] where they outlived their key, [`Error::OtherMaster`], and
    /// [`Error::Damaged`] for what was changed, or moved here from another integration or field.
    pub fn open(&self, name: &Name) -> Result<Credentials, Error> {
        let _lock = self.reading()?;
        let path = self.credentials_path(name);
        let Some(sealed) = SealedCredentials::read(&path, name)? else {
            return Err(Error::NoCredentials { name: name.clone() });
        };
        let wrapped = WrappedKey::read(&self.key_path(name), name)?.filter(|wrapped| wrapped.id() == sealed.key());
        let Some(wrapped) = wrapped else { return Err(Error::KeyGone { name: name.clone() }) };
        let key = wrapped.unwrap(name, &self.existing_master(name)?)?;
        sealed.open(name, &key).ok_or(Error::Damaged { path })
    }

    /// Takes the integration's key away, then its sealed credentials. Once the first is done, which is before the
    /// second begins, no earlier copy of the state folder opens, also not with the master key. Needs no master key.
    ///
    /// We do not overwrite what is removed, and promise nothing of the kind: journals, snapshots and copy-on-write of
    /// file systems and the spare blocks of flash leave old blocks where no program reaches them. Therefore whoever
    /// deletes an integration is told to change its secrets at both ends all the same.
    ///
    /// # Errors
    /// [`Error::OtherState`] where it cannot be told whose the key is; [`Error::File`]. It may be called again.
    pub fn destroy(&self, name: &Name) -> Result<(), Error> {
        let _lock = self.writing()?;
        if self.is_key_to_go(name)? {
            self.disk.remove_with_partial(&self.key_path(name))?;
        }
        self.disk.remove_with_partial(&self.credentials_path(name))
    }

    /// The data key's file, where it is this state folder's.
    fn own_key(&self, name: &Name) -> Result<Option<WrappedKey>, Error> {
        let Some(wrapped) = WrappedKey::read(&self.key_path(name), name)? else { return Ok(None) };
        // Damaged credentials are about to be replaced, and say nothing of their key.
        let sealed = SealedCredentials::read(&self.credentials_path(name), name).unwrap_or_default();
        match self.is_own(&wrapped, sealed.as_ref()) {
            true => Ok(Some(wrapped)),
            false => Err(Error::OtherState { name: name.clone(), made_for: wrapped.made_for().into() }),
        }
    }

    /// Several state folders may have their keys in one folder. A key is ours if it sealed what is here, wherever the
    /// state folder was then, or if it was made for this folder and what it sealed is not here yet, or no more.
    fn is_own(&self, wrapped: &WrappedKey, sealed: Option<&SealedCredentials>) -> bool {
        wrapped.made_for() == self.state.to_string_lossy() || sealed.is_some_and(|sealed| sealed.key() == wrapped.id())
    }

    fn is_key_to_go(&self, name: &Name) -> Result<bool, Error> {
        let wrapped = match WrappedKey::read(&self.key_path(name), name) {
            Ok(Some(wrapped)) => wrapped,
            Ok(None) | Err(Error::Damaged { .. }) => return Ok(true),
            Err(other) => return Err(other),
        };
        match SealedCredentials::read(&self.credentials_path(name), name) {
            Ok(sealed) => Ok(self.is_own(&wrapped, sealed.as_ref())),
            Err(_) if self.is_own(&wrapped, None) => Ok(true),
            // Saying that all is destroyed while the key may still be there would be worse than failing.
            Err(_) => Err(Error::OtherState { name: name.clone(), made_for: wrapped.made_for().into() }),
        }
    }

    fn make_key(&self, name: &Name) -> Result<(String, Key), Error> {
        let master = match self.master()? {
            Some(master) => master,
            None => master::make(&self.disk, &self.master_path())?,
        };
        let (wrapped, key) = WrappedKey::make(name, &self.state.to_string_lossy(), &master)?;
        self.disk.replace(&self.key_path(name), &wrapped.to_bytes())?;
        Ok((wrapped.id().to_owned(), key))
    }

    /// The master key; none where it is a file and nothing was ever sealed.
    fn master(&self) -> Result<Option<Key>, Error> {
        let master = self.source.read(&self.master_path())?;
        // Another one made in its place would hide that the first is missing.
        match master.is_none() && !self.wrapped_names()?.is_empty() {
            true => Err(Error::MasterGone { path: self.master_path() }),
            false => Ok(master),
        }
    }

    fn existing_master(&self, name: &Name) -> Result<Key, Error> {
        self.master()?.ok_or_else(|| Error::KeyGone { name: name.clone() })
    }

    /// The integrations that have a key here, of every state folder.
    fn wrapped_names(&self) -> Result<Vec<Name>, Error> {
        if !self.keys.exists() {
            return Ok(Vec::new());
        }
        let entries = std::fs::read_dir(&self.keys).map_err(|source| at("read", &self.keys, source))?;
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(|source| at("read", &self.keys, source))?.file_name();
            names.extend(file.to_str().and_then(|file| file.strip_suffix(".key")?.parse::<Name>().ok()));
        }
        names.sort();
        Ok(names)
    }

    /// Nobody else changes or opens anything until this is dropped.
    fn writing(&self) -> Result<File, Error> {
        self.disk.make_folder(&self.keys)?;
        let path = self.keys.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(|source| at("open", &path, source))?;
        file.lock().map_err(|source| at("lock", &path, source))?;
        Ok(file)
    }

    /// Nobody changes anything until this is dropped. Where there is no lock yet, there is no key either.
    fn reading(&self) -> Result<Option<File>, Error> {
        let path = self.keys.join("lock");
        let Some(file) = crate::durable::open_if_there(&path)? else { return Ok(None) };
        file.lock_shared().map_err(|source| at("lock", &path, source))?;
        Ok(Some(file))
    }

    fn master_path(&self) -> PathBuf {
        self.keys.join("master.key")
    }

    fn key_path(&self, name: &Name) -> PathBuf {
        self.keys.join(format!("{name}.key"))
    }

    fn credentials_path(&self, name: &Name) -> PathBuf {
        self.state.join(name.as_str()).join("credentials.json")
    }
}

#[cfg(test)]
mod tests;
