//! `snowhaul bench compare`: staging rows of the applications pipeline beside as many held ones, of which 1 % say
//! something else, into the durable plan of what changed. Apart because it needs no tenant, no query and no instance:
//! rows are made in the order of their keys, so that neither normalising nor sorting is measured, nor held in memory.
//!
//! The bound reads what the comparison reads and does nothing with it: every column of the staging rows on one core; on
//! another the held file's bytes, as its digest is verified before its rows are believed, then the columns that are
//! compared. The bytes are read and not hashed: a bound has no work of its own.

mod rows;

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use anyhow::{Context as _, Result, ensure};
use arrow::array::RecordBatch;
use engine::{DurableParquet, FileRows, Layout, Part};
use flow::Accounts;
use jiff::Timestamp;
use ledger::{Basis, Commit, HeldWriter, Ledger, NewRun, PipelineRecord};
use pipeline::{Change, Pipeline};
use serde::Serialize;
use transform::Compiled;

use super::measure::{Figure, Watch, forget_peak_memory, peak_memory_bytes};
use super::named;
use crate::arguments::BenchArguments;
use crate::state;
use rows::Rows;

/// One row of so many says something else than what is held.
const CHANGED_ONE_OF: usize = 100;

/// Rows made and written at a time: one batch of the engine's.
const CHUNK_ROWS: u64 = 8_192;

/// Batches that are read while one is compared, as the planner's sorted rows are read one bucket ahead.
const BATCHES_AHEAD: usize = 1;

/// When what is held was proven, and the later reading that is compared with it.
const HELD_AT: &str = "2026-10-30T02:00:00Z";
const READ_AT: &str = "2026-10-31T02:00:00Z";

/// What was measured.
#[derive(Serialize)]
pub(super) struct Document {
    schema_version: u32,
    rows: u64,
    /// Those of them that say something else than what is held.
    changed: u64,
    staging_bytes: u64,
    held_bytes: u64,
    cores: usize,
    times: usize,
    /// Highest resident memory of this process while it compared and wrote the plan, bytes.
    peak_memory_bytes: Option<u64>,
    figures: Vec<Figure>,
}

/// Makes both files, and measures.
pub(super) fn measure(arguments: &BenchArguments, folder: &Path) -> Result<Document> {
    let set = state::built_in()?;
    let pipeline = named(&set, "applications")?;
    let compiled = pipeline.mapping().clone().compile()?;
    let made = Rows { compiled: &compiled, rows: arguments.rows };
    let mut scene = Scene::make(&pipeline, &made, folder)?;
    let mut taken = Taken::new();
    for _ in 0..arguments.times {
        taken.take(&mut scene, &pipeline, &compiled)?;
    }
    Ok(Document {
        schema_version: pipeline::limits::SCHEMA_VERSION,
        rows: scene.rows,
        changed: scene.changed,
        staging_bytes: scene.staging_bytes,
        held_bytes: scene.held_bytes,
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        times: arguments.times,
        peak_memory_bytes: taken.peak,
        figures: taken.figures(&scene),
    })
}

/// What was taken so far.
struct Taken {
    reading: Watch,
    comparing: Watch,
    seeking: Watch,
    keeping: Watch,
    peak: Option<u64>,
}

impl Taken {
    fn new() -> Self {
        Self {
            reading: Watch::new(),
            comparing: Watch::new(),
            seeking: Watch::new(),
            keeping: Watch::new(),
            peak: None,
        }
    }

    /// Takes each figure once, beside its bound, and holds that the plan is the one that was made.
    fn take(&mut self, scene: &mut Scene, pipeline: &Pipeline, compiled: &Compiled) -> Result<()> {
        self.reading.time(|| scene.read_both())?;
        self.seeking.time(|| scene.read_changed())?;
        let run = scene.ledger.begin_run(new_run(READ_AT))?;
        let now = READ_AT.parse::<Timestamp>().context("the reading has no moment")?;
        forget_peak_memory();
        let compared = self.comparing.time(|| {
            let rows = staged_ahead(&scene.staging);
            pipeline::compare_staged(pipeline, compiled, &scene.ledger, run, now, rows)
        })?;
        scene.balances(compared.accounts(), compared.changes().of(Change::Changed))?;
        let changes = self.keeping.time(|| compared.keep_before())?;
        self.peak = self.peak.max(peak_memory_bytes());
        let found = changes.by_column.get("u_version").copied().unwrap_or_default();
        ensure!(found == scene.changed, "of {} other versions {found} were found", scene.changed);
        Ok(())
    }

    fn figures(mut self, scene: &Scene) -> Vec<Figure> {
        for watch in [&mut self.reading, &mut self.comparing, &mut self.seeking, &mut self.keeping] {
            watch.lap();
        }
        let (rows, bytes) = (scene.rows, scene.staging_bytes + scene.held_bytes);
        let read = "reading both files, the columns that are compared, a core each; the held file's bytes as well";
        vec![
            Figure::new("compare with what is held, to the durable plan", rows, bytes, self.comparing.seconds())
                .beside(read, self.reading.seconds()),
            Figure::new("write what the plan changes as it is held", scene.changed, 0, self.keeping.seconds())
                .beside("reading the same rows of the held file", self.seeking.seconds()),
        ]
    }
}

/// Both files as a night finds them.
struct Scene {
    ledger: Ledger,
    staging: PathBuf,
    held: PathBuf,
    /// The held file's columns that are compared.
    columns: Vec<String>,
    rows: u64,
    changed: u64,
    staging_bytes: u64,
    held_bytes: u64,
}

impl Scene {
    fn make(pipeline: &Pipeline, made: &Rows<'_>, folder: &Path) -> Result<Self> {
        let staging = folder.join("staging.parquet");
        let mut ledger = Ledger::open(&folder.join("ledger"))?;
        let run = ledger.begin_run(new_run(HELD_AT))?;
        let columns: Vec<String> = pipeline.mapping().columns.iter().map(|column| column.name.clone()).collect();
        let table = pipeline.staging_table();
        let mut held = ledger.begin_held(run, table, &columns)?;
        let mut file = DurableParquet::create(&staging, made.batch(0..0, false)?.schema(), &Layout::default())?;
        let mut begin = 0;
        while begin < made.rows {
            let numbers = begin..(begin + CHUNK_ROWS).min(made.rows);
            file.write(&made.batch(numbers.clone(), false)?)?;
            made.hold(&mut held, run, numbers.clone())?;
            begin = numbers.end;
        }
        let staging_bytes = file.finish()?.bytes;
        commit(&mut ledger, pipeline, run, held)?;
        let held = ledger.held(table)?.context("nothing is held")?.path().to_owned();
        Ok(Self {
            columns: pipeline::columns_compared(pipeline, &ledger)?,
            held_bytes: std::fs::metadata(&held).context("the held file is gone")?.len(),
            changed: made.rows.div_ceil(CHANGED_ONE_OF as u64),
            rows: made.rows,
            ledger,
            staging,
            held,
            staging_bytes,
        })
    }

    /// The bound: both files side by side.
    fn read_both(&self) -> Result<()> {
        let columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let held = || {
            read_bytes(&self.held)?;
            rows_of(&self.held, &Part { columns: Some(&columns), ..Part::default() })
        };
        let (staging, all) = (&self.staging, Part::default());
        let (staged, held) = std::thread::scope(|scope| {
            let staged = scope.spawn(|| rows_of(staging, &all));
            let held = held();
            (staged.join().expect("reading a file does not panic"), held)
        });
        let (staged, held) = (staged?, held?);
        ensure!(staged == self.rows && held == self.rows, "{staged} staging rows and {held} held rows were read");
        Ok(())
    }

    /// The bound of what is kept: the changed rows of the held file, with all their columns.
    fn read_changed(&self) -> Result<()> {
        let rows = usize::try_from(self.rows).context("too many rows to measure")?;
        let ranges: Vec<Range<usize>> = (0..rows).step_by(CHANGED_ONE_OF).map(|row| row..row + 1).collect();
        let found = rows_of(&self.held, &Part { rows: Some(&ranges), ..Part::default() })?;
        ensure!(found == self.changed, "of {} changed rows {found} were read", self.changed);
        Ok(())
    }

    /// Holds that every row came out once, and as it was made.
    fn balances(&self, accounts: &Accounts, changed: u64) -> Result<()> {
        let (planned, unchanged) = (accounts.planned, accounts.unchanged);
        ensure!(
            changed == self.changed && planned == changed && unchanged + planned == self.rows,
            "of {} rows {} were made to differ; {changed} were found changed, {planned} planned, {unchanged} unchanged",
            self.rows,
            self.changed
        );
        Ok(())
    }
}

fn new_run(snapshot_at: &str) -> NewRun {
    NewRun { command: "bench".to_owned(), snapshot: String::new(), snapshot_at: snapshot_at.to_owned() }
}

fn commit(ledger: &mut Ledger, pipeline: &Pipeline, run: i64, held: HeldWriter) -> Result<()> {
    let record = PipelineRecord {
        pipeline: pipeline.name().to_owned(),
        staging_table: pipeline.staging_table().to_owned(),
        accounts: Accounts::default(),
        orphans: 0,
        sent: 0,
        targets: Vec::new(),
        seconds: 0.0,
    };
    let commit = Commit {
        run,
        position: 0,
        record: &record,
        snapshot_at: HELD_AT,
        identity: None,
        accounted: &[],
        basis: &Basis::default(),
        held: Some(held),
    };
    Ok(ledger.commit_pipeline(commit)?)
}

/// The staging rows, read on a thread of their own.
fn staged_ahead(path: &Path) -> mpsc::IntoIter<Result<RecordBatch, engine::Error>> {
    let (read, taken) = mpsc::sync_channel(BATCHES_AHEAD);
    let path = path.to_owned();
    std::thread::spawn(move || match FileRows::open(&path) {
        // Whoever takes no more has an error of its own to tell.
        Ok(mut rows) => drop(rows.try_for_each(|batch| read.send(batch))),
        Err(source) => drop(read.send(Err(source))),
    });
    taken.into_iter()
}

fn rows_of(path: &Path, part: &Part<'_>) -> Result<u64> {
    let mut rows = 0;
    for batch in FileRows::open_part(path, part)? {
        rows += batch?.num_rows() as u64;
    }
    Ok(rows)
}

fn read_bytes(path: &Path) -> Result<()> {
    let mut file = File::open(path).context("the held file is gone")?;
    let mut buffer = vec![0; 256 * 1024];
    while file.read(&mut buffer).context("could not read the held file")? > 0 {}
    Ok(())
}
