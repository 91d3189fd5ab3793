//! The planned rows as they are held, written down before any of them leaves: what a change replaces, for whoever asks
//! what changed, and for putting it back. Apart because it reads only those held rows that the comparison found, once it
//! has found them all.

use std::ops::Range;

use arrow::array::RecordBatch;
use engine::{FileRows, Part, TextColumn};
use ledger::{HeldWalk, Ledger, Values};
use transform::lineage;

use super::PlanFile;
use super::change::{CHANGE, Change, Changes};
use crate::declaration::Pipeline;
use crate::error::Error;

/// Writes the held rows of these numbers, and counts by column what the plan changes in them.
pub(crate) fn write(
    pipeline: &Pipeline,
    ledger: &Ledger,
    run: i64,
    rows: &PlanFile,
    held_rows: &[Range<usize>],
    changes: &mut Changes,
) -> Result<Option<PlanFile>, Error> {
    if held_rows.is_empty() {
        return Ok(None);
    }
    let table = pipeline.staging_table();
    let columns = pipeline.value_columns();
    let part = Part { rows: Some(held_rows), ..Part::default() };
    let mut held = HeldWalk::over(ledger.read_held_part(table, &columns, &part)?);
    let path = ledger.plan_part(run, table, "before")?;
    let mut before = ledger.begin_rows(&path, table, &columns)?;
    let mut counts = vec![0_u64; columns.len()];
    for batch in FileRows::open(&rows.path)? {
        let planned = Planned::of(&batch?, &columns)?;
        for row in 0..planned.rows {
            let Some((batch, place)) = held.current()? else { break };
            if batch.row_key(place) != planned.keys.text(row).unwrap_or_default() {
                continue;
            }
            if planned.change(row) == Some(Change::Changed) {
                for (column, count) in columns.iter().zip(&mut counts) {
                    *count += u64::from(batch.values().text(column, place) != planned.values.text(column, row));
                }
            }
            before.carry(batch, place)?;
            held.advance();
        }
    }
    for (column, count) in columns.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
        changes.by_column.insert(column, count);
    }
    let written = before.finish()?;
    Ok(Some(PlanFile { path, blake3: written.digest }))
}

/// One batch of a plan's rows.
struct Planned {
    rows: usize,
    keys: TextColumn,
    reasons: TextColumn,
    values: Values,
}

impl Planned {
    fn of(batch: &RecordBatch, columns: &[String]) -> Result<Self, Error> {
        let column = |name: &str| {
            let array = batch.column_by_name(name).expect("a plan has its own columns");
            TextColumn::new(array).map_err(transform::Error::Gather)
        };
        Ok(Self {
            rows: batch.num_rows(),
            keys: column(lineage::ROW_KEY)?,
            reasons: column(CHANGE)?,
            values: Values::of(batch, columns)?,
        })
    }

    fn change(&self, row: usize) -> Option<Change> {
        Change::parse(self.reasons.text(row)?)
    }
}
