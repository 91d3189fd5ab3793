//! Encoding and sending against a server that accepts every batch and discards it: what the sender alone can do. Apart
//! because the server must cost next to nothing, or its work would be measured.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use arrow::record_batch::RecordBatch;
use engine::Engine;
use jiff::Timestamp;
use ledger::{Batch, BatchState, Ledger, NewRun};
use load::{Grant, Login, Pace, Patience, Target};
use pipeline::Pipeline;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use transform::Compiled;

use super::bound;
use super::measure::{Figure, Watch};

/// The answer to every batch; the token and the receipt in one.
const ANSWER: &str = r#"{"access_token":"a","expires_in":1800,"import_set_id":"0123456789abcdef0123456789abcdef","multi_import_set_id":""}"#;

/// Takes every batch of the staging rows through encoding, the ledger's notes and a socket, beside serialising the same
/// rows to memory.
pub(super) async fn figure(
    engine: &Engine,
    pipeline: &Pipeline,
    compiled: &Compiled,
    folder: &std::path::Path,
) -> Result<Figure> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.context("could not listen")?;
    let address = format!("http://{}", listener.local_addr().context("could not learn the port")?);
    let server = tokio::spawn(discard(listener));
    let login = Login {
        client_id: "bench".to_owned(),
        client_secret: "nothing".to_owned().into(),
        grant: Grant::ClientCredentials,
    };
    let target = Target::connect(&address, login).await?;
    let mut ledger = Ledger::open(&folder.join("ledger"))?;
    let new = NewRun { command: "bench".to_owned(), snapshot: String::new(), snapshot_at: String::new() };
    let mut sender = Sender {
        run: ledger.begin_run(new)?,
        pace: Pace::new(Patience::default().answer_within),
        target,
        ledger,
        pipeline,
        batches: 0,
        bytes: 0,
    };
    let (mut sending, mut serialising, mut rows) = (Watch::new(), Watch::new(), 0);
    // In the order of the pages: a sort would be measured with it, and its memory.
    let mut stream = engine.stream(compiled.unsorted_sql()).await?;
    let names: Vec<&str> = pipeline.staging_columns().iter().map(|column| column.name.as_str()).collect();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let sent: Vec<usize> = names.iter().filter_map(|name| batch.schema().index_of(name).ok()).collect();
        let staged = batch.project(&sent)?;
        let keys = keys(pipeline, &staged);
        rows += staged.num_rows() as u64;
        let began = Instant::now();
        sender.send(&staged, &keys).await?;
        sending.end(began);
        serialising.time(|| bound::serialise(&staged, &keys));
    }
    server.abort();
    ensure!(sender.batches > 0, "there was nothing to send");
    Ok(Figure::new("encode, note and send to a server that discards", rows, sender.bytes, sending.seconds())
        .beside("serde_json serialising the same rows, all cores", serialising.seconds()))
}

fn keys(pipeline: &Pipeline, batch: &RecordBatch) -> Vec<String> {
    let columns = pipeline.staging_columns();
    let label = |name: &str| columns.iter().find(|column| column.name == name).map(|column| column.label.clone());
    batch.schema().fields().iter().filter_map(|field| label(field.name())).collect()
}

/// The road of a batch in a run, without what is read back.
struct Sender<'a> {
    run: i64,
    pace: Pace,
    target: Target,
    ledger: Ledger,
    pipeline: &'a Pipeline,
    batches: u64,
    bytes: u64,
}

impl Sender<'_> {
    async fn send(&mut self, rows: &RecordBatch, keys: &[String]) -> Result<()> {
        let table = self.pipeline.staging_table();
        let mut start = 0;
        while start < rows.num_rows() {
            let size = self.pace.limits();
            let count = (size.rows_max * pipeline::limits::BODIES_AT_ONCE).min(rows.num_rows() - start);
            let first = self.batches;
            let constants = |number: usize| vec![("Batch".to_owned(), format!("{:032x}", first + number as u64))];
            for body in load::encode_all(&rows.slice(start, count), keys, size, constants)? {
                self.bytes += body.bytes.len() as u64;
                let mut batch = Batch {
                    id: format!("{:032x}", self.batches),
                    run: self.run,
                    first_row: 0,
                    rows: body.rows.len() as u64,
                    state: BatchState::Sent,
                    import_sets: Vec::new(),
                    seen_rows: 0,
                    sent_at: Timestamp::now(),
                };
                self.ledger.note_batch(table, &batch)?;
                let began = Instant::now();
                let receipt = self.target.send(table, body.bytes, None, None).await?;
                self.pace.answered(began.elapsed());
                batch.state = BatchState::Staged;
                batch.import_sets = vec![receipt.import_set];
                self.ledger.note_batch(table, &batch)?;
                self.batches += 1;
            }
            start += count;
        }
        Ok(())
    }
}

/// Answers every request of every connection alike, until it is aborted.
async fn discard(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer_all(stream));
    }
}

async fn answer_all(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::with_capacity(256 * 1024, stream);
    let mut line = String::new();
    loop {
        let (mut length, mut is_begun) = (0, false);
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let text = line.trim_end();
            if text.is_empty() && is_begun {
                break;
            }
            is_begun = true;
            if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await?;
        let head = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n";
        let answer = format!("{head}content-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
}
