//! `run` and `replay`: the main job.

use std::path::Path;

use anyhow::{Context, Result};
use extract::DataSet;
use load::{Grant, Login};
use pipeline::{Body, Destination, Events, Pipeline, Recorded, RunOptions, RunReport};
use snapshot::{Completeness, Sealed, Source};
use tenant::{Endpoint, Fleet, FleetConfig};

use super::say;
use crate::arguments::{Common, DestinationArguments, Form, ReplayArguments, RunArguments};
use crate::embedded::{self, Embedded};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Reads the demonstration's fleet into a snapshot and carries it.
pub(super) async fn run(common: &Common, arguments: RunArguments, output: &mut Output) -> Result<u8> {
    let pipelines = common.pipelines()?.nightly();
    let events = events(common);
    let fleet = Fleet::new(FleetConfig::demonstration());
    let store = common.snapshots()?;
    let recorded = Recorded {
        source: Source { kind: "demonstration".to_owned(), identity: "the simulated tenant".to_owned() },
        completeness: Completeness::Full,
        left_out: Vec::new(),
    };
    // Decoding is work for processors; the runtime's own thread is told that it will be away.
    let snapshot = tokio::task::block_in_place(|| {
        pipeline::record(&store, recorded, fleet.pages().map(|page| Ok(body_of(page))), &events)
    })?;
    carry(common, "run", &pipelines, &snapshot, false, arguments, events, output).await
}

/// Carries a snapshot that is there already.
pub(super) async fn replay(common: &Common, arguments: ReplayArguments, output: &mut Output) -> Result<u8> {
    let pipelines = common.pipelines()?.nightly();
    let snapshot = common.snapshots()?.verify(&arguments.snapshot)?;
    let events = events(common);
    carry(common, "replay", &pipelines, &snapshot, arguments.older, arguments.run, events, output).await
}

fn events(common: &Common) -> Events {
    if common.output == Form::Json { progress::silent() } else { progress::of_process() }
}

/// The tenant's own name for what it answers, as the reading end's data set.
pub(crate) fn body_of(page: tenant::Page) -> Body {
    let data_set = match page.endpoint {
        Endpoint::Devices => DataSet::Devices,
        Endpoint::DeviceDetails => DataSet::DeviceDetails,
        Endpoint::PrismDeviceInformation => DataSet::DeviceInformation,
        Endpoint::PrismApps => DataSet::Apps,
        Endpoint::Users => DataSet::Users,
        Endpoint::Blueprints => DataSet::Blueprints,
        Endpoint::Tags => DataSet::Tags,
    };
    Body { data_set, name: page.path, bytes: page.body }
}

#[expect(clippy::too_many_arguments, reason = "one call, from two commands that differ in four of them")]
async fn carry(
    common: &Common,
    command: &str,
    pipelines: &[Pipeline],
    snapshot: &Sealed,
    older: bool,
    arguments: RunArguments,
    events: Events,
    output: &mut Output,
) -> Result<u8> {
    let folder = common.folder()?;
    let (embedded, destination) = match destination(&arguments.destination)? {
        Some(destination) => (None, destination),
        None => {
            let embedded = serve_embedded(&folder, pipelines).await?;
            let destination = embedded.destination();
            (Some(embedded), destination)
        }
    };
    let ended = pipeline::run(RunOptions {
        integration: &common.integration,
        folder: &folder,
        command,
        pipelines,
        snapshot,
        destination,
        older,
        retry_refused: arguments.retry_refused,
        events,
    })
    .await;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    let report = ended?;
    print(common, &report, output)?;
    Ok(exit::of_report(&report))
}

async fn serve_embedded(folder: &Path, pipelines: &[Pipeline]) -> Result<Embedded> {
    let people = embedded::people_of(&Fleet::new(FleetConfig::demonstration()));
    Embedded::serve(&folder.join("instance"), pipelines, &people).await
}

fn print(common: &Common, report: &RunReport, output: &mut Output) -> Result<()> {
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
    Ok(Some(Destination { base_url: base_url.clone(), login }))
}
