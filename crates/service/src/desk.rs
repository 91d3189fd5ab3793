//! Where the integrations of one machine are kept and asked: the state folder, the folder for keys, and the declarations.
//! One value, cheap to clone, that the command line and the service each make once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use integration::{MASTER_KEY_VARIABLE, MasterSource, Name, Vault};
use pipeline::{Pipeline, PipelineSet};
use snapshot::Store;

use crate::connected::{Connected, carried};
use crate::error::Error;
use crate::lock::NameLock;

/// Where the declarations come from: read anew each time, as a person may change them while a service runs.
pub type Pipelines = Arc<dyn Fn() -> Result<PipelineSet, pipeline::Error> + Send + Sync>;

/// That a service works with a state folder, until it is dropped.
#[derive(Debug)]
pub struct Serving {
    _lock: NameLock,
}

/// Where the integrations of one machine are.
#[derive(Clone)]
pub struct Desk {
    state: PathBuf,
    keys: Option<PathBuf>,
    pipelines: Pipelines,
}

impl Desk {
    /// Of a state folder; `keys` is the folder for keys where it is not the account's own.
    pub fn new(state: PathBuf, keys: Option<PathBuf>, pipelines: Pipelines) -> Self {
        Self { state, keys, pipelines }
    }

    /// The state folder.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The folder of an integration, whether it is there or not.
    pub fn folder_of(&self, name: &Name) -> PathBuf {
        self.state.join(name.as_str())
    }

    /// The integrations that are connected, by name.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn names(&self) -> Result<Vec<Name>, Error> {
        Ok(integration::names(&self.state)?)
    }

    /// An integration, where it was connected.
    ///
    /// # Errors
    /// Its settings cannot be read.
    pub fn find(&self, name: &Name) -> Result<Option<Connected>, Error> {
        match integration::read_settings(&self.state, name) {
            Ok(settings) => Ok(Some(Connected { name: name.clone(), settings })),
            Err(integration::Error::Unknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// An integration that must be there.
    ///
    /// # Errors
    /// [`integration::Error::Unknown`], or its settings cannot be read.
    pub fn connected(&self, name: &Name) -> Result<Connected, Error> {
        Ok(Connected { name: name.clone(), settings: integration::read_settings(&self.state, name)? })
    }

    /// An integration as it was when `earlier` was read, with what was changed of it since.
    ///
    /// # Errors
    /// It was deleted, or deleted and connected anew, meanwhile.
    pub(crate) fn still(&self, earlier: &Connected) -> Result<Connected, Error> {
        let now = self.connected(&earlier.name)?;
        match now.settings.created_at() == earlier.settings.created_at() {
            true => Ok(now),
            false => Err(Error::Asked("it was deleted and connected anew meanwhile: nothing was changed".to_owned())),
        }
    }

    /// The declarations.
    ///
    /// # Errors
    /// They do not hold.
    pub fn pipelines(&self) -> Result<PipelineSet, Error> {
        Ok((self.pipelines)()?)
    }

    /// The pipelines that an integration sends.
    ///
    /// # Errors
    /// The declarations do not hold.
    pub fn carried(&self, connected: &Connected) -> Result<Vec<Pipeline>, Error> {
        Ok(carried(&self.pipelines()?, connected.settings.sends_apps()))
    }

    /// The snapshots of an integration.
    ///
    /// # Errors
    /// Their folder cannot be made.
    pub fn snapshots(&self, name: &Name) -> Result<Store, Error> {
        Ok(Store::open(&self.folder_of(name).join("snapshots"))?)
    }

    /// The folder for keys.
    ///
    /// # Errors
    /// No folder is known.
    pub fn keys_folder(&self) -> Result<PathBuf, Error> {
        match &self.keys {
            Some(keys) => Ok(keys.clone()),
            None => Ok(integration::default_keys_folder(|name| std::env::var_os(name))?),
        }
    }

    /// The vault.
    ///
    /// # Errors
    /// The folder for keys cannot be used.
    pub fn vault(&self) -> Result<Vault, Error> {
        let source = MasterSource::found(|name| std::env::var_os(name));
        Ok(Vault::new(&self.state, &self.keys_folder()?, source)?)
    }

    /// Where the key is that wraps those of the integrations: a place, never the key.
    ///
    /// # Errors
    /// No folder for keys is known.
    pub fn master_key(&self) -> Result<String, Error> {
        Ok(match MasterSource::found(|name| std::env::var_os(name)) {
            MasterSource::Credential(path) => path.display().to_string(),
            MasterSource::Environment(_) => MASTER_KEY_VARIABLE.to_owned(),
            MasterSource::File => self.keys_folder()?.join("master.key").display().to_string(),
        })
    }

    /// Nobody else serves this state folder until it is dropped: two would begin each run twice.
    ///
    /// # Errors
    /// Somebody does.
    pub fn serving(&self) -> Result<Serving, Error> {
        match NameLock::of_service(&self.state)? {
            Some(lock) => Ok(Serving { _lock: lock }),
            None => {
                let state = self.state.display();
                Err(Error::Asked(format!("another `snowhaul serve` works with the state folder `{state}`")))
            }
        }
    }

    /// Nobody else writes this integration's settings and credentials until it is dropped.
    pub(crate) async fn settings_lock(&self, name: &Name) -> Result<NameLock, Error> {
        NameLock::of_settings(&self.state, name).await
    }
}
