//! A night of a connected integration: its tenant is read, and what was read is carried. One road for the command line and
//! the service.
//!
//! ```text
//! lock of work ── paused? being deleted? ── read, looking for the mark of a deletion ── carry ── how it ended is noted
//! ```

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use extract::{DataSet, ReadSettings, Strategy};
use integration::{ConnectionState, Name, Settings};
use load::Patience;
use pipeline::{Events, ReadRequest, Resume, RunOptions, RunReport};
use snapshot::{Sealed, Source, Store};

use crate::connected::{Connected, carried, wanted};
use crate::desk::Desk;
use crate::error::{Error, Kind};
use crate::limits::LOOKED_FOR_EVERY;
use crate::lock::NameLock;
use crate::reader::Reader;

/// What a night sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// Devices alone, whatever the settings say.
    Devices,
    /// What the settings say: applications as well where they are turned on.
    Everything,
}

/// How a tenant is read; what is none is chosen by what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// How details are read.
    pub details: Option<Strategy>,
    /// How applications are read.
    pub apps: Option<Strategy>,
    /// Applications of iPhones and iPads as well.
    pub mobile_apps: bool,
    /// Read all of it, and carry nothing over.
    pub whole: bool,
    /// Wait for the hour's budget.
    pub wait: bool,
    /// How long what was read may wait to become durable.
    pub checkpoint_every: Duration,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            details: None,
            apps: None,
            mobile_apps: false,
            whole: false,
            wait: false,
            checkpoint_every: snapshot::limits::CHECKPOINT_EVERY,
        }
    }
}

impl Reading {
    /// The same as settings of a reading, without a scope.
    pub fn settings(&self, data_sets: BTreeSet<DataSet>, hints: BTreeSet<DataSet>) -> ReadSettings {
        ReadSettings {
            hints,
            details: self.details,
            apps: self.apps,
            mobile_apps: self.mobile_apps,
            whole: self.whole,
            ..ReadSettings::of(data_sets)
        }
    }
}

/// One night, as it is asked for.
#[derive(Debug)]
pub struct Night {
    /// What it sends.
    pub sends: Sends,
    /// How the tenant is read.
    pub reading: Reading,
    /// How long the instance's answers are waited for.
    pub patience: Patience,
    /// Send rows again that the target refused.
    pub retry_refused: bool,
}

impl Default for Night {
    fn default() -> Self {
        let (reading, patience) = (Reading::default(), Patience::default());
        Self { sends: Sends::Everything, reading, patience, retry_refused: false }
    }
}

/// That a run of this name is at work, until it is dropped.
#[derive(Debug)]
pub struct Work {
    _lock: NameLock,
}

impl Desk {
    /// Notes that something works with an integration's tenant, instance or history: a deletion waits for it.
    ///
    /// # Errors
    /// It is just being deleted.
    pub fn work(&self, name: &Name) -> Result<Work, Error> {
        match NameLock::of_work(self.state(), name)? {
            Some(lock) => Ok(Work { _lock: lock }),
            None => Err(Error::Busy { name: name.clone(), doing: "it is being deleted" }),
        }
    }

    /// Reads an integration's tenant and carries what was read. How it went is noted in its settings, where that says
    /// something of its connection.
    ///
    /// # Errors
    /// It is not connected, paused, being deleted, or a step failed; what was acknowledged stays, and the next night goes
    /// on from there.
    pub async fn night(&self, name: &Name, night: Night, events: Events) -> Result<RunReport, Error> {
        let _work = self.work(name)?;
        let connected = self.connected(name)?;
        refuse_paused(&connected)?;
        let ended = Box::pin(self.carried_night(&connected, night, events)).await;
        self.note(&connected, &ended).await;
        ended
    }

    /// Notes how a run ended. What it came to is told all the same, where that cannot be.
    pub(crate) async fn note(&self, connected: &Connected, ended: &Result<RunReport, Error>) {
        // One that was deleted, and maybe purged, meanwhile has nothing to be noted of.
        if !self.find(&connected.name).is_ok_and(|found| found.is_some()) {
            return;
        }
        self.note_failure(&connected.name, ended);
        if let Err(error) = self.note_ended(connected, ended).await {
            tracing::warn!(integration = %connected.name, error = error.told(), "how the run ended could not be noted");
        }
    }

    async fn carried_night(&self, connected: &Connected, night: Night, events: Events) -> Result<RunReport, Error> {
        let folder = self.folder_of(&connected.name);
        // Before it is read for an hour.
        pipeline::refuse_cancelled(&folder)?;
        let set = self.pipelines()?;
        let sends_apps = connected.settings.sends_apps() && night.sends == Sends::Everything;
        let pipelines = carried(&set, sends_apps);
        let (data_sets, hints) = wanted(&set, &pipelines)?;
        // Opened once: a run goes on with the credentials that it began with.
        let credentials = self.vault()?.open(&connected.name)?;
        let reader = Reader::of(self, connected, &credentials, night.reading.wait)?;
        let scope = connected.settings.scope();
        let settings = ReadSettings { scope, ..night.reading.settings(data_sets, hints) };
        let store = self.snapshots(&connected.name)?;
        let clock = reader.tenant.clock();
        let reading = read(&store, (&reader.tenant, reader.source.clone()), settings, &night.reading, &events);
        let sealed = tokio::select! {
            sealed = reading => sealed?,
            () = cancelled(&folder) => return Err(pipeline::Error::Cancelled { folder }.into()),
        };
        drop(reader);
        let destination = self.destination(connected, &credentials, night.patience)?;
        let options = RunOptions {
            integration: connected.name.as_str(),
            folder: &folder,
            command: "run",
            pipelines: &pipelines,
            snapshot: &sealed,
            may_retire: true,
            older: false,
            retry_refused: night.retry_refused,
            clock,
            events,
        };
        Ok(pipeline::run(options, destination).await?)
    }

    /// Notes how a run ended. An integration that was deleted meanwhile has no settings any more, and gets none by this.
    async fn note_ended(&self, connected: &Connected, ended: &Result<RunReport, Error>) -> Result<(), Error> {
        let connection = match ended {
            Err(error) if error.kind() == Kind::Credentials => needs_attention(&error.told()),
            Ok(report) if report.is_credentials() => {
                let reasons = report.tables.iter().filter_map(|table| Some(table.incomplete.as_ref()?.reason.clone()));
                needs_attention(&reasons.collect::<Vec<_>>().join("; "))
            }
            Ok(_) => ConnectionState::Connected,
            // Trouble of another kind says nothing of who asks.
            Err(_) => return Ok(()),
        };
        let _lock = self.settings_lock(&connected.name).await?;
        let Some(now) = self.find(&connected.name)? else { return Ok(()) };
        let is_another = now.settings.created_at() != connected.settings.created_at();
        // New credentials were accepted while it worked with the old ones, which says nothing of them.
        let is_renewed = now.settings.credentials_at() != connected.settings.credentials_at();
        if is_another || is_renewed || *now.settings.connection() == connection {
            return Ok(());
        }
        let mut raw = now.settings.to_raw();
        raw.connection = connection;
        Ok(integration::write_settings(self.state(), &now.name, &Settings::new(raw)?)?)
    }
}

/// Reads a tenant into a sealed snapshot; a reading that was broken off and was begun alike is gone on with.
///
/// # Errors
/// What [`pipeline::extract`] says.
pub async fn read(
    store: &Store,
    (tenant, source): (&extract::Tenant, Source),
    settings: ReadSettings,
    reading: &Reading,
    events: &Events,
) -> Result<Sealed, pipeline::Error> {
    let checkpoint_every = reading.checkpoint_every;
    let request = ReadRequest { store, tenant, source, settings, resume: Resume::IfFitting, checkpoint_every, events };
    Ok(pipeline::extract(request).await?.sealed)
}

/// Refuses what a person has paused.
pub(crate) fn refuse_paused(connected: &Connected) -> Result<(), Error> {
    if connected.settings.is_sync_on() {
        return Ok(());
    }
    let name = &connected.name;
    Err(Error::Asked(format!("`{name}` is paused; `snowhaul edit {name} --sync on` lets it run again")))
}

/// Ends when the integration of a folder is told to send nothing more.
async fn cancelled(folder: &Path) {
    while !pipeline::is_cancelled(folder) {
        tokio::time::sleep(LOOKED_FOR_EVERY).await;
    }
}

/// A reason as settings keep it: one line, and no longer than a page shows.
fn needs_attention(reason: &str) -> ConnectionState {
    let mut kept: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = kept.floor_char_boundary(integration::limits::REASON_BYTES_MAX);
    kept.truncate(end);
    let kept = kept.trim();
    let reason = if kept.is_empty() { "a run ended because of credentials or permission" } else { kept };
    ConnectionState::NeedsAttention { reason: reason.to_owned() }
}
