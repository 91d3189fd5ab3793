//! The canary: the first row of a table goes alone and is read back field by field before the second one leaves. Apart
//! because a success can hide a total failure: an instance that does not know the names of a batch's columns stages
//! empty rows and says `201 Created`.
//!
//! A row that is refused may be at fault itself, so up to five others are tried; all of them are rows of the plan, and
//! none is sent again.

use arrow::array::RecordBatch;
use engine::TextColumn;
use flow::{Outcome, Rejected};
use jiff::Timestamp;
use ledger::{Canary, Ledger};
use transform::lineage;

use super::sender::{Delivery, Sender};
use super::{Books, Delivered, Heard, Loader, Sent};
use crate::declaration::Pipeline;
use crate::error::Error;

/// What a canary is to be tried with.
pub(crate) struct Trial {
    tried_with: String,
}

impl Trial {
    /// The canary of a table, where one is due: after a change of the declaration or of the instance's dictionary, or
    /// after a day.
    pub(crate) fn due(
        ledger: &Ledger,
        pipeline: &Pipeline,
        dictionary: &str,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let declared = format!("{pipeline:?}\0{dictionary}");
        let tried_with = blake3::hash(declared.as_bytes()).to_hex().to_string();
        let before = ledger.canary(pipeline.staging_table())?;
        let is_believed = before.is_some_and(|canary| {
            let age = now.duration_since(canary.at);
            canary.tried_with == tried_with && age.unsigned_abs() < load::limits::CANARY_BELIEVED
        });
        Ok((!is_believed).then_some(Self { tried_with }))
    }
}

/// One row that went alone.
struct Tried {
    sent: Sent,
    heard: Heard,
    /// What the instance says where it refused the row.
    refusal: Option<String>,
}

impl Loader<'_> {
    /// Sends the first rows of a group one by one until one comes through, enters what became of them, and says how
    /// many they were. Where none may follow, the books are stopped.
    pub(super) async fn try_out(
        &self,
        trial: Trial,
        group: &RecordBatch,
        sender: &mut Sender<'_>,
        books: &mut Books<'_>,
    ) -> Result<usize, Error> {
        let columns = self.sent_columns(group)?;
        let tries = load::limits::CANARY_ROWS_MAX.min(columns.num_rows());
        let (mut rows, mut came_through, mut said) = (0, false, String::new());
        while rows < tries && !came_through && !books.is_stopped() {
            let Tried { mut sent, heard, refusal } = self.try_row(&columns, rows, sender).await?;
            came_through = sent.rows == 1 && sent.stopped.is_none() && heard.failed.is_none() && refusal.is_none();
            said = refusal.unwrap_or_default();
            if let Some(error) = sent.stopped.take() {
                books.stop(error);
            }
            if sent.rows == 0 {
                break;
            }
            self.settle(&group.slice(rows, 1), &sent, heard, books)?;
            rows += 1;
        }
        sender.passed(rows);
        if came_through && !books.is_stopped() {
            let canary = Canary { tried_with: trial.tried_with, at: self.now };
            sender.ledger().note_canary(self.pipeline.staging_table(), &canary)?;
        } else if rows == load::limits::CANARY_ROWS_MAX && !books.is_stopped() {
            books.stop(load::Error::AllRefused {
                staging_table: self.pipeline.staging_table().to_owned(),
                rows,
                remedy: load::explain(&said).map(|known| known.remedy),
                said: Rejected::shown(&said),
            });
        }
        Ok(rows)
    }

    /// Sends one row and reads it back.
    async fn try_row(&self, columns: &RecordBatch, row: usize, sender: &mut Sender<'_>) -> Result<Tried, Error> {
        let mut sent = Sent::default();
        let delivered = match sender.send_alone(columns, row).await? {
            Delivery::Staged { batch, .. } => batch,
            Delivery::Stopped { error, may_have_left } => {
                sent.stopped = Some(error);
                sent.rows = usize::from(may_have_left);
                return Ok(Tried { sent, heard: Heard::default(), refusal: None });
            }
            // A single row cannot be cut, and is refused with the body.
            Delivery::TooLarge => return Ok(Tried { sent, heard: Heard::default(), refusal: None }),
        };
        let delivered = Delivered { rows: 0..1, ..delivered };
        let heard = self.hear(std::slice::from_ref(&delivered)).await;
        if heard.failed.is_none() {
            sent.stopped = self.compare(columns, row, &delivered).await;
        }
        sent.rows = 1;
        sent.batches.push(delivered);
        let outcomes = heard.outcomes.values().flatten();
        let refused = outcomes.filter(|told| matches!(told.outcome, Outcome::Skipped | Outcome::Error));
        let refusal = refused.map(|told| told.comment.clone()).next();
        Ok(Tried { sent, heard, refusal })
    }

    /// The first difference between a row as it was sent and as it is kept.
    async fn compare(&self, columns: &RecordBatch, row: usize, delivered: &Delivered) -> Option<load::Error> {
        let staging_table = self.pipeline.staging_table().to_owned();
        let schema = columns.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let value = |index: usize| -> String {
            let column = TextColumn::new(columns.column(index));
            column.ok().and_then(|column| column.text(row).map(str::to_owned)).unwrap_or_default()
        };
        let key = names.iter().position(|name| *name == lineage::ROW_KEY).map(value).unwrap_or_default();
        let import_set = delivered.import_sets.last().map(String::as_str).unwrap_or_default();
        let kept = match self.target.staging_row(&staging_table, import_set, &key, &names).await {
            Ok(Some(kept)) => kept,
            Ok(None) => return Some(load::Error::NotShown { staging_table }),
            Err(error) => return Some(error),
        };
        let differs = (0..names.len()).find(|&index| value(index) != kept[index])?;
        let sent = value(differs);
        Some(load::Error::NotKept {
            staging_table,
            column: names[differs].to_owned(),
            is_cut: !kept[differs].is_empty() && sent.starts_with(&kept[differs]),
            sent: Rejected::shown(&sent),
            kept: Rejected::shown(&kept[differs]),
        })
    }
}
