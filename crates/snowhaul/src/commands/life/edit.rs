//! `edit`: what is sent, of which devices, and when.

use anyhow::Result;
use extract::Scope;
use integration::checks::CheckResult;
use integration::{Schedules, Settings};
use serde::Serialize;
use service::{Edited, Edits, Looked};

use super::{begun, desk, exit_code};
use crate::arguments::{Common, EditArguments, Switch};
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
    let edits = edits(&arguments);
    if edits == Edits::default() {
        let reason = "nothing is to be changed: say --send-apps, --serial and the like, --scope-all, \
                      --devices-schedule, --apps-schedule, --time-zone or --sync";
        return Err(exit::Usage(reason.to_owned()).into());
    }
    match desk(common).edit(&common.integration.parse()?, &edits).await? {
        Edited::Refused(refusal) => refused(common, &refusal.looked, output),
        Edited::Kept(settings) => kept(common, &settings, output),
    }
}

fn edits(arguments: &EditArguments) -> Edits {
    let is_on = |switch: Switch| switch == Switch::On;
    let named = Some(arguments.scope.to_scope()).filter(|scope| !scope.is_everything());
    Edits {
        send_apps: arguments.send_apps.map(is_on),
        scope: if arguments.scope_all { Some(Scope::default()) } else { named },
        devices_schedule: arguments.devices_schedule.clone(),
        apps_schedule: arguments.apps_schedule.clone(),
        time_zone: arguments.time_zone.clone(),
        sync: arguments.sync.map(is_on),
    }
}

fn kept(common: &Common, settings: &Settings, output: &mut Output) -> Result<u8> {
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        send_apps: settings.sends_apps(),
        scope: settings.scope(),
        schedules: settings.schedules(),
        sync: settings.is_sync_on(),
    };
    say(common.output, output, &document, || shown::edited(&common.integration, settings))?;
    Ok(exit::DONE)
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
    Ok(exit_code(looked))
}
