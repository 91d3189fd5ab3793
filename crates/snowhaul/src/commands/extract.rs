//! `extract`: a tenant into a sealed snapshot, and nothing more.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use extract::{DataSet, Explanation};
use pipeline::{Extracted, ReadRequest, Resume};
use serde::Serialize;
use snapshot::Completeness;

use super::source::Tenant;
use super::{life, say};
use crate::arguments::{Common, ExtractArguments};
use crate::output::Output;
use crate::{exit, progress, shown};

/// Reads a tenant, or says how it would be read.
pub(super) async fn extract(common: &Common, arguments: ExtractArguments, output: &mut Output) -> Result<u8> {
    let (mut data_sets, mut hints) = wanted(common)?;
    for name in &arguments.data_set {
        let data_set = parse(name)?;
        data_sets.insert(data_set);
        hints.remove(&data_set);
    }
    let tenant = Tenant::open(common, &arguments.source, arguments.reading.wait, 0).await?;
    let store = common.snapshots()?;
    let events = progress::for_command(common);
    let request = ReadRequest {
        store: &store,
        tenant: &tenant.tenant,
        source: tenant.source.clone(),
        settings: tenant.settings(data_sets, hints, &arguments.reading)?,
        resume: resume(arguments.resume.as_deref()),
        checkpoint_every: Duration::from_secs(arguments.reading.checkpoint),
        events: &events,
    };
    if arguments.explain {
        let explained = pipeline::explain_reading(request).await;
        tenant.close().await?;
        return explanation(common, &explained?, output);
    }
    let extracted = pipeline::extract(request).await;
    let budget_left = tenant.tenant.budget().map(|budget| budget.remaining);
    tenant.close().await?;
    let document = Document::of(&extracted?, budget_left);
    say(common.output, output, &document, || shown::extracted(&document))?;
    Ok(exit::DONE)
}

/// The data sets that the integration's pipelines name, and those of them that are hints.
pub(super) fn wanted(common: &Common) -> Result<(BTreeSet<DataSet>, BTreeSet<DataSet>)> {
    Ok(service::wanted(&common.pipelines()?, &life::carried(common)?)?)
}

fn parse(name: &str) -> Result<DataSet> {
    DataSet::parse(name).ok_or_else(|| {
        let known: Vec<&str> = DataSet::ALL.iter().map(|data_set| data_set.name()).collect();
        exit::Usage(format!("`{name}` is no data set; there are {}", known.join(", "))).into()
    })
}

fn resume(argument: Option<&str>) -> Resume {
    match argument {
        None => Resume::No,
        Some("") => Resume::Newest,
        Some(snapshot) => Resume::Snapshot(snapshot.to_owned()),
    }
}

fn explanation(common: &Common, explained: &Explanation, output: &mut Output) -> Result<u8> {
    let document = Explained { schema_version: pipeline::limits::SCHEMA_VERSION, explained };
    say(common.output, output, &document, || {
        let counts = format!("{} devices, details of {} wanted", explained.devices, explained.details_wanted);
        [counts].into_iter().chain(explained.lines()).collect::<Vec<_>>().join("\n")
    })?;
    Ok(exit::DONE)
}

/// How it would be read, as it is printed.
#[derive(Serialize)]
struct Explained<'a> {
    schema_version: u32,
    #[serde(flatten)]
    explained: &'a Explanation,
}

/// What was read, as it is printed.
#[derive(Serialize)]
pub(crate) struct Document {
    schema_version: u32,
    pub(crate) tenant: String,
    pub(crate) snapshot: String,
    pub(crate) completeness: Completeness,
    pub(crate) data_sets: Vec<DataSetRead>,
    pub(crate) rows: u64,
    pub(crate) requests: u64,
    pub(crate) budget_left: Option<u64>,
}

/// One data set of it.
#[derive(Serialize)]
pub(crate) struct DataSetRead {
    pub(crate) data_set: &'static str,
    pub(crate) rows: u64,
    pub(crate) fresh: u64,
    pub(crate) carried: u64,
    pub(crate) pages: u64,
    pub(crate) requests: u64,
    pub(crate) strategy: String,
    pub(crate) seconds: f64,
    pub(crate) complete: bool,
    pub(crate) notes: Vec<String>,
}

impl Document {
    fn of(extracted: &Extracted, budget_left: Option<u64>) -> Self {
        let manifest = &extracted.sealed.manifest;
        let read = |(data_set, account): &(DataSet, snapshot::DataSetAccount)| {
            let file = manifest.data_set(data_set.name());
            DataSetRead {
                data_set: data_set.name(),
                rows: file.map_or(0, |file| file.rows),
                fresh: account.fresh,
                carried: account.carried,
                pages: file.map_or(0, |file| file.pages),
                requests: account.requests,
                strategy: account.strategy.clone(),
                seconds: account.seconds,
                complete: account.complete,
                notes: account.notes.clone(),
            }
        };
        let data_sets: Vec<DataSetRead> = extracted.accounts.iter().map(read).collect();
        Self {
            schema_version: pipeline::limits::SCHEMA_VERSION,
            tenant: manifest.source.identity.clone(),
            snapshot: manifest.snapshot.clone(),
            completeness: manifest.completeness,
            rows: manifest.rows(),
            requests: data_sets.iter().map(|read| read.requests).sum(),
            budget_left,
            data_sets,
        }
    }
}
