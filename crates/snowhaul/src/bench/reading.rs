//! `snowhaul bench extract`: a whole tenant over loopback into a sealed snapshot, beside downloading and decoding the same
//! pages without keeping them; then the night after, in which nothing has changed. The tenant is a process of its own that
//! has made its pages beforehand, so that its memory is not counted here and its work is no more than a static server's.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use extract::{DataSet, PageRef};
use pipeline::{ReadRequest, Resume};
use rest::{Client, ClientConfig, Request, Secret};
use serde::Serialize;
use snapshot::{Source, Store};

use super::measure::{Figure, peak_memory_bytes};
use super::{APPS_PER_MAC, ROWS_PER_DEVICE};
use crate::arguments::BenchArguments;
use crate::progress;

/// Rows up to which the tenant makes its pages beforehand: they are 1.7 kB each, and it keeps them in memory. Of more rows
/// each page is made when it is asked for, on the same processors, for the bound as well.
const PREPARED_ROWS_MAX: u64 = 5_000_000;

/// What was measured.
#[derive(Serialize)]
pub(super) struct Document {
    schema_version: u32,
    devices: u64,
    rows: u64,
    requests: u64,
    cores: usize,
    /// Whether the tenant had made its pages beforehand.
    prepared: bool,
    /// Highest resident memory of this process until the first snapshot was sealed, bytes; the tenant is another one.
    first_peak_memory_bytes: Option<u64>,
    /// The same over all nights.
    peak_memory_bytes: Option<u64>,
    figures: Vec<Figure>,
}

/// A served tenant, ended with this value.
struct Served {
    process: Child,
    address: String,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is ours, and it serves nobody else.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

pub(super) async fn measure(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let devices = arguments.rows / ROWS_PER_DEVICE + 10;
    let prepared = arguments.rows <= PREPARED_ROWS_MAX;
    let served = serve(devices, prepared)?;
    let (mut taken, mut after) = (Vec::new(), Vec::new());
    let (mut measured, mut first_peak) = (None, None);
    for time in 0..arguments.times {
        let bound = download_and_decode(&served).await?;
        let store = Store::open(&folder.join(format!("snapshots-{time}")))?;
        let extracted = extract(&served, &store).await?;
        taken.push((extracted.2, bound.2));
        ensure!(extracted.0 >= bound.0, "the snapshot has fewer rows than the pages");
        measured = Some((extracted.0, extracted.1, bound.1));
        first_peak = first_peak.or_else(peak_memory_bytes);
        let night_after = extract(&served, &store).await?;
        ensure!(night_after.0 > 0, "nothing was carried over");
        after.push((night_after.2, night_after.0));
        std::fs::remove_dir_all(folder.join(format!("snapshots-{time}"))).context("could not remove a snapshot")?;
    }
    taken.sort_by(|one, other| one.0.total_cmp(&other.0));
    after.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (after_seconds, after_rows) = after[after.len() / 2];
    let (seconds, bound) = taken[taken.len() / 2];
    let (rows, requests, bytes) = measured.context("nothing was measured")?;
    Ok(Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        devices,
        rows,
        requests,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        prepared,
        first_peak_memory_bytes: first_peak,
        peak_memory_bytes: peak_memory_bytes(),
        figures: vec![
            Figure::new("extract into a sealed snapshot", rows, bytes, seconds)
                .beside("downloading and decoding the same pages, one after the other", bound),
            Figure::new("extract the night after: a window, and the rest carried over", after_rows, 0, after_seconds)
                .beside("the whole of it, the night before", seconds),
        ],
    })
}

fn serve(devices: u64, prepared: bool) -> Result<Served> {
    let token = uuid::Uuid::new_v4().to_string();
    let program = std::env::current_exe().context("could not find this program")?;
    let mut process = Command::new(program)
        .args(["tenant", "serve", "--listen", "127.0.0.1:0", "--no-limits"])
        .args(prepared.then_some("--prepared"))
        .args(["--devices", &devices.to_string(), "--apps-per-mac", &APPS_PER_MAC.to_string()])
        .env(crate::commands::TOKEN, &token)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("could not start a tenant")?;
    let said = process.stderr.take().context("the tenant has no standard error")?;
    for line in BufReader::new(said).lines() {
        let line = line.context("the tenant said nothing readable")?;
        if let Some(address) = line.strip_prefix("serving on ") {
            return Ok(Served { address: address.to_owned(), token, process });
        }
    }
    bail!("the tenant ended before it served");
}

/// Pages of applications by their cursor: rows, bytes, seconds.
async fn download_and_decode(served: &Served) -> Result<(u64, u64, f64)> {
    let client = Client::new(ClientConfig::new(&served.address))?;
    let began = Instant::now();
    let (mut cursor, mut rows, mut bytes) = (String::new(), 0, 0);
    loop {
        let request = Request::get("/api/v1/prism/apps").query("limit", "300").query("cursor", cursor);
        let answer = client.send(request.bearer(Secret::from(served.token.clone()))).await?;
        bytes += answer.body.len() as u64;
        let page = extract::decode(DataSet::Apps, PageRef { name: "page", number: 1 }, &answer.body)?;
        rows += page.records;
        match page.envelope.cursor {
            Some(next) => cursor = next,
            None => return Ok((rows, bytes, began.elapsed().as_secs_f64())),
        }
    }
}

/// The same applications and the list of devices, sealed: rows, requests, seconds.
async fn extract(served: &Served, store: &Store) -> Result<(u64, u64, f64)> {
    let tenant = extract::Tenant::new(ClientConfig::new(&served.address), Secret::from(served.token.clone()))
        .map_err(pipeline::Error::from_tenant)?;
    let events = progress::silent();
    let began = Instant::now();
    let request = ReadRequest {
        store,
        tenant: &tenant,
        source: Source { kind: "tenant".to_owned(), identity: "measured".to_owned() },
        settings: extract::ReadSettings {
            apps: Some(extract::Strategy::Pages),
            ..extract::ReadSettings::of([DataSet::Devices, DataSet::Apps].into())
        },
        resume: Resume::No,
        checkpoint_every: snapshot::limits::CHECKPOINT_EVERY,
        events: &events,
    };
    let extracted = pipeline::extract(request).await?;
    let seconds = began.elapsed().as_secs_f64();
    let requests = extracted.accounts.iter().map(|(_, account)| account.requests).sum();
    Ok((extracted.sealed.rows(), requests, seconds))
}
