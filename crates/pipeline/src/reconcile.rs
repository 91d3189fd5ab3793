//! `reconcile`: the tenant held against the target tables. Every staging row of a snapshot is held against the record that it
//! matches now and against what was proven of it before; then the target tables are walked for records that no row
//! explains. It only looks.
//!
//! ```text
//!   staging rows ─┬─▶ records that match ─▶ missing · stale · changed by hand · doubled · of another class · …
//!   held rows ────┘
//!        └─ without a staging row ─▶ retired yet alive · stale
//!   target tables, walked ─▶ records that no row explains · installs without a computer
//! ```

mod finding;
mod gone;
mod judge;
mod walk;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use engine::{Engine, Part, Settings};
use flow::Clock;
use ledger::{HeldWalk, History};
use load::Target;
use snapshot::{Completeness, Sealed};
use transform::{Stager, lineage};

pub use finding::{Finding, FindingKind, Reconciled, ReconciledTable};

use crate::check::{Given, engine_over};
use crate::declaration::Pipeline;
use crate::destination::Destination;
use crate::error::Error;
use crate::foretell::{MapPlan, Oracle};
use crate::planner::{Judge, groups_of};
use crate::{limits, preflight, stored};
use gone::Gone;
use judge::Judging;

/// What is compared.
pub struct ReconcileOptions<'a> {
    /// The integration's name.
    pub integration: &'a str,
    /// The integration's folder.
    pub folder: &'a Path,
    /// The pipelines, in order.
    pub pipelines: &'a [Pipeline],
    /// The verified snapshot.
    pub snapshot: &'a Sealed,
    /// What time it is.
    pub clock: Clock,
}

/// Holds a snapshot against the target tables.
///
/// # Errors
/// An instance that cannot be asked, or that is another one than the ledger knows.
pub async fn reconcile(options: ReconcileOptions<'_>, destination: Destination) -> Result<Reconciled, Error> {
    let history = History::open(options.folder)?;
    let connected = Target::connect(&destination.base_url, destination.login).await;
    let target = connected.map_err(Error::target(format!("log in at {}", destination.base_url)))?;
    let known = |kind| history.identity(kind);
    let (instance, _) = preflight::identity(&target, &known, options.integration).await?;
    let manifest = &options.snapshot.manifest;
    let mut report = Reconciled {
        schema_version: limits::SCHEMA_VERSION,
        integration: options.integration.to_owned(),
        instance,
        snapshot: options.snapshot.snapshot.clone(),
        snapshot_at: manifest.begun_at.clone(),
        at: options.clock.now().to_string(),
        tables: Vec::new(),
        findings: Vec::new(),
        not_listed: Default::default(),
        notes: Vec::new(),
    };
    let is_whole = manifest.completeness == Completeness::Full;
    if !is_whole {
        report.notes.push(format!(
            "snapshot {} is {}, not all of the tenant: what it does not have was not looked for",
            report.snapshot,
            manifest.completeness.as_str()
        ));
    }
    let spill = Spill::make(options.folder)?;
    let settings = Settings { spill: Some(spill.0.clone()), ..Settings::default() }.for_rows(options.snapshot.rows());
    let engine = engine_over(Given::Snapshot(options.snapshot), settings).await?;
    for pipeline in options.pipelines {
        let one = One {
            pipeline,
            pipelines: options.pipelines,
            engine: &engine,
            snapshot: options.snapshot,
            history: &history,
            target: &target,
            is_whole,
        };
        one.reconcile(&mut report).await?;
    }
    Ok(report)
}

/// What is spilled, in a folder that no other process uses; it goes with this value.
struct Spill(PathBuf);

impl Spill {
    fn make(folder: &Path) -> Result<Self, Error> {
        let spill = folder.join(format!("spill-reconcile-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&spill).map_err(|source| Error::Folder { folder: spill.clone(), source })?;
        Ok(Self(spill))
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // Of use to nobody; what cannot be removed is only disk space.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// One pipeline whose tables are compared.
struct One<'a> {
    pipeline: &'a Pipeline,
    pipelines: &'a [Pipeline],
    engine: &'a Engine,
    snapshot: &'a Sealed,
    history: &'a History,
    target: &'a Target,
    /// The snapshot is all of the tenant.
    is_whole: bool,
}

/// Records of target tables that some row explains, by table; ids as numbers, of which a million fit.
type Explained = Vec<HashSet<u128>>;

impl One<'_> {
    async fn reconcile(&self, report: &mut Reconciled) -> Result<(), Error> {
        let maps = MapPlan::all(self.target, self.pipeline).await?;
        let first = report.tables.len();
        report.tables.extend(maps.iter().map(|map| ReconciledTable {
            pipeline: self.pipeline.name().to_owned(),
            table: map.target.clone(),
            rows: 0,
            agree: 0,
            findings: Default::default(),
        }));
        let mut explained: Explained = vec![HashSet::new(); maps.len()];
        let senders = self.rows(&maps, first, report, &mut explained).await?;
        for (place, map) in maps.iter().enumerate() {
            let is_own = self.pipeline.tables.iter().any(|table| table.name == map.target);
            let Some(query) = walk::query(map, &senders, is_own) else { continue };
            walk::walk(self, map, &query, (first + place, &explained[place]), report).await?;
        }
        Ok(())
    }

    /// Every staging row beside its records and what is held of it; then the held rows that have no staging row. The
    /// values that say who sent a record come with it.
    async fn rows(
        &self,
        maps: &[MapPlan],
        first: usize,
        report: &mut Reconciled,
        explained: &mut Explained,
    ) -> Result<HashSet<String>, Error> {
        let compiled = self.pipeline.mapping().clone().compile()?;
        let table = self.pipeline.staging_table();
        let columns = self.pipeline.value_columns();
        let mut held = HeldWalk::over(self.history.read_held_part(table, &columns, &Part::default())?);
        let driver = self.snapshot.manifest.data_set(&compiled.mapping().driver).map(|file| file.rows);
        let read = |table: &str, columns: &[String]| self.history.read_held_part(table, columns, &Part::default());
        let (groups, seen) = groups_of(self.pipeline, &read, self.pipelines)?;
        let mut rows = compiled.rows(self.engine, driver, seen).await?;
        let mut stager = Stager::new(&compiled, |_, _| String::new());
        let mut oracle = Oracle::new(self.target, i64::MAX).asking_who();
        let read_at = self.snapshot.manifest.begun_at.parse().unwrap_or_default();
        let judge = Judge::new(self.pipeline.retire.as_ref(), self.is_whole, read_at, groups);
        let mut gone = Gone::new(self, maps, first, judge);
        let mut judging = Judging::new(self.pipeline, maps, first);
        while let Some(batch) = rows.next().await {
            let staged = stager.stage(&batch?)?;
            gone.keep(staged.left_out, &staged.keyless)?;
            let texts = stored::as_texts(&staged.rows)?;
            let looked = oracle.look(maps, &texts).await?;
            let staged = judge::Staged::of(&texts, self.pipeline)?;
            for (row, looked) in looked.iter().enumerate() {
                let key = staged.key(row);
                gone.up_to(&mut held, key)?;
                let beside = held.current()?.filter(|(batch, place)| batch.row_key(*place) == key);
                judging.row(&staged, row, looked, beside, (&mut *report, &mut *explained));
                if beside.is_some() {
                    held.advance();
                }
            }
            gone.look(report, explained).await?;
        }
        gone.rest(&mut held)?;
        gone.look(report, explained).await?;
        Ok(judging.into_senders())
    }

    /// A held row or record in words.
    fn title(&self, text: impl Fn(&str) -> Option<String>) -> String {
        self.pipeline.title.iter().filter_map(|column| text(column)).collect::<Vec<_>>().join(" ")
    }
}

/// An id as a number; none for a text that is no id.
fn number_of(sys_id: &str) -> Option<u128> {
    u128::from_str_radix(sys_id, 16).ok()
}

/// A column of a batch of texts.
fn texts(batch: &RecordBatch, column: &str) -> Result<Option<engine::TextColumn>, Error> {
    let found = batch.column_by_name(column).map(engine::TextColumn::new);
    Ok(found.transpose().map_err(transform::Error::Gather)?)
}

/// The key column of a batch of staging rows.
fn keys(batch: &RecordBatch) -> Result<engine::TextColumn, Error> {
    Ok(texts(batch, lineage::ROW_KEY)?.expect("the stager keeps its lineage columns"))
}
