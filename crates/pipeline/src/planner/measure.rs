//! The comparison by itself, for the bench that measures it: staging rows that are in order and sorted out already,
//! beside a committed generation, into the durable files of a plan. Apart because nothing is compared here: it is the
//! planner's own [`Making`] without the query before it, so that what is measured is what a night runs.
//!
//! ```text
//!   staging rows, in order ─┐
//!   held rows, committed ───┴─▶ compare_staged ─▶ rows to send, durable ─▶ keep_before ─▶ the same as held
//! ```

use std::sync::Arc;

use arrow::array::RecordBatch;
use flow::Accounts;
use jiff::Timestamp;
use ledger::Ledger;
use transform::{Compiled, Staged};

use super::compare::compared_columns;
use super::{Changes, Made, Making, PlanOptions, groups_of};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::run::Events;

/// A comparison whose rows to send are durable. What they replace is not written down yet: a plan does that next, and
/// it is measured by itself, as it reads the held file a second time.
pub struct StagedCompared<'a> {
    pipeline: &'a Pipeline,
    ledger: &'a Ledger,
    run: i64,
    made: Made,
}

impl StagedCompared<'_> {
    /// Staging rows by what became of them: unchanged, waiting, planned, and those that retire beside them.
    pub fn accounts(&self) -> &Accounts {
        &self.made.compared.accounts
    }

    /// The planned rows by reason.
    pub fn changes(&self) -> &Changes {
        &self.made.compared.changes
    }

    /// Writes the planned rows as they are held, and answers with what the plan comes to: by column as well, as that is
    /// counted here.
    pub fn keep_before(self) -> Result<Changes, Error> {
        let (_, _, changes) = self.made.with_before(self.pipeline, self.ledger, self.run)?;
        Ok(changes)
    }
}

/// Compares staging rows with what the ledger holds of their table, until the file of the rows to send is durable:
/// synced, and under its name. The digest of what is held is verified first, as in every plan, so that the held file is
/// read twice.
///
/// `rows` are batches as [`transform::Stager`] yields them, their keys rising through them all, no key twice. They are
/// taken for a whole tenant read at `now`, so that held rows without a partner are judged as vanished. Groups whose
/// rows retire together are counted by the query that puts rows in order, which does not run here: of a pipeline that
/// has them, held rows without a partner are left alone.
pub fn compare_staged<'a>(
    pipeline: &'a Pipeline,
    compiled: &Compiled,
    ledger: &'a Ledger,
    run: i64,
    now: Timestamp,
    rows: impl Iterator<Item = Result<RecordBatch, engine::Error>>,
) -> Result<StagedCompared<'a>, Error> {
    let events: Events = Arc::new(|_| {});
    let pipelines = std::slice::from_ref(pipeline);
    let options = PlanOptions {
        now,
        run,
        pipelines,
        retry_refused: false,
        everything_in_doubt: false,
        is_evidence: true,
        events: &events,
    };
    let read = |table: &str, columns: &[String]| ledger.read_held_compared(table, columns);
    let (groups, _) = groups_of(pipeline, &read, pipelines)?;
    let mut making = Making::begin(pipeline, compiled, ledger, &options, now, groups)?;
    for rows in rows {
        let rows = rows?;
        let keyless = RecordBatch::new_empty(rows.schema());
        making.take(&Staged { rows, left_out: Vec::new(), keyless })?;
    }
    Ok(StagedCompared { pipeline, ledger, run, made: making.end()? })
}

/// The columns of the held file that a comparison reads, for a bound that reads the same; none where nothing is held.
pub fn columns_compared(pipeline: &Pipeline, ledger: &Ledger) -> Result<Vec<String>, Error> {
    let read = |table: &str, columns: &[String]| ledger.read_held_compared(table, columns);
    let (groups, _) = groups_of(pipeline, &read, std::slice::from_ref(pipeline))?;
    let columns = compared_columns(pipeline, groups.column.as_ref());
    let held = ledger.read_held_compared(pipeline.staging_table(), &columns)?;
    Ok(held.columns_read())
}
