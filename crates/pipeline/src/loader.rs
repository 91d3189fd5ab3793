//! Sending a plan and proving what became of it, group by group in the plan's order. While one group is transformed,
//! the next one leaves.
//!
//! ```text
//!   plan ─▶ group ─▶ bodies ─▶ import sets ─▶ outcomes ─▶ books: accounts · refused rows · what is held now
//!              │                    │             │
//!              │ nothing leaves     │ lost: its   │ cannot be read: the rows that left are unresolved,
//!              ▼ any more           ▼ rows are    ▼ and nobody asks on
//!           not sent            unresolved
//! ```
//!
//! An answer that is missing ends the pipeline's sending and not the run: what left and what did not is accounted, and
//! the next run sends again whatever is not proven. It does not ask first what became of it, so a batch may arrive
//! twice; coalescing makes that harmless.

mod books;
mod merge;
mod proof;
mod row;

use std::collections::HashMap;
use std::ops::Range;

use arrow::array::RecordBatch;
use flow::{RowOutcome, RunEvent, Step};
use jiff::Timestamp;
use load::{BatchLimits, Target};
use transform::lineage;

pub(crate) use books::{Books, Loaded};
pub(crate) use merge::Merge;

use crate::declaration::Pipeline;
use crate::error::Error;
use crate::planner::{self, PlanFile};
use crate::run::Events;
use proof::Fate;
use row::Rows;

/// What the loader works with.
pub(crate) struct Loader<'a> {
    pub(crate) target: &'a Target,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) run: i64,
    pub(crate) now: Timestamp,
    pub(crate) events: &'a Events,
}

/// Where the sending of a plan stands.
#[derive(Default)]
struct Sender {
    /// The last import set: the next one is transformed after it.
    after: Option<String>,
    /// Bodies that were made.
    bodies: u64,
}

/// What left of one group.
#[derive(Default)]
struct Sent {
    batches: Vec<Batch>,
    /// The first so many rows of the group left, or may have left.
    rows: usize,
    /// Why no more rows leave.
    stopped: Option<load::Error>,
}

/// One body that is staged.
struct Batch {
    import_set: String,
    rows: Range<usize>,
}

/// What the instance said of one group.
#[derive(Default)]
struct Heard {
    outcomes: HashMap<String, Vec<RowOutcome>>,
    /// Why it said no more.
    failed: Option<load::Error>,
}

impl Loader<'_> {
    /// Sends every planned row and enters what became of each into the books.
    ///
    /// An error means that the run cannot go on; an answer that is missing is entered instead.
    pub(crate) async fn load(&self, plan: Option<&PlanFile>, books: &mut Books<'_>) -> Result<(), Error> {
        let Some(plan) = plan else { return books.close() };
        let planned = Some(books.accounts.planned);
        for step in [Step::Load, Step::Confirm] {
            self.tell(|flow| RunEvent::StepStarted { flow, step, rows: planned });
        }
        let mut sender = Sender::default();
        let mut on_its_way: Option<(RecordBatch, Sent)> = None;
        for group in planner::groups(&plan.path)? {
            let group = group?;
            if books.is_stopped() {
                books.accounts.not_sent += group.num_rows() as u64;
                continue;
            }
            let sending = self.send(&group, &mut sender);
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
        books.close()?;
        for step in [Step::Load, Step::Confirm] {
            self.tell(|flow| RunEvent::StepEnded { flow, step });
        }
        Ok(())
    }

    fn tell(&self, event: impl FnOnce(String) -> RunEvent) {
        (self.events)(event(self.pipeline.name().to_owned()));
    }

    /// Encodes a group on all cores and sends its bodies in order, each to be transformed after the one before.
    ///
    /// A refusal of the first body of all is an error: nothing has left. Any other ending is told with what left.
    async fn send(&self, group: &RecordBatch, sender: &mut Sender) -> Result<Sent, Error> {
        let table = self.pipeline.staging_table();
        let columns = self.sent_columns(group)?;
        let keys: Vec<String> = columns.schema().fields().iter().map(|field| self.key(field.name())).collect();
        let first = sender.bodies;
        let constants = |number: usize| {
            let batch = self.batch_id(first + number as u64);
            vec![(self.key("u_run"), self.run.to_string()), (self.key("u_batch"), batch)]
        };
        let bodies = load::encode_all(&columns, &keys, BatchLimits::default(), constants)
            .map_err(|source| Error::Encode { staging_table: table.to_owned(), source: Box::new(source) })?;
        sender.bodies += bodies.len() as u64;
        let mut sent = Sent::default();
        for body in bodies {
            let rows = body.rows;
            match self.target.send(table, body.bytes, sender.after.as_deref()).await {
                Ok(receipt) => {
                    let count = rows.len() as u64;
                    sender.after = Some(receipt.import_set.clone());
                    sent.rows = rows.end;
                    sent.batches.push(Batch { import_set: receipt.import_set, rows });
                    self.tell(|flow| RunEvent::RowsPassed { flow, step: Step::Load, rows: count });
                }
                Err(error) => {
                    if error.is_ambiguous() {
                        sent.rows = rows.end;
                    } else if sender.after.is_none() {
                        return Err(Error::target(format!("send {} rows to `{table}`", rows.len()))(error));
                    }
                    sent.stopped = Some(error);
                    break;
                }
            }
        }
        Ok(sent)
    }

    /// Reads back what became of each row, by its key. Bodies are transformed one after the other, so the first that
    /// cannot be read is the last that is asked for.
    async fn hear(&self, batches: &[Batch]) -> Heard {
        let table = self.pipeline.staging_table();
        let mut heard = Heard::default();
        for batch in batches {
            let rows = batch.rows.len() as u64;
            match self.target.outcomes(table, &batch.import_set, rows).await {
                Ok(outcomes) => {
                    for outcome in outcomes {
                        heard.outcomes.entry(outcome.row_key.clone()).or_default().push(outcome);
                    }
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

    /// Enters what became of each row of a group.
    fn settle(&self, group: &RecordBatch, sent: &Sent, heard: Heard, books: &mut Books<'_>) -> Result<(), Error> {
        let Heard { mut outcomes, failed } = heard;
        let rows = Rows::of(group, self.pipeline)?;
        for row in 0..sent.rows {
            let told = outcomes.remove(rows.key(row)).unwrap_or_default();
            books.enter(&rows, row, Fate::of(told, self.pipeline), self.now)?;
        }
        books.accounts.not_sent += (group.num_rows() - sent.rows) as u64;
        books.meet_strangers(outcomes);
        if let Some(error) = failed {
            books.is_unheard = true;
            books.stop(error);
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

    /// A batch's id follows from run, table and place, so that whoever resumes a run finds the same.
    fn batch_id(&self, number: u64) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [self.run.to_string(), self.pipeline.staging_table().to_owned(), number.to_string()] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let mut id = hasher.finalize().to_hex().to_string();
        id.truncate(32);
        id
    }
}
