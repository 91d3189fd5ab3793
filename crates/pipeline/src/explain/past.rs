//! What runs made of a row, as the state folder remembers it: what is held, the plans that it was in, what became of it.
//! Apart because it takes no lock and asks nobody.

use std::path::Path;

use engine::{TextColumn, rows_with};
use ledger::{HeldBatch, HeldRow, History, RunRecord, Said, Standing, Values};
use transform::lineage;

use super::told::{HeldTold, RunTold};
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::outcomes::outcomes_of;
use crate::planned::PlannedField;
use crate::planner::{CHANGE, Change};

/// What is held of one row.
pub(super) struct HeldOne {
    pub(super) batch: HeldBatch,
    pub(super) place: usize,
}

impl HeldOne {
    pub(super) fn row(&self) -> HeldRow {
        self.batch.row(self.place)
    }

    pub(super) fn value(&self, column: &str) -> Option<&str> {
        self.batch.values().text(column, self.place)
    }

    pub(super) fn told(&self) -> HeldTold {
        let row = self.row();
        let explained = load::explain(&row.comment).filter(|_| row.standing == Standing::Waiting);
        HeldTold {
            standing: row.standing.as_str(),
            outcome: row.outcome.as_str(),
            comment: row.comment,
            cause: explained.map(|known| known.cause),
            remedy: explained.map(|known| known.remedy),
            run: row.run,
            at: row.at,
            missing: row.missing,
            missing_since: row.missing_since,
            targets: row.targets.into_iter().map(|target| (target.table, target.sys_id)).collect(),
        }
    }
}

/// What is held of the row of a key.
pub(super) fn held_of(history: &History, pipeline: &Pipeline, row_key: &str) -> Result<Option<HeldOne>, Error> {
    let found = history.held_row(pipeline.staging_table(), &pipeline.value_columns(), row_key)?;
    Ok(found.map(|batch| HeldOne { batch, place: 0 }))
}

/// Held rows that are called so, in a column that identifies them.
pub(super) fn held_called(history: &History, pipeline: &Pipeline, wanted: &str) -> Result<Vec<HeldOne>, Error> {
    let mut looked_at = pipeline.identifying_columns();
    looked_at.extend(pipeline.retire.as_ref().and_then(|retire| retire.alive_by.clone()));
    let names = pipeline.maps.iter().flat_map(|map| &map.fields).filter(|field| field.to == "name");
    looked_at.extend(names.map(|field| field.from.clone()));
    held_saying(history, pipeline, &[Said { columns: &looked_at, value: wanted.trim() }])
}

/// Held rows that say all of this.
pub(super) fn held_saying(history: &History, pipeline: &Pipeline, all: &[Said<'_>]) -> Result<Vec<HeldOne>, Error> {
    let found = history.held_rows_saying(pipeline.staging_table(), &pipeline.value_columns(), all)?;
    let rows = found.into_iter().flat_map(|batch| {
        (0..batch.rows()).map(move |place| HeldOne { batch: batch.clone(), place }).collect::<Vec<_>>()
    });
    Ok(rows.collect())
}

/// What each run did with a row, the newest run first.
pub(super) fn runs(
    folder: &Path,
    runs: &[RunRecord],
    pipeline: &Pipeline,
    row_key: &str,
) -> Result<Vec<RunTold>, Error> {
    let mut told = Vec::new();
    for run in runs.iter().rev() {
        let (change, fields) = planned(folder, run.run, pipeline, row_key)?;
        told.push(RunTold {
            run: run.run,
            command: run.command.clone(),
            begun_at: run.begun_at.clone(),
            state: run.state.as_str(),
            snapshot: run.snapshot.clone(),
            change,
            fields,
            outcomes: outcomes_of(folder, run.run, pipeline.staging_table(), row_key)?,
        });
    }
    Ok(told)
}

/// Why a row was in a run's plan, and the staging columns that it changed.
fn planned(
    folder: &Path,
    run: i64,
    pipeline: &Pipeline,
    row_key: &str,
) -> Result<(Option<Change>, Vec<PlannedField>), Error> {
    let plans = folder.join("plans").join(format!("{run:06}"));
    let table = pipeline.staging_table();
    let rows = plans.join(format!("{table}.parquet"));
    let nothing = (None, Vec::new());
    if !rows.is_file() {
        return Ok(nothing);
    }
    let found = rows_with(&rows, lineage::ROW_KEY, row_key)?;
    let Some(row) = found.first() else { return Ok(nothing) };
    let reasons = row.column_by_name(CHANGE).expect("a plan has its own columns");
    let reasons = TextColumn::new(reasons).map_err(transform::Error::Gather)?;
    let change = reasons.text(0).and_then(Change::parse);
    let columns = pipeline.value_columns();
    let values = Values::of(row, &columns)?;
    let before = plans.join(format!("{table}.before.parquet"));
    let before = if before.is_file() { rows_with(&before, "_row_key", row_key)? } else { Vec::new() };
    let before = before.first().map(|row| Values::of(row, &columns)).transpose()?;
    let fields = columns.iter().filter_map(|column| {
        let old = before.as_ref().and_then(|before| before.text(column, 0)).unwrap_or_default();
        let new = values.text(column, 0).unwrap_or_default();
        // Of a row that is new everything is new; what is empty is not sent.
        let is_changed = before.is_some() && old != new && !new.is_empty();
        is_changed.then(|| PlannedField { field: column.clone(), old: old.to_owned(), new: new.to_owned() })
    });
    Ok((change, fields.collect()))
}
