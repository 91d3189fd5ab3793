//! The plan: staging rows against what is held, and the rows to send as a durable file. Both streams are sorted by
//! key, so that neither is ever whole in memory.
//!
//! ```text
//!   staging rows ─┐ by key
//!                 ├──▶ unchanged · waiting · planned ──▶ plans/<run>/<staging table>.parquet
//!   held rows ────┘ by key
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use engine::{DurableParquet, Engine, Layout, TextColumn};
use flow::{Accounts, RunEvent, Step};
use jiff::{SignedDuration, Timestamp};
use ledger::{HeldReader, HeldRow};
use snapshot::Sealed;
use transform::{Compiled, Stager, Tally, lineage};

use crate::error::Error;
use crate::limits;
use crate::run::Events;

/// What the planner is told beside the rows.
pub(crate) struct PlanOptions<'a> {
    pub(crate) now: Timestamp,
    pub(crate) retry_refused: bool,
    pub(crate) file: &'a Path,
    pub(crate) events: &'a Events,
}

/// A plan of one pipeline.
pub(crate) struct Planned {
    /// The rows to send, in rising order of keys; absent where there are none.
    pub(crate) file: Option<PathBuf>,
    /// The first two sums of the accounts, and the number of planned rows.
    pub(crate) accounts: Accounts,
    /// What was left out, cut, emptied.
    pub(crate) tally: Tally,
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
    let manifest = &snapshot.manifest;
    let place = |page, record| format!("{}, record {record}", manifest.page_name(page));
    let expected = manifest.data_set(&compiled.mapping().driver).map(|file| file.rows);
    (options.events)(RunEvent::StepStarted { flow: flow_name.clone(), step: Step::Plan, rows: expected });
    let mut stager = Stager::new(compiled, place);
    let mut comparison = Comparison::new(held, options, compiled.mapping().volatile_days);
    let mut rows = engine.stream(&compiled.staging_sql()).await?;
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
        Some(output) => {
            output.finish()?;
            Some(options.file.to_owned())
        }
        None => None,
    };
    (options.events)(RunEvent::StepEnded { flow: flow_name, step: Step::Plan });
    let tally = stager.into_tally();
    let accounts = Accounts {
        read: tally.read,
        duplicate: tally.duplicate,
        rejected: tally.rejected,
        out_of_scope: tally.out_of_scope_rows(),
        staging_rows: tally.staging_rows,
        ..comparison.accounts
    };
    Ok(Planned { file, accounts, tally })
}

fn create(file: &Path, schema: SchemaRef) -> Result<DurableParquet, Error> {
    Ok(DurableParquet::create(file, schema, &Layout::default())?)
}

/// Walks held rows beside staging rows.
struct Comparison {
    held: HeldReader,
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
                Some(held) if held.row_key == key => {
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
        if held.fingerprint != print {
            return Verdict::Planned;
        }
        if !held.outcome.is_held() {
            return if self.retry_refused || !self.waits(held) { Verdict::Planned } else { Verdict::Waiting };
        }
        if self.volatile_days > 0 && is_due(&held.row_key, &held.moment, moment, self.volatile_days) {
            return Verdict::Planned;
        }
        Verdict::Unchanged
    }

    /// A refused row that has not changed is not sent again before its days are over.
    fn waits(&self, held: &HeldRow) -> bool {
        let wait = SignedDuration::from_hours(24 * limits::WAITING_DAYS);
        held.at.parse::<Timestamp>().is_ok_and(|at| self.now.duration_since(at) < wait)
    }
}

/// True where volatile values alone are reason enough: the device was seen in a later period than what is held. Periods
/// begin on another day for each key, so that a fleet which was loaded in one night is not due in one night again.
fn is_due(row_key: &str, held: &str, seen: &str, days: u32) -> bool {
    let days = i64::from(days);
    let phase = u32::from_str_radix(row_key.get(..8).unwrap_or_default(), 16).map_or(0, |hash| i64::from(hash) % days);
    let period = |moment: &str| -> Option<i64> {
        let at: jiff::civil::DateTime = moment.parse().ok()?;
        let date = at.date();
        let since = date.duration_since(jiff::civil::date(2000, 1, 1));
        Some((since.as_hours() / 24 + phase).div_euclid(days))
    };
    match (period(held), period(seen)) {
        (Some(held), Some(seen)) => seen > held,
        (None, Some(_)) => true,
        (_, None) => false,
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
    use super::is_due;

    #[test]
    fn a_device_is_due_once_in_each_period_and_keys_differ_in_the_day() {
        let key = "00000000ffffffffffffffffffffffff";
        assert!(!is_due(key, "2026-11-02 00:00:00", "2026-11-02 23:59:59", 7));
        assert!(is_due(key, "2026-11-02 00:00:00", "2026-11-09 00:00:00", 7));
        assert!(!is_due(key, "2026-11-02 00:00:00", "", 7));
        assert!(is_due(key, "", "2026-11-09 00:00:00", 7));
        let due_days: std::collections::BTreeSet<String> = (0..7)
            .map(|hash| {
                let key = format!("{hash:08x}");
                let first =
                    (3..10).find(|day| is_due(&key, "2026-11-02 00:00:00", &format!("2026-11-{day:02} 00:00:00"), 7));
                format!("{first:?}")
            })
            .collect();
        assert_eq!(due_days.len(), 7, "{due_days:?}");
    }

    #[test]
    fn an_older_moment_is_never_due() {
        assert!(!is_due("00", "2026-11-09 00:00:00", "2026-11-02 00:00:00", 7));
    }
}
