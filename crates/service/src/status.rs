//! How integrations stand, from what is kept here; neither end is asked. Apart from the checks, which ask both and take
//! their time: this is answered at once, for a hundred integrations as well.

use extract::Scope;
use integration::{ConnectionState, Grant, Name, Schedules, Settings};
use jiff::Timestamp;
use ledger::{History, RunRecord, RunState};
use serde::Serialize;

use crate::connected::Connected;
use crate::delete::deletion;
use crate::desk::Desk;
use crate::error::Error;
use crate::failure::Failure;
use crate::limits::RUNS_TOLD;
use crate::schedule::Schedule;

/// How an integration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is in order, and has run.
    Connected,
    /// A person must do something.
    NeedsAttention,
    /// A person has paused it.
    Paused,
    /// It is in order, and has not run yet.
    NeverRan,
    /// It was never connected, or was deleted.
    NotConnected,
}

/// What is told of one integration.
#[derive(Debug, Serialize)]
pub struct StatusTold {
    /// Version of this document.
    pub schema_version: u32,
    /// Its name.
    pub integration: String,
    /// How it stands.
    pub state: Standing,
    /// What a person must do, or why it is not connected; empty where nothing is to be said.
    pub reason: String,
    /// Its connection; none where it is not connected.
    pub ends: Option<EndsTold>,
    /// The newest run.
    pub last_run: Option<RunRecord>,
    /// The last runs, the newest first.
    pub runs: Vec<RunRecord>,
    /// Why it failed last, where nothing has succeeded since.
    pub failure: Option<Failure>,
    /// When it is due next by its schedules, which a service keeps; none where it is paused or not connected.
    pub next_run: Option<Timestamp>,
    /// What the brakes said that stopped the last run; empty where none waits for a person's word.
    pub brakes_waiting: Vec<String>,
}

/// What is told of a connection.
#[derive(Debug, Serialize)]
pub struct EndsTold {
    /// The tenant's address.
    pub tenant: String,
    /// The instance's address.
    pub instance: String,
    /// The OAuth client's id.
    pub client_id: String,
    /// How tokens are asked for.
    pub grant: Grant,
    /// The account that rows are sent as.
    pub service_account: Option<String>,
    /// When it was connected first.
    pub connected_at: String,
    /// When its credentials were accepted last.
    pub credentials_at: String,
    /// How many days ago that was.
    pub credentials_age_days: i64,
    /// Applications are sent as well.
    pub send_apps: bool,
    /// The devices that are wanted.
    pub scope: Scope,
    /// When it runs.
    pub schedules: Schedules,
    /// False where a person has paused it.
    pub sync: bool,
}

impl Desk {
    /// How an integration stands. What cannot be read of it is told as what needs attention: the others are told all the
    /// same.
    pub fn status(&self, name: &Name) -> StatusTold {
        let (runs, unread) = match self.runs(name) {
            Ok(runs) => (runs, None),
            Err(error) => (Vec::new(), Some(error.told())),
        };
        let (ends, state, reason) = match self.find(name) {
            Ok(None) => (None, Standing::NotConnected, self.ended(name)),
            Ok(Some(connected)) => {
                let (state, reason) = self.standing(&connected, &runs);
                (Some(EndsTold::of(&connected.settings)), state, reason)
            }
            Err(error) => (None, Standing::NeedsAttention, error.told()),
        };
        let (state, reason) = unread.map_or((state, reason), |unread| (Standing::NeedsAttention, unread));
        let last_run = runs.first().cloned();
        let next = ends.as_ref().filter(|ends| ends.sync).and_then(next_run);
        StatusTold {
            schema_version: pipeline::limits::SCHEMA_VERSION,
            integration: name.to_string(),
            state,
            reason,
            ends,
            failure: self.failure(name),
            next_run: next,
            brakes_waiting: last_run
                .iter()
                .filter(|run| run.state == RunState::Stopped)
                .map(|run| run.failure.clone())
                .collect(),
            last_run,
            runs,
        }
    }

    /// The newest runs, the newest first. Plans are none: they send nothing.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn runs(&self, name: &Name) -> Result<Vec<RunRecord>, Error> {
        Ok(History::open(&self.folder_of(name))?.newest(RUNS_TOLD)?)
    }

    /// The first that holds: what a person must do, a pause, what has not happened yet.
    fn standing(&self, connected: &Connected, runs: &[RunRecord]) -> (Standing, String) {
        if let ConnectionState::NeedsAttention { reason } = connected.settings.connection() {
            return (Standing::NeedsAttention, reason.clone());
        }
        if pipeline::is_cancelled(&self.folder_of(&connected.name)) {
            let reason = format!("its deletion was begun: `snowhaul delete {}` ends it", connected.name);
            return (Standing::NeedsAttention, reason);
        }
        match self.vault() {
            Err(error) => return (Standing::NeedsAttention, error.told()),
            Ok(vault) if !vault.has(&connected.name) => {
                let reason = "its credentials or their key are gone; `snowhaul reauthenticate` takes new ones";
                return (Standing::NeedsAttention, reason.to_owned());
            }
            Ok(_) => {}
        }
        // Nothing is in the ledger of a run whose tenant could not be read.
        let failed = self.failure(&connected.name);
        let ended_at = runs.first().and_then(|run| run.ended_at.parse::<Timestamp>().ok());
        let is_newest = |failure: &Failure| ended_at.is_none_or(|ended_at| ended_at < failure.at);
        if let Some(failure) = failed.filter(is_newest) {
            let hint = if failure.hint.is_empty() { String::new() } else { format!("; {}", failure.hint) };
            return (Standing::NeedsAttention, format!("at {:.0}: {}{hint}", failure.at, failure.reason));
        }
        if let Some(run) = runs.first().filter(|run| matches!(run.state, RunState::Failed | RunState::Stopped)) {
            return (Standing::NeedsAttention, format!("run {} is {}: {}", run.run, run.state.as_str(), run.failure));
        }
        let state = match (connected.settings.is_sync_on(), runs.is_empty()) {
            (false, _) => Standing::Paused,
            (true, true) => Standing::NeverRan,
            (true, false) => Standing::Connected,
        };
        (state, String::new())
    }

    /// Why an integration is not connected, where it was.
    fn ended(&self, name: &Name) -> String {
        match deletion(&self.folder_of(name)) {
            Ok(None) => String::new(),
            Ok(Some(was)) => format!("deleted at {}, its history is kept until {}", was.deleted_at, was.history_until),
            Err(error) => error.told(),
        }
    }
}

/// The next moment of its schedules.
fn next_run(ends: &EndsTold) -> Option<Timestamp> {
    let schedules = &ends.schedules;
    let apps = ends.send_apps.then_some(&schedules.apps);
    let moments = [Some(&schedules.devices), apps]
        .into_iter()
        .flatten()
        .filter_map(|expression| Schedule::new(expression, &schedules.time_zone).ok()?.next_after(Timestamp::now()));
    moments.min()
}

impl EndsTold {
    fn of(settings: &Settings) -> Self {
        let age = Timestamp::now().duration_since(settings.credentials_at());
        Self {
            tenant: settings.tenant_url().to_owned(),
            instance: settings.instance_url().to_owned(),
            client_id: settings.client_id().to_owned(),
            grant: settings.grant(),
            service_account: settings.service_account().map(str::to_owned),
            connected_at: settings.created_at().to_string(),
            credentials_at: settings.credentials_at().to_string(),
            credentials_age_days: age.as_hours() / 24,
            send_apps: settings.sends_apps(),
            scope: settings.scope(),
            schedules: settings.schedules().clone(),
            sync: settings.is_sync_on(),
        }
    }
}
