//! Deleting: an integration ends, and nothing opens its credentials any more.
//!
//! ```text
//! said what is lost ── name typed ── running sync told to stop ── tokens revoked ──┐
//! ┌────────────────────────────────────────────────────────────────────────────────┘
//! └─ key destroyed, then credentials ── settings removed: not connected ── history marked, or purged
//! ```
//!
//! What must hold: it may break off anywhere and be begun again; what cannot be revoked is said, and keeps no key
//! alive.

use std::io::ErrorKind;
use std::path::Path;

use integration::Name;
use jiff::Timestamp;
use load::Target;
use rest::ClientConfig;
use serde::{Deserialize, Serialize};

use crate::connected::Connected;
use crate::desk::Desk;
use crate::error::Error;
use crate::files::{FAILURE_FILE, NOTICED_FILE, SCHEDULE_FILE};
use crate::limits::{ATTEMPTS_MAX, HISTORY_KEPT, RUN_ENDS_WITHIN};
use crate::lock::NameLock;

/// What a person changes at both ends all the same.
pub const ROTATED: [&str; 3] = ["client secret", "password of the service account", "API token of the tenant"];

/// The file in an integration's folder that says that it was deleted, and when.
const DELETED: &str = "deleted.json";

/// The settings' file. Without it a folder is no integration that is connected.
const SETTINGS: &str = "integration.json";

/// What is kept of a deletion.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    version: u32,
    /// When it was deleted.
    pub deleted_at: String,
    /// Until when its history is kept.
    pub history_until: String,
}

/// What is to be deleted, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deleting {
    /// Remove runs, snapshots and what is held at once.
    pub purge: bool,
    /// Revoke tokens although another integration uses the same client of the same instance.
    pub revoke_shared: bool,
}

/// What became of an integration.
#[derive(Clone, Debug)]
pub struct Deleted {
    /// What became of its tokens, in words.
    pub tokens: String,
    /// Until when its history is kept; none where it is gone.
    pub history_until: Option<String>,
    /// What a person changes at both ends all the same.
    pub rotate: [&'static str; 3],
    /// Its history was to be removed, and a run that is still ending holds it.
    pub is_held: bool,
}

impl Desk {
    /// Who would be hit by a revocation of an integration's tokens.
    ///
    /// # Errors
    /// The state folder cannot be read.
    pub fn sharing(&self, connected: &Connected) -> Result<Vec<Name>, Error> {
        let own = &connected.settings;
        let mut names = self.names()?;
        names.retain(|name| {
            // Settings that cannot be read may name the same client.
            *name != connected.name
                && integration::read_settings(self.state(), name).map_or(true, |other| {
                    other.instance_url() == own.instance_url() && other.client_id() == own.client_id()
                })
        });
        Ok(names)
    }

    /// Ends an integration. `waiting` is called once where a run is at work.
    ///
    /// # Errors
    /// It is not connected, or something could not be removed; begun again, it goes on.
    pub async fn delete(
        &self,
        connected: &Connected,
        deleting: Deleting,
        waiting: &mut (dyn FnMut() + Send),
    ) -> Result<Deleted, Error> {
        let (name, folder) = (&connected.name, self.folder_of(&connected.name));
        // What could be refused is refused before anything is done.
        let (sharing, vault) = (self.sharing(connected)?, self.vault()?);
        pipeline::cancel(&folder)?;
        let over = NameLock::without_work(self.state(), name, RUN_ENDS_WITHIN, waiting).await?;
        let _lock = self.settings_lock(name).await?;
        // Somebody else may have ended it meanwhile, and connected another one of its name.
        let connected = &self.still(connected)?;
        let tokens = match (sharing.is_empty() || deleting.revoke_shared, &over) {
            (false, _) => format!("not revoked: {} has the same client", listed(&sharing)),
            // A run that renews its token meanwhile would have one that is good.
            (true, None) => {
                format!("{}; a run is still ending, and may have asked for others", self.revoked(connected).await)
            }
            (true, Some(_)) => self.revoked(connected).await,
        };
        vault.destroy(name)?;
        let deletion = end(&folder)?;
        let is_purged = deleting.purge && over.is_some();
        if is_purged {
            purge(&folder)?;
        }
        Ok(Deleted {
            tokens,
            history_until: (!is_purged).then_some(deletion.history_until),
            rotate: ROTATED,
            is_held: deleting.purge && !is_purged,
        })
    }

    /// Removes the history of an integration that was deleted before. False where a run is still ending.
    ///
    /// # Errors
    /// It was not deleted, or its folder cannot be removed.
    pub async fn purge(&self, name: &Name) -> Result<bool, Error> {
        let folder = self.folder_of(name);
        let over = NameLock::without_work(self.state(), name, std::time::Duration::ZERO, &mut || {}).await?;
        let _lock = self.settings_lock(name).await?;
        if self.find(name)?.is_some() || deletion(&folder)?.is_none() {
            return Err(Error::Asked(format!("`{name}` is not deleted: its history is not removed")));
        }
        match over {
            Some(_) => purge(&folder).map(|()| true),
            None => Ok(false),
        }
    }

    /// What became of the tokens. That they could not be revoked keeps nobody from destroying what asks for new ones.
    async fn revoked(&self, connected: &Connected) -> String {
        match self.revoke(connected).await {
            Ok(()) => "revoked".to_owned(),
            Err(error) => format!("not revoked, they end by themselves: {}", error.told()),
        }
    }

    async fn revoke(&self, connected: &Connected) -> Result<(), Error> {
        let login = connected.login(&self.vault()?.open(&connected.name)?)?;
        let config =
            ClientConfig { attempts_max: ATTEMPTS_MAX, ..ClientConfig::new(connected.settings.instance_url()) };
        Ok(Target::connect_with(config, login).await?.revoke().await?)
    }
}

/// Makes the folder one of an integration that was.
fn end(folder: &Path) -> Result<Deletion, Error> {
    let until = Timestamp::now().saturating_add(HISTORY_KEPT).unwrap_or(Timestamp::MAX);
    let history_until = until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let deletion = Deletion { version: 1, deleted_at: integration::moment(), history_until };
    let path = folder.join(DELETED);
    let text =
        serde_json::to_string_pretty(&deletion).map_err(|source| Error::Damaged { path: path.clone(), source })?;
    std::fs::write(&path, text + "\n").map_err(|source| Error::File {
        attempt: "write",
        path: path.clone(),
        source,
    })?;
    removed(&folder.join(SETTINGS))?;
    Ok(deletion)
}

/// When the integration of a folder was deleted; none where it was not.
///
/// # Errors
/// The file that says so is damaged or cannot be read.
pub fn deletion(folder: &Path) -> Result<Option<Deletion>, Error> {
    let path = folder.join(DELETED);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|source| Error::Damaged { path, source }).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { attempt: "read", path, source }),
    }
}

/// Files that say how an earlier connection of this name went: when it ran, what was told of it, why it failed last.
const OF_CONNECTION: [&str; 3] = [SCHEDULE_FILE, NOTICED_FILE, FAILURE_FILE];

/// A new connection begins with nothing known of an earlier one of its name.
pub(crate) fn forget_connection(folder: &Path) -> Result<(), Error> {
    OF_CONNECTION.iter().try_for_each(|file| removed(&folder.join(file)))
}

/// An integration that is connected again was not deleted.
pub(crate) fn forget_deletion(folder: &Path) -> Result<(), Error> {
    removed(&folder.join(DELETED))
}

/// Removes an integration's folder.
pub(crate) fn purge(folder: &Path) -> Result<(), Error> {
    std::fs::remove_dir_all(folder).map_err(|source| Error::File { attempt: "remove", path: folder.to_owned(), source })
}

fn removed(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(Error::File { attempt: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn listed(names: &[Name]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
