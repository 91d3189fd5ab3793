//! What earlier runs left open on a staging table, settled before anything new leaves: the fence. Apart because an old
//! batch that is applied after a newer one is the one thing that no coalescing makes harmless.
//!
//! ```text
//!  batches of earlier runs ─▶ sent: quiet period, asked ─▶ staged ─▶ transformed? ─▶ outcomes ─▶ what is held now
//!                             absent: asked again ─▶ late ──┘             │ no
//!                                                                         ▼
//!                                                        nothing is sent to this table
//! ```

use std::collections::HashMap;

use flow::{RowOutcome, RunEvent};
use jiff::{SignedDuration, Timestamp};
use ledger::{Batch, BatchState, Ledger, Sending};

use super::One;
use crate::declaration::Pipeline;
use crate::error::Error;
use crate::loader::{Delivered, Fate, Loader, Merge, OutcomesFile, Rows, has_appeared, resolve};
use crate::planner::{self, Marks};

/// What came of earlier runs' batches.
#[derive(Default)]
pub(super) struct Earlier {
    /// An earlier run was sending a plan that is gone or damaged: nothing that is held is believed.
    pub(super) everything_in_doubt: bool,
    /// Why nothing may be sent to the table.
    pub(super) fence: Option<load::Error>,
    /// What a person should read, in sentences.
    pub(super) notes: Vec<String>,
}

/// A batch whose rows' outcomes are known, or known not to be had.
struct Settled {
    batch: Batch,
    outcomes: Vec<RowOutcome>,
    /// Why the outcomes cannot be had.
    lost: Option<load::Error>,
}

impl Earlier {
    /// For a plan that asks nobody: what is open on the table stays so, and a plan over it is of no use.
    pub(super) fn unasked(ledger: &Ledger, pipeline: &Pipeline) -> Result<Self, Error> {
        let table = pipeline.staging_table();
        let is_open = !ledger.batches(table)?.is_empty() || !ledger.sending(table)?.is_empty();
        let note =
            format!("batches of an earlier run are open on `{table}`: what the instance made of them is not known");
        Ok(Self { notes: is_open.then_some(note).into_iter().collect(), ..Self::default() })
    }
}

/// Settles what earlier runs left open on the pipeline's staging table.
pub(super) async fn settle(one: &One<'_>, ledger: &mut Ledger) -> Result<Earlier, Error> {
    let table = one.pipeline.staging_table();
    let loader = one.loader();
    let mut earlier = Earlier::default();
    let open = ledger.batches(table)?;
    if !open.is_empty() {
        let text = format!("{} batches of earlier runs are open on `{table}`: the instance is asked", open.len());
        (one.events)(RunEvent::Noted { text });
    }
    let mut settled: Vec<Settled> = Vec::new();
    for batch in open {
        match settle_batch(&loader, ledger, batch).await? {
            Ok(found) => settled.extend(found),
            Err(fence) => {
                earlier.fence.get_or_insert(fence);
            }
        }
    }
    let mut runs: Vec<i64> = settled.iter().map(|settled| settled.batch.run).collect();
    runs.sort_unstable();
    runs.dedup();
    for settled in &settled {
        if let Some(lost) = &settled.lost {
            let (id, run) = (&settled.batch.id, settled.batch.run);
            earlier.notes.push(format!("what became of batch {id} of run {run} is lost, its rows go again: {lost}"));
        }
    }
    let notes = ledger.sending(table)?;
    for run in runs {
        let own: Vec<Settled> = settled.extract_if(.., |settled| settled.batch.run == run).collect();
        let note = notes.iter().find(|note| note.run == run).filter(|note| note.is_intact());
        match note {
            Some(note) => {
                let adopted = recover(one, ledger, note, &own)?;
                earlier.notes.push(format!("{adopted} rows that run {run} had sent were found and are accounted for"));
            }
            // Without its plan nobody knows which rows they were.
            None => {
                earlier.everything_in_doubt = true;
                for settled in &own {
                    ledger.forget_batch(&settled.batch.id)?;
                }
            }
        }
    }
    earlier.everything_in_doubt |= ledger.sending(table)?.iter().any(|note| !note.is_intact());
    Ok(earlier)
}

/// Settles one batch: what is known of its rows, none where it was never there; or why nothing may be sent.
async fn settle_batch(
    loader: &Loader<'_>,
    ledger: &mut Ledger,
    mut batch: Batch,
) -> Result<Result<Option<Settled>, load::Error>, Error> {
    let table = loader.pipeline.staging_table();
    let fenced = |batch: &Batch, source: load::Error| load::Error::Fenced {
        staging_table: table.to_owned(),
        run: batch.run,
        batch: batch.id.clone(),
        source: Box::new(source),
    };
    match batch.state {
        BatchState::Absent => {
            let age = Timestamp::now().duration_since(batch.sent_at);
            let window = SignedDuration::try_from(loader.patience.late_answers).unwrap_or(SignedDuration::MAX);
            match has_appeared(loader.target, table, &mut batch).await {
                Ok(true) => ledger.note_batch(table, &batch)?,
                Ok(false) => {
                    if age > window {
                        ledger.forget_batch(&batch.id)?;
                    }
                    return Ok(Ok(None));
                }
                Err(error) => return Ok(Err(fenced(&batch, error))),
            }
        }
        BatchState::Sent => {
            if let Err(error) = resolve(loader.target, &loader.patience, table, &mut batch).await {
                return Ok(Err(fenced(&batch, error)));
            }
            ledger.note_batch(table, &batch)?;
            if batch.state == BatchState::Absent && batch.seen_rows == 0 {
                return Ok(Ok(None));
            }
        }
        BatchState::Staged | BatchState::Late => {}
    }
    let delivered =
        Delivered { id: batch.id.clone(), import_sets: batch.import_sets.clone(), rows: 0..batch.rows as usize };
    match loader.outcomes(&delivered).await {
        Ok(outcomes) => Ok(Ok(Some(Settled { batch, outcomes, lost: None }))),
        // Its rows will never be told of: they are in doubt, and nothing of them can come after what is sent now.
        Err(
            error @ (load::Error::KeysNotRecognised { .. }
            | load::Error::Cancelled { .. }
            | load::Error::NoImportSet { .. }),
        ) => Ok(Ok(Some(Settled { batch, outcomes: Vec::new(), lost: Some(error) }))),
        Err(error) => Ok(Err(fenced(&batch, error))),
    }
}

/// Writes what became of the rows that a run had sent into what is held, and says how many were told of.
fn recover(one: &One<'_>, ledger: &mut Ledger, note: &Sending, settled: &[Settled]) -> Result<u64, Error> {
    let table = one.pipeline.staging_table();
    let columns = one.pipeline.value_columns();
    let mut held = ledger.begin_recovered(note.run, table, &columns)?;
    let mut file = OutcomesFile::create(&ledger.recovered_outcomes_file(note.run, table)?)?;
    let mut merge = Merge::new(ledger.read_held(table, &columns)?, Marks::default(), false, &mut held);
    let mut told: HashMap<&str, Vec<RowOutcome>> = HashMap::new();
    for outcome in settled.iter().flat_map(|settled| &settled.outcomes) {
        told.entry(&outcome.row_key).or_default().push(outcome.clone());
    }
    let (mut first, mut adopted) = (0_u64, 0);
    for group in planner::groups(&note.plan)? {
        let group = group?;
        let rows = Rows::of(&group, one.pipeline)?;
        for row in 0..group.num_rows() {
            let place = first + row as u64;
            let Some(settled) = settled.iter().find(|settled| settled.has(place)) else { continue };
            // The rows of one that came late were sent again since: which of the two stands nobody knows.
            let outcomes = if settled.batch.state == BatchState::Staged {
                told.remove(rows.key(row)).unwrap_or_default()
            } else {
                Vec::new()
            };
            adopted += u64::from(!outcomes.is_empty());
            let fate = Fate::of(outcomes, one.pipeline);
            file.write(&rows, row, &settled.batch.id, &fate)?;
            let former = merge.former(rows.key(row))?;
            merge.write(&rows.held(row, &fate, former, note.run, one.now), rows.values(), row)?;
        }
        first += group.num_rows() as u64;
    }
    merge.rest()?;
    file.finish()?;
    // What was there in part is still asked for: the rest may come.
    let batches = settled.iter().map(|settled| settled.batch.clone());
    let accounted: Vec<Batch> = batches.filter(|batch| batch.state != BatchState::Absent).collect();
    ledger.commit_recovered(note.run, table, held, &accounted)?;
    Ok(adopted)
}

impl Settled {
    fn has(&self, row: u64) -> bool {
        (self.batch.first_row..self.batch.first_row + self.batch.rows).contains(&row)
    }
}
