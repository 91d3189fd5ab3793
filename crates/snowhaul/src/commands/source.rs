//! The tenant that a command reads: the one that was named, that of a connected integration, or the simulated one, which
//! is served on a loopback port for as long as the command works.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result};
use extract::{DataSet, ReadSettings, Scope, Strategy};
use flow::Clock;
use jiff::Timestamp;
use rest::{BudgetConfig, ClientConfig, Secret};
use snapshot::Source;
use tenant::{FleetConfig, Limits, TenantConfig};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::life::{self, Connected};
use crate::arguments::{Common, ReadingArguments, Region, SourceArguments, Way};
use crate::exit::Usage;
use crate::spent::Spent;

/// Where the API token of a tenant is looked for.
pub(crate) const TOKEN: &str = "SNOWHAUL_IRU_TOKEN";

/// A tenant that can be read.
pub(crate) struct Tenant {
    pub(crate) tenant: extract::Tenant,
    pub(crate) source: Source,
    /// The devices that a connected integration is for; none where the command line says it.
    scope: Option<Scope>,
    /// Where what is spent of its hour is kept, and who keeps it.
    spent: Option<(Spent, JoinHandle<()>)>,
    simulated: Option<Simulated>,
}

/// The simulated tenant while it is served.
struct Simulated {
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Tenant {
    /// The tenant that the arguments name, that of a connected integration, or the simulated one after so many nights.
    pub(crate) async fn open(common: &Common, source: &SourceArguments, wait: bool, nights: u32) -> Result<Self> {
        let connected = Connected::of(common)?;
        if let Some(base_url) = named(source)? {
            if connected.is_some() {
                let name = &common.integration;
                let reason = format!("`{name}` is connected to a tenant of its own; say another --integration");
                return Err(Usage(reason).into());
            }
            let config = ClientConfig::new(base_url);
            return Self::at(&common.state, config, token_of_environment()?, wait);
        }
        match connected {
            Some(_) if nights > 0 => Err(no_simulation(common)),
            Some(connected) => Self::connected(common, &connected, wait),
            None => {
                life::refuse_deleted(common)?;
                life::refuse_unknown(common)?;
                let night = nights.max(nights_passed(common)?);
                let fleet = FleetConfig { night, ..FleetConfig::demonstration() };
                Self::simulated(fleet, clock_after(common)?).await
            }
        }
    }

    fn connected(common: &Common, connected: &Connected, wait: bool) -> Result<Self> {
        let config = ClientConfig::new(connected.settings.tenant_url());
        let token = connected.credentials(common)?.iru_token;
        let tenant = Self::at(&common.state, config, token, wait)?;
        Ok(Self { scope: Some(connected.settings.scope()), ..tenant })
    }

    /// A tenant by its address, within what is left of its hour.
    pub(super) fn at(state: &Path, config: ClientConfig, token: Secret, wait: bool) -> Result<Self> {
        let spent = Spent::of(state, &config.base_url);
        let budget = BudgetConfig { wait, spent: spent.read(), ..BudgetConfig::default() };
        let config = ClientConfig { budget: Some(budget), ..config };
        let tenant = extract::Tenant::new(config, token).map_err(pipeline::Error::from_tenant)?;
        let source = Source { kind: "tenant".to_owned(), identity: tenant.host().to_owned() };
        let keeping = tokio::spawn(spent.clone().keep(tenant.clone()));
        Ok(Self { tenant, source, scope: None, spent: Some((spent, keeping)), simulated: None })
    }

    /// The demonstration's fleet behind a socket of its own, with a token that only this process knows and without the
    /// vendor's limits, which would make a newcomer wait.
    pub(crate) async fn simulated(fleet: FleetConfig, clock: Clock) -> Result<Self> {
        let config = TenantConfig { limits: Limits::off(), ..TenantConfig::with_made_up_token(fleet) };
        let token = config.token.clone();
        let simulated = tokio::task::spawn_blocking(|| tenant::Tenant::new(config)).await;
        let simulated = simulated.context("the simulated tenant panicked")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("could not listen on loopback")?;
        let base_url = format!("http://{}", listener.local_addr().context("could not learn the port")?);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(simulated.serve(listener, async move {
            // A dropped sender stops it as well.
            drop(stopped.await);
        }));
        let tenant = extract::Tenant::new(ClientConfig::new(base_url), Secret::from(token))
            .map_err(pipeline::Error::from_tenant)?;
        let (tenant, source) = (tenant.by_clock(clock), demonstration());
        Ok(Self { tenant, source, scope: None, spent: None, simulated: Some(Simulated { stop, served }) })
    }

    /// What is to be read; `hints` are of `data_sets`. The scope of a connected integration is its own: a command that
    /// read other devices would take those that it leaves out for vanished, or send those that nobody wanted.
    pub(crate) fn settings(
        &self,
        data_sets: BTreeSet<DataSet>,
        hints: BTreeSet<DataSet>,
        arguments: &ReadingArguments,
    ) -> Result<ReadSettings> {
        let settings = settings(data_sets, hints, arguments);
        match &self.scope {
            None => Ok(settings),
            Some(_) if !settings.scope.is_everything() => {
                let reason = "the scope is part of a connected integration: `snowhaul edit` changes it";
                Err(Usage(reason.to_owned()).into())
            }
            Some(scope) => Ok(ReadSettings { scope: scope.clone(), ..settings }),
        }
    }

    /// Stops serving, where it was served, and keeps what was spent.
    pub(crate) async fn close(self) -> Result<()> {
        if let Some((spent, keeping)) = self.spent {
            keeping.abort();
            spent.write(&self.tenant.spent());
        }
        let Some(simulated) = self.simulated else { return Ok(()) };
        // Open connections would keep it serving.
        drop(self.tenant);
        drop(simulated.stop);
        simulated.served.await.context("the simulated tenant panicked")?.context("the simulated tenant failed")
    }
}

/// What is said where the simulated tenant is asked for and a real one is connected: its devices must not get there.
pub(crate) fn no_simulation(common: &Common) -> anyhow::Error {
    let name = &common.integration;
    Usage(format!(
        "`{name}` is connected to a tenant of its own, and only the simulated one ages; say another --integration"
    ))
    .into()
}

fn token_of_environment() -> Result<Secret, Usage> {
    let missing =
        |_| Usage(format!("{TOKEN} is not set in the environment; make a token in Settings > Access > API tokens"));
    std::env::var(TOKEN).map(Secret::from).map_err(missing)
}

/// By what the demonstration's snapshots are known.
pub(crate) fn demonstration() -> Source {
    Source { kind: "demonstration".to_owned(), identity: "the simulated tenant".to_owned() }
}

/// The file of an integration that holds how many nights its simulated tenant has aged.
const NIGHTS: &str = "simulated-nights";

/// How many nights the integration's simulated tenant has aged.
pub(crate) fn nights_passed(common: &Common) -> Result<u32> {
    let text = std::fs::read_to_string(common.folder()?.join(NIGHTS)).unwrap_or_default();
    Ok(text.trim().parse().unwrap_or(0))
}

/// Notes how many nights the integration's simulated tenant has aged: it does not grow younger again.
pub(crate) fn note_nights(common: &Common, nights: u32) -> Result<()> {
    std::fs::write(common.folder()?.join(NIGHTS), nights.to_string()).context("could not note the simulated night")
}

/// When the demonstration's tenant was read last; none where it never was. Nights that pass in seconds leave it ahead of
/// the machine's clock.
pub(crate) fn read_last(common: &Common) -> Result<Option<Timestamp>> {
    let store = common.snapshots()?;
    let mut last = None;
    for snapshot in store.sealed()? {
        let Ok(manifest) = store.show(&snapshot) else { continue };
        if manifest.source == demonstration() {
            last = last.max(manifest.begun_at.parse::<Timestamp>().ok());
        }
    }
    Ok(last)
}

/// A clock that is behind no snapshot of the demonstration's.
fn clock_after(common: &Common) -> Result<Clock> {
    let last = read_last(common)?.filter(|last| *last > Timestamp::now());
    Ok(last.map_or_else(Clock::default, Clock::showing))
}

fn named(source: &SourceArguments) -> Result<Option<String>> {
    let region = match source.region {
        None | Some(Region::Us) => extract::Region::Us,
        Some(Region::Eu) => extract::Region::Eu,
        Some(Region::Iru) => extract::Region::Iru,
    };
    if let Some(base_url) = &source.base_url {
        return Ok(Some(base_url.clone()));
    }
    let Some(subdomain) = &source.subdomain else { return Ok(None) };
    Ok(Some(extract::base_url(subdomain, region).map_err(pipeline::Error::from_tenant)?))
}

/// What is to be read, by the command line alone.
fn settings(data_sets: BTreeSet<DataSet>, hints: BTreeSet<DataSet>, arguments: &ReadingArguments) -> ReadSettings {
    ReadSettings {
        hints,
        scope: arguments.scope.to_scope(),
        details: arguments.details.map(Way::strategy),
        apps: arguments.apps.map(Way::strategy),
        mobile_apps: arguments.mobile_apps,
        whole: arguments.whole,
        ..ReadSettings::of(data_sets)
    }
}

impl Way {
    fn strategy(self) -> Strategy {
        match self {
            Self::Device => Strategy::Device,
            Self::Pages => Strategy::Pages,
            Self::Export => Strategy::Export,
        }
    }
}
