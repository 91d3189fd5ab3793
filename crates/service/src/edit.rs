//! Editing: what is sent, of which devices, and when. Apart from credentials, which are renewed: here nothing is asked of
//! either end unless the change needs it.

use std::collections::BTreeSet;

use extract::Scope;
use integration::{Name, RawSettings, ScopeSettings, Settings};

use crate::connect::pinned;
use crate::connected::{Connected, carried};
use crate::desk::Desk;
use crate::ends::{Ends, Looked};
use crate::error::Error;
use crate::expected::expected;
use crate::schedule::{self, Schedule};

/// What is to be changed; what is none stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edits {
    /// Send applications and their usage as well.
    pub send_apps: Option<bool>,
    /// The devices that are wanted; all of them where the scope says nothing.
    pub scope: Option<Scope>,
    /// When devices are sent.
    pub devices_schedule: Option<String>,
    /// When applications are sent.
    pub apps_schedule: Option<String>,
    /// The time zone of both.
    pub time_zone: Option<String>,
    /// False pauses it.
    pub sync: Option<bool>,
}

/// What became of an edit.
#[derive(Debug)]
pub enum Edited {
    /// The settings as they are now.
    Kept(Box<Settings>),
    /// Applications cannot be sent, and nothing was changed.
    Refused(Refusal),
}

/// Why applications cannot be sent.
#[derive(Debug)]
pub struct Refusal {
    /// What was found.
    pub looked: Looked,
}

impl Edits {
    fn applied(&self, mut raw: RawSettings) -> RawSettings {
        raw.send_apps = self.send_apps.unwrap_or(raw.send_apps);
        raw.sync = self.sync.unwrap_or(raw.sync);
        if let Some(conditions) = &self.scope {
            raw.scope = ScopeSettings { conditions: conditions.clone(), pinned: BTreeSet::new() };
        }
        let put = |setting: &mut String, said: &Option<String>| {
            if let Some(said) = said {
                said.clone_into(setting);
            }
        };
        put(&mut raw.schedules.devices, &self.devices_schedule);
        put(&mut raw.schedules.apps, &self.apps_schedule);
        put(&mut raw.schedules.time_zone, &self.time_zone);
        raw
    }
}

impl Desk {
    /// Changes an integration's settings.
    ///
    /// # Errors
    /// It is not connected, a setting does not hold, or an end that has to be asked cannot be.
    pub async fn edit(&self, name: &Name, edits: &Edits) -> Result<Edited, Error> {
        let connected = self.connected(name)?;
        // Refused before either end is asked, where it can be.
        let settings = Settings::new(edits.applied(connected.settings.to_raw()))?;
        judge_schedules(&settings)?;
        let turned_on = edits.send_apps == Some(true) && !connected.settings.sends_apps();
        if turned_on && let Some(looked) = self.apps_refused(&connected).await? {
            return Ok(Edited::Refused(Refusal { looked }));
        }
        let scope = edits.scope.as_ref().filter(|scope| scope.devices_max.is_some());
        let pinned = match scope {
            Some(scope) => {
                let credentials = self.vault()?.open(name)?;
                let ends = Ends::of(self, name, &settings, &credentials)?;
                Some(pinned(&ends.tenant, scope).await?)
            }
            None => edits.scope.as_ref().map(|_| BTreeSet::new()),
        };
        let _lock = self.settings_lock(name).await?;
        // Read once more: somebody may have changed or deleted it while both ends were looked at.
        let mut raw = edits.applied(self.still(&connected)?.settings.to_raw());
        raw.scope.pinned = pinned.unwrap_or(raw.scope.pinned);
        let settings = Settings::new(raw)?;
        integration::write_settings(self.state(), name, &settings)?;
        Ok(Edited::Kept(Box::new(settings)))
    }

    /// Looks whether the instance has what applications need; what was found where something fails.
    async fn apps_refused(&self, connected: &Connected) -> Result<Option<Looked>, Error> {
        let set = self.pipelines()?;
        let expected = expected(&set, &carried(&set, true))?;
        let credentials = self.vault()?.open(&connected.name)?;
        let ends = Ends::of(self, &connected.name, &connected.settings, &credentials)?;
        let looked = ends.look(&expected, &mut |_| {}).await;
        Ok((looked.failed > 0).then_some(looked))
    }
}

/// Whether the schedules ever come true. Settings look only at their form.
fn judge_schedules(settings: &Settings) -> Result<(), Error> {
    let schedules = settings.schedules();
    for (field, expression) in [("devices", &schedules.devices), ("apps", &schedules.apps)] {
        Schedule::new(expression, &schedules.time_zone).map_err(|source| match source {
            schedule::Error::Zone { .. } => Error::Schedule { field: "time_zone", source },
            _ => Error::Schedule { field, source },
        })?;
    }
    Ok(())
}
