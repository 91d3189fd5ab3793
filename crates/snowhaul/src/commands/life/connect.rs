//! `connect`: both ends are looked at, and only then is anything kept.
//!
//! ```text
//! settings judged ── secrets taken ── both ends looked at ── credentials sealed ── settings written: connected
//! ```

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use extract::{DataSet, Piece, PieceSender, ReadOptions, ReadSettings, Scope};
use integration::{
    ConnectionState, Credentials, Grant, MASTER_KEY_VARIABLE, MasterSource, Name, RawSettings, Schedules,
    ScopeSettings, ServiceNowEnd, Settings, TenantEnd,
};
use serde::Serialize;

use super::expected::expected;
use super::{Connected, Ends, Looked, begun, carried_of, keys_folder, moment, secrets, vault};
use crate::arguments::{Common, ConnectArguments, GrantWord, ScopeArguments};
use crate::commands::say;
use crate::output::Output;
use crate::{exit, shown};

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
    if Connected::of(common)?.is_some() {
        let reason = format!("`{name}` is connected already; `snowhaul edit`, `reauthenticate` or `delete` changes it");
        return Err(exit::Usage(reason).into());
    }
    // Whatever can be refused without a secret is, before one is asked for.
    let settings = Settings::new(raw(&arguments)?)?;
    vault(common)?.check()?;
    let with_password = settings.grant() == Grant::Password;
    let credentials = secrets::all(&arguments.secrets, with_password, output).await?;
    let ends = Ends::of(common, &name, &settings, &credentials)?;
    let looked = look(common, &ends, settings.sends_apps(), output).await;
    let pinned = match &looked {
        Ok(looked) if looked.exit_code() == exit::DONE => pinned(&ends, &settings.to_raw().scope.conditions).await,
        _ => Ok(BTreeSet::new()),
    };
    ends.close().await?;
    let (looked, pinned) = (looked?, pinned?);
    let is_connected = looked.exit_code() == exit::DONE;
    if is_connected {
        let mut raw = settings.to_raw();
        raw.scope.pinned = pinned;
        keep(common, &name, &Settings::new(raw)?, &credentials)?;
    }
    told(common, &name, &looked, is_connected, output)?;
    Ok(looked.exit_code())
}

async fn look(common: &Common, ends: &Ends, sends_apps: bool, output: &mut Output) -> Result<Looked> {
    let set = common.pipelines()?;
    let expected = expected(&set, &carried_of(&set, sends_apps))?;
    Ok(ends.look(common, &expected, output).await)
}

/// Settings last: they are what makes it connected, and without credentials it could not run.
fn keep(common: &Common, name: &Name, settings: &Settings, credentials: &Credentials) -> Result<()> {
    let vault = vault(common)?;
    let folder = common.state.join(name.as_str());
    vault.seal(name, credentials)?;
    if let Err(error) = integration::write_settings(&common.state, name, settings) {
        // All or nothing: what was sealed for nothing goes again.
        vault.destroy(name)?;
        return Err(error.into());
    }
    // One of this name may have been deleted before.
    super::delete::forget_deletion(&folder)?;
    Ok(pipeline::allow(&folder)?)
}

fn told(common: &Common, name: &Name, looked: &Looked, is_connected: bool, output: &mut Output) -> Result<()> {
    let next = format!("snowhaul run --integration {name} --state {}", common.state.display());
    let document = Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: name.as_str(),
        connected: is_connected,
        key: if is_connected { Some(keys_folder(common)?.join(format!("{name}.key"))) } else { None },
        master_key: if is_connected { Some(master_key(common)?) } else { None },
        next: is_connected.then_some(next),
        looked,
    };
    say(common.output, output, &document, || match (&document.key, &document.master_key, &document.next) {
        (Some(key), Some(master), Some(next)) => shown::connected(name.as_str(), looked, (key, master), next),
        _ => format!("{}\nnothing is kept of `{name}`: mend what failed, then connect again", shown::looked(looked)),
    })
}

/// Where the key is that wraps the integration's: a place, never the key.
fn master_key(common: &Common) -> Result<String> {
    Ok(match MasterSource::found(|name| std::env::var_os(name)) {
        MasterSource::Credential(path) => path.display().to_string(),
        MasterSource::Environment(_) => MASTER_KEY_VARIABLE.to_owned(),
        MasterSource::File => keys_folder(common)?.join("master.key").display().to_string(),
    })
}

fn raw(arguments: &ConnectArguments) -> Result<RawSettings> {
    let grant = match (arguments.grant, &arguments.service_account) {
        (Some(GrantWord::Password), _) | (None, Some(_)) => Grant::Password,
        (Some(GrantWord::ClientCredentials), _) | (None, None) => Grant::ClientCredentials,
    };
    let now = moment();
    Ok(RawSettings {
        version: RawSettings::VERSION,
        iru: tenant_end(arguments)?,
        servicenow: instance_end(arguments)?,
        client_id: arguments.client_id.clone(),
        grant,
        service_account: arguments.service_account.clone(),
        // As with the vendor's own: devices at once, applications when a person turns them on.
        send_apps: false,
        scope: scope_settings(&arguments.scope),
        schedules: Schedules::default(),
        sync: true,
        created_at: now.clone(),
        credentials_at: now,
        connection: ConnectionState::Connected,
    })
}

/// The conditions alone; a number is pinned when the tenant was asked.
pub(super) fn scope_settings(arguments: &ScopeArguments) -> ScopeSettings {
    ScopeSettings { conditions: arguments.to_scope(), pinned: BTreeSet::new() }
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

/// The serial numbers of the devices that a scope with a number comes to now: a trial stays with the devices that it
/// began with. None where the scope has no number.
pub(super) async fn pinned(ends: &Ends, scope: &Scope) -> Result<BTreeSet<String>> {
    if scope.devices_max.is_none() {
        return Ok(BTreeSet::new());
    }
    let tenant = &ends.tenant.tenant;
    let settings = ReadSettings { scope: scope.clone(), ..ReadSettings::of(BTreeSet::from([DataSet::Devices])) };
    let options = ReadOptions { now: tenant.now(), ..ReadOptions::new(settings) };
    let (sender, mut pieces) = PieceSender::channel();
    let taken = async {
        let mut serials: BTreeSet<String> = BTreeSet::new();
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Page(page) => {
                    serials.extend(extract::listed(&page.decoded.batch).into_iter().map(|one| one.serial_number));
                }
                Piece::Restarted { .. } => serials.clear(),
                _ => {}
            }
        }
        serials
    };
    let (read, serials) = tokio::join!(Box::pin(extract::read(tenant, &options, sender)), taken);
    read.map_err(pipeline::Error::from_tenant)?;
    // A device without a serial number cannot be asked for by it.
    let pinned: BTreeSet<String> = serials.into_iter().filter(|serial| !serial.trim().is_empty()).collect();
    if pinned.is_empty() {
        return Err(exit::Usage("no device of the tenant is in that scope: there is nothing to pin".to_owned()).into());
    }
    Ok(pinned)
}
