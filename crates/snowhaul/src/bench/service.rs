//! `snowhaul bench service`: many integrations under one service, among them one whose tenant takes connections and never
//! answers, and one whose tenant answers after half a minute. Apart because what is measured is what the others have of
//! it: how long they take beside those two, and how long without.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use instance::{Config, Instance};
use integration::{Credentials, Grant, Name, RawSettings, ServiceNowEnd, TenantEnd};
use jiff::SignedDuration;
use ledger::RunState;
use pipeline::{Pipeline, update_set};
use serde::Serialize;
use service::{Desk, Night};
use tenant::{Faults, FleetConfig, Limits, TenantConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use web::{Aliases, Serving};

use super::measure::{forget_peak_memory, peak_memory_bytes};
use crate::arguments::BenchArguments;
use crate::embedded::people_of;
use crate::state;

/// Integrations whose two ends are well, and those that are not.
const WELL: usize = 98;
const SLOW: &str = "slow";
const DEAD: &str = "dead";

/// How long the slow tenant takes for an answer.
const SLOW_MILLISECONDS: u32 = 30_000;

/// Devices of one integration for so many rows of the bench: 60,000 rows are some six hundred devices each.
const ROWS_PER_DEVICE_OF_ALL: u64 = 100;

/// How long all of them may take together before nothing is measured.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(1_800);

/// What was measured.
#[derive(Serialize)]
pub(super) struct Document {
    schema_version: u32,
    integrations: usize,
    devices_each: u32,
    cores: usize,
    times: usize,
    /// Seconds from the service's start until the last of those that are well has run, without the two others: the
    /// medians, and each time.
    without_seconds: f64,
    without: Vec<f64>,
    /// The same beside a dead and a slow one.
    beside_seconds: f64,
    beside: Vec<f64>,
    /// The second by the first.
    ratio: f64,
    peak_memory_bytes: Option<u64>,
}

/// Runs them all, in turn without and beside the two.
pub(super) async fn measure(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let devices =
        u32::try_from((arguments.rows / ROWS_PER_DEVICE_OF_ALL).max(10)).context("too many rows to measure")?;
    let pipelines = state::built_in()?.nightly();
    let (mut without, mut beside) = (Vec::new(), Vec::new());
    forget_peak_memory();
    for time in 0..arguments.times {
        // In turn, and in the other order every other time: machines are quicker at one time than at another.
        for is_beside in [time % 2 == 1, time % 2 == 0] {
            let state = folder.join(format!("{time}-{is_beside}"));
            let round = Round { state: &state, pipelines: &pipelines, devices, is_beside };
            let seconds = Box::pin(round.run()).await?;
            if is_beside { beside.push(seconds) } else { without.push(seconds) }
        }
    }
    let (without_seconds, beside_seconds) = (median(&without), median(&beside));
    Ok(Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integrations: WELL + 2,
        devices_each: devices,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        times: arguments.times,
        without_seconds,
        without,
        beside_seconds,
        beside,
        ratio: beside_seconds / without_seconds,
        peak_memory_bytes: peak_memory_bytes(),
    })
}

fn median(seconds: &[f64]) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// One start of a service on a state folder that has never run.
struct Round<'a> {
    state: &'a Path,
    pipelines: &'a [Pipeline],
    devices: u32,
    is_beside: bool,
}

/// Both ends of one integration while they are served.
struct Ends {
    tenant: tenant::Tenant,
    serving: Vec<JoinHandle<std::io::Result<()>>>,
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

impl Round<'_> {
    async fn run(&self) -> Result<f64> {
        let desk = Desk::new(self.state.join("state"), Some(self.state.join("keys")), Arc::new(state::built_in));
        let mut ends = Vec::new();
        let mut well = Vec::new();
        for number in 0..WELL {
            let name: Name = format!("well-{number:03}").parse()?;
            ends.push(self.connect(&desk, &name).await?);
            well.push(name);
        }
        let silent = TcpListener::bind("127.0.0.1:0").await.context("could not listen on loopback")?;
        if self.is_beside {
            let slow = self.connect(&desk, &SLOW.parse()?).await?;
            let faults = Faults::read([format!("latency={SLOW_MILLISECONDS}")]).context("a fault that there is not")?;
            slow.tenant.set_faults(faults);
            ends.push(slow);
            let dead: Name = DEAD.parse()?;
            ends.push(self.connect(&desk, &dead).await?);
            // Whoever is in the queue of a listener that accepts nobody has a connection and waits.
            let mut raw = desk.connected(&dead)?.settings.to_raw();
            raw.iru = TenantEnd::Url(format!("http://{}", silent.local_addr().context("could not learn the port")?));
            integration::write_settings(desk.state(), &dead, &integration::Settings::new(raw)?)?;
        }
        let taken = self.serve(&desk, &well).await;
        drop((ends, silent));
        std::fs::remove_dir_all(self.state).context("could not remove a round's folder")?;
        taken
    }

    /// Seconds until the last of those that are well has run.
    async fn serve(&self, desk: &Desk, well: &[Name]) -> Result<f64> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("could not listen on loopback")?;
        let host = listener.local_addr().context("could not learn the port")?.to_string();
        let serving = Serving {
            desk: desk.clone(),
            alone: desk.serving()?,
            nights: Box::new(|sends| Night { sends, ..Night::default() }),
            listener,
            hosts: vec![host],
            secure: false,
            announce: Arc::new(|_| {}),
            aliases: Aliases::default(),
            webhook: None,
            silent_after: SignedDuration::from_hours(24),
            otlp_endpoint: None,
            drain: Duration::ZERO,
        };
        let began = Instant::now();
        let mut ended = Err(anyhow::anyhow!("the service ended by itself"));
        let all_ran = async {
            let mut left: Vec<&Name> = well.iter().collect();
            while !left.is_empty() && began.elapsed() < GIVEN_UP_AFTER {
                tokio::time::sleep(Duration::from_millis(50)).await;
                left.retain(|name| !has_run(desk, name));
            }
            ended = match left.first() {
                None => Ok(began.elapsed().as_secs_f64()),
                Some(name) => Err(anyhow::anyhow!("`{name}` has not run: {}", desk.status(name).reason)),
            };
        };
        Box::pin(web::serve(serving, all_ran)).await?;
        ended
    }

    async fn connect(&self, desk: &Desk, name: &Name) -> Result<Ends> {
        let fleet = FleetConfig { devices: self.devices, apps_per_mac: 1, ..FleetConfig::demonstration() };
        let config = TenantConfig { limits: Limits::off(), ..TenantConfig::with_made_up_token(fleet) };
        let token = config.token.clone();
        let tenant = tenant::Tenant::new(config);
        let (tenant_url, tenant_served) = listening().await?;
        let config = Config::with_made_up_secrets();
        let login = (config.client_id.clone(), config.client_secret.clone());
        let instance = Instance::open(config).context("could not open an instance")?;
        instance.install_update_set(&update_set(self.pipelines)).context("an instance refused the update set")?;
        instance.seed(&people_of(&tenant.fleet())).context("an instance refused its first records")?;
        let (instance_url, instance_served) = listening().await?;
        let serving = vec![
            tokio::spawn(tenant.clone().serve(tenant_served, std::future::pending())),
            tokio::spawn(instance.serve(instance_served, std::future::pending())),
        ];
        let ends = (TenantEnd::Url(tenant_url), ServiceNowEnd::Url(instance_url));
        let account = (Grant::ClientCredentials, None);
        let raw = RawSettings::new(ends.0, ends.1, login.0, account, extract::Scope::default());
        let credentials =
            Credentials { iru_token: token.into(), client_secret: login.1.into(), service_password: None };
        let looked = Box::pin(desk.connecting(name.clone(), raw)?.connect(&credentials, &mut |_| {})).await?;
        if looked.refused().is_some() {
            bail!("`{name}` could not be connected: {:?}", looked.checks);
        }
        Ok(Ends { tenant, serving })
    }
}

fn has_run(desk: &Desk, name: &Name) -> bool {
    desk.runs(name).is_ok_and(|runs| runs.iter().any(|run| run.state == RunState::Done))
}

async fn listening() -> Result<(String, TcpListener)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("could not listen on loopback")?;
    let address = listener.local_addr().context("could not learn the port")?;
    Ok((format!("http://{address}"), listener))
}
