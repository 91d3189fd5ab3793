//! `edit`: what is sent, of which devices, and when. Apart from credentials, which another command changes: here
//! nothing is asked of either end unless the change needs it.

use std::collections::BTreeSet;

use anyhow::Result;
use extract::Scope;
use integration::checks::CheckResult;
use integration::{RawSettings, Schedules, ScopeSettings, Settings};
use serde::Serialize;

use super::connect::{pinned, scope_settings};
use super::expected::expected;
use super::{Connected, Ends, Looked, begun, carried_of};
use crate::arguments::{Common, EditArguments, Form, Switch};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// An integration's settings that `edit` changes, as they are printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integration: &'a str,
    send_apps: bool,
    scope: Scope,
    schedules: &'a Schedules,
    sync: bool,
}

/// Why applications cannot be sent, as it is printed.
#[derive(Serialize)]
struct Refusal<'a> {
    schema_version: u32,
    integration: &'a str,
    refused: &'static str,
    #[serde(flatten)]
    looked: &'a Looked,
}

/// Changes an integration's settings.
pub(crate) async fn edit(common: &Common, arguments: EditArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let connected = Connected::required(common)?;
    if !is_named(&arguments) {
        let reason = "nothing is to be changed: say --send-apps, --serial and the like, --scope-all, \
                      --devices-schedule, --apps-schedule, --time-zone or --sync";
        return Err(exit::Usage(reason.to_owned()).into());
    }
    // Refused before either end is asked, where it can be.
    let settings = Settings::new(changed(connected.settings.to_raw(), &arguments))?;
    if arguments.send_apps == Some(Switch::On)
        && let Some(looked) = refusal(common, &connected, output).await?
    {
        return refused(common, &looked, output);
    }
    let pinned = match is_scope_named(&arguments) {
        true => Some(pin(common, &connected, &settings).await?),
        false => None,
    };
    // Read once more: somebody may have changed or deleted it while both ends were looked at.
    let now = Connected::required(common)?.settings;
    if now.created_at() != connected.settings.created_at() {
        return Err(exit::Usage("it was deleted and connected anew meanwhile: nothing was changed".to_owned()).into());
    }
    let mut raw = changed(now.to_raw(), &arguments);
    raw.scope.pinned = pinned.unwrap_or(raw.scope.pinned);
    let settings = Settings::new(raw)?;
    integration::write_settings(&common.state, &connected.name, &settings)?;
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        send_apps: settings.sends_apps(),
        scope: settings.scope(),
        schedules: settings.schedules(),
        sync: settings.is_sync_on(),
    };
    say(common.output, output, &document, || shown::edited(&common.integration, &settings))?;
    Ok(exit::DONE)
}

/// The settings with what was said in the place of what was.
fn changed(mut raw: RawSettings, arguments: &EditArguments) -> RawSettings {
    let is_on = |switch: Switch| switch == Switch::On;
    raw.send_apps = arguments.send_apps.map_or(raw.send_apps, is_on);
    raw.sync = arguments.sync.map_or(raw.sync, is_on);
    if arguments.scope_all {
        raw.scope = ScopeSettings::default();
    } else if is_scope_named(arguments) {
        raw.scope = scope_settings(&arguments.scope);
    }
    let put = |setting: &mut String, said: &Option<String>| {
        if let Some(said) = said {
            said.clone_into(setting);
        }
    };
    put(&mut raw.schedules.devices, &arguments.devices_schedule);
    put(&mut raw.schedules.apps, &arguments.apps_schedule);
    put(&mut raw.schedules.time_zone, &arguments.time_zone);
    raw
}

fn is_scope_named(arguments: &EditArguments) -> bool {
    !arguments.scope.to_scope().is_everything()
}

/// True where anything was said, even what is so already.
fn is_named(arguments: &EditArguments) -> bool {
    let schedules = [&arguments.devices_schedule, &arguments.apps_schedule, &arguments.time_zone];
    arguments.send_apps.is_some()
        || arguments.sync.is_some()
        || arguments.scope_all
        || is_scope_named(arguments)
        || schedules.into_iter().any(Option::is_some)
}

/// Looks whether the instance has what applications need; what was found where something fails.
async fn refusal(common: &Common, connected: &Connected, output: &mut Output) -> Result<Option<Looked>> {
    let set = common.pipelines()?;
    let expected = expected(&set, &carried_of(&set, true))?;
    let ends = Ends::of(common, &connected.name, &connected.settings, &connected.credentials(common)?)?;
    // What passes is of no interest here, so nothing is said before all is known.
    let quiet = Common { output: Form::Json, ..common.clone() };
    let looked = ends.look(&quiet, &expected, output).await;
    ends.close().await?;
    Ok(if looked.failed > 0 { Some(looked) } else { None })
}

fn refused(common: &Common, looked: &Looked, output: &mut Output) -> Result<u8> {
    let document = Refusal {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        refused: "applications cannot be sent, and nothing was changed",
        looked,
    };
    say(common.output, output, &document, || {
        let failed = looked.checks.iter().filter(|check| check.result == CheckResult::Failed);
        let lines = failed.map(shown::check).chain([document.refused.to_owned()]);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(looked.exit_code())
}

/// The devices that a number comes to now, by their serial numbers.
async fn pin(common: &Common, connected: &Connected, settings: &Settings) -> Result<BTreeSet<String>> {
    let conditions = settings.to_raw().scope.conditions;
    let ends = Ends::of(common, &connected.name, settings, &connected.credentials(common)?)?;
    let pinned = pinned(&ends, &conditions).await;
    ends.close().await?;
    pinned
}
