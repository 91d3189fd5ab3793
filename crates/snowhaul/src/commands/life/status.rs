//! `status`: how integrations stand, from what is kept here; neither end is asked. Apart from `doctor`, which asks both
//! and takes its time: this is answered at once, for a hundred integrations as well.

use anyhow::Result;
use extract::Scope;
use integration::{ConnectionState, Grant, Name, Schedules, Settings};
use jiff::Timestamp;
use ledger::{History, RunRecord, RunState};
use serde::Serialize;

use super::delete::deletion;
use super::{Connected, begun, vault};
use crate::arguments::{Common, StatusArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// Runs that are told of one integration.
const RUNS_TOLD: usize = 5;

/// How an integration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
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
pub(crate) struct StatusTold {
    pub(crate) schema_version: u32,
    pub(crate) integration: String,
    pub(crate) state: Standing,
    /// What a person must do, or why it is not connected; empty where nothing is to be said.
    pub(crate) reason: String,
    pub(crate) ends: Option<EndsTold>,
    pub(crate) last_run: Option<RunRecord>,
    /// The last runs, the newest first.
    pub(crate) runs: Vec<RunRecord>,
    /// What the brakes said that stopped the last run; empty where none waits for a person's word.
    pub(crate) brakes_waiting: Vec<String>,
}

/// What is told of a connection.
#[derive(Debug, Serialize)]
pub(crate) struct EndsTold {
    pub(crate) tenant: String,
    pub(crate) instance: String,
    pub(crate) client_id: String,
    pub(crate) grant: Grant,
    pub(crate) service_account: Option<String>,
    pub(crate) connected_at: String,
    pub(crate) credentials_at: String,
    pub(crate) credentials_age_days: i64,
    pub(crate) send_apps: bool,
    pub(crate) scope: Scope,
    pub(crate) schedules: Schedules,
    pub(crate) sync: bool,
}

/// All integrations, as they are printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integrations: &'a [StatusTold],
}

/// Tells how one integration stands, or all that are connected.
pub(crate) fn status(common: &Common, arguments: &StatusArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    if !arguments.all {
        let told = told(common);
        say(common.output, output, &told, || shown::status(std::slice::from_ref(&told)))?;
        return Ok(exit::DONE);
    }
    let names = integration::names(&common.state)?;
    let of = |name: &Name| told(&Common { integration: name.to_string(), ..common.clone() });
    let integrations: Vec<StatusTold> = names.iter().map(of).collect();
    let document = Document { schema_version: pipeline::limits::SCHEMA_VERSION, integrations: integrations.as_slice() };
    say(common.output, output, &document, || shown::status(&integrations))?;
    Ok(exit::DONE)
}

/// One integration. What cannot be read of it is told as what needs attention: the others are told all the same.
fn told(common: &Common) -> StatusTold {
    let (runs, unread) = match runs(common) {
        Ok(runs) => (runs, None),
        Err(error) => (Vec::new(), Some(format!("{error:#}"))),
    };
    let (ends, state, reason) = match Connected::of(common) {
        Ok(None) => (None, Standing::NotConnected, ended(common)),
        Ok(Some(connected)) => {
            let (state, reason) = standing(common, &connected, &runs);
            (Some(EndsTold::of(&connected.settings)), state, reason)
        }
        Err(error) => (None, Standing::NeedsAttention, format!("{error:#}")),
    };
    let (state, reason) = unread.map_or((state, reason), |unread| (Standing::NeedsAttention, unread));
    let last_run = runs.first().cloned();
    StatusTold {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: common.integration.clone(),
        state,
        reason,
        ends,
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
fn runs(common: &Common) -> Result<Vec<RunRecord>> {
    let mut runs = History::open(&common.state.join(&common.integration))?.runs()?;
    runs.retain(|run| run.state != RunState::Planned);
    runs.reverse();
    runs.truncate(RUNS_TOLD);
    Ok(runs)
}

/// The first that holds: what a person must do, a pause, what has not happened yet.
fn standing(common: &Common, connected: &Connected, runs: &[RunRecord]) -> (Standing, String) {
    if let ConnectionState::NeedsAttention { reason } = connected.settings.connection() {
        return (Standing::NeedsAttention, reason.clone());
    }
    if pipeline::is_cancelled(&common.state.join(&common.integration)) {
        let reason = format!("its deletion was begun: `snowhaul delete {}` ends it", connected.name);
        return (Standing::NeedsAttention, reason);
    }
    match vault(common) {
        Err(error) => return (Standing::NeedsAttention, format!("{error:#}")),
        Ok(vault) if !vault.has(&connected.name) => {
            let reason = "its credentials or their key are gone; `snowhaul reauthenticate` takes new ones";
            return (Standing::NeedsAttention, reason.to_owned());
        }
        Ok(_) => {}
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
fn ended(common: &Common) -> String {
    match deletion(&common.state.join(&common.integration)) {
        Ok(None) => String::new(),
        Ok(Some(was)) => format!("deleted at {}, its history is kept until {}", was.deleted_at, was.history_until),
        Err(error) => format!("{error:#}"),
    }
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
