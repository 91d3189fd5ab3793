//! A run: plan, load and confirm each pipeline of a verified snapshot, in order. `run` and `replay` differ only in
//! where the snapshot comes from.

mod carry;
mod earlier;
mod left_out;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use engine::{Engine, Settings};
use flow::RunEvent;
use jiff::Timestamp;
use ledger::{Ending, Identity, Ledger, NewRun, RunState};
use load::Target;
use snapshot::Sealed;
use transform::Compiled;

use crate::check::{Given, engine_over};
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::report::{Imbalanced, NotStarted, RunReport, TableReport, said};
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

/// Carries a snapshot into the target tables and accounts for every row. A report is the answer also where answers of
/// the instance are missing ([`RunReport::is_incomplete`]) and where rows were lost ([`RunReport::balanced`]).
pub async fn run(options: RunOptions<'_>) -> Result<RunReport, Error> {
    let mut ledger = Ledger::open(options.folder)?;
    let manifest = &options.snapshot.manifest;
    refuse_older(&ledger, &options)?;
    ledger.sweep()?;
    let number = ledger.begin_run(NewRun {
        command: options.command.to_owned(),
        snapshot: options.snapshot.snapshot.clone(),
        snapshot_at: manifest.begun_at.clone(),
    })?;
    let ended = Run { options: &options, number, began: Instant::now(), now: Timestamp::now() }.all(&mut ledger).await;
    match &ended {
        Ok(report) => {
            let text = serde_json::to_string(report).expect("a report of counts and texts is always JSON");
            ledger.end_run(number, Ending { state: report.state(), failure: &report.failure(), report: &text })?;
        }
        Err(error) => {
            ledger.end_run(number, Ending { state: RunState::Failed, failure: &said(error), report: "" })?;
        }
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

struct Run<'a> {
    options: &'a RunOptions<'a>,
    number: i64,
    began: Instant,
    now: Timestamp,
}

/// What the pipelines of a run have come to so far.
#[derive(Default)]
struct Ended<'a> {
    tables: Vec<TableReport>,
    not_started: Vec<NotStarted>,
    imbalances: Vec<Imbalanced>,
    /// Pipelines whose rows may not have arrived.
    open: Vec<&'a Pipeline>,
}

impl Run<'_> {
    async fn all(&self, ledger: &mut Ledger) -> Result<RunReport, Error> {
        let options = self.options;
        let engine = self.engine().await?;
        // Everything that can be said before the first row leaves is said before the first row leaves.
        let compiled = self.compiled(&engine).await?;
        let target = self.connect().await?;
        let identity = preflight::identity(&target, ledger, options.integration).await?;
        let mut dictionaries = Vec::new();
        for pipeline in options.pipelines {
            dictionaries.push(preflight::ready(&target, pipeline).await?);
            preflight::still_held(&target, ledger, pipeline).await?;
        }
        let mut ended = Ended::default();
        for (position, (pipeline, mapping)) in options.pipelines.iter().zip(&compiled).enumerate() {
            let dictionary = dictionaries[position].as_str();
            if let Some(reason) = ended.reason_not_to_start(pipeline) {
                ended.not_start(pipeline, reason);
                continue;
            }
            let identity = identity.as_ref();
            let one = One { run: self, engine: &engine, target: &target, pipeline, mapping, dictionary, identity };
            // Boxed: the way from plan to commit keeps some twenty kilobytes while it waits.
            let carried = Box::pin(one.carry(ledger, position)).await?;
            if carried.table.incomplete.is_some() {
                ended.open.push(pipeline);
            }
            ended.tables.push(carried.table);
            ended.imbalances.extend(carried.imbalance);
        }
        Ok(self.report(ended))
    }

    async fn engine(&self) -> Result<Engine, Error> {
        let spill = self.options.folder.join("spill");
        // What a killed run's sorts spilled is of no use to anybody; where it cannot be removed it is only disk space.
        drop(std::fs::remove_dir_all(&spill));
        std::fs::create_dir_all(&spill).map_err(|source| Error::Folder { folder: spill.clone(), source })?;
        let settings = Settings { spill: Some(spill), ..Settings::default() };
        engine_over(Given::Snapshot(self.options.snapshot), settings).await
    }

    async fn compiled(&self, engine: &Engine) -> Result<Vec<Compiled>, Error> {
        let mut compiled = Vec::new();
        for pipeline in self.options.pipelines {
            let mapping = pipeline.mapping().clone().compile()?;
            mapping.check(engine).await?;
            compiled.push(mapping);
        }
        Ok(compiled)
    }

    async fn connect(&self) -> Result<Target, Error> {
        let destination = &self.options.destination;
        let connected = Target::connect(&destination.base_url, destination.login.clone()).await;
        let target = connected.map_err(Error::target(format!("log in at {}", destination.base_url)))?;
        Ok(target.confirm_within(destination.patience.confirm_within))
    }

    fn report(&self, ended: Ended<'_>) -> RunReport {
        let manifest = &self.options.snapshot.manifest;
        RunReport {
            schema_version: limits::SCHEMA_VERSION,
            run: self.number,
            snapshot: self.options.snapshot.snapshot.clone(),
            tables: ended.tables,
            not_started: ended.not_started,
            undecoded: manifest.rejected.clone(),
            bodies_left_out: manifest.left_out.clone(),
            drift: manifest.drift.clone(),
            seconds: self.began.elapsed().as_secs_f64(),
            balanced: ended.imbalances.is_empty(),
            imbalances: ended.imbalances,
        }
    }
}

impl<'a> Ended<'a> {
    /// Why a pipeline is not begun: a run that has lost count ends, and a row that refers to one which may not have
    /// arrived would be refused, or would make a record that nobody meant.
    fn reason_not_to_start(&self, pipeline: &Pipeline) -> Option<String> {
        if let Some(lost) = self.imbalances.first() {
            return Some(format!("pipeline `{}` lost count", lost.pipeline));
        }
        let earlier = self.open.iter().find(|earlier| pipeline.depends_on(earlier))?;
        Some(format!(
            "its rows refer to those of pipeline `{}`, which are not all proven to have arrived",
            earlier.name()
        ))
    }

    fn not_start(&mut self, pipeline: &'a Pipeline, reason: String) {
        self.not_started.push(NotStarted {
            pipeline: pipeline.name().to_owned(),
            staging_table: pipeline.staging_table().to_owned(),
            reason,
        });
        self.open.push(pipeline);
    }
}

/// One pipeline of a run.
struct One<'a> {
    run: &'a Run<'a>,
    engine: &'a Engine,
    target: &'a Target,
    pipeline: &'a Pipeline,
    mapping: &'a Compiled,
    /// What the instance says of the columns that it uses.
    dictionary: &'a str,
    /// What the ledger is bound to with this pipeline's commit, unless it is bound already.
    identity: Option<&'a Identity>,
}
