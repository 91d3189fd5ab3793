//! `run` and `replay`: the main job.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use flow::Clock;
use jiff::{SignedDuration, Timestamp};
use load::{Grant, Login, Patience};
use pipeline::{Destination, Events, Pipeline, ReadRequest, Resume, RunOptions, RunReport};
use snapshot::Sealed;
use tenant::{Fleet, FleetConfig};

use super::source::{self, Tenant};
use super::{extract, say};
use crate::arguments::{
    Common, DestinationArguments, Form, NightArguments, ReadingArguments, ReplayArguments, RunArguments,
};
use crate::embedded::{self, Embedded};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Reads a tenant into a snapshot and carries it. A reading that was broken off is gone on with.
pub(super) async fn run(common: &Common, arguments: NightArguments, output: &mut Output) -> Result<u8> {
    if let Some(nights) = arguments.nights {
        return run_nights(common, &arguments, nights, output).await;
    }
    let events = progress::for_command(common);
    let tenant = Tenant::open(common, &arguments.source, arguments.reading.wait, arguments.age).await?;
    let clock = tenant.tenant.clock();
    let sealed = read(common, tenant, &arguments.reading, &events).await?;
    let job = Job { command: "run", snapshot: &sealed, older: false, clock };
    let report = carry(common, &job, &arguments.run, events).await?;
    print(common, &report, output)?;
    Ok(exit::of_report(&report))
}

/// Carries a snapshot that is there already.
pub(super) async fn replay(common: &Common, arguments: ReplayArguments, output: &mut Output) -> Result<u8> {
    let snapshot = common.snapshots()?.verify(&arguments.snapshot)?;
    let job = Job { command: "replay", snapshot: &snapshot, older: arguments.older, clock: Clock::default() };
    let report = carry(common, &job, &arguments.run, progress::for_command(common)).await?;
    print(common, &report, output)?;
    Ok(exit::of_report(&report))
}

/// Lets nights of the simulated tenant pass, each with its run. It ends early where a night does not end well.
async fn run_nights(common: &Common, arguments: &NightArguments, nights: u32, output: &mut Output) -> Result<u8> {
    let fleet = FleetConfig { churn_per_mille: arguments.churn, ..FleetConfig::demonstration() };
    let before = source::nights_passed(common)?;
    let mut code = exit::DONE;
    for night in before + 1..=before.saturating_add(nights) {
        // A day behind the last reading, whatever clock that went by.
        let day = SignedDuration::from_hours(24);
        let after = |moment: Timestamp, days: u32| moment.saturating_add(day * i32::try_from(days).unwrap_or(i32::MAX));
        let at = after(fleet.at, night).context("the simulated tenant's nights go on for too long")?;
        let last = source::read_last(common)?.map(|last| after(last, 1)).transpose()?;
        let clock = Clock::showing(last.map_or(at, |last| last.max(at)));
        source::note_nights(common, night)?;
        let fleet = FleetConfig { night, ..fleet.clone() };
        let tenant = Tenant::simulated(fleet, clock).await?;
        let events = progress::silent();
        let sealed = read(common, tenant, &arguments.reading, &events).await?;
        let job = Job { command: "run", snapshot: &sealed, older: false, clock };
        let report = carry(common, &job, &arguments.run, events).await?;
        match common.output {
            Form::Json => output.data(&serde_json::to_string(&report).context("could not write the document")?),
            Form::Text => output.data(&shown::night(night, &report)),
            Form::Csv => return Err(super::no_table()),
        }
        match exit::of_report(&report) {
            exit::DONE => {}
            exit::ROWS_HAVE_ERRORS => code = exit::ROWS_HAVE_ERRORS,
            bad => return Ok(bad),
        }
    }
    Ok(code)
}

/// Reads a tenant into a sealed snapshot, and closes it.
pub(super) async fn read(
    common: &Common,
    tenant: Tenant,
    arguments: &ReadingArguments,
    events: &Events,
) -> Result<Sealed> {
    let store = common.snapshots()?;
    let (data_sets, hints) = extract::wanted(common)?;
    let request = ReadRequest {
        store: &store,
        tenant: &tenant.tenant,
        source: tenant.source.clone(),
        settings: source::settings(data_sets, hints, arguments),
        resume: Resume::IfFitting,
        checkpoint_every: Duration::from_secs(arguments.checkpoint),
        events,
    };
    let extracted = pipeline::extract(request).await;
    tenant.close().await?;
    Ok(extracted?.sealed)
}

/// What is carried, and how it is called.
struct Job<'a> {
    command: &'a str,
    snapshot: &'a Sealed,
    older: bool,
    clock: Clock,
}

async fn carry(common: &Common, job: &Job<'_>, arguments: &RunArguments, events: Events) -> Result<RunReport> {
    let pipelines = common.pipelines()?.nightly();
    let folder = common.folder()?;
    let place = Place::open(&folder, &pipelines, &arguments.destination).await?;
    let options = RunOptions {
        integration: &common.integration,
        folder: &folder,
        command: job.command,
        pipelines: &pipelines,
        snapshot: job.snapshot,
        may_retire: job.command == "run",
        older: job.older,
        retry_refused: arguments.retry_refused,
        clock: job.clock,
        events,
    };
    let ended = pipeline::run(options, place.destination).await;
    if let Some(embedded) = place.embedded {
        embedded.stop().await?;
    }
    Ok(ended?)
}

/// Where rows go: the instance that was named, or the embedded one for as long as the command works.
pub(super) struct Place {
    pub(super) destination: Destination,
    pub(super) embedded: Option<Embedded>,
}

impl Place {
    pub(super) async fn open(folder: &Path, pipelines: &[Pipeline], arguments: &DestinationArguments) -> Result<Self> {
        if let Some(destination) = destination(arguments)? {
            return Ok(Self { destination, embedded: None });
        }
        let people = embedded::people_of(&Fleet::new(FleetConfig::demonstration()));
        let embedded = Embedded::serve(&folder.join("instance"), pipelines, &people).await?;
        Ok(Self { destination: embedded.destination(), embedded: Some(embedded) })
    }
}

pub(super) fn print(common: &Common, report: &RunReport, output: &mut Output) -> Result<()> {
    say(common.output, output, report, || shown::run(report, common))
}

/// The instance that was named, with its secrets from the environment.
fn destination(arguments: &DestinationArguments) -> Result<Option<Destination>> {
    let (Some(base_url), Some(client_id)) = (&arguments.instance_url, &arguments.client_id) else { return Ok(None) };
    let secret = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set in the environment"));
    let grant = match &arguments.service_account {
        Some(account) => Grant::Password {
            service_account: account.clone(),
            service_password: secret("SNOWHAUL_SERVICE_PASSWORD")?.into(),
        },
        None => Grant::ClientCredentials,
    };
    let login = Login { client_id: client_id.clone(), client_secret: secret("SNOWHAUL_CLIENT_SECRET")?.into(), grant };
    let patience = Patience {
        confirm_within: arguments.confirm_within,
        quiet_period: arguments.quiet_period,
        late_answers: Duration::from_secs(u64::from(arguments.late_answers) * 3_600),
        answer_within: arguments.answer_within,
    };
    Ok(Some(Destination { base_url: base_url.clone(), login, patience }))
}
