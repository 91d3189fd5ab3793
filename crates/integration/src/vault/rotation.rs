//! A new master key in the place of the old one. Apart because a crash must not cost a key at any instant, and the
//! order of these steps is why it cannot.
//!
//! ```text
//! 1  master.key.next written          every <name>.key opens with the old master key
//! 2  each <name>.key: old + new wrap  every <name>.key opens with the old one, and some with both
//! 3  each is opened with the new one, read back from the disk
//! 4  master.key.next ─▶ master.key    every <name>.key opens with both: the old one before, the new one after
//! 5  each <name>.key: new wrap only   every <name>.key opens with the new one
//! ```
//!
//! So what is in force opens everything at any instant, and nothing ever has to try two keys.

use std::path::PathBuf;

use rest::{ExposeSecret, Secret};

use super::cipher::Key;
use super::data_key::WrappedKey;
use super::{Vault, master};
use crate::error::Error;
use crate::name::Name;

impl Vault {
    /// Puts a new master key into the file and wraps every data key with it; no credentials are sealed anew. The old
    /// master key opens nothing afterwards. It may be called again where it broke off.
    ///
    /// # Errors
    /// [`Error::MasterElsewhere`] where the key is not in a file; [`Error::OtherMaster`] where it does not open some
    /// key, and then nothing has changed.
    pub fn rotate(&self) -> Result<(), Error> {
        let super::MasterSource::File = self.source else {
            return Err(Error::MasterElsewhere { origin: self.source.origin(&self.master_path()) });
        };
        let _lock = self.writing()?;
        let Some(old) = self.master()? else {
            return master::make(&self.disk, &self.master_path()).map(drop);
        };
        let new = master::make(&self.disk, &self.next_path())?;
        self.wrap_all(&old, &new)?;
        self.disk.rename(&self.next_path(), &self.master_path())?;
        self.forget_all_but(&new)
    }

    /// Wraps every data key with the master key that is to come as well, where it comes from elsewhere. From then on
    /// either opens; when the new one is in force, [`Vault::settle`] ends the old one.
    ///
    /// # Errors
    /// [`Error::MasterKey`] where the new one is none; [`Error::OtherMaster`] as [`Vault::rotate`].
    pub fn prepare(&self, new: &Secret) -> Result<(), Error> {
        let new = master::parse(new.expose_secret(), "the new one")?;
        let _lock = self.writing()?;
        match self.master()? {
            Some(old) if old.id() != new.id() => self.wrap_all(&old, &new),
            _ => Ok(()),
        }
    }

    /// Makes the master key that is in force the only one: ends a rotation that was prepared, or that broke off. Keys
    /// that it does not open are left as they are.
    ///
    /// # Errors
    /// [`Error::File`], and what [`Vault::check`] says.
    pub fn settle(&self) -> Result<(), Error> {
        let _lock = self.writing()?;
        if let Some(master) = self.master()? {
            self.forget_all_but(&master)?;
        }
        self.disk.remove_with_partial(&self.next_path())
    }

    /// Every data key opens with both afterwards. None is written before all are known to open with the old one.
    fn wrap_all(&self, old: &Key, new: &Key) -> Result<(), Error> {
        let mut all = self.all_wrapped()?;
        for (name, wrapped) in &mut all {
            wrapped.add(name, old, new)?;
        }
        for (name, wrapped) in &all {
            self.disk.replace(&self.key_path(name), &wrapped.to_bytes())?;
        }
        // The last look before the old key may go.
        self.all_wrapped()?.iter().try_for_each(|(name, wrapped)| wrapped.unwrap(name, new).map(drop))
    }

    fn forget_all_but(&self, master: &Key) -> Result<(), Error> {
        for (name, mut wrapped) in self.all_wrapped()? {
            if wrapped.keep_only(master) {
                self.disk.replace(&self.key_path(&name), &wrapped.to_bytes())?;
            }
        }
        Ok(())
    }

    fn all_wrapped(&self) -> Result<Vec<(Name, WrappedKey)>, Error> {
        let names = self.wrapped_names()?.into_iter();
        // The lock is held, so what was listed is there.
        let read = names.filter_map(|name| {
            let wrapped = WrappedKey::read(&self.key_path(&name), &name).transpose()?;
            Some(wrapped.map(|wrapped| (name, wrapped)))
        });
        read.collect()
    }

    /// The master key that is to come.
    fn next_path(&self) -> PathBuf {
        self.keys.join("master.key.next")
    }
}
