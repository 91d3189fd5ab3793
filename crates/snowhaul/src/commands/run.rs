//! `run` and `replay`: the main job.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use load::{Grant, Login, Patience};
use pipeline::{Destination, Events, Pipeline, ReadRequest, Resume, RunOptions, RunReport};
use snapshot::Sealed;
use tenant::{Fleet, FleetConfig};

use super::source::{self, Tenant};
use super::{extract, say};
use crate::arguments::{Common, DestinationArguments, NightArguments, ReplayArguments, RunArguments};
use crate::embedded::{self, Embedded};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Reads a tenant into a snapshot and carries it. A reading that was broken off is gone on with.
pub(super) async fn run(common: &Common, arguments: NightArguments, output: &mut Output) -> Result<u8> {
    let pipelines = common.pipelines()?.nightly();
    let events = progress::for_command(common);
    let tenant = Tenant::open(common, &arguments.source, arguments.reading.wait, arguments.age).await?;
    let store = common.snapshots()?;
    let (data_sets, hints) = extract::wanted(common)?;
    let request = ReadRequest {
        store: &store,
        tenant: &tenant.tenant,
        source: tenant.source.clone(),
        settings: source::settings(data_sets, hints, &arguments.reading),
        resume: Resume::IfFitting,
        checkpoint_every: Duration::from_secs(arguments.reading.checkpoint),
        events: &events,
    };
    let extracted = pipeline::extract(request).await;
    tenant.close().await?;
    carry(common, "run", &pipelines, &extracted?.sealed, false, arguments.run, events, output).await
}

/// Carries a snapshot that is there already.
pub(super) async fn replay(common: &Common, arguments: ReplayArguments, output: &mut Output) -> Result<u8> {
    let pipelines = common.pipelines()?.nightly();
    let snapshot = common.snapshots()?.verify(&arguments.snapshot)?;
    let events = progress::for_command(common);
    carry(common, "replay", &pipelines, &snapshot, arguments.older, arguments.run, events, output).await
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
    let patience = Patience {
        confirm_within: arguments.confirm_within,
        quiet_period: arguments.quiet_period,
        late_answers: Duration::from_secs(u64::from(arguments.late_answers) * 3_600),
        answer_within: arguments.answer_within,
    };
    Ok(Some(Destination { base_url: base_url.clone(), login, patience }))
}
