//! `reauthenticate`: new credentials in the place of the old ones, all at once, when both ends have accepted them. A
//! run that works meanwhile goes on with those that it began with.

use anyhow::Result;
use integration::{ConnectionState, Credentials, Error, Grant, Settings};
use serde::Serialize;

use super::expected::expected;
use super::{Connected, Ends, Looked, begun, carried, moment, secrets, vault};
use crate::arguments::{Common, ReauthenticateArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

/// What became of new credentials, as it is printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integration: &'a str,
    accepted: bool,
    credentials_at: String,
    #[serde(flatten)]
    looked: &'a Looked,
}

/// Takes new credentials.
pub(crate) async fn reauthenticate(
    common: &Common,
    arguments: ReauthenticateArguments,
    output: &mut Output,
) -> Result<u8> {
    let common = &begun(common, arguments.name.as_deref())?;
    let connected = Connected::required(common)?;
    confirmed(&connected, arguments.yes, output).await?;
    let credentials = renewed(common, &connected, &arguments, output).await?;
    let ends = Ends::of(common, &connected.name, &connected.settings, &credentials)?;
    let looked = ends.look(common, &expected(&common.pipelines()?, &carried(common)?)?, output).await;
    ends.close().await?;
    let is_accepted = looked.exit_code() == exit::DONE;
    if is_accepted {
        swap(common, &connected, &credentials)?;
    }
    let settings = Connected::required(common)?.settings;
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        accepted: is_accepted,
        credentials_at: settings.credentials_at().to_string(),
        looked: &looked,
    };
    say(common.output, output, &document, || shown::reauthenticated(&common.integration, &looked, is_accepted))?;
    Ok(looked.exit_code())
}

/// Whoever gives credentials sees first where they go.
async fn confirmed(connected: &Connected, is_sure: bool, output: &mut Output) -> Result<()> {
    let Connected { name, settings } = connected;
    output.talk(&format!("new credentials of `{name}`, for"));
    output.talk(&format!("    tenant    {}", settings.tenant_url()));
    output.talk(&format!("    instance  {}", settings.instance_url()));
    output.talk(&format!("    client    {}", settings.client_id()));
    if is_sure {
        return Ok(());
    }
    let said = secrets::answer("are these the right ones? (yes or no)", "say --yes", output).await?;
    match said.as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(exit::Usage("nothing was changed".to_owned()).into()),
    }
}

/// The old credentials with the new ones in their place. Where the old ones are lost, all are needed.
async fn renewed(
    common: &Common,
    connected: &Connected,
    arguments: &ReauthenticateArguments,
    output: &Output,
) -> Result<Credentials> {
    let with_password = connected.settings.grant() == Grant::Password;
    match vault(common)?.open(&connected.name) {
        Ok(old) => secrets::renewed(&arguments.secrets, with_password, &old, output).await,
        Err(Error::NoCredentials { .. } | Error::KeyGone { .. }) => {
            secrets::all(&arguments.secrets, with_password, output).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Credentials first: what is written about them is true from then on. A crash in between leaves their age too high,
/// which asks for a renewal too early and never too late.
fn swap(common: &Common, connected: &Connected, credentials: &Credentials) -> Result<()> {
    // Read once more: somebody may have edited or deleted it while both ends were looked at.
    let now = Connected::required(common)?.settings;
    if now.created_at() != connected.settings.created_at() {
        return Err(exit::Usage("it was deleted and connected anew meanwhile: nothing was changed".to_owned()).into());
    }
    vault(common)?.seal(&connected.name, credentials)?;
    let mut raw = now.to_raw();
    raw.credentials_at = moment();
    raw.connection = ConnectionState::Connected;
    Ok(integration::write_settings(&common.state, &connected.name, &Settings::new(raw)?)?)
}
