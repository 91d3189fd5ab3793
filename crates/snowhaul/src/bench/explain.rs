//! `snowhaul bench explain`: how long an explanation takes after so many nights of a fleet, each read over its socket and
//! loaded into an instance of its own. Apart because it measures a wait that a person has, not a throughput: the median
//! and the longest of many devices and applications, beside reading what the answer rests on.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use flow::Clock;
use jiff::SignedDuration;
use load::Target;
use pipeline::{Destination, ExplainOptions, Pipeline, ReadRequest, Resume, RunOptions};
use serde::Serialize;
use snapshot::Store;
use tenant::FleetConfig;

use super::{APPS_PER_MAC, ROWS_PER_DEVICE};
use crate::arguments::BenchArguments;
use crate::commands::Tenant;
use crate::embedded::Embedded;
use crate::{progress, state};

/// Devices, and applications, that are explained.
const EXPLAINED: usize = 20;

/// What was measured.
#[derive(Serialize)]
pub(super) struct Document {
    schema_version: u32,
    devices: u32,
    application_rows: u64,
    nights: u32,
    cores: usize,
    /// Seconds that the nights took together.
    nights_seconds: f64,
    explanations: Vec<Waited>,
}

/// How long an explanation was waited for.
#[derive(Serialize)]
struct Waited {
    what: &'static str,
    times: usize,
    median_seconds: f64,
    longest_seconds: f64,
    /// Reading, and checking against their digests, the files of the newest snapshot that it looks into: seconds.
    bound_seconds: f64,
}

/// Lets nights pass, and explains.
pub(super) async fn measure(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let pipelines = state::built_in()?.nightly();
    let devices = u32::try_from(arguments.rows / ROWS_PER_DEVICE + 10).context("too many rows to measure")?;
    let fleet = FleetConfig { devices, apps_per_mac: APPS_PER_MAC, ..FleetConfig::demonstration() };
    let embedded = Embedded::serve(&folder.join("instance"), &pipelines, "").await?;
    let store = Store::open(&folder.join("snapshots"))?;
    let began = Instant::now();
    let mut application_rows = 0;
    for night in 0..arguments.nights {
        let passed = Night { folder, store: &store, pipelines: &pipelines, destination: embedded.destination() };
        application_rows = passed.pass(&fleet, night).await?;
    }
    let nights_seconds = began.elapsed().as_secs_f64();
    let asking = Asking { folder, store: &store, pipelines: &pipelines, embedded: &embedded };
    let explanations = asking.all().await?;
    embedded.stop().await?;
    Ok(Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        devices,
        application_rows,
        nights: arguments.nights,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        nights_seconds,
        explanations,
    })
}

/// One night of the fleet.
struct Night<'a> {
    folder: &'a Path,
    store: &'a Store,
    pipelines: &'a [Pipeline],
    destination: Destination,
}

impl Night<'_> {
    /// Reads the fleet and carries it; how many application rows it has.
    async fn pass(self, fleet: &FleetConfig, night: u32) -> Result<u64> {
        let at = fleet.at + SignedDuration::from_hours(24 * i64::from(night));
        let clock = Clock::showing(at);
        let tenant = Tenant::simulated(FleetConfig { night, ..fleet.clone() }, clock).await?;
        let events = progress::silent();
        let request = ReadRequest {
            store: self.store,
            tenant: &tenant.tenant,
            source: tenant.source.clone(),
            settings: extract::ReadSettings::of(pipeline::data_sets_of(self.pipelines)?),
            resume: Resume::No,
            checkpoint_every: snapshot::limits::CHECKPOINT_EVERY,
            events: &events,
        };
        let sealed = pipeline::extract(request).await?.sealed;
        tenant.close().await?;
        let options = RunOptions {
            integration: "measured",
            folder: self.folder,
            command: "run",
            pipelines: self.pipelines,
            snapshot: &sealed,
            may_retire: true,
            older: false,
            retry_refused: false,
            clock,
            events,
        };
        let report = pipeline::run(options, self.destination).await?;
        ensure!(report.balanced && !report.is_stopped(), "night {night} did not end well");
        Ok(sealed.manifest.data_set("apps").map_or(0, |file| file.rows))
    }
}

/// Who asks, once the nights are over.
struct Asking<'a> {
    folder: &'a Path,
    store: &'a Store,
    pipelines: &'a [Pipeline],
    embedded: &'a Embedded,
}

impl Asking<'_> {
    async fn all(&self) -> Result<Vec<Waited>> {
        let destination = self.embedded.destination();
        let target = Target::connect(&destination.base_url, destination.login).await?;
        let fields = ["serial_number"];
        let mut walk = target.walk("cmdb_ci_computer", "", &fields);
        let computers = walk.next_page().await?.context("there are no computers")?;
        let serials = spread(computers.into_iter().map(|record| record[1].clone()).collect());
        let fields = ["installed_on.serial_number", "display_name"];
        let mut walk = target.walk("cmdb_sam_sw_install", "", &fields);
        let installs = walk.next_page().await?.context("there are no installs")?;
        let installs = spread(installs.into_iter().map(|record| (record[1].clone(), record[2].clone())).collect());
        let devices: Vec<(String, Option<String>)> = serials.into_iter().map(|serial| (serial, None)).collect();
        let apps: Vec<(String, Option<String>)> =
            installs.into_iter().map(|(serial, name)| (serial, Some(name))).collect();
        let device_files = ["devices", "device_details", "device_information"];
        Ok(vec![
            self.wait("a device, the instance asked", &devices, true, &device_files).await?,
            self.wait("a device, offline", &devices, false, &device_files).await?,
            self.wait(
                "an application on a device, the instance asked",
                &apps,
                true,
                &["devices", "device_details", "device_information", "apps"],
            )
            .await?,
        ])
    }

    async fn wait(
        &self,
        what: &'static str,
        asked: &[(String, Option<String>)],
        is_online: bool,
        looked_into: &[&str],
    ) -> Result<Waited> {
        let mut seconds = Vec::new();
        for (wanted, app) in asked {
            let options = ExplainOptions {
                integration: "measured",
                folder: self.folder,
                pipelines: self.pipelines,
                snapshots: self.store,
                wanted,
                app: app.as_deref(),
                clock: Clock::default(),
            };
            let began = Instant::now();
            let told = pipeline::explain(options, is_online.then(|| self.embedded.destination())).await?;
            seconds.push(began.elapsed().as_secs_f64());
            let is_held = |row: &pipeline::ExplainedRow| row.held.is_some() || !row.runs.is_empty();
            ensure!(told.rows.iter().any(is_held), "nothing is told of {wanted}");
        }
        seconds.sort_by(f64::total_cmp);
        let newest = self.store.sealed()?.pop().context("there is no snapshot")?;
        let began = Instant::now();
        let sealed = self.store.verify_only(&newest, looked_into)?;
        ensure!(sealed.rows() > 0, "the newest snapshot is empty");
        Ok(Waited {
            what,
            times: seconds.len(),
            median_seconds: seconds[seconds.len() / 2],
            longest_seconds: seconds[seconds.len() - 1],
            bound_seconds: began.elapsed().as_secs_f64(),
        })
    }
}

/// Some of them, from all over the list.
fn spread<T: Ord>(all: Vec<T>) -> Vec<T> {
    let all: BTreeSet<T> = all.into_iter().collect();
    let step = (all.len() / EXPLAINED).max(1);
    all.into_iter().step_by(step).take(EXPLAINED).collect()
}
