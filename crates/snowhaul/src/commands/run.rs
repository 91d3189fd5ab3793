//! `run` and `replay`: the main job.

use std::time::Duration;

use anyhow::{Context, Result};
use flow::Clock;
use jiff::{SignedDuration, Timestamp};
use load::{Grant, Login, Patience};
use pipeline::{Destination, Events, Pipeline, RunOptions, RunReport};
use serde::Serialize;
use service::{Connected, Night, Sends};
use snapshot::Sealed;
use tenant::{Fleet, FleetConfig};

use super::life;
use super::source::{self, Tenant};
use super::{extract, say};
use crate::arguments::{
    Common, DestinationArguments, Form, NightArguments, ReadingArguments, ReplayArguments, RunArguments, WaitArguments,
};
use crate::embedded::{self, Embedded};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Reads a tenant into a snapshot and carries it. A reading that was broken off is gone on with.
pub(super) async fn run(common: &Common, arguments: NightArguments, output: &mut Output) -> Result<u8> {
    if arguments.all {
        return Box::pin(run_all(common, &arguments, output)).await;
    }
    if let Some(nights) = arguments.nights {
        return run_nights(common, &arguments, nights, output).await;
    }
    let report = Box::pin(night(common, &arguments, progress::for_command(common))).await?;
    print(common, &report, output)?;
    Ok(exit::of_report(&report))
}

/// One night of one integration: a connected one's, or of whatever is on the command line, else of the demonstration.
async fn night(common: &Common, arguments: &NightArguments, events: Events) -> Result<RunReport> {
    if let Some(connected) = life::connected(common)? {
        refuse_other_ends(common, arguments)?;
        let night = Night {
            sends: Sends::Everything,
            reading: source::reading_of(&arguments.reading),
            patience: patience(&arguments.run.destination.waits),
            retry_refused: arguments.run.retry_refused,
        };
        return Ok(Box::pin(life::desk(common).night(&connected.name, night, events)).await?);
    }
    let tenant = Tenant::open(common, &arguments.source, arguments.reading.wait, arguments.age).await?;
    let clock = tenant.tenant.clock();
    let sealed = read(common, tenant, &arguments.reading, &events).await?;
    let job = Job { command: "run", snapshot: &sealed, older: false, clock };
    carry(common, &job, &arguments.run, events).await
}

/// A connected integration has ends and a scope of its own: a command that named others would send one tenant's devices to
/// another's instance, or take those that it leaves out for vanished.
fn refuse_other_ends(common: &Common, arguments: &NightArguments) -> Result<()> {
    let name = &common.integration;
    let is_read_elsewhere = arguments.source.base_url.is_some() || arguments.source.subdomain.is_some();
    let reason = if arguments.age > 0 {
        return Err(source::no_simulation(common));
    } else if is_read_elsewhere {
        format!("`{name}` is connected to a tenant of its own; say another --integration")
    } else if arguments.run.destination.instance_url.is_some() {
        format!("`{name}` is connected to an instance of its own; say another --integration")
    } else if !arguments.reading.scope.to_scope().is_everything() {
        "the scope is part of a connected integration: `snowhaul edit` changes it".to_owned()
    } else {
        return Ok(());
    };
    Err(exit::Usage(reason).into())
}

/// Integrations that `--all` runs side by side: one that waits for its tenant leaves room for the others.
const SIDE_BY_SIDE: usize = 8;

/// One integration of `--all`, as it is printed.
#[derive(Serialize)]
struct OneOfAll<'a> {
    schema_version: u32,
    integration: &'a str,
    exit_code: u8,
    report: Option<&'a RunReport>,
    error: Option<String>,
}

/// Runs every connected integration, a few side by side: neither an error of one nor a brake nor a tenant that does not answer
/// keeps the others from running. A document each, a line each, as each ends.
async fn run_all(common: &Common, arguments: &NightArguments, output: &mut Output) -> Result<u8> {
    let names = integration::names(&common.state)?;
    if names.is_empty() {
        let reason =
            "no integration is connected here; `snowhaul connect` connects one, `--state` names another folder";
        return Err(exit::Usage(reason.to_owned()).into());
    }
    let mut code = exit::DONE;
    let mut left = names.into_iter();
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < SIDE_BY_SIDE
            && let Some(name) = left.next()
        {
            let common = Common { integration: name.to_string(), ..common.clone() };
            // One that was deleted since is not there any more; the demonstration does not take its place. One that a person
            // has paused is left alone. Settings that cannot be read fail in the run.
            match life::connected(&common) {
                Ok(None) => continue,
                Ok(Some(connected)) if !connected.settings.is_sync_on() => {
                    output.talk(&format!("{name}: paused, left out"));
                    continue;
                }
                _ => {}
            }
            let arguments = arguments.clone();
            running.spawn(async move {
                let alone = common.clone();
                let ended =
                    service::apart(
                        move || async move { Box::pin(night(&alone, &arguments, progress::silent())).await },
                    )
                    .await;
                (common, ended)
            });
        }
        let Some(ended) = running.join_next().await else { return Ok(code) };
        let (common, ended) = ended.context("a run panicked")?;
        code = exit::worst(code, one_of_all(&common, &ended, output)?);
    }
}

fn one_of_all(common: &Common, ended: &Result<RunReport>, output: &mut Output) -> Result<u8> {
    output.talk(&format!("{}:", common.integration));
    let code = ended.as_ref().map_or_else(|error| super::failed(error, output), exit::of_report);
    match common.output {
        Form::Json => output.data(&document_of(common, code, ended)?),
        _ => ended.iter().try_for_each(|report| print(common, report, output))?,
    }
    Ok(code)
}

fn document_of(common: &Common, exit_code: u8, ended: &Result<RunReport>) -> Result<String> {
    let document = OneOfAll {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        integration: &common.integration,
        exit_code,
        report: ended.as_ref().ok(),
        error: ended.as_ref().err().map(|error| format!("{error:#}")),
    };
    serde_json::to_string(&document).context("could not write the document")
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
    if life::connected(common)?.is_some() {
        return Err(source::no_simulation(common));
    }
    life::refuse_deleted(common)?;
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
    let settings = tenant.settings(data_sets, hints, arguments)?;
    let from = (&tenant.tenant, tenant.source.clone());
    let sealed = service::read(&store, from, settings, &source::reading_of(arguments), events).await;
    tenant.close().await?;
    Ok(sealed?)
}

/// What is carried, and how it is called.
struct Job<'a> {
    command: &'a str,
    snapshot: &'a Sealed,
    older: bool,
    clock: Clock,
}

async fn carry(common: &Common, job: &Job<'_>, arguments: &RunArguments, events: Events) -> Result<RunReport> {
    let pipelines = life::carried(common)?;
    let folder = common.folder()?;
    let place = Place::open(common, &pipelines, &arguments.destination).await?;
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

/// Where rows go: the instance that was named, that of a connected integration, or the embedded one for as long as the
/// command works.
pub(super) struct Place {
    pub(super) destination: Destination,
    pub(super) embedded: Option<Embedded>,
}

impl Place {
    pub(super) async fn open(
        common: &Common,
        pipelines: &[Pipeline],
        arguments: &DestinationArguments,
    ) -> Result<Self> {
        let connected = life::connected(common)?;
        if let Some(destination) = destination(arguments)? {
            if connected.is_some() {
                let name = &common.integration;
                let reason = format!("`{name}` is connected to an instance of its own; say another --integration");
                return Err(exit::Usage(reason).into());
            }
            return Ok(Self { destination, embedded: None });
        }
        match connected {
            Some(connected) => Ok(Self { destination: destination_of(common, &connected, arguments)?, embedded: None }),
            None => Self::embedded(common, pipelines).await,
        }
    }

    /// The demonstration's own instance.
    pub(super) async fn embedded(common: &Common, pipelines: &[Pipeline]) -> Result<Self> {
        life::refuse_deleted(common)?;
        let people = embedded::people_of(&Fleet::new(FleetConfig::demonstration()));
        let embedded = Embedded::serve(&common.folder()?.join("instance"), pipelines, &people).await?;
        Ok(Self { destination: embedded.destination(), embedded: Some(embedded) })
    }
}

/// True where rows go to the embedded instance.
pub(super) fn is_embedded(common: &Common, arguments: &DestinationArguments) -> Result<bool> {
    Ok(arguments.instance_url.is_none() && life::connected(common)?.is_none())
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
    Ok(Some(Destination { base_url: base_url.clone(), login, patience: patience(&arguments.waits) }))
}

/// The instance of a connected integration, with its secrets from the vault.
fn destination_of(common: &Common, connected: &Connected, arguments: &DestinationArguments) -> Result<Destination> {
    let login = connected.login(&life::desk(common).vault()?.open(&connected.name)?)?;
    let base_url = connected.settings.instance_url().to_owned();
    Ok(Destination { base_url, login, patience: patience(&arguments.waits) })
}

pub(super) fn patience(arguments: &WaitArguments) -> Patience {
    Patience {
        confirm_within: arguments.confirm_within,
        quiet_period: arguments.quiet_period,
        late_answers: Duration::from_secs(u64::from(arguments.late_answers) * 3_600),
        answer_within: arguments.answer_within,
    }
}
