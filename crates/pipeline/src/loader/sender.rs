//! Delivering rows: batches in the plan's order, each noted in the ledger before its first byte leaves and transformed
//! after the one before. Apart because this is where a row could be lost or doubled.
//!
//! ```text
//!  rows ─▶ note: sent ─▶ insertMultiple ──▶ note: staged
//!             ▲                │ answer lost
//!             │                ▼
//!             │       quiet period, then asked by its id ──▶ all there ─▶ note: staged
//!             │                │            │ cannot be asked
//!             │                ▼            ▼
//!             └── note: absent (some, none)  it stays noted as sent, and nothing more leaves
//! ```

use std::ops::Range;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use flow::{RunEvent, Step};
use jiff::{SignedDuration, Timestamp};
use ledger::{Batch, BatchState, Ledger};
use load::{BatchLimits, Body, Pace, Patience, Target};

use super::{Loader, Sent};
use crate::cancel::is_cancelled;
use crate::error::Error;
use crate::limits;

/// Where the sending of a plan stands.
pub(super) struct Sender<'s> {
    loader: &'s Loader<'s>,
    ledger: &'s mut Ledger,
    ids: BatchIds,
    pace: Pace,
    /// The last import set: the next one is transformed after it.
    after: Option<String>,
    /// Batches so far.
    batches: u64,
    /// Rows of the plan before the group that is sent.
    rows_before: u64,
    /// Rows that are staged a second time because only a part of their batch was there.
    staged_twice: u64,
}

/// What the ids of a plan's batches follow from.
struct BatchIds {
    plan: String,
    run: i64,
}

/// One batch that the instance has.
pub(crate) struct Delivered {
    pub(crate) id: String,
    pub(crate) import_sets: Vec<String>,
    /// Its rows in what it was cut from: a group, or a plan.
    pub(crate) rows: Range<usize>,
}

/// How a delivery ended.
pub(super) enum Delivery {
    /// The instance has the rows. `is_slower` where the next batch should be smaller.
    Staged { batch: Delivered, is_slower: bool },
    /// The instance takes no body of that size; smaller ones can be made.
    TooLarge,
    /// Nothing more leaves. `may_have_left` where the rows may be there all the same.
    Stopped { error: load::Error, may_have_left: bool },
}

impl<'s> Sender<'s> {
    pub(super) fn new(loader: &'s Loader<'s>, ledger: &'s mut Ledger, plan: &str) -> Self {
        let pace = Pace::new(loader.patience.answer_within);
        let ids = BatchIds { plan: plan.to_owned(), run: loader.run };
        Self { loader, ledger, ids, pace, after: None, batches: 0, rows_before: 0, staged_twice: 0 }
    }

    pub(super) fn staged_twice(&self) -> u64 {
        self.staged_twice
    }

    pub(super) fn ledger(&mut self) -> &mut Ledger {
        self.ledger
    }

    /// Encodes a group on all cores, a few bodies at a time, and sends them in order.
    ///
    /// A refusal of the first body of all is an error: nothing has left. Any other ending is told with what left.
    pub(super) async fn send(&mut self, group: &RecordBatch) -> Result<Sent, Error> {
        let columns = self.loader.sent_columns(group)?;
        let mut sent = Sent::default();
        while sent.rows < columns.num_rows() && sent.stopped.is_none() {
            self.send_window(&columns, &mut sent).await?;
        }
        self.passed(group.num_rows());
        Ok(sent)
    }

    /// So many rows of the plan are behind.
    pub(super) fn passed(&mut self, rows: usize) {
        self.rows_before += rows as u64;
    }

    /// Sends the next few bodies of the present size; fewer where the size changes.
    async fn send_window(&mut self, columns: &RecordBatch, sent: &mut Sent) -> Result<(), Error> {
        let size = self.pace.limits();
        let start = sent.rows;
        let rows = (size.rows_max * limits::BODIES_AT_ONCE).min(columns.num_rows() - start);
        for body in self.encode(&columns.slice(start, rows), size, 0)? {
            let rows = start + body.rows.start..start + body.rows.end;
            let count = rows.len() as u64;
            match self.deliver(columns, rows.clone(), body.bytes).await? {
                Delivery::Staged { batch, is_slower } => {
                    sent.rows = rows.end;
                    sent.batches.push(batch);
                    self.loader.tell(|flow| RunEvent::RowsPassed { flow, step: Step::Load, rows: count });
                    if is_slower {
                        break;
                    }
                }
                Delivery::TooLarge => break,
                Delivery::Stopped { error, may_have_left } => {
                    if may_have_left {
                        sent.rows = rows.end;
                    }
                    sent.stopped = Some(error);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Sends one row by itself.
    pub(super) async fn send_alone(&mut self, columns: &RecordBatch, row: usize) -> Result<Delivery, Error> {
        let body = self.encode_one(columns, &(row..row + 1), 0)?;
        self.deliver(columns, row..row + 1, body).await
    }

    /// Delivers rows of a group in one batch, whose body as it leaves first is given.
    async fn deliver(&mut self, columns: &RecordBatch, rows: Range<usize>, first: Vec<u8>) -> Result<Delivery, Error> {
        let table = self.loader.pipeline.staging_table();
        let mut body = Some(first);
        for attempt in 0..load::limits::DELIVERIES_MAX {
            if is_cancelled(self.loader.folder) {
                return Ok(Delivery::Stopped { error: load::Error::Deleted, may_have_left: attempt > 0 });
            }
            let bytes = match body.take() {
                Some(first) => first,
                None => self.encode_one(columns, &rows, attempt)?,
            };
            let size = bytes.len();
            let mut batch = self.batch(&rows, attempt);
            self.ledger.note_batch(table, &batch)?;
            let began = Instant::now();
            let error = match self.loader.target.send(table, bytes, self.after.as_deref(), Some(self.is_wanted())).await
            {
                Ok(receipt) => {
                    batch.import_sets = vec![receipt.import_set];
                    // A batch that was put off is a sign of load, however soon it was taken then.
                    let is_slower = match receipt.attempts {
                        0 | 1 => self.pace.answered(began.elapsed()),
                        _ => self.pace.slow_down(),
                    };
                    return self.staged(batch, rows, is_slower);
                }
                Err(error) => error,
            };
            if !error.is_ambiguous() {
                self.ledger.forget_batch(&batch.id)?;
                let is_too_large = matches!(error, load::Error::BodyTooLarge { .. });
                if is_too_large && rows.len() > 1 && self.pace.too_large(size) {
                    return Ok(Delivery::TooLarge);
                }
                let is_withdrawn = matches!(error, load::Error::Deleted);
                if self.batches == 0 && attempt == 0 && !is_withdrawn {
                    return Err(Error::target(format!("send {} rows to `{table}`", rows.len()))(error));
                }
                return Ok(Delivery::Stopped { error, may_have_left: attempt > 0 });
            }
            let is_slower = self.pace.slow_down();
            self.tell_wait(&error);
            if let Err(asking) = resolve(self.loader.target, &self.loader.patience, table, &mut batch).await {
                tracing::warn!(batch = batch.id, error = %asking, "nobody can say what became of a batch");
                return Ok(Delivery::Stopped { error, may_have_left: true });
            }
            if batch.state == BatchState::Staged {
                return self.staged(batch, rows, is_slower);
            }
            self.ledger.note_batch(table, &batch)?;
            self.staged_twice += batch.seen_rows;
            // What is there of it is transformed before the same rows come again.
            self.after = batch.import_sets.pop().or(self.after.take());
        }
        let error = load::Error::NeverStaged { staging_table: table.to_owned(), times: load::limits::DELIVERIES_MAX };
        Ok(Delivery::Stopped { error, may_have_left: true })
    }

    /// Asked once more right before the bytes leave: the look above may be a pause of the instance's ago.
    fn is_wanted(&self) -> load::Gate {
        let folder = self.loader.folder.to_owned();
        std::sync::Arc::new(move || !is_cancelled(&folder))
    }

    fn staged(&mut self, mut batch: Batch, rows: Range<usize>, is_slower: bool) -> Result<Delivery, Error> {
        batch.state = BatchState::Staged;
        self.ledger.note_batch(self.loader.pipeline.staging_table(), &batch)?;
        self.after = batch.import_sets.last().cloned().or(self.after.take());
        self.batches += 1;
        let batch = Delivered { id: batch.id, import_sets: batch.import_sets, rows };
        Ok(Delivery::Staged { batch, is_slower })
    }

    fn tell_wait(&self, error: &load::Error) {
        let wait = self.loader.patience.quiet_period.as_secs();
        let text = format!("{error}; in {wait} s the instance is asked what became of it");
        (self.loader.events)(RunEvent::Noted { text });
    }

    fn batch(&self, rows: &Range<usize>, attempt: u32) -> Batch {
        Batch {
            id: self.ids.id(self.batches, attempt),
            run: self.loader.run,
            first_row: self.rows_before + rows.start as u64,
            rows: rows.len() as u64,
            state: BatchState::Sent,
            import_sets: Vec::new(),
            seen_rows: 0,
            sent_at: Timestamp::now(),
        }
    }

    fn encode_one(&self, columns: &RecordBatch, rows: &Range<usize>, attempt: u32) -> Result<Vec<u8>, Error> {
        let whole = BatchLimits { rows_max: rows.len(), body_bytes_max: usize::MAX };
        let mut bodies = self.encode(&columns.slice(rows.start, rows.len()), whole, attempt)?;
        Ok(bodies.pop().map(|body| body.bytes).unwrap_or_default())
    }

    fn encode(&self, columns: &RecordBatch, size: BatchLimits, attempt: u32) -> Result<Vec<Body>, Error> {
        let loader = self.loader;
        let keys: Vec<String> = columns.schema().fields().iter().map(|field| loader.key(field.name())).collect();
        let (ids, batches) = (&self.ids, self.batches);
        let [run_key, batch_key] = ["u_run", "u_batch"].map(|name| loader.key(name));
        let constants = |number: usize| {
            let batch = ids.id(batches + number as u64, attempt);
            vec![(run_key.clone(), ids.run.to_string()), (batch_key.clone(), batch)]
        };
        load::encode_all(columns, &keys, size, constants).map_err(|source| Error::Encode {
            staging_table: loader.pipeline.staging_table().to_owned(),
            source: Box::new(source),
        })
    }
}

impl BatchIds {
    /// A batch's id follows from the plan, its place in it and how often it was sent: what is there of an earlier
    /// attempt is told from what is there of a later one.
    fn id(&self, number: u64, attempt: u32) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.plan, &self.run.to_string(), &number.to_string(), &attempt.to_string()] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let mut id = hasher.finalize().to_hex().to_string();
        id.truncate(32);
        id
    }
}

/// Waits until the instance can no longer be at work on a batch, asks what it has of it, and notes the answer in it:
/// staged where all of its rows are there, absent otherwise.
pub(crate) async fn resolve(
    target: &Target,
    patience: &Patience,
    staging_table: &str,
    batch: &mut Batch,
) -> Result<(), load::Error> {
    tokio::time::sleep(quiet(patience, batch.sent_at)).await;
    let staged = target.staged(staging_table, &batch.id).await?;
    batch.seen_rows = staged.row_keys.len() as u64;
    batch.import_sets = staged.import_sets;
    batch.state = if batch.seen_rows >= batch.rows { BatchState::Staged } else { BatchState::Absent };
    Ok(())
}

/// Asks for an absent batch again, and notes in it when more of it is there than was.
pub(crate) async fn has_appeared(target: &Target, table: &str, batch: &mut Batch) -> Result<bool, load::Error> {
    let staged = target.staged(table, &batch.id).await?;
    let seen = staged.row_keys.len() as u64;
    if seen <= batch.seen_rows {
        return Ok(false);
    }
    batch.seen_rows = seen;
    batch.import_sets = staged.import_sets;
    batch.state = BatchState::Late;
    Ok(true)
}

/// How long from now the instance may still be at work on a batch. One attempt takes no longer than
/// [`limits::ATTEMPT_MAX`], and the instance may have begun with its last byte. A clock that was set back does not make
/// the wait longer.
fn quiet(patience: &Patience, sent_at: Timestamp) -> Duration {
    let ago = Timestamp::now().duration_since(sent_at);
    let ago = Duration::try_from(ago.max(SignedDuration::ZERO)).unwrap_or_default();
    (patience.quiet_period + limits::ATTEMPT_MAX).saturating_sub(ago).min(patience.quiet_period)
}
