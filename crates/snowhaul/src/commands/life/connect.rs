//! `connect`: what was typed becomes settings, secrets are taken, and what became of it is said.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use integration::{Grant, Name, RawSettings, ServiceNowEnd, TenantEnd};
use serde::Serialize;
use service::Looked;

use super::{begun, desk, each, exit_code, secrets};
use crate::arguments::{Common, ConnectArguments, GrantWord};
use crate::commands::say;
use crate::output::Output;
use crate::shown;

/// A connection that was made, or was not, as it is printed.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    integration: &'a str,
    connected: bool,
    key: Option<PathBuf>,
    master_key: Option<String>,
    next: Option<String>,
    #[serde(flatten)]
    looked: &'a Looked,
}

/// Connects a tenant and an instance under a name.
pub(crate) async fn connect(common: &Common, arguments: ConnectArguments, output: &mut Output) -> Result<u8> {
    let common = &begun(common, Some(&arguments.name))?;
    let name: Name = common.integration.parse()?;
    let connecting = desk(common).connecting(name.clone(), raw(&arguments)?)?;
    let credentials = secrets::all(&arguments.secrets, connecting.with_password(), output).await?;
    let key = connecting.key()?;
    let looked = connecting.connect(&credentials, &mut each(common, output)).await?;
    told(common, &name, &looked, key, output)?;
    Ok(exit_code(&looked))
}

fn told(common: &Common, name: &Name, looked: &Looked, key: PathBuf, output: &mut Output) -> Result<()> {
    let is_connected = looked.refused().is_none();
    let next = format!("snowhaul run --integration {name} --state {}", common.state.display());
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: name.as_str(),
        connected: is_connected,
        key: is_connected.then_some(key),
        master_key: if is_connected { Some(desk(common).master_key()?) } else { None },
        next: is_connected.then_some(next),
        looked,
    };
    say(common.output, output, &document, || match (&document.key, &document.master_key, &document.next) {
        (Some(key), Some(master), Some(next)) => shown::connected(name.as_str(), looked, (key, master), next),
        _ => format!("{}\nnothing is kept of `{name}`: mend what failed, then connect again", shown::looked(looked)),
    })
}

fn raw(arguments: &ConnectArguments) -> Result<RawSettings> {
    let grant = match (arguments.grant, &arguments.service_account) {
        (Some(GrantWord::Password), _) | (None, Some(_)) => Grant::Password,
        (Some(GrantWord::ClientCredentials), _) | (None, None) => Grant::ClientCredentials,
    };
    let account = (grant, arguments.service_account.clone());
    let (iru, servicenow) = (tenant_end(arguments)?, instance_end(arguments)?);
    Ok(RawSettings::new(iru, servicenow, arguments.client_id.clone(), account, arguments.scope.to_scope()))
}

fn tenant_end(arguments: &ConnectArguments) -> Result<TenantEnd> {
    if let Some(url) = &arguments.iru_url {
        return Ok(TenantEnd::Url(integration::tenant_url(url)?));
    }
    let subdomain = arguments.iru.clone().context("neither --iru nor --iru-url was given")?;
    let region = arguments.region.and_then(|region| region.to_possible_value());
    let region = region.map_or("us".to_owned(), |value| value.get_name().to_owned());
    Ok(TenantEnd::Subdomain { subdomain, region })
}

fn instance_end(arguments: &ConnectArguments) -> Result<ServiceNowEnd> {
    if let Some(url) = &arguments.instance_url {
        return Ok(ServiceNowEnd::Url(integration::instance_url(url)?));
    }
    let prefix = arguments.servicenow.clone().context("neither --servicenow nor --instance-url was given")?;
    Ok(ServiceNowEnd::Prefix(prefix))
}
