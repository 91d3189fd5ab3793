//! `reauthenticate`: whoever gives new credentials sees first where they go.

use anyhow::Result;
use integration::{Error, Grant, Name};
use serde::Serialize;
use service::{Connected, Looked};

use super::{begun, desk, each, exit_code, secrets};
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
    let name: Name = common.integration.parse()?;
    let desk = desk(common);
    let connected = desk.connected(&name)?;
    confirmed(&connected, arguments.yes, output).await?;
    let with_password = connected.settings.grant() == Grant::Password;
    let credentials = match desk.vault()?.open(&name) {
        Ok(_) => {
            let renewed = secrets::renewed(&arguments.secrets, with_password, output).await?;
            desk.renewed(&name, renewed)?.ok_or(Error::NoCredentials { name: name.clone() })?
        }
        // Where the old ones are lost, all are needed.
        Err(Error::NoCredentials { .. } | Error::KeyGone { .. }) => {
            secrets::all(&arguments.secrets, with_password, output).await?
        }
        Err(error) => return Err(error.into()),
    };
    let became = desk.reauthenticate(&name, &credentials, &mut each(common, output)).await?;
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        accepted: became.is_accepted(),
        credentials_at: became.credentials_at.to_string(),
        looked: &became.looked,
    };
    say(common.output, output, &document, || {
        shown::reauthenticated(&common.integration, &became.looked, became.is_accepted())
    })?;
    Ok(exit_code(&became.looked))
}

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
