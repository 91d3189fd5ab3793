//! The plan: staging rows against what is held, and the rows to send as a durable file. All streams are sorted by
//! key, so that none is ever whole in memory, and none has to be sorted or hashed to be joined.
//!
//! ```text
//!   staging rows ─┐ by key                                   plans/<run>/<staging table>.parquet    rows to send, and why
//!   held rows ────┴─▶ unchanged · waiting · planned ─┬─────▶ …             .before.parquet  the same rows as held
//!                     vanished ─▶ retire, or counted ┘       …             .marks.parquet   what was counted of the others
//! ```
//!
//! A merge join of two files that are sorted already needs two batches of memory, whatever their size; the engine's own
//! sort-merge join would sort, repartition and spill what is in order.

pub(crate) mod before;
mod change;
mod compare;
mod due;
mod marks;
mod measure;
mod vanished;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use engine::{DurableParquet, Engine, FileRows, Layout, TextColumn};
use flow::{Accounts, RunEvent, Step};
use jiff::Timestamp;
use ledger::Ledger;
use serde::{Deserialize, Serialize};
use snapshot::{Completeness, Sealed};
use transform::{Compiled, Staged, Stager, Tally};
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use change::CHANGE;
pub use change::{Change, Changes};
pub(crate) use compare::{Deciding, StagedRow, Verdict, plan_schema, with_column};
pub(crate) use marks::{Mark, Marks};
pub use measure::{StagedCompared, columns_compared, compare_staged};
pub(crate) use vanished::{Gone, Groups, Judge, ReadHeld};

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::limits;
use crate::run::Events;
use compare::{Compared, Comparison};

/// What the planner is told beside the rows.
pub(crate) struct PlanOptions<'a> {
    pub(crate) now: Timestamp,
    /// The run whose plan it is.
    pub(crate) run: i64,
    /// All pipelines of the run.
    pub(crate) pipelines: &'a [Pipeline],
    pub(crate) retry_refused: bool,
    /// Nothing that is held is believed.
    pub(crate) everything_in_doubt: bool,
    /// True where rows that are not in the snapshot have vanished: it is all of the tenant, and newer than what is held.
    pub(crate) is_evidence: bool,
    pub(crate) events: &'a Events,
}

/// A plan of one pipeline.
pub(crate) struct Planned {
    pub(crate) files: PlanFiles,
    /// The first two sums of the accounts, and the number of planned rows. `read` is what the snapshot has, not what
    /// the query gave: else the first sum could not fail.
    pub(crate) accounts: Accounts,
    pub(crate) changes: Changes,
    /// What was left out, cut, emptied.
    pub(crate) tally: Tally,
    /// What the query lost or doubled of the driving records, in words.
    pub(crate) difference: Option<String>,
}

/// The durable files of one pipeline's plan, each absent where it would have no rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanFiles {
    /// The rows to send, in rising order of keys.
    pub(crate) rows: Option<PlanFile>,
    /// Those of them that are held, as they are held.
    pub(crate) before: Option<PlanFile>,
    /// What was counted of held rows that are not sent.
    pub(crate) marks: Option<PlanFile>,
}

/// One file of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlanFile {
    pub(crate) path: PathBuf,
    /// BLAKE3 of the file.
    pub(crate) blake3: String,
}

/// Plans one pipeline.
pub(crate) async fn plan(
    engine: &Engine,
    pipeline: &Pipeline,
    compiled: &Compiled,
    snapshot: &Sealed,
    ledger: &Ledger,
    options: &PlanOptions<'_>,
) -> Result<Planned, Error> {
    let flow_name = pipeline.name().to_owned();
    let driver = &compiled.mapping().driver;
    let manifest = &snapshot.manifest;
    let place = |page, record| format!("{}, record {record}", manifest.page_name(page));
    let decoded = manifest.data_set(driver).map_or(0, |file| file.rows);
    let undecoded = manifest.rejected.iter().filter(|record| record.data_set == *driver).count() as u64;
    (options.events)(RunEvent::StepStarted { flow: flow_name.clone(), step: Step::Plan, rows: Some(decoded) });
    let mut stager = Stager::new(compiled, place);
    let read = |table: &str, columns: &[String]| ledger.read_held_compared(table, columns);
    let (groups, seen) = groups_of(pipeline, &read, options.pipelines)?;
    let mut rows = compiled.rows(engine, Some(decoded), seen).await?;
    let read_at = manifest.begun_at.parse().unwrap_or(options.now);
    let mut making = Making::begin(pipeline, compiled, ledger, options, read_at, groups)?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let passed = batch.num_rows() as u64;
        (options.events)(RunEvent::RowsPassed { flow: flow_name.clone(), step: Step::Plan, rows: passed });
        making.take(&stager.stage(&batch)?)?;
    }
    let (files, counted, changes) = making.end()?.with_before(pipeline, ledger, options.run)?;
    (options.events)(RunEvent::StepEnded { flow: flow_name, step: Step::Plan });
    let tally = stager.into_tally();
    let accounts = Accounts {
        read: decoded + undecoded,
        duplicate: tally.duplicate,
        rejected: tally.rejected + undecoded,
        out_of_scope: tally.out_of_scope_rows(),
        staging_rows: tally.staging_rows + counted.retire,
        ..counted
    };
    let difference = difference(driver, decoded, tally.read);
    Ok(Planned { files, accounts, changes, tally, difference })
}

/// True where rows that a snapshot does not have are gone: it is all of the tenant. Which command carries it is for the
/// caller to judge.
pub(crate) fn is_whole(snapshot: &Sealed) -> bool {
    snapshot.manifest.completeness == Completeness::Full
}

/// What is known of the groups whose rows retire together, and who counts them while the rows are put in order; nothing
/// where the pipeline has no groups.
pub(crate) fn groups_of(
    pipeline: &Pipeline,
    read: ReadHeld<'_>,
    pipelines: &[Pipeline],
) -> Result<(Groups, Option<engine::Seen>), Error> {
    let within = pipeline.retire.as_ref().and_then(|retire| retire.within.as_ref());
    let Some(within) = within else { return Ok((Groups::default(), None)) };
    let retired = vanished::retired_groups(read, pipelines, within)?;
    let present: Arc<Mutex<HashMap<u64, u32>>> = Arc::default();
    let (counted, column) = (Arc::clone(&present), within.column.clone());
    let seen: engine::Seen = Arc::new(move |batch: &RecordBatch| {
        let Some(Ok(values)) = batch.column_by_name(&column).map(TextColumn::new) else { return };
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for value in (0..batch.num_rows()).filter_map(|row| values.text(row)) {
            *counts.entry(xxh3_64(value.as_bytes())).or_default() += 1;
        }
        let mut present = counted.lock().unwrap_or_else(PoisonError::into_inner);
        for (group, count) in counts {
            *present.entry(group).or_default() += count;
        }
    });
    Ok((Groups { column: Some(within.column.clone()), present, retired }, Some(seen)))
}

/// A plan in the making: staging rows go in, in rising order of keys, and those to send come out as a durable file.
struct Making<'a> {
    comparison: Comparison<'a>,
    output: Output,
}

impl<'a> Making<'a> {
    /// `read_at` is when the snapshot of the staging rows was read.
    fn begin(
        pipeline: &'a Pipeline,
        compiled: &'a Compiled,
        ledger: &Ledger,
        options: &PlanOptions<'_>,
        read_at: Timestamp,
        groups: Groups,
    ) -> Result<Self, Error> {
        let comparison = Comparison::new(pipeline, compiled, ledger, options, read_at, groups)?;
        let output = Output::new(ledger.plan_file(options.run, pipeline.staging_table())?);
        Ok(Self { comparison, output })
    }

    fn take(&mut self, staged: &Staged) -> Result<(), Error> {
        self.output.write(self.comparison.compare(staged)?)
    }

    fn end(mut self) -> Result<Made, Error> {
        self.output.write(self.comparison.rest()?)?;
        Ok(Made { rows: self.output.finish()?, compared: self.comparison.end()? })
    }
}

/// A plan whose rows to send are durable.
struct Made {
    rows: Option<PlanFile>,
    compared: Compared,
}

impl Made {
    /// The plan's files once the rows that it replaces are durable as well, what was counted, and what it comes to.
    fn with_before(
        self,
        pipeline: &Pipeline,
        ledger: &Ledger,
        run: i64,
    ) -> Result<(PlanFiles, Accounts, Changes), Error> {
        let Compared { accounts, mut changes, held_rows, marks } = self.compared;
        let before = match &self.rows {
            Some(rows) => before::write(pipeline, ledger, run, rows, &held_rows, &mut changes)?,
            None => None,
        };
        Ok((PlanFiles { rows: self.rows, before, marks }, accounts, changes))
    }
}

/// A plan's file in the making, begun with its first row.
pub(crate) struct Output {
    path: PathBuf,
    parquet: Option<DurableParquet>,
}

impl Output {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, parquet: None }
    }

    pub(crate) fn write(&mut self, rows: RecordBatch) -> Result<(), Error> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let parquet = match &mut self.parquet {
            Some(parquet) => parquet,
            none => none.insert(DurableParquet::create(&self.path, rows.schema(), &Layout::default())?),
        };
        Ok(parquet.write(&rows)?)
    }

    pub(crate) fn finish(self) -> Result<Option<PlanFile>, Error> {
        let Some(parquet) = self.parquet else { return Ok(None) };
        Ok(Some(PlanFile { blake3: parquet.finish()?.digest, path: self.path }))
    }
}

/// What a query lost or doubled of the records that it should give once each.
fn difference(data_set: &str, has: u64, gave: u64) -> Option<String> {
    let what = match gave.cmp(&has) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => format!("lost {}", has - gave),
        std::cmp::Ordering::Greater => format!("doubled some: {} are too many", gave - has),
    };
    Some(format!("the snapshot has {has} readable records of `{data_set}`, of which the staging query {what}"))
}

/// Adds a row's number to ranges that rise.
pub(crate) fn extend(ranges: &mut Vec<Range<usize>>, row: usize) {
    match ranges.last_mut() {
        Some(last) if last.end == row => last.end += 1,
        _ => ranges.push(row..row + 1),
    }
}

/// Reads a plan's rows group by group.
pub(crate) fn groups(file: &Path) -> Result<impl Iterator<Item = Result<RecordBatch, Error>>, Error> {
    let mut rows = FileRows::open(file)?;
    Ok(std::iter::from_fn(move || {
        let mut batches = Vec::new();
        let mut count = 0;
        while count < limits::GROUP_ROWS {
            match rows.next() {
                Some(Ok(batch)) => {
                    count += batch.num_rows();
                    batches.push(batch);
                }
                Some(Err(source)) => return Some(Err(source.into())),
                None => break,
            }
        }
        let schema = Arc::clone(batches.first()?.schema_ref());
        let whole = arrow::compute::concat_batches(&schema, &batches);
        Some(whole.map_err(|source| transform::Error::Gather(source).into()))
    }))
}

/// Counts by name, as reports list them.
pub(crate) type Counts = BTreeMap<String, u64>;

#[cfg(test)]
mod tests {
    use super::{difference, extend};

    #[test]
    fn what_a_query_lost_or_doubled_is_said_in_numbers() {
        assert_eq!(difference("devices", 3, 3), None);
        let lost = difference("devices", 3, 1).expect("two are lost");
        assert!(lost.ends_with("3 readable records of `devices`, of which the staging query lost 2"), "{lost}");
        let doubled = difference("devices", 3, 5).expect("two are too many");
        assert!(doubled.ends_with("doubled some: 2 are too many"), "{doubled}");
    }

    #[test]
    fn rows_one_after_the_other_are_one_range() {
        let mut ranges = Vec::new();
        for row in [3, 4, 5, 9, 11, 12] {
            extend(&mut ranges, row);
        }
        assert_eq!(ranges, [3..6, 9..10, 11..13]);
    }
}
