//! A run: plan, load and confirm each pipeline of a verified snapshot, in order. `run` and `replay` differ only in
//! where the snapshot comes from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::AsArray;
use arrow::datatypes::UInt32Type;
use engine::{Engine, Settings, TextColumn};
use flow::{Rejected, RunEvent};
use jiff::Timestamp;
use ledger::{Ledger, NewRun, PipelineRecord};
use load::Target;
use snapshot::Sealed;
use transform::{Compiled, LeftOut, lineage};

use crate::check::{Given, engine_over};
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::loader::{Loaded, Loader};
use crate::planner::{self, PlanOptions, Planned};
use crate::report::{LeftOutRow, RunReport, TableReport};
use crate::{limits, preflight};

/// Where a run's events go. It is called from the run's own tasks and must not block.
pub type Events = Arc<dyn Fn(RunEvent) + Send + Sync>;

/// What a run is told.
pub struct RunOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// `run` or `replay`.
    pub command: &'a str,
    /// The pipelines, in order.
    pub pipelines: &'a [Pipeline],
    /// The verified snapshot.
    pub snapshot: &'a Sealed,
    /// Where rows go.
    pub destination: Destination,
    /// Send a snapshot that is older than what is held.
    pub older: bool,
    /// Send rows again that the target refused.
    pub retry_refused: bool,
    /// Where events go.
    pub events: Events,
}

/// Carries a snapshot into the target tables and accounts for every row.
pub async fn run(options: RunOptions<'_>) -> Result<RunReport, Error> {
    let mut ledger = Ledger::open(options.folder)?;
    let manifest = &options.snapshot.manifest;
    refuse_older(&ledger, &options)?;
    let number = ledger.begin_run(NewRun {
        command: options.command.to_owned(),
        snapshot: options.snapshot.snapshot.clone(),
        snapshot_at: manifest.begun_at.clone(),
    })?;
    let ended = Run { options: &options, number, began: Instant::now(), now: Timestamp::now() }.all(&mut ledger).await;
    match &ended {
        Ok(report) => {
            let text = serde_json::to_string(report).expect("a report of counts and texts is always JSON");
            ledger.end_run(number, None, &text)?;
        }
        Err(error) => ledger.end_run(number, Some(&said(error)), "")?,
    }
    ended
}

fn refuse_older(ledger: &Ledger, options: &RunOptions<'_>) -> Result<(), Error> {
    let read_at = &options.snapshot.manifest.begun_at;
    for pipeline in options.pipelines {
        if let Some(held) = ledger.held(pipeline.staging_table())?
            && !options.older
            && is_before(read_at, &held.snapshot_at)
        {
            return Err(Error::Older {
                snapshot: options.snapshot.snapshot.clone(),
                read_at: read_at.clone(),
                held_at: held.snapshot_at,
            });
        }
    }
    Ok(())
}

fn is_before(one: &str, other: &str) -> bool {
    matches!((one.parse::<Timestamp>(), other.parse::<Timestamp>()), (Ok(one), Ok(other)) if one < other)
}

/// An error with its causes, in one line.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

struct Run<'a> {
    options: &'a RunOptions<'a>,
    number: i64,
    began: Instant,
    now: Timestamp,
}

impl Run<'_> {
    async fn all(&self, ledger: &mut Ledger) -> Result<RunReport, Error> {
        let options = self.options;
        let plans = options.folder.join("plans").join(format!("{:06}", self.number));
        let spill = options.folder.join("spill");
        for folder in [&plans, &spill] {
            std::fs::create_dir_all(folder).map_err(|source| Error::Folder { folder: folder.clone(), source })?;
        }
        let settings = Settings { spill: Some(spill), ..Settings::default() };
        let engine = engine_over(Given::Snapshot(options.snapshot), settings).await?;
        // Everything that can be said before the first row leaves is said before the first row leaves.
        let mut compiled = Vec::new();
        for pipeline in options.pipelines {
            let mapping = pipeline.mapping().clone().compile()?;
            mapping.check(&engine).await?;
            compiled.push(mapping);
        }
        let target = self.connect().await?;
        preflight::identity(&target, ledger, options.integration).await?;
        for pipeline in options.pipelines {
            preflight::ready(&target, pipeline).await?;
            preflight::still_held(&target, ledger, pipeline).await?;
        }
        let mut tables = Vec::new();
        for (position, (pipeline, mapping)) in options.pipelines.iter().zip(&compiled).enumerate() {
            let one = One { run: self, engine: &engine, target: &target, pipeline, mapping };
            tables.push(one.carry(ledger, position, &plans).await?);
        }
        let manifest = &options.snapshot.manifest;
        Ok(RunReport {
            schema_version: limits::SCHEMA_VERSION,
            run: self.number,
            snapshot: options.snapshot.snapshot.clone(),
            tables,
            undecoded: manifest.rejected.clone(),
            bodies_left_out: manifest.left_out.clone(),
            drift: manifest.drift.clone(),
            seconds: self.began.elapsed().as_secs_f64(),
            balanced: true,
        })
    }

    async fn connect(&self) -> Result<Target, Error> {
        let destination = &self.options.destination;
        let connected = Target::connect(&destination.base_url, destination.login.clone()).await;
        connected.map_err(Error::target(format!("log in at {}", destination.base_url)))
    }
}

/// One pipeline of a run.
struct One<'a> {
    run: &'a Run<'a>,
    engine: &'a Engine,
    target: &'a Target,
    pipeline: &'a Pipeline,
    mapping: &'a Compiled,
}

impl One<'_> {
    async fn carry(&self, ledger: &mut Ledger, position: usize, plans: &Path) -> Result<TableReport, Error> {
        let began = Instant::now();
        let options = self.run.options;
        let table = self.pipeline.staging_table();
        let file: PathBuf = plans.join(format!("{table}.parquet"));
        let plan_options = PlanOptions {
            now: self.run.now,
            retry_refused: options.retry_refused,
            file: &file,
            events: &options.events,
        };
        let before = ledger.read_held(table)?;
        let planned = planner::plan(self.engine, self.mapping, options.snapshot, before, &plan_options).await?;
        let orphans = self.orphans().await?;
        let mut accounts = planned.accounts.clone();
        let loader = Loader {
            target: self.target,
            pipeline: self.pipeline,
            run: self.run.number,
            now: self.run.now,
            events: &options.events,
        };
        let mut held = ledger.begin_held(self.run.number, table)?;
        let before = ledger.read_held(table)?;
        let loaded = loader.load(planned.file.as_deref(), &mut accounts, before, &mut held).await?;
        accounts.balance().map_err(|source| Error::Imbalance { pipeline: self.pipeline.name().to_owned(), source })?;
        let record = PipelineRecord {
            pipeline: self.pipeline.name().to_owned(),
            staging_table: table.to_owned(),
            orphans: orphans.len() as u64,
            sent: accounts.sent(),
            targets: self.pipeline.targets().iter().filter_map(|name| loaded.targets.get(*name).cloned()).collect(),
            accounts,
            seconds: began.elapsed().as_secs_f64(),
        };
        ledger.commit_pipeline(self.run.number, position, &record, &options.snapshot.manifest.begun_at, held)?;
        let accounts = Box::new(record.accounts.clone());
        (options.events)(RunEvent::PipelineEnded { flow: self.pipeline.name().to_owned(), accounts });
        Ok(report(record, planned, orphans, loaded))
    }

    /// Records of joined data sets that completed no staging row.
    async fn orphans(&self) -> Result<Vec<LeftOutRow>, Error> {
        let manifest = &self.run.options.snapshot.manifest;
        let mut orphans = Vec::new();
        for (data_set, sql) in self.mapping.orphan_sql() {
            for batch in self.engine.collect(&sql).await? {
                let text = |name: &str| {
                    let array = batch.column_by_name(name).expect("the orphan query names its columns");
                    TextColumn::new(array).map_err(|source| Error::from(transform::Error::Gather(source)))
                };
                let (who, partnered) = (text(lineage::WHO)?, text("_partnered")?);
                let number = |name: &str| batch.column_by_name(name).map(|array| array.as_primitive::<UInt32Type>());
                let (Some(page), Some(record)) = (number(lineage::PAGE), number(lineage::RECORD)) else { continue };
                for row in 0..page.len() {
                    let is_partnered = partnered.text(row) == Some("true");
                    let reason = if is_partnered {
                        "another record of its device was used"
                    } else {
                        "no listed device has its id or serial number"
                    };
                    let record = Rejected {
                        data_set: data_set.clone(),
                        place: format!("{}, record {}", manifest.page_name(page.value(row)), record.value(row)),
                        who: Rejected::shown(who.text(row).unwrap_or_default()),
                        column: String::new(),
                        value: String::new(),
                        reason: reason.to_owned(),
                    };
                    orphans.push(LeftOutRow { kind: "orphan".to_owned(), record });
                }
            }
        }
        Ok(orphans)
    }
}

fn report(record: PipelineRecord, planned: Planned, orphans: Vec<LeftOutRow>, loaded: Loaded) -> TableReport {
    let tally = planned.tally;
    let listed = tally.listed.into_iter().map(|(kind, record)| {
        let kind = match kind {
            LeftOut::Duplicate => "duplicate",
            LeftOut::OutOfScope => "out_of_scope",
            LeftOut::Rejected => "rejected",
            LeftOut::Emptied => "emptied",
        };
        LeftOutRow { kind: kind.to_owned(), record }
    });
    TableReport {
        pipeline: record.pipeline,
        staging_table: record.staging_table,
        accounts: record.accounts,
        orphans: record.orphans,
        sent: record.sent,
        targets: record.targets,
        seconds: record.seconds,
        out_of_scope_by_rule: tally.out_of_scope,
        adjusted: tally.adjusted,
        unreadable: tally.unreadable,
        left_out: listed.chain(orphans).collect(),
        refused: loaded.refused,
    }
}
