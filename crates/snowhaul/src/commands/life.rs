//! The life of an integration: `connect`, `doctor`, `status`, `edit`, `reauthenticate`, `delete`, and what the other
//! commands ask of one that is connected. Apart because nothing but this part of the program opens the vault.
//!
//! What must hold: nothing is kept before both ends were looked at; credentials are changed all at once or not at all;
//! no secret is printed, and none is an argument.

mod connect;
mod delete;
mod doctor;
mod edit;
mod expected;
mod reauthenticate;
mod secrets;
mod status;

use std::path::PathBuf;

use anyhow::Result;
use extract::DataSet;
use integration::checks::{self, Check, CheckResult, Expected};
use integration::{ConnectionState, Credentials, Grant, MasterSource, Name, Settings, Vault};
use jiff::Timestamp;
use load::Login;
use pipeline::{Pipeline, PipelineSet, RunReport};
use rest::ClientConfig;
use serde::Serialize;

pub(super) use connect::connect;
pub(super) use delete::delete;
pub(super) use doctor::doctor;
pub(super) use edit::edit;
pub(super) use reauthenticate::reauthenticate;
pub(super) use status::status;
pub(crate) use status::{EndsTold, Standing, StatusTold};

use super::source::Tenant;
use crate::arguments::{Common, Form};
use crate::output::Output;
use crate::{exit, shown};

/// The integration whose two ends the program brings along.
pub(super) const DEMONSTRATION: &str = "demo";

/// Attempts for one request while both ends are looked at: a person waits for the answer, and may ask again.
const ATTEMPTS_MAX: u32 = 2;

/// Checks that fail for who asks, beside those of data sets and of roles: the exit code tells them from the others.
const OF_CREDENTIALS: [&str; 4] = ["token accepted", "token granted", "API takes the token", "scope restriction"];

/// An integration that was connected.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) name: Name,
    pub(super) settings: Settings,
}

impl Connected {
    /// The integration that a command is for, where it was connected. None for the demonstration, and for whatever is
    /// run with both ends on the command line.
    pub(super) fn of(common: &Common) -> Result<Option<Self>> {
        // What is no name was never connected; whoever makes a folder of it says what is wrong with it.
        let Ok(name) = common.integration.parse::<Name>() else { return Ok(None) };
        match integration::read_settings(&common.state, &name) {
            Ok(settings) => Ok(Some(Self { name, settings })),
            Err(integration::Error::Unknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The same, where there must be one.
    fn required(common: &Common) -> Result<Self> {
        let name: Name = common.integration.parse()?;
        let settings = integration::read_settings(&common.state, &name)?;
        Ok(Self { name, settings })
    }

    /// Its credentials, opened.
    pub(super) fn credentials(&self, common: &Common) -> Result<Credentials> {
        Ok(vault(common)?.open(&self.name)?)
    }

    /// How it logs in to its instance.
    pub(super) fn login(&self, credentials: &Credentials) -> Result<Login> {
        login_of(&self.name, &self.settings, credentials)
    }
}

fn login_of(name: &Name, settings: &Settings, credentials: &Credentials) -> Result<Login> {
    let grant = match (settings.grant(), settings.service_account()) {
        (Grant::Password, Some(account)) => {
            let password = credentials.service_password.clone();
            load::Grant::Password {
                service_account: account.to_owned(),
                service_password: password.ok_or_else(|| integration::Error::NoCredentials { name: name.clone() })?,
            }
        }
        _ => load::Grant::ClientCredentials,
    };
    let client_secret = credentials.client_secret.clone();
    Ok(Login { client_id: settings.client_id().to_owned(), client_secret, grant })
}

/// Refuses to take the demonstration's two ends for those of an integration that was deleted.
pub(super) fn refuse_deleted(common: &Common) -> Result<()> {
    match delete::deletion(&common.state.join(&common.integration))? {
        None => Ok(()),
        Some(was) => {
            let (name, at) = (&common.integration, was.deleted_at);
            Err(exit::Usage(format!("`{name}` was deleted at {at}; `snowhaul connect` sets it up anew")).into())
        }
    }
}

/// Refuses to take the demonstration's tenant for that of an integration that there is not: a name that was mistyped would
/// be carried every night, and all be green.
pub(super) fn refuse_unknown(common: &Common) -> Result<()> {
    if common.integration == DEMONSTRATION {
        return Ok(());
    }
    let name = &common.integration;
    let reason = format!("`{name}` is not connected: `snowhaul connect {name}` does it, or name its tenant");
    Err(exit::Usage(reason).into())
}

/// The pipelines of a night of this integration: all of them, or those of devices alone where its applications are off.
pub(super) fn carried(common: &Common) -> Result<Vec<Pipeline>> {
    let sends_apps = Connected::of(common)?.is_none_or(|connected| connected.settings.sends_apps());
    Ok(carried_of(&common.pipelines()?, sends_apps))
}

fn carried_of(set: &PipelineSet, sends_apps: bool) -> Vec<Pipeline> {
    let mut pipelines = set.nightly();
    // By what their rows are made of: a pipeline of one's own may have any name.
    pipelines.retain(|pipeline| sends_apps || pipeline.mapping().driver != DataSet::Apps.name());
    pipelines
}

/// Notes how a run of a connected integration ended, where that says something of its connection. An integration that
/// was deleted meanwhile has no settings any more, and gets none by this.
pub(super) fn note_ended(common: &Common, ended: &Result<RunReport>) -> Result<()> {
    let Some(Connected { name, settings }) = Connected::of(common)? else { return Ok(()) };
    let connection = match ended {
        Err(error) if exit::of_error(error) == exit::CREDENTIALS => needs_attention(&format!("{error:#}")),
        Ok(report) if report.is_credentials() => {
            let reasons = report.tables.iter().filter_map(|table| Some(table.incomplete.as_ref()?.reason.clone()));
            needs_attention(&reasons.collect::<Vec<_>>().join("; "))
        }
        Ok(_) => ConnectionState::Connected,
        // Trouble of another kind says nothing of who asks.
        Err(_) => return Ok(()),
    };
    if *settings.connection() == connection {
        return Ok(());
    }
    let mut raw = settings.to_raw();
    raw.connection = connection;
    Ok(integration::write_settings(&common.state, &name, &Settings::new(raw)?)?)
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

/// The command for the integration that was named behind it, else for `--integration`. Refuses a form that nothing here
/// has, before anything is done.
fn begun(common: &Common, name: Option<&str>) -> Result<Common> {
    if common.output == Form::Csv {
        return Err(super::no_table());
    }
    let name: Name = name.unwrap_or(&common.integration).parse()?;
    Ok(Common { integration: name.to_string(), ..common.clone() })
}

/// The folder for keys.
fn keys_folder(common: &Common) -> Result<PathBuf> {
    match &common.keys {
        Some(keys) => Ok(keys.clone()),
        None => Ok(integration::default_keys_folder(|name| std::env::var_os(name))?),
    }
}

fn vault(common: &Common) -> Result<Vault> {
    let source = MasterSource::found(|name| std::env::var_os(name));
    Ok(Vault::new(&common.state, &keys_folder(common)?, source)?)
}

/// The present, as settings keep it.
fn moment() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Both ends while they are looked at.
struct Ends {
    tenant: Tenant,
    instance_url: String,
    login: Login,
}

impl Ends {
    /// Those of an integration, with credentials that may not be kept yet.
    fn of(common: &Common, name: &Name, settings: &Settings, credentials: &Credentials) -> Result<Self> {
        let login = login_of(name, settings, credentials)?;
        let config = ClientConfig { attempts_max: ATTEMPTS_MAX, ..ClientConfig::new(settings.tenant_url()) };
        let tenant = Tenant::at(&common.state, config, credentials.iru_token.clone(), false)?;
        Ok(Self { tenant, instance_url: settings.instance_url().to_owned(), login })
    }

    /// Looks at both and, for people, says each check as it is made.
    async fn look(&self, common: &Common, expected: &Expected, output: &mut Output) -> Looked {
        let is_text = common.output == Form::Text;
        let mut each = |check: &Check| {
            if is_text {
                output.data(&shown::check(check));
            }
        };
        let mut all = checks::tenant(&self.tenant.tenant, expected, &mut each).await;
        all.extend(checks::instance(&self.instance_url, self.login.clone(), expected, &mut each).await);
        Looked::of(self.tenant.tenant.host().to_owned(), self.instance_url.clone(), all)
    }

    async fn close(self) -> Result<()> {
        self.tenant.close().await
    }
}

/// What was found at both ends, as it is printed.
#[derive(Debug, Serialize)]
pub(crate) struct Looked {
    pub(crate) tenant: String,
    pub(crate) instance: String,
    pub(crate) passed: usize,
    pub(crate) warnings: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    pub(crate) checks: Vec<Check>,
}

impl Looked {
    fn of(tenant: String, instance: String, checks: Vec<Check>) -> Self {
        let count = |result| checks.iter().filter(|check| check.result == result).count();
        let (passed, warnings) = (count(CheckResult::Passed), count(CheckResult::Warning));
        let (failed, skipped) = (count(CheckResult::Failed), count(CheckResult::Skipped));
        Self { tenant, instance, passed, warnings, failed, skipped, checks }
    }

    /// How it ends the process: credentials before anything else, as they are what a person looks at first.
    fn exit_code(&self) -> u8 {
        let failed = || self.checks.iter().filter(|check| check.result == CheckResult::Failed);
        match failed().any(is_of_credentials) {
            true => exit::CREDENTIALS,
            false if self.failed > 0 => exit::FAILED,
            false => exit::DONE,
        }
    }
}

fn is_of_credentials(check: &Check) -> bool {
    let name = check.name;
    OF_CREDENTIALS.contains(&name) || name.starts_with("read ") || name.starts_with("role ")
}
