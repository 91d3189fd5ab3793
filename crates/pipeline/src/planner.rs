//! The plan: staging rows against what is held, and the rows to send as a durable file. All streams are sorted by
//! key, so that none is ever whole in memory.
//!
//! ```text
//!   staging rows ─┐ by key
//!   held rows ────┴──▶ unchanged · waiting · planned ──▶ plans/<run>/<staging table>.parquet
//! ```

mod due;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use engine::{DurableParquet, Engine, Layout, TextColumn};
use flow::{Accounts, RunEvent, Step};
use jiff::{SignedDuration, Timestamp};
use ledger::{HeldReader, HeldRow, Standing};
use snapshot::Sealed;
use transform::{Compiled, Stager, Tally, lineage};

use crate::error::Error;
use crate::limits;
use crate::run::Events;
use due::is_due;

/// What the planner is told beside the rows.
pub(crate) struct PlanOptions<'a> {
    pub(crate) now: Timestamp,
    pub(crate) retry_refused: bool,
    /// Nothing that is held is believed.
    pub(crate) everything_in_doubt: bool,
    pub(crate) file: &'a Path,
    pub(crate) events: &'a Events,
}

/// A plan of one pipeline.
pub(crate) struct Planned {
    /// The rows to send; absent where there are none.
    pub(crate) file: Option<PlanFile>,
    /// The first two sums of the accounts, and the number of planned rows. `read` is what the snapshot has, not what
    /// the query gave: else the first sum could not fail.
    pub(crate) accounts: Accounts,
    /// What was left out, cut, emptied.
    pub(crate) tally: Tally,
    /// What the query lost or doubled of the driving records, in words.
    pub(crate) difference: Option<String>,
}

/// The rows to send, in rising order of keys.
pub(crate) struct PlanFile {
    pub(crate) path: PathBuf,
    /// BLAKE3 of the file.
    pub(crate) blake3: String,
}

/// Plans one pipeline.
pub(crate) async fn plan(
    engine: &Engine,
    compiled: &Compiled,
    snapshot: &Sealed,
    held: HeldReader,
    options: &PlanOptions<'_>,
) -> Result<Planned, Error> {
    let flow_name = compiled.mapping().name.clone();
    let driver = &compiled.mapping().driver;
    let manifest = &snapshot.manifest;
    let place = |page, record| format!("{}, record {record}", manifest.page_name(page));
    let decoded = manifest.data_set(driver).map_or(0, |file| file.rows);
    let undecoded = manifest.rejected.iter().filter(|record| record.data_set == *driver).count() as u64;
    (options.events)(RunEvent::StepStarted { flow: flow_name.clone(), step: Step::Plan, rows: Some(decoded) });
    let mut stager = Stager::new(compiled, place);
    let mut comparison = Comparison::new(held, options, compiled.mapping().volatile_days);
    let mut rows = compiled.rows(engine, Some(decoded)).await?;
    let mut output: Option<DurableParquet> = None;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        (options.events)(RunEvent::RowsPassed {
            flow: flow_name.clone(),
            step: Step::Plan,
            rows: batch.num_rows() as u64,
        });
        let staged = stager.stage(&batch)?;
        let planned = comparison.compare(&staged)?;
        if planned.num_rows() > 0 {
            let output = match &mut output {
                Some(output) => output,
                None => output.insert(create(options.file, planned.schema())?),
            };
            output.write(&planned)?;
        }
    }
    let file = match output {
        Some(output) => Some(PlanFile { path: options.file.to_owned(), blake3: output.finish()?.digest }),
        None => None,
    };
    (options.events)(RunEvent::StepEnded { flow: flow_name, step: Step::Plan });
    let tally = stager.into_tally();
    let accounts = Accounts {
        read: decoded + undecoded,
        duplicate: tally.duplicate,
        rejected: tally.rejected + undecoded,
        out_of_scope: tally.out_of_scope_rows(),
        staging_rows: tally.staging_rows,
        ..comparison.accounts
    };
    let difference = difference(driver, decoded, tally.read);
    Ok(Planned { file, accounts, tally, difference })
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

fn create(file: &Path, schema: SchemaRef) -> Result<DurableParquet, Error> {
    Ok(DurableParquet::create(file, schema, &Layout::default())?)
}

/// Walks held rows beside staging rows.
struct Comparison {
    held: HeldReader,
    everything_in_doubt: bool,
    current: Option<HeldRow>,
    ended: bool,
    accounts: Accounts,
    now: Timestamp,
    retry_refused: bool,
    volatile_days: u32,
}

/// What a staging row is beside what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unchanged,
    Waiting,
    Planned,
}

impl Comparison {
    fn new(held: HeldReader, options: &PlanOptions<'_>, volatile_days: u32) -> Self {
        Self {
            held,
            everything_in_doubt: options.everything_in_doubt,
            current: None,
            ended: false,
            accounts: Accounts::default(),
            now: options.now,
            retry_refused: options.retry_refused,
            volatile_days,
        }
    }

    /// The rows of a batch that are to be sent.
    fn compare(&mut self, staged: &RecordBatch) -> Result<RecordBatch, Error> {
        let column = |name: &str| {
            let array = staged.column_by_name(name).expect("the stager keeps its lineage columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        let (keys, prints, moments) =
            (column(lineage::ROW_KEY)?, column(lineage::FINGERPRINT)?, column(lineage::NEWEST)?);
        let mut send = Vec::with_capacity(staged.num_rows());
        for row in 0..staged.num_rows() {
            let key = keys.text(row).unwrap_or_default();
            self.advance_to(key)?;
            let verdict = match &self.current {
                Some(held) if held.row_key == key && !self.everything_in_doubt => {
                    let print = prints.text(row).unwrap_or_default();
                    self.verdict(held, print, moments.text(row).unwrap_or_default())
                }
                _ => Verdict::Planned,
            };
            match verdict {
                Verdict::Unchanged => self.accounts.unchanged += 1,
                Verdict::Waiting => self.accounts.waiting += 1,
                Verdict::Planned => self.accounts.planned += 1,
            }
            send.push(verdict == Verdict::Planned);
        }
        Ok(filter_record_batch(staged, &BooleanArray::from(send)).map_err(transform::Error::Gather)?)
    }

    fn advance_to(&mut self, key: &str) -> Result<(), Error> {
        while !self.ended && self.current.as_ref().is_none_or(|held| held.row_key.as_str() < key) {
            self.current = self.held.next_row()?;
            self.ended = self.current.is_none();
        }
        Ok(())
    }

    fn verdict(&self, held: &HeldRow, print: &str, moment: &str) -> Verdict {
        match held.standing {
            Standing::Unresolved => Verdict::Planned,
            _ if held.fingerprint != print => Verdict::Planned,
            Standing::Waiting if self.retry_refused || !self.waits(held) => Verdict::Planned,
            Standing::Waiting => Verdict::Waiting,
            Standing::Held if is_due(held, moment, self.volatile_days) => Verdict::Planned,
            Standing::Held => Verdict::Unchanged,
        }
    }

    /// A refused row that has not changed is not sent again before its days are over.
    fn waits(&self, held: &HeldRow) -> bool {
        let wait = SignedDuration::from_hours(24 * limits::WAITING_DAYS);
        held.at.parse::<Timestamp>().is_ok_and(|at| self.now.duration_since(at) < wait)
    }
}

/// Reads a plan's rows group by group.
pub(crate) fn groups(file: &Path) -> Result<impl Iterator<Item = Result<RecordBatch, Error>>, Error> {
    let mut rows = engine::FileRows::open(file)?;
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

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_a_query_lost_or_doubled_is_said_in_numbers() {
        assert_eq!(difference("devices", 3, 3), None);
        let lost = difference("devices", 3, 1).expect("two are lost");
        assert!(lost.ends_with("3 readable records of `devices`, of which the staging query lost 2"), "{lost}");
        let doubled = difference("devices", 3, 5).expect("two are too many");
        assert!(doubled.ends_with("doubled some: 2 are too many"), "{doubled}");
    }
}
