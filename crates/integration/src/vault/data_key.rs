//! `<keys>/<name>.key`: the data key of one integration, wrapped by the master key, and by two of them while one takes
//! the other's place. Apart because its being there is what makes sealed credentials open, and its going what ends
//! them.

use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cipher::{Key, Sealed, random};
use super::{guard, hex};
use crate::durable::{open_if_there, read_up_to};
use crate::error::Error;
use crate::limits::SEALED_BYTES_MAX;
use crate::name::Name;

/// The format that this program writes.
const VERSION: u32 = 1;

/// The file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrappedKey {
    version: u32,
    integration: String,
    /// The data key's own name, made up; credentials say which key they were sealed with.
    key: String,
    /// The state folder that it was made for.
    made_for: String,
    wraps: Vec<Wrap>,
}

/// The data key as one master key wrapped it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrap {
    /// The master key's name.
    master: String,
    data_key: Sealed,
}

impl WrappedKey {
    /// Makes a data key and wraps it.
    pub(super) fn make(name: &Name, made_for: &str, master: &Key) -> Result<(Self, Key), Error> {
        let (id, key) = (hex::encode(&random::<16>()?), Key::random()?);
        let mut wrapped = Self {
            version: VERSION,
            integration: name.to_string(),
            key: id,
            made_for: made_for.to_owned(),
            wraps: Vec::new(),
        };
        wrapped.wrap(&key, master)?;
        Ok((wrapped, key))
    }

    /// Reads the file; none where it is not there.
    pub(super) fn read(path: &Path, name: &Name) -> Result<Option<Self>, Error> {
        let Some(file) = open_if_there(path)? else { return Ok(None) };
        guard::private_file(&file, path)?;
        let found: Self = read_exactly(file, path)?;
        if found.version != VERSION {
            return Err(Error::Version { path: path.to_owned(), found: found.version, known: VERSION });
        }
        match found.integration == name.as_str() {
            true => Ok(Some(found)),
            false => Err(Error::Damaged { path: path.to_owned() }),
        }
    }

    /// The data key's name.
    pub(super) fn id(&self) -> &str {
        &self.key
    }

    /// The state folder that it was made for.
    pub(super) fn made_for(&self) -> &str {
        &self.made_for
    }

    /// The data key.
    pub(super) fn unwrap(&self, name: &Name, master: &Key) -> Result<Key, Error> {
        let id = master.id();
        let opened = self.wraps.iter().filter(|wrap| wrap.master == id);
        let mut opened = opened.filter_map(|wrap| master.open(&self.place(), &wrap.data_key));
        let key = opened.next().and_then(|bytes| Key::from_bytes(&bytes));
        key.ok_or_else(|| Error::OtherMaster { name: name.clone() })
    }

    /// Wraps the data key by one more master key, and forgets all but these two.
    pub(super) fn add(&mut self, name: &Name, master: &Key, other: &Key) -> Result<(), Error> {
        let key = self.unwrap(name, master)?;
        self.keep_only(master);
        self.wrap(&key, other)
    }

    /// Forgets every master key but this one; true where there was another. Without this one nothing is forgotten.
    pub(super) fn keep_only(&mut self, master: &Key) -> bool {
        let (id, before) = (master.id(), self.wraps.len());
        if self.wraps.iter().any(|wrap| wrap.master == id) {
            self.wraps.retain(|wrap| wrap.master == id);
        }
        self.wraps.len() < before
    }

    /// As it is written.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }

    fn wrap(&mut self, key: &Key, master: &Key) -> Result<(), Error> {
        let data_key = master.seal(&self.place(), key.bytes())?;
        self.wraps.push(Wrap { master: master.id(), data_key });
        Ok(())
    }

    /// Everything that the file says of the key, so that none of it can be changed. The folder is last, as only it may
    /// hold the separator.
    fn place(&self) -> String {
        format!("snowhaul|{}|{}|data-key|{}|{}", self.version, self.integration, self.key, self.made_for)
    }
}

/// Reads a file that must be, to the byte, what this program writes: a changed space is damage as well.
pub(super) fn read_exactly<T: Serialize + for<'a> Deserialize<'a>>(file: File, path: &Path) -> Result<T, Error> {
    let damaged = || Error::Damaged { path: path.to_owned() };
    let text = read_up_to(file, path, SEALED_BYTES_MAX)?;
    // The decoder's own words are left out: they may repeat what stands in the file.
    let found: T = serde_json::from_slice(&text).map_err(|_| damaged())?;
    match written(&found) == *text {
        true => Ok(found),
        false => Err(damaged()),
    }
}

/// A file of the vault as it is written.
pub(super) fn written<T: Serialize>(file: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(file).expect("texts and numbers can always be written");
    bytes.push(b'\n');
    bytes
}
