//! `explain` and `reconcile`: commands that look at both ends and change neither.

use anyhow::{Context, Result};
use flow::Clock;
use pipeline::{Destination, ExplainOptions, ReconcileOptions};
use snapshot::{Completeness, Store};

use super::run::{Place, is_embedded};
use super::{life, say};
use crate::arguments::{Common, DestinationArguments, ExplainArguments, Form, ReconcileArguments};
use crate::embedded::Embedded;
use crate::output::Output;
use crate::{exit, shown};

/// Explains a device, or an application on it.
pub(super) async fn explain(common: &Common, arguments: ExplainArguments, output: &mut Output) -> Result<u8> {
    let pipelines = life::carried(common)?;
    let (folder, snapshots) = (common.folder()?, common.snapshots()?);
    let options = ExplainOptions {
        integration: &common.integration,
        folder: &folder,
        pipelines: &pipelines,
        snapshots: &snapshots,
        wanted: &arguments.wanted,
        app: arguments.app.as_deref(),
        clock: Clock::default(),
    };
    let (destination, embedded, note) = match arguments.offline {
        true => (None, None, None),
        false => asked(common, &pipelines, &arguments.destination).await?,
    };
    let explained = pipeline::explain(options, destination).await;
    if let Some(embedded) = embedded {
        embedded.stop().await?;
    }
    let mut explanation = explained?;
    explanation.notes.extend(note);
    say(common.output, output, &explanation, || shown::explanation(&explanation))?;
    Ok(exit::DONE)
}

/// The instance, where it can be asked; else why not: what is remembered is told all the same. The embedded one is made by
/// the first run, and is not made to be asked.
async fn asked(
    common: &Common,
    pipelines: &[pipeline::Pipeline],
    arguments: &DestinationArguments,
) -> Result<(Option<Destination>, Option<Embedded>, Option<String>)> {
    let is_embedded = is_embedded(common, arguments)?;
    if is_embedded && !common.folder()?.join("instance").is_dir() {
        return Ok((None, None, Some("there is no embedded instance yet: no run has made one".to_owned())));
    }
    match Place::open(common, pipelines, arguments).await.context("the instance could not be asked") {
        Ok(place) => Ok((Some(place.destination), place.embedded, None)),
        Err(error) if !is_embedded => Err(error),
        Err(error) => Ok((None, None, Some(format!("{error:#}")))),
    }
}

/// Compares the tenant with the target tables.
pub(super) async fn reconcile(common: &Common, arguments: ReconcileArguments, output: &mut Output) -> Result<u8> {
    let pipelines = life::carried(common)?;
    let (folder, snapshots) = (common.folder()?, common.snapshots()?);
    let snapshot = match &arguments.snapshot {
        Some(snapshot) => snapshots.verify(snapshot)?,
        None => snapshots.verify(&newest(&snapshots)?)?,
    };
    if is_embedded(common, &arguments.destination)? && !folder.join("instance").is_dir() {
        let reason = "there is no embedded instance to compare with: `snowhaul run` makes one".to_owned();
        return Err(exit::Usage(reason).into());
    }
    let place = Place::open(common, &pipelines, &arguments.destination).await?;
    let options = ReconcileOptions {
        integration: &common.integration,
        folder: &folder,
        pipelines: &pipelines,
        snapshot: &snapshot,
        clock: Clock::default(),
    };
    let compared = pipeline::reconcile(options, place.destination).await;
    if let Some(embedded) = place.embedded {
        embedded.stop().await?;
    }
    let report = compared?;
    if let Some(path) = &arguments.html {
        std::fs::write(path, shown::reconciled_html(&report)?)
            .with_context(|| format!("could not write `{}`", path.display()))?;
        output.talk(&format!("wrote {}", path.display()));
    }
    match common.output {
        Form::Csv => output.data(shown::reconciled_csv(&report)?.trim_end()),
        form => say(form, output, &report, || shown::reconciled(&report, arguments.rows))?,
    }
    Ok(if report.has_findings() { exit::CHANGES_WAIT } else { exit::DONE })
}

/// The newest snapshot that is all of the tenant, else the newest: a part of it says less.
fn newest(snapshots: &Store) -> Result<String> {
    let sealed = snapshots.sealed()?;
    for snapshot in sealed.iter().rev() {
        if snapshots.show(snapshot)?.completeness == Completeness::Full {
            return Ok(snapshot.clone());
        }
    }
    sealed.last().cloned().context("there is no snapshot yet; `snowhaul run` or `snowhaul extract` makes one")
}
