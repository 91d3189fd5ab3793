//! Prism's export: asked for, waited for, fetched from the address that it names, without the token, and read as it
//! comes. A dozen requests, however large the fleet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rest::{Download, DownloadConfig};
use serde::Deserialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::read::csv::ExportRows;
use crate::read::pager::Position;
use crate::read::piece::{Account, Piece, Read};
use crate::read::reader::Reading;
use crate::tenant::Tenant;
use crate::{DataSet, Decoded, limits};

/// An export as the tenant tells of it.
#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    status: String,
    error_msg: Option<String>,
    signed_url: Option<String>,
}

/// Reads a category by its export and returns the data set's account.
pub(crate) async fn read(
    reading: &Reading<'_>,
    data_set: DataSet,
    keep: &(dyn Fn(Decoded) -> Decoded + Sync),
) -> Result<Account, Error> {
    let began = Instant::now();
    let tenant = reading.tenant.counted();
    let before = counted(&tenant, data_set).await?;
    reading.began(data_set, before, false).await?;
    let begun = match reading.position(data_set)? {
        Some(Position::Export { id, rows }) => {
            let begun = begun(&tenant, data_set, id, rows).await?;
            if begun.is_none() {
                reading.out.send(Piece::Restarted { data_set }).await?;
            }
            begun
        }
        Some(other) => return Err(Error::Position(other.text())),
        None => None,
    };
    let (id, done, address) = match begun {
        Some(begun) => begun,
        None => {
            let id = ask(&tenant, data_set).await?;
            let address = wait(&tenant, data_set, &id).await.map_err(|error| lost(data_set, error))?;
            (id, 0, address)
        }
    };
    let rows = Export { reading, tenant: &tenant, data_set, id, done }.fetch(&address, keep).await?;
    // An export is of one moment, and rows come and go while it is made: as many as there were before it or after it
    // are enough.
    let least = before.into_iter().chain(counted(&tenant, data_set).await?).min();
    let short = least.filter(|&least| rows < least);
    let notes =
        short.map(|counted| format!("The export held {rows} rows, and the tenant says that there are {counted}."));
    Ok(Account {
        strategy: "export",
        requests: tenant.requests(),
        took: began.elapsed(),
        complete: notes.is_none(),
        carries_over: false,
        notes: notes.into_iter().collect(),
    })
}

/// How many rows the tenant counts; `None` where it does not say, or the token may not ask, which is no reason to throw an
/// export away.
async fn counted(tenant: &Tenant, data_set: DataSet) -> Result<Option<u64>, Error> {
    match super::reader::prism_count(tenant, data_set).await {
        Err(error) if error.is_refusal() => Ok(None),
        counted => counted,
    }
}

/// An export that an earlier reading asked for: its id, the rows that are done, its address; `None` where the service has
/// forgotten it or failed to make it.
async fn begun(
    tenant: &Tenant,
    data_set: DataSet,
    id: String,
    done: u64,
) -> Result<Option<(String, u64, String)>, Error> {
    match wait(tenant, data_set, &id).await {
        Ok(address) => Ok(Some((id, done, address))),
        Err(Error::NotAllowed { status: 404, .. } | Error::Export { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A job that was just made and is not there has failed; it is not forbidden.
fn lost(data_set: DataSet, error: Error) -> Error {
    match error {
        Error::NotAllowed { status: 404, .. } => failed(data_set, "the tenant does not know it any more".to_owned()),
        error => error,
    }
}

async fn ask(tenant: &Tenant, data_set: DataSet) -> Result<String, Error> {
    let question = serde_json::json!({
        "blueprint_ids": [], "device_families": [], "category": data_set.name(), "filter": {}, "sort_by": ""
    });
    let got = tenant.post(Endpoint::PrismExport, question.to_string().into_bytes()).await?;
    Ok(job(data_set, &got.body)?.id)
}

fn job(data_set: DataSet, body: &[u8]) -> Result<Job, Error> {
    serde_json::from_slice(body).map_err(|source| failed(data_set, format!("its job cannot be read: {source}")))
}

fn failed(data_set: DataSet, reason: String) -> Error {
    Error::Export { category: data_set.name(), reason }
}

/// Asks until the export is there. The name of a failure is not public: whatever is neither done nor on its way is one.
async fn wait(tenant: &Tenant, data_set: DataSet, id: &str) -> Result<String, Error> {
    let began = tokio::time::Instant::now();
    let mut pause = limits::EXPORT_POLL_MIN;
    loop {
        let job = job(data_set, &tenant.get(Endpoint::PrismExport, id, &[]).await?.body)?;
        match (job.status.as_str(), job.signed_url) {
            ("success", Some(address)) if !address.is_empty() => return Ok(address),
            ("pending" | "started" | "running" | "in_progress" | "processing" | "queued", _) => {}
            (status, _) => {
                let said = job.error_msg.unwrap_or_else(|| "no reason given".to_owned());
                return Err(failed(
                    data_set,
                    format!("it is `{}`: {}", flow::Rejected::shown(status), flow::Rejected::shown(&said)),
                ));
            }
        }
        if began.elapsed() + pause > limits::EXPORT_DEADLINE {
            return Err(failed(
                data_set,
                format!("it was not there after {} minutes", limits::EXPORT_DEADLINE.as_secs() / 60),
            ));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(limits::EXPORT_POLL_MAX);
    }
}

struct Export<'a> {
    reading: &'a Reading<'a>,
    tenant: &'a Tenant,
    data_set: DataSet,
    id: String,
    /// Rows that an earlier reading has made durable.
    done: u64,
}

impl Export<'_> {
    /// Downloads and reads side by side, through two bounded channels; returns the rows of the whole export.
    async fn fetch(&self, address: &str, keep: &(dyn Fn(Decoded) -> Decoded + Sync)) -> Result<u64, Error> {
        let config = DownloadConfig { allow_loopback: self.tenant.is_local(), ..DownloadConfig::default() };
        let doing = || format!("download the export of {}", self.data_set);
        let http = |source| Error::Http { doing: doing(), source };
        let mut download = Download::open(address, &config).await.map_err(http)?;
        let (chunks, reader) = channel(limits::EXPORT_CHUNKS_WAITING);
        let (pages, mut read) = channel(limits::EXPORT_PAGES_WAITING);
        let (data_set, done, numbers) = (self.data_set, self.done, self.reading.numbers());
        let parsing = tokio::task::spawn_blocking(move || parse(data_set, done, &numbers, reader, &pages));
        let feeding = async move {
            while let Some(chunk) = download.next_chunk().await.map_err(http)? {
                // Where the reader has given up, it says why.
                if chunks.send(chunk).await.is_err() {
                    break;
                }
            }
            Ok::<(), Error>(())
        };
        let taking = async {
            while let Some((decoded, name, number, rows)) = read.recv().await {
                let position = Position::Export { id: self.id.clone(), rows }.text();
                let requests = self.tenant.requests();
                let decoded = keep(decoded);
                let page = Read { data_set, number, is_by_device: false, name, decoded, position, requests };
                self.reading.out.send(Piece::Page(Box::new(page))).await?;
            }
            Ok::<(), Error>(())
        };
        let (fed, taken) = tokio::join!(feeding, taking);
        let parsed = parsing.await.expect("reading an export does not panic");
        // A download that broke off explains a file that ends early, so it is told first.
        fed?;
        taken?;
        parsed
    }
}

type Parsed = (Decoded, String, u32, u64);

fn parse<B: AsRef<[u8]>>(
    data_set: DataSet,
    done: u64,
    numbers: &Arc<AtomicU32>,
    chunks: Receiver<B>,
    pages: &Sender<Parsed>,
) -> Result<u64, Error> {
    let mut rows = ExportRows::new(data_set, Chunks { chunks, current: None, at: 0 })?;
    let mut total = 0;
    loop {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let name = format!("prism/export/{data_set} from row {total}");
        let Some(page) = rows.page(number, &name)? else { return Ok(total) };
        total += page.records;
        // Rows that are durable already are read past; an export is one file and stays as it is.
        if total > done && pages.blocking_send((page, name, number, total)).is_err() {
            return Err(Error::NobodyListens);
        }
    }
}

/// Chunks of a download as one stream of bytes.
struct Chunks<B> {
    chunks: Receiver<B>,
    current: Option<B>,
    at: usize,
}

impl<B: AsRef<[u8]>> std::io::Read for Chunks<B> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let left = self.current.as_ref().map_or(&[][..], |chunk| &chunk.as_ref()[self.at..]);
            if !left.is_empty() {
                let read = { left }.read(buffer)?;
                self.at += read;
                return Ok(read);
            }
            match self.chunks.blocking_recv() {
                Some(chunk) => (self.current, self.at) = (Some(chunk), 0),
                None => return Ok(0),
            }
        }
    }
}
