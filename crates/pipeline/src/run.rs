//! A run: plan every pipeline of a verified snapshot, pass the brakes, then load and confirm one after the other. `run`
//! and `replay` differ only in where the snapshot comes from; `plan` ends before the first row, and `apply` begins there.
//!
//! ```text
//!  snapshot ─▶ what earlier runs left ─▶ plan each pipeline ─▶ plan.json ─▶ brakes ─▶ load each pipeline ─▶ report
//!                                                                 │           │ tripped
//!                                                      `apply` begins here    ▼
//!                                                                     nothing of the table is sent
//! ```

mod apply;
mod carry;
mod earlier;
mod left_out;
mod plan;
mod undo;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use engine::{Engine, Settings};
use flow::{Clock, RunEvent};
use jiff::Timestamp;
use ledger::{Ending, Identity, Ledger, NewRun, PipelineRecord, RunState};
use load::{Patience, Target};
use snapshot::Sealed;
use transform::Compiled;

pub use apply::{ApplyOptions, apply};
pub use undo::{ChangedSince, UndoOptions, Undone, undo};

use crate::cancel::refuse_cancelled;
use crate::check::{Given, engine_over};
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::report::{Imbalanced, NotStarted, RunReport, TableReport, said};
use crate::saved::SavedPlan;
use crate::{foretell, limits, preflight};
use earlier::Earlier;
use plan::{Planning, TablePlan};

/// Where a run's events go. It is called from the run's own tasks and must not block.
pub type Events = Arc<dyn Fn(RunEvent) + Send + Sync>;

/// What a run is told.
pub struct RunOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// `run`, `replay` or `plan`.
    pub command: &'a str,
    /// The pipelines, in order.
    pub pipelines: &'a [Pipeline],
    /// The verified snapshot.
    pub snapshot: &'a Sealed,
    /// Rows that the snapshot does not have may retire: it was read for this run, and is no replay.
    pub may_retire: bool,
    /// Send a snapshot that is older than what is held.
    pub older: bool,
    /// Send rows again that the target refused.
    pub retry_refused: bool,
    /// What time it is.
    pub clock: Clock,
    /// Where events go.
    pub events: Events,
}

/// Carries a snapshot into the target tables and accounts for every row. A report is the answer also where answers of
/// the instance are missing ([`RunReport::is_incomplete`]), where a brake stopped it ([`RunReport::is_stopped`]) and
/// where rows were lost ([`RunReport::balanced`]).
pub async fn run(options: RunOptions<'_>, destination: Destination) -> Result<RunReport, Error> {
    refuse_cancelled(options.folder)?;
    let mut ledger = Ledger::open(options.folder)?;
    let run = Run::begin(&options, &mut ledger)?;
    let ended = run.all(&mut ledger, &destination).await;
    note_end(&mut ledger, run.number, &ended)?;
    ended
}

/// Plans a snapshot and sends nothing. With a destination, what the instance would make of each row is foretold; without
/// one, only what is held is looked at.
pub async fn plan(options: RunOptions<'_>, destination: Option<Destination>) -> Result<(SavedPlan, RunReport), Error> {
    let mut ledger = Ledger::open(options.folder)?;
    let run = Run::begin(&options, &mut ledger)?;
    let ended = run.only_plan(&mut ledger, destination.as_ref()).await;
    let told = ended.as_ref().map(|(_, report)| report.clone());
    let (state, failure, text) = match &told {
        Ok(report) => (RunState::Planned, String::new(), report.to_text()),
        Err(error) => (RunState::Failed, said(*error), String::new()),
    };
    ledger.end_run(run.number, Ending { state, failure: &failure, report: &text })?;
    ended
}

/// Notes how a run ended.
fn note_end(ledger: &mut Ledger, number: i64, ended: &Result<RunReport, Error>) -> Result<(), Error> {
    match ended {
        Ok(report) => {
            let (failure, text) = (report.failure(), report.to_text());
            ledger.end_run(number, Ending { state: report.state(), failure: &failure, report: &text })?;
        }
        Err(error) => {
            ledger.end_run(number, Ending { state: RunState::Failed, failure: &said(error), report: "" })?;
        }
    }
    Ok(())
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
    /// Pipelines whose rows may not have arrived, and why.
    open: Vec<(&'a Pipeline, &'static str)>,
}

impl<'a> Run<'a> {
    fn begin(options: &'a RunOptions<'a>, ledger: &mut Ledger) -> Result<Self, Error> {
        refuse_older(ledger, options)?;
        ledger.sweep()?;
        let number = ledger.begin_run(NewRun {
            command: options.command.to_owned(),
            snapshot: options.snapshot.snapshot.clone(),
            snapshot_at: options.snapshot.manifest.begun_at.clone(),
        })?;
        Ok(Self { options, number, began: Instant::now(), now: options.clock.now() })
    }

    async fn all(&self, ledger: &mut Ledger, destination: &Destination) -> Result<RunReport, Error> {
        let options = self.options;
        let engine = self.engine().await?;
        // Everything that can be said before the first row leaves is said before the first row leaves.
        let compiled = self.compiled(&engine).await?;
        let link = Link::open(destination, options.integration, options.pipelines, ledger).await?;
        let mut plans = Vec::new();
        for (position, mapping) in compiled.iter().enumerate() {
            let pipeline = &options.pipelines[position];
            let earlier = earlier::settle(&self.one(&link, position), ledger).await?;
            let planning = Planning { run: self, engine: &engine, pipeline, mapping };
            // Boxed: a plan keeps some twenty kilobytes while it waits.
            plans.push(Box::pin(planning.plan(ledger, earlier)).await?);
        }
        let saved = self.save(ledger, &plans, link.identity_text())?;
        if plans.iter().any(|plan| !plan.report.brakes.is_empty()) {
            ledger.audit("snowhaul", "stopped by a brake", &saved.plan, &format!("run {}", self.number))?;
        }
        let mut ended = Ended::default();
        for (position, plan) in plans.into_iter().enumerate() {
            let one = self.one(&link, position);
            ended.load(&one, plan, ledger, position, false).await?;
        }
        Ok(self.report(ended, saved.plan))
    }

    async fn only_plan(
        &self,
        ledger: &mut Ledger,
        destination: Option<&Destination>,
    ) -> Result<(SavedPlan, RunReport), Error> {
        let options = self.options;
        let engine = self.engine().await?;
        let compiled = self.compiled(&engine).await?;
        let link = match destination {
            Some(destination) => Some(Link::open(destination, options.integration, options.pipelines, ledger).await?),
            None => None,
        };
        let mut plans = Vec::new();
        for (position, mapping) in compiled.iter().enumerate() {
            let pipeline = &options.pipelines[position];
            let earlier = match &link {
                Some(link) => earlier::settle(&self.one(link, position), ledger).await?,
                None => Earlier::unasked(ledger, pipeline)?,
            };
            let planning = Planning { run: self, engine: &engine, pipeline, mapping };
            plans.push(Box::pin(planning.plan(ledger, earlier)).await?);
        }
        if let Some(link) = &link {
            let folder = ledger.plan_folder(self.number)?;
            foretell::all(&link.target, &mut plans_of(&mut plans), self.number, &folder).await?;
        }
        let identity = link.as_ref().map(Link::identity_text).unwrap_or_default();
        let saved = self.save(ledger, &plans, identity)?;
        let mut ended = Ended::default();
        for plan in plans {
            ended.imbalances.extend(plan.imbalance);
            ended.tables.push(plan.report);
        }
        let report = self.report(ended, saved.plan.clone());
        Ok((saved, report))
    }

    fn save(&self, ledger: &Ledger, plans: &[TablePlan<'_>], instance: String) -> Result<SavedPlan, Error> {
        let options = self.options;
        let plan = SavedPlan {
            plan_version: 0,
            plan: String::new(),
            run: self.number,
            integration: options.integration.to_owned(),
            snapshot: options.snapshot.snapshot.clone(),
            snapshot_at: options.snapshot.manifest.begun_at.clone(),
            made_at: self.now.to_string(),
            instance,
            tables: plans.iter().map(TablePlan::saved).collect(),
            blake3: String::new(),
        };
        plan.write(&ledger.plan_folder(self.number)?)
    }

    async fn engine(&self) -> Result<Engine, Error> {
        let spill = self.options.folder.join("spill");
        // What a killed run's sorts spilled is of no use to anybody; where it cannot be removed it is only disk space.
        drop(std::fs::remove_dir_all(&spill));
        std::fs::create_dir_all(&spill).map_err(|source| Error::Folder { folder: spill.clone(), source })?;
        let settings = Settings { spill: Some(spill), ..Settings::default() };
        let settings = settings.for_rows(self.options.snapshot.rows());
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

    fn one<'o>(&'o self, link: &'o Link, position: usize) -> One<'o> {
        One {
            number: self.number,
            folder: self.options.folder,
            now: self.now,
            events: &self.options.events,
            target: &link.target,
            patience: link.patience,
            pipeline: &self.options.pipelines[position],
            dictionary: &link.dictionaries[position],
            identity: link.identity.as_ref(),
            snapshot_at: &self.options.snapshot.manifest.begun_at,
        }
    }

    fn report(&self, ended: Ended<'_>, plan: String) -> RunReport {
        let manifest = &self.options.snapshot.manifest;
        RunReport {
            schema_version: limits::SCHEMA_VERSION,
            run: self.number,
            plan,
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

/// The plans as the foretelling takes them.
fn plans_of<'p>(plans: &'p mut [TablePlan<'_>]) -> Vec<foretell::Subject<'p>> {
    plans
        .iter_mut()
        .map(|plan| foretell::Subject {
            pipeline: plan.pipeline,
            rows: plan.files.rows.clone(),
            foretold: &mut plan.report.foretold,
            file: &mut plan.foretold,
        })
        .collect()
}

impl<'a> Ended<'a> {
    /// Loads one pipeline's plan, unless something speaks against it.
    async fn load(
        &mut self,
        one: &One<'a>,
        mut plan: TablePlan<'_>,
        ledger: &mut Ledger,
        position: usize,
        is_approved: bool,
    ) -> Result<(), Error> {
        if let Some(reason) = self.reason_not_to_start(one.pipeline) {
            self.not_started.push(NotStarted {
                pipeline: one.pipeline.name().to_owned(),
                staging_table: one.pipeline.staging_table().to_owned(),
                reason,
            });
            // What a brake says of it is said all the same.
            if !plan.report.brakes.is_empty() {
                self.tables.push(plan.report);
            }
            self.open.push((one.pipeline, "which were not begun"));
            return Ok(());
        }
        if let Some(imbalance) = plan.imbalance.take() {
            self.tables.push(plan.report);
            self.imbalances.push(imbalance);
            return Ok(());
        }
        if !plan.report.brakes.is_empty() && !is_approved {
            let record = PipelineRecord {
                pipeline: one.pipeline.name().to_owned(),
                staging_table: one.pipeline.staging_table().to_owned(),
                accounts: plan.report.accounts.clone(),
                orphans: plan.report.orphans,
                sent: 0,
                targets: Vec::new(),
                seconds: plan.report.seconds,
            };
            ledger.note_pipeline(one.number, position, &record)?;
            self.tables.push(plan.report);
            self.open.push((one.pipeline, "which a brake holds back"));
            return Ok(());
        }
        // Boxed: the way from plan to commit keeps some twenty kilobytes while it waits.
        let carried = Box::pin(one.carry(plan, ledger, position)).await?;
        if carried.table.incomplete.is_some() {
            self.open.push((one.pipeline, "which are not all proven to have arrived"));
        }
        self.tables.push(carried.table);
        self.imbalances.extend(carried.imbalance);
        Ok(())
    }

    /// Why a pipeline is not begun: a run that has lost count ends, and a row that refers to one which may not have
    /// arrived would be refused, or would make a record that nobody meant.
    fn reason_not_to_start(&self, pipeline: &Pipeline) -> Option<String> {
        if let Some(lost) = self.imbalances.first() {
            return Some(format!("pipeline `{}` lost count", lost.pipeline));
        }
        let (earlier, why) = self.open.iter().find(|(earlier, _)| pipeline.depends_on(earlier))?;
        Some(format!("its rows refer to those of pipeline `{}`, {why}", earlier.name()))
    }
}

/// A connection to the instance that was found to be the right one, with everything that the pipelines need.
struct Link {
    target: Target,
    patience: Patience,
    /// What the ledger is bound to with the first commit, unless it is bound already.
    identity: Option<Identity>,
    /// What the instance says of the columns that each pipeline uses.
    dictionaries: Vec<String>,
    known_as: String,
}

impl Link {
    async fn open(
        destination: &Destination,
        integration: &str,
        pipelines: &[Pipeline],
        ledger: &Ledger,
    ) -> Result<Self, Error> {
        let connected = Target::connect(&destination.base_url, destination.login.clone()).await;
        let target = connected.map_err(Error::target(format!("log in at {}", destination.base_url)))?;
        let target = target.confirm_within(destination.patience.confirm_within);
        let (known_as, identity) = preflight::identity(&target, &|kind| ledger.identity(kind), integration).await?;
        let mut dictionaries = Vec::new();
        for pipeline in pipelines {
            dictionaries.push(preflight::ready(&target, pipeline).await?);
            preflight::still_held(&target, ledger, pipeline).await?;
        }
        Ok(Self { target, patience: destination.patience, identity, dictionaries, known_as })
    }

    /// The instance, as it names itself.
    fn identity_text(&self) -> String {
        self.known_as.clone()
    }
}

/// One pipeline whose plan is loaded.
pub(crate) struct One<'a> {
    number: i64,
    /// The integration's folder.
    folder: &'a Path,
    now: Timestamp,
    events: &'a Events,
    target: &'a Target,
    patience: Patience,
    pipeline: &'a Pipeline,
    /// What the instance says of the columns that it uses.
    dictionary: &'a str,
    /// What the ledger is bound to with this pipeline's commit, unless it is bound already.
    identity: Option<&'a Identity>,
    /// When the snapshot was read, RFC 3339.
    snapshot_at: &'a str,
}

impl One<'_> {
    fn loader(&self) -> crate::loader::Loader<'_> {
        crate::loader::Loader {
            target: self.target,
            patience: self.patience,
            pipeline: self.pipeline,
            run: self.number,
            folder: self.folder,
            now: self.now,
            events: self.events,
        }
    }
}
