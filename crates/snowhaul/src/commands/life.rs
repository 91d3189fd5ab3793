//! The life of an integration: `connect`, `doctor`, `status`, `edit`, `reauthenticate`, `delete`, and what the other
//! commands ask of one that is connected. What is done is `service`'s; here is what is typed and what is said.
//!
//! What must hold: no secret is printed, and none is an argument.

mod connect;
mod delete;
mod doctor;
mod edit;
mod keys;
mod reauthenticate;
mod secrets;
mod status;

use anyhow::Result;
use integration::Name;
use integration::checks::Check;
use pipeline::Pipeline;
use service::{Connected, Desk, Kind, Looked, Work};

pub(super) use connect::connect;
pub(super) use delete::delete;
pub(super) use doctor::doctor;
pub(super) use edit::edit;
pub(super) use keys::keys;
pub(super) use reauthenticate::reauthenticate;
pub(super) use status::status;

use crate::arguments::{Common, Form};
use crate::output::Output;
use crate::{exit, shown};

/// The integration whose two ends the program brings along.
pub(super) const DEMONSTRATION: &str = "demo";

/// The integrations of this command's state folder.
pub(crate) fn desk(common: &Common) -> Desk {
    let declared = common.clone();
    let pipelines = std::sync::Arc::new(move || declared.pipelines());
    Desk::new(common.state.clone(), common.keys.clone(), pipelines)
}

/// The integration that a command is for, where it was connected. None for the demonstration, and for whatever is run with
/// both ends on the command line.
pub(super) fn connected(common: &Common) -> Result<Option<Connected>> {
    // What is no name was never connected; whoever makes a folder of it says what is wrong with it.
    let Ok(name) = common.integration.parse::<Name>() else { return Ok(None) };
    Ok(desk(common).find(&name)?)
}

/// Says that this command works with a connected integration, until it is dropped: a deletion waits for it. None where
/// nothing is connected.
pub(super) fn work(common: &Common) -> Result<Option<Work>> {
    match connected(common)? {
        Some(connected) => Ok(Some(desk(common).work(&connected.name)?)),
        None => Ok(None),
    }
}

/// Refuses to take the demonstration's two ends for those of an integration that was deleted.
pub(super) fn refuse_deleted(common: &Common) -> Result<()> {
    match service::deletion(&common.state.join(&common.integration))? {
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
    let sends_apps = connected(common)?.is_none_or(|connected| connected.settings.sends_apps());
    Ok(service::carried(&common.pipelines()?, sends_apps))
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

/// For people, each check as it is made.
fn each<'o>(common: &Common, output: &'o mut Output) -> impl FnMut(&Check) + Send + use<'o> {
    let is_text = common.output == Form::Text;
    move |check| {
        if is_text {
            output.data(&shown::check(check));
        }
    }
}

/// How what was found at both ends ends the process.
fn exit_code(looked: &Looked) -> u8 {
    match looked.refused() {
        None => exit::DONE,
        Some(Kind::Credentials) => exit::CREDENTIALS,
        Some(_) => exit::FAILED,
    }
}
