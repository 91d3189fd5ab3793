//! `snowhaul bench`: each step of the road over application rows, beside a bound measured in the same run. It prints
//! one JSON document and judges nothing. Rows are made, decoded and dropped chunk by chunk, so that what it needs in
//! memory is the product's need and not the bench's.

mod bound;
mod compare;
mod deliver;
mod explain;
mod measure;
mod promote;
mod reading;
mod service;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use arrow::record_batch::RecordBatch;
use engine::{DurableParquet, Engine, Settings};
use extract::{DataSet, PageRef, decode_pages};
use load::BatchLimits;
use pipeline::{Pipeline, PipelineSet};
use rayon::prelude::*;
use serde::Serialize;
use tenant::{Endpoint, Fleet, FleetConfig, Page};
use transform::{Compiled, Stager};

use crate::arguments::{Bench, BenchArguments};
use crate::output::Output;
use crate::{exit, state};
use measure::{Figure, Watch, peak_memory_bytes};

/// Pages made and measured at a time: 9,600 rows, some 16 MB of JSON.
const CHUNK_PAGES: usize = 32;

/// Rows that are promoted at most: a night's worth, whatever the number of rows that the other steps are measured with.
const PROMOTED_ROWS_MAX: u64 = 60_000;

/// Application rows on a Mac of the measured fleet, and the share of Macs in it.
const APPS_PER_MAC: u32 = 165;
const ROWS_PER_DEVICE: u64 = 110;

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    rows: u64,
    json_bytes: u64,
    parquet_bytes: u64,
    cores: usize,
    times: usize,
    /// Highest resident memory of this process, bytes.
    peak_memory_bytes: Option<u64>,
    figures: Vec<Figure>,
}

/// Measures and prints.
pub(crate) async fn run(arguments: &BenchArguments, output: &mut Output) -> Result<u8> {
    ensure!(
        arguments.rows > 0 && arguments.times > 0,
        "there is nothing to measure: --rows and --times are at least 1"
    );
    let folder = std::env::temp_dir().join(format!("snowhaul-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    let measured = match arguments.what {
        Bench::Road => all(arguments, &folder).await.map(|document| serde_json::to_string_pretty(&document)),
        Bench::Load => load(arguments, &folder).await.map(|document| serde_json::to_string_pretty(&document)),
        Bench::Extract => {
            reading::measure(arguments, &folder).await.map(|document| serde_json::to_string_pretty(&document))
        }
        Bench::Explain => {
            explain::measure(arguments, &folder).await.map(|document| serde_json::to_string_pretty(&document))
        }
        Bench::Service => {
            Box::pin(service::measure(arguments, &folder)).await.map(|document| serde_json::to_string_pretty(&document))
        }
        Bench::Compare => tokio::task::block_in_place(|| compare::measure(arguments, &folder))
            .map(|document| serde_json::to_string_pretty(&document)),
    };
    std::fs::remove_dir_all(&folder).with_context(|| format!("could not remove `{}`", folder.display()))?;
    output.data(&measured?.context("could not write the document")?);
    Ok(exit::DONE)
}

fn measured_fleet(arguments: &BenchArguments) -> Result<Fleet> {
    let devices = u32::try_from(arguments.rows / ROWS_PER_DEVICE + 10).context("too many rows to measure")?;
    Ok(Fleet::new(FleetConfig { devices, apps_per_mac: APPS_PER_MAC, ..FleetConfig::demonstration() }))
}

/// Sending, apart from the steps before it, so that its memory is its own.
async fn load(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let fleet = measured_fleet(arguments)?;
    let apps = folder.join("apps.parquet");
    let once = BenchArguments { times: 1, ..*arguments };
    let reading = tokio::task::block_in_place(|| decode_and_write(&fleet, &once, &apps))?;
    let set = state::built_in()?;
    let pipeline = named(&set, "applications")?;
    let compiled = pipeline.mapping().clone().compile()?;
    let engine = engine_with(&fleet, &apps, folder).await?;
    measure::forget_peak_memory();
    let mut figures = vec![deliver::figure(&engine, &pipeline, &compiled, folder).await?];
    drop(engine);
    // The instance that rows are promoted in is the other end, and would be another machine: its memory does not count.
    let peak_memory_bytes = peak_memory_bytes();
    figures.extend(promote(&set, folder).await?);
    let parquet_bytes = std::fs::metadata(&apps).context("the measured file is gone")?.len();
    Ok(document(arguments, &reading, parquet_bytes, peak_memory_bytes, figures))
}

async fn all(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let fleet = measured_fleet(arguments)?;
    let apps = folder.join("apps.parquet");
    let mut reading = tokio::task::block_in_place(|| decode_and_write(&fleet, arguments, &apps))?;
    let mut figures = std::mem::take(&mut reading.figures);
    let set = state::built_in()?;
    let pipeline = named(&set, "applications")?;
    let compiled = pipeline.mapping().clone().compile()?;
    let engine = engine_with(&fleet, &apps, folder).await?;
    let bytes = std::fs::metadata(&apps).context("the measured file is gone")?.len();
    figures.push(read(&engine, &apps, reading.rows, bytes, arguments.times).await?);
    figures.push(normalise(&engine, &compiled, reading.rows, bytes, arguments.times).await?);
    figures.push(plan(&engine, &compiled, reading.rows, bytes).await?);
    figures.push(encode(&engine, &pipeline, &compiled).await?);
    // The instance that rows are promoted in is the other end, and would be another machine: its memory does not count.
    let peak_memory_bytes = peak_memory_bytes();
    figures.extend(promote(&set, folder).await?);
    Ok(document(arguments, &reading, bytes, peak_memory_bytes, figures))
}

fn document(
    arguments: &BenchArguments,
    reading: &Reading,
    parquet_bytes: u64,
    peak_memory_bytes: Option<u64>,
    figures: Vec<Figure>,
) -> Document {
    Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        rows: reading.rows,
        json_bytes: reading.bytes,
        parquet_bytes,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        times: arguments.times,
        peak_memory_bytes,
        figures,
    }
}

fn named(set: &PipelineSet, name: &str) -> Result<Pipeline> {
    let found = set.all().iter().find(|pipeline| pipeline.name() == name);
    found.cloned().with_context(|| format!("the built-in pipelines have no `{name}`"))
}

/// The rows of the demonstration's fleet into an instance of their own: a night's worth, whatever the number of rows that
/// the other steps are measured with.
async fn promote(set: &PipelineSet, folder: &Path) -> Result<Vec<Figure>> {
    let engine = Engine::new(Settings { spill: Some(folder.to_owned()), ..Settings::default() })?;
    transform::register(&engine);
    let fleet = Fleet::new(FleetConfig::demonstration());
    for (endpoint, data_set) in [
        (Endpoint::Devices, DataSet::Devices),
        (Endpoint::DeviceDetails, DataSet::DeviceDetails),
        (Endpoint::PrismDeviceInformation, DataSet::DeviceInformation),
        (Endpoint::PrismApps, DataSet::Apps),
    ] {
        let mut batches = Vec::new();
        for page in fleet.pages().filter(|page| page.endpoint == endpoint) {
            let place = PageRef { name: &page.path, number: batches.len() as u32 + 1 };
            let decoded = extract::decode(data_set, place, &page.body)?;
            batches.push(pipeline::stored(data_set, &decoded.batch, 0));
        }
        engine.add_batches(data_set.name(), pipeline::stored_schema(data_set), batches)?;
    }
    let mut staged = Vec::new();
    for name in ["devices", "applications"] {
        let pipeline = named(set, name)?;
        let compiled = pipeline.mapping().clone().compile()?;
        staged.push(promote::Staged::of(&engine, &pipeline, &compiled, PROMOTED_ROWS_MAX).await?);
    }
    drop(engine);
    promote::figures(&staged[0], &staged[1], &set.nightly(), folder).await
}

async fn engine_with(fleet: &Fleet, apps: &Path, folder: &Path) -> Result<Engine> {
    let engine = Engine::new(Settings { spill: Some(folder.to_owned()), ..Settings::default() })?;
    transform::register(&engine);
    engine.add_parquet(DataSet::Apps.name(), apps).await?;
    // The list of devices is joined to every application row, as in a night.
    let mut devices = Vec::new();
    for page in fleet.pages().skip_while(|page| page.endpoint != Endpoint::Devices) {
        if page.endpoint != Endpoint::Devices {
            break;
        }
        let place = PageRef { name: &page.path, number: devices.len() as u32 + 1 };
        let decoded = extract::decode(DataSet::Devices, place, &page.body)?;
        devices.push(pipeline::stored(DataSet::Devices, &decoded.batch, 0));
    }
    engine.add_batches(DataSet::Devices.name(), pipeline::stored_schema(DataSet::Devices), devices)?;
    Ok(engine)
}

struct Reading {
    rows: u64,
    bytes: u64,
    figures: Vec<Figure>,
}

/// Decodes every chunk beside its bound, and writes it.
fn decode_and_write(fleet: &Fleet, arguments: &BenchArguments, apps: &Path) -> Result<Reading> {
    let (mut decoding, mut parsing, mut writing) = (Watch::new(), Watch::new(), Watch::new());
    let layout = engine::Layout { few_distinct: pipeline::few_distinct(DataSet::Apps) };
    let mut file = DurableParquet::create(apps, DataSet::Apps.schema(), &layout)?;
    let (mut rows, mut bytes) = (0, 0);
    let mut pages = fleet.app_pages();
    while rows < arguments.rows {
        let chunk: Vec<Page> = pages.by_ref().take(CHUNK_PAGES).collect();
        if chunk.is_empty() {
            break;
        }
        let bodies: Vec<(PageRef<'_>, &[u8])> =
            chunk.iter().map(|page| (PageRef { name: &page.path, number: 1 }, page.body.as_slice())).collect();
        let mut batches = Vec::new();
        for _ in 0..arguments.times {
            batches = decoding.time(|| decode_pages(DataSet::Apps, &bodies));
            parsing.time(|| bodies.par_iter().map(|(_, body)| bound::parse(body)).sum::<usize>());
        }
        for decoded in batches {
            let batch = decoded?.batch;
            rows += batch.num_rows() as u64;
            writing.time(|| file.write(&batch))?;
        }
        bytes += bodies.iter().map(|(_, body)| body.len() as u64).sum::<u64>();
        decoding.lap();
        parsing.lap();
    }
    let written = writing.time(|| file.finish())?;
    let copy = apps.with_extension("copy");
    let mut copying = Watch::new();
    copying.time(|| copy_durably(apps, &copy))?;
    Ok(Reading {
        rows,
        bytes,
        figures: vec![
            Figure::new("decode", rows, bytes, decoding.seconds())
                .beside("serde_json into derived structs, all cores", parsing.seconds()),
            Figure::new("snapshot write", rows, written.bytes, writing.seconds())
                .beside("copying the finished file, fsync", copying.seconds()),
        ],
    })
}

fn copy_durably(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    std::fs::File::open(to)?.sync_all()?;
    std::fs::remove_file(to)
}

async fn counted(engine: &Engine, sql: &str) -> Result<u64> {
    let rows = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&rows);
    engine
        .for_each(sql, move |batch: RecordBatch| {
            counter.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        })
        .await?;
    Ok(rows.load(Ordering::Relaxed))
}

/// Takes a query several times, and its bound's query in between.
async fn paired(engine: &Engine, sql: &str, bound: Option<&str>, rows: u64, times: usize) -> Result<(f64, f64)> {
    let (mut watch, mut bounding) = (Watch::new(), Watch::new());
    for _ in 0..times {
        let began = watch.begin();
        ensure!(counted(engine, sql).await? == rows, "a query lost rows");
        watch.end(began);
        if let Some(bound) = bound {
            let began = bounding.begin();
            ensure!(counted(engine, bound).await? == rows, "the bound's query lost rows");
            bounding.end(began);
        }
    }
    watch.lap();
    bounding.lap();
    Ok((watch.seconds(), bounding.seconds()))
}

async fn read(engine: &Engine, apps: &Path, rows: u64, bytes: u64, times: usize) -> Result<Figure> {
    let (seconds, _) = paired(engine, "SELECT * FROM apps", None, rows, times).await?;
    let mut bounding = Watch::new();
    for _ in 0..times {
        bounding.time(|| engine::digest_of(apps))?;
    }
    bounding.lap();
    Ok(Figure::new("snapshot read", rows, bytes, seconds).beside("reading and digesting the file", bounding.seconds()))
}

async fn normalise(engine: &Engine, compiled: &Compiled, rows: u64, bytes: u64, times: usize) -> Result<Figure> {
    let columns = "device_id, device__family, serial_number, last_collected_at, path, bundle_id, name, version, signature, \
                   developer_name, app_name, source, modification_date, _page, _record";
    let bound = format!("SELECT {columns} FROM apps");
    let (seconds, bounding) = paired(engine, compiled.unsorted_sql(), Some(&bound), rows, times).await?;
    Ok(Figure::new("normalise and fingerprint", rows, bytes, seconds)
        .beside("reading the same columns of the Parquet file", bounding))
}

/// Normalised, sorted by key, sorted out: what the plan does before it compares.
async fn plan(engine: &Engine, compiled: &Compiled, rows: u64, bytes: u64) -> Result<Figure> {
    let mut watch = Watch::new();
    let began = watch.begin();
    let mut stream = compiled.rows(engine, Some(rows), None).await?;
    let mut stager = Stager::new(compiled, |page, record| format!("page {page}, record {record}"));
    while let Some(batch) = stream.next().await {
        stager.stage(&batch?)?;
    }
    watch.end(began);
    ensure!(stager.into_tally().read == rows, "the plan lost rows");
    Ok(Figure::new("normalise, sort by key, sort out", rows, bytes, watch.seconds()))
}

async fn encode(engine: &Engine, pipeline: &Pipeline, compiled: &Compiled) -> Result<Figure> {
    let (mut watch, mut bounding) = (Watch::new(), Watch::new());
    let (mut rows, mut bytes) = (0, 0);
    let mut stream = engine.stream(compiled.unsorted_sql()).await?;
    let columns: Vec<usize> = (0..compiled.mapping().columns.len()).collect();
    let keys: Vec<String> =
        pipeline.staging_columns().iter().take(columns.len()).map(|column| column.label.clone()).collect();
    while let Some(batch) = stream.next().await {
        let batch = batch?.project(&columns)?;
        let bodies = watch.time(|| load::encode_all(&batch, &keys, BatchLimits::default(), |_| Vec::new()))?;
        bounding.time(|| bound::serialise(&batch, &keys));
        rows += batch.num_rows() as u64;
        bytes += bodies.iter().map(|body| body.bytes.len() as u64).sum::<u64>();
    }
    Ok(Figure::new("encode", rows, bytes, watch.seconds())
        .beside("serde_json serialising the same rows, all cores", bounding.seconds()))
}
