//! Sending a plan and proving what became of it, group by group in the plan's order. While one group is transformed,
//! the next one leaves.
//!
//! ```text
//!   plan ─▶ canary ─▶ group ─▶ bodies ─▶ import sets ─▶ outcomes ─▶ books: accounts · refused rows · what is held now
//!             │                  │           │              │
//!             │ not kept:        │ noted     │ lost: asked  │ cannot be read: the rows that left are unresolved,
//!             ▼ nothing leaves   ▼ first     ▼ for by id    ▼ and the next run asks on
//! ```
//!
//! An answer that stays missing ends the pipeline's sending and not the run: what left and what did not is accounted,
//! and the next run begins by asking what became of it.

mod books;
mod canary;
mod merge;
mod outcomes;
mod proof;
mod row;
mod sender;

use std::collections::HashMap;
use std::path::Path;

use arrow::array::RecordBatch;
use flow::{RowOutcome, RunEvent, Step};
use jiff::Timestamp;
use ledger::{BatchState, Ledger};
use load::{Patience, Target};
use transform::lineage;

pub(crate) use books::{Books, Loaded};
pub(crate) use canary::Trial;
pub(crate) use merge::Merge;
pub use outcomes::OutcomeLine;
pub(crate) use outcomes::{OutcomesFile, read as read_outcomes, with_key as outcomes_with};
pub(crate) use proof::Fate;
pub(crate) use row::Rows;
pub(crate) use sender::{Delivered, has_appeared, resolve};

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::planner::{self, PlanFile};
use crate::run::Events;
use sender::Sender;

/// What the loader works with.
pub(crate) struct Loader<'a> {
    pub(crate) target: &'a Target,
    pub(crate) patience: Patience,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) run: i64,
    /// The integration's folder, where another process may tell this one to stop.
    pub(crate) folder: &'a Path,
    pub(crate) now: Timestamp,
    pub(crate) events: &'a Events,
}

/// What left of one group.
#[derive(Default)]
struct Sent {
    batches: Vec<Delivered>,
    /// The first so many rows of the group left, or may have left.
    rows: usize,
    /// Why no more rows leave.
    stopped: Option<load::Error>,
}

/// What the instance said of one group.
#[derive(Default)]
struct Heard {
    outcomes: HashMap<String, Vec<RowOutcome>>,
    /// The first so many batches were told of.
    batches: usize,
    /// Why it said no more.
    failed: Option<load::Error>,
}

impl Loader<'_> {
    /// Sends every planned row and enters what became of each into the books. `trial` is what a canary is to be tried
    /// with, where one is due.
    ///
    /// An error means that the run cannot go on; an answer that is missing is entered instead.
    pub(crate) async fn load(
        &self,
        plan: Option<&PlanFile>,
        trial: Option<Trial>,
        ledger: &mut Ledger,
        books: &mut Books<'_>,
    ) -> Result<(), Error> {
        let Some(plan) = plan else { return books.close() };
        let planned = Some(books.accounts.planned);
        for step in [Step::Load, Step::Confirm] {
            self.tell(|flow| RunEvent::StepStarted { flow, step, rows: planned });
        }
        let mut sender = Sender::new(self, ledger, &plan.blake3);
        let mut trial = trial;
        let mut on_its_way: Option<(RecordBatch, Sent)> = None;
        for group in planner::groups(&plan.path)? {
            let mut group = group?;
            if books.is_stopped() {
                books.accounts.not_sent += group.num_rows() as u64;
                continue;
            }
            if let Some(due) = trial.take() {
                let tried = self.try_out(due, &group, &mut sender, books).await?;
                group = group.slice(tried, group.num_rows() - tried);
                if books.is_stopped() {
                    books.accounts.not_sent += group.num_rows() as u64;
                    continue;
                }
            }
            let sending = sender.send(&group);
            let mut sent = match on_its_way.take() {
                Some((before, sent)) => {
                    let (sent_now, heard) = tokio::join!(sending, self.hear(&sent.batches));
                    self.settle(&before, &sent, heard, books)?;
                    sent_now?
                }
                None => sending.await?,
            };
            if let Some(error) = sent.stopped.take() {
                books.stop(error);
            }
            on_its_way = Some((group, sent));
        }
        if let Some((group, sent)) = on_its_way {
            // An instance that has not answered is not asked again for what it does after that.
            let heard = if books.is_unheard { Heard::default() } else { self.hear(&sent.batches).await };
            self.settle(&group, &sent, heard, books)?;
        }
        books.loaded.staged_twice = sender.staged_twice();
        self.ask_again(ledger, books).await?;
        books.close()?;
        for step in [Step::Load, Step::Confirm] {
            self.tell(|flow| RunEvent::StepEnded { flow, step });
        }
        Ok(())
    }

    fn tell(&self, event: impl FnOnce(String) -> RunEvent) {
        (self.events)(event(self.pipeline.name().to_owned()));
    }

    /// Reads back what became of each row, by its key. Bodies are transformed one after the other, so the first that
    /// cannot be read is the last that is asked for.
    async fn hear(&self, batches: &[Delivered]) -> Heard {
        let mut heard = Heard::default();
        for batch in batches {
            match self.outcomes(batch).await {
                Ok(outcomes) => {
                    for outcome in outcomes {
                        heard.outcomes.entry(outcome.row_key.clone()).or_default().push(outcome);
                    }
                    heard.batches += 1;
                    let rows = batch.rows.len() as u64;
                    self.tell(|flow| RunEvent::RowsPassed { flow, step: Step::Confirm, rows });
                }
                Err(error) => {
                    heard.failed = Some(error);
                    break;
                }
            }
        }
        heard
    }

    /// What became of the rows of one batch.
    pub(crate) async fn outcomes(&self, batch: &Delivered) -> Result<Vec<RowOutcome>, load::Error> {
        let mut outcomes = Vec::new();
        for import_set in &batch.import_sets {
            let table = self.pipeline.staging_table();
            outcomes.extend(self.target.outcomes(table, import_set, batch.rows.len() as u64).await?);
        }
        Ok(outcomes)
    }

    /// Enters what became of each row of a group.
    fn settle(&self, group: &RecordBatch, sent: &Sent, heard: Heard, books: &mut Books<'_>) -> Result<(), Error> {
        let Heard { mut outcomes, batches, failed } = heard;
        let rows = Rows::of(group, self.pipeline)?;
        for row in 0..sent.rows {
            let told = outcomes.remove(rows.key(row)).unwrap_or_default();
            let batch = sent.batches.iter().find(|batch| batch.rows.contains(&row));
            let batch = batch.map(|batch| batch.id.as_str()).unwrap_or_default();
            books.enter(&rows, row, batch, Fate::of(told, self.pipeline), (self.run, self.now))?;
        }
        books.accounts.not_sent += (group.num_rows() - sent.rows) as u64;
        books.accounted.extend(sent.batches[..batches].iter().map(|batch| batch.id.clone()));
        books.meet_strangers(outcomes);
        if let Some(error) = failed {
            books.is_unheard = true;
            books.stop(error);
        }
        Ok(())
    }

    /// Asks once more for the batches that were not there: one that has appeared since may have put older values where
    /// newer ones stood, and the next run sends its rows again.
    async fn ask_again(&self, ledger: &mut Ledger, books: &mut Books<'_>) -> Result<(), Error> {
        let table = self.pipeline.staging_table();
        for mut batch in ledger.batches(table)? {
            if batch.state != BatchState::Absent || books.is_unheard {
                continue;
            }
            match has_appeared(self.target, table, &mut batch).await {
                Ok(true) => {
                    ledger.note_batch(table, &batch)?;
                    books.loaded.late += 1;
                }
                Ok(false) => {}
                // It is asked for again when the next run begins.
                Err(error) => tracing::warn!(batch = batch.id, %error, "an absent batch could not be asked for"),
            }
        }
        Ok(())
    }

    /// The staging columns that are sent: those of the declaration, row key and fingerprint.
    fn sent_columns(&self, group: &RecordBatch) -> Result<RecordBatch, Error> {
        let schema = group.schema();
        let names = self.pipeline.mapping().columns.iter().map(|column| column.name.as_str());
        let indexes = names
            .chain([lineage::ROW_KEY, lineage::FINGERPRINT])
            .map(|name| schema.index_of(name))
            .collect::<Result<Vec<_>, _>>();
        let gather = |source| Error::from(transform::Error::Gather(source));
        group.project(&indexes.map_err(gather)?).map_err(gather)
    }

    /// What a batch calls a column.
    fn key(&self, name: &str) -> String {
        let column = self.pipeline.staging_columns().iter().find(|column| column.name == name);
        self.pipeline.key_of(column.expect("every sent column is declared or lineage")).to_owned()
    }
}
