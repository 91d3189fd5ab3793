//! The tenant that a command reads: the one that was named, that of a connected integration, or the simulated one, which
//! is served on a loopback port for as long as the command works.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use extract::{DataSet, ReadSettings, Scope, Strategy};
use flow::Clock;
use jiff::Timestamp;
use rest::{ClientConfig, Secret};
use service::{Reader, Reading};
use snapshot::Source;
use tenant::{FleetConfig, Limits, TenantConfig};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::life;
use crate::arguments::{Common, ReadingArguments, Region, SourceArguments, Way};
use crate::exit::Usage;

/// Where the API token of a tenant is looked for.
pub(crate) const TOKEN: &str = "SNOWHAUL_IRU_TOKEN";

/// A tenant that can be read.
pub(crate) struct Tenant {
    pub(crate) tenant: extract::Tenant,
    pub(crate) source: Source,
    /// The devices that a connected integration is for; none where the command line says it.
    scope: Option<Scope>,
    /// Keeps what is spent of its hour.
    reader: Option<Reader>,
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
        let connected = life::connected(common)?;
        if let Some(base_url) = named(source)? {
            if connected.is_some() {
                let name = &common.integration;
                let reason = format!("`{name}` is connected to a tenant of its own; say another --integration");
                return Err(Usage(reason).into());
            }
            let config = ClientConfig::new(base_url);
            let reader = Reader::at(&common.state, config, token_of_environment()?, wait)?;
            return Ok(Self::read_by(reader));
        }
        match connected {
            Some(_) if nights > 0 => Err(no_simulation(common)),
            Some(connected) => {
                let desk = life::desk(common);
                let credentials = desk.vault()?.open(&connected.name)?;
                Ok(Self::read_by(Reader::of(&desk, &connected, &credentials, wait)?))
            }
            None => {
                life::refuse_deleted(common)?;
                life::refuse_unknown(common)?;
                let night = nights.max(nights_passed(common)?);
                let fleet = FleetConfig { night, ..FleetConfig::demonstration() };
                Self::simulated(fleet, clock_after(common)?).await
            }
        }
    }

    fn read_by(reader: Reader) -> Self {
        let (tenant, source, scope) = (reader.tenant.clone(), reader.source.clone(), reader.scope.clone());
        Self { tenant, source, scope, reader: Some(reader), simulated: None }
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
        Ok(Self { tenant, source, scope: None, reader: None, simulated: Some(Simulated { stop, served }) })
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
        drop(self.reader);
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
    let scope = arguments.scope.to_scope();
    ReadSettings { scope, ..reading_of(arguments).settings(data_sets, hints) }
}

/// How it is read, by the command line.
pub(super) fn reading_of(arguments: &ReadingArguments) -> Reading {
    Reading {
        details: arguments.details.map(Way::strategy),
        apps: arguments.apps.map(Way::strategy),
        mobile_apps: arguments.mobile_apps,
        whole: arguments.whole,
        wait: arguments.wait,
        checkpoint_every: Duration::from_secs(arguments.checkpoint),
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
