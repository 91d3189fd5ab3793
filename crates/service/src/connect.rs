//! Connecting: both ends are looked at, and only then is anything kept.
//!
//! ```text
//! settings judged ── secrets taken ── both ends looked at ── credentials sealed ── settings written: connected
//! ```
//!
//! Apart in two steps, because a person is asked for secrets only when everything else was found to hold.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use extract::{DataSet, Piece, PieceSender, ReadOptions, ReadSettings, Scope};
use integration::checks::Check;
use integration::{Credentials, Grant, Name, RawSettings, Settings};

use crate::connected::carried;
use crate::delete::{forget_connection, forget_deletion};
use crate::desk::Desk;
use crate::ends::{Ends, Looked};
use crate::error::Error;
use crate::expected::expected;
use crate::lock::NameLock;

/// A connection whose settings hold, and whose secrets are not known yet.
pub struct Connecting {
    desk: Desk,
    name: Name,
    settings: Settings,
}

impl Desk {
    /// Looks at the settings of an integration that is to be connected. Whatever can be refused without a secret is.
    ///
    /// # Errors
    /// The name is taken, a setting does not hold, or nothing can be sealed.
    pub fn connecting(&self, name: Name, raw: RawSettings) -> Result<Connecting, Error> {
        self.refuse_taken(&name)?;
        let settings = Settings::new(raw)?;
        self.vault()?.check()?;
        Ok(Connecting { desk: self.clone(), name, settings })
    }

    fn refuse_taken(&self, name: &Name) -> Result<(), Error> {
        match self.find(name)? {
            None => Ok(()),
            Some(_) => Err(Error::Taken { name: name.clone() }),
        }
    }
}

impl Connecting {
    /// The settings, which hold.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// True where the service account's password is needed.
    pub fn with_password(&self) -> bool {
        self.settings.grant() == Grant::Password
    }

    /// Looks at both ends, and keeps the integration where nothing failed ([`Looked::refused`]).
    ///
    /// # Errors
    /// The name was taken meanwhile, no device is in the scope, or something could not be written; then it is not connected.
    pub async fn connect(
        self,
        credentials: &Credentials,
        each: &mut (dyn FnMut(&Check) + Send),
    ) -> Result<Looked, Error> {
        let Self { desk, name, settings } = &self;
        let set = desk.pipelines()?;
        let expected = expected(&set, &carried(&set, settings.sends_apps()))?;
        let ends = Ends::of(desk, name, settings, credentials)?;
        let looked = ends.look(&expected, each).await;
        if looked.refused().is_none() {
            let mut raw = settings.to_raw();
            raw.scope.pinned = pinned(&ends.tenant, &raw.scope.conditions).await?;
            keep(desk, name, &Settings::new(raw)?, credentials).await?;
        }
        Ok(looked)
    }

    /// Where the integration's own key will be.
    ///
    /// # Errors
    /// No folder for keys is known.
    pub fn key(&self) -> Result<PathBuf, Error> {
        Ok(self.desk.keys_folder()?.join(format!("{}.key", self.name)))
    }
}

/// Settings last: they are what makes it connected, and without credentials it could not run.
async fn keep(desk: &Desk, name: &Name, settings: &Settings, credentials: &Credentials) -> Result<(), Error> {
    // A run of an earlier one of this name that is still ending would go on when the mark of its deletion is taken away.
    let Some(_over) = NameLock::without_work(desk.state(), name, Duration::ZERO, &mut || {}).await? else {
        return Err(Error::Busy {
            name: name.clone(),
            doing: "a run of an integration that had this name is still ending",
        });
    };
    let _lock = desk.settings_lock(name).await?;
    // Somebody else may have connected one of this name while both ends were looked at.
    desk.refuse_taken(name)?;
    let (vault, folder) = (desk.vault()?, desk.folder_of(name));
    // One of this name may have been deleted before: what was known of that one's connection is not known of this one.
    forget_connection(&folder)?;
    pipeline::allow(&folder)?;
    vault.seal(name, credentials)?;
    if let Err(error) = integration::write_settings(desk.state(), name, settings) {
        // All or nothing: what was sealed for nothing goes again. Why it was for nothing is what a person has to know.
        if let Err(left) = vault.destroy(name) {
            tracing::warn!(integration = %name, error = %left, "credentials were sealed for nothing, and are still there");
        }
        return Err(error.into());
    }
    forget_deletion(&folder)
}

/// The serial numbers of the devices that a scope with a number comes to now: a trial stays with the devices that it
/// began with. None where the scope has no number.
///
/// # Errors
/// The tenant cannot be read, or no device is in the scope.
pub(crate) async fn pinned(tenant: &extract::Tenant, scope: &Scope) -> Result<BTreeSet<String>, Error> {
    if scope.devices_max.is_none() {
        return Ok(BTreeSet::new());
    }
    let settings = ReadSettings { scope: scope.clone(), ..ReadSettings::of(BTreeSet::from([DataSet::Devices])) };
    let options = ReadOptions { now: tenant.now(), ..ReadOptions::new(settings) };
    let (sender, mut pieces) = PieceSender::channel();
    let taken = async {
        let mut serials: BTreeSet<String> = BTreeSet::new();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Page(page) => {
                    serials.extend(extract::listed(&page.decoded.batch).into_iter().map(|one| one.serial_number));
                }
                Piece::Restarted { .. } => serials.clear(),
                _ => {}
            }
        }
        serials
    };
    let (read, serials) = tokio::join!(Box::pin(extract::read(tenant, &options, sender)), taken);
    read.map_err(pipeline::Error::from_tenant)?;
    // A device without a serial number cannot be asked for by it.
    let pinned: BTreeSet<String> = serials.into_iter().filter(|serial| !serial.trim().is_empty()).collect();
    if pinned.is_empty() {
        return Err(Error::Asked("no device of the tenant is in that scope: there is nothing to pin".to_owned()));
    }
    Ok(pinned)
}
