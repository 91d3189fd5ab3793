//! One data set while it is being read: the part in the making, and what was noted since the last durable step. Apart
//! because here is decided what may become durable: never a row beyond the position that is noted with it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::Array;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use engine::{DurableParquet, Layout};

use crate::limits::PART_ROWS;
use crate::state::DataSetState;
use crate::step::{Notes, Part, Step};

/// A data set in the making.
pub(crate) struct Reading {
    pub(crate) schema: SchemaRef,
    pub(crate) layout: Layout,
    part: Option<Making>,
    notes: Notes,
    position: String,
    requests: u64,
    /// Whether anything is to be made durable.
    has_news: bool,
    /// Whether the position covers all that was written and noted.
    is_placed: bool,
    /// Rows since the last position, and those between it and the one before.
    step_rows: u64,
    last_step_rows: u64,
    durable_at: Instant,
}

/// A part in the making.
struct Making {
    file: String,
    rows: u64,
    parquet: DurableParquet,
}

impl Reading {
    /// Begins a data set, or goes on where the journal says that it is.
    pub(crate) fn new(schema: SchemaRef, layout: Layout, state: Option<&DataSetState>, now: Instant) -> Self {
        Self {
            schema,
            layout,
            part: None,
            notes: Notes::default(),
            position: state.map(|state| state.position.clone()).unwrap_or_default(),
            requests: state.map(|state| state.requests).unwrap_or_default(),
            has_news: false,
            is_placed: true,
            step_rows: 0,
            last_step_rows: 0,
            durable_at: now,
        }
    }

    /// Whether a batch has the columns that were announced, and no NULL where none was.
    pub(crate) fn fits(&self, batch: &RecordBatch) -> bool {
        let announced = self.schema.fields();
        if Arc::ptr_eq(&self.schema, batch.schema_ref()) {
            return true;
        }
        let found = batch.schema_ref().fields().iter().zip(batch.columns());
        announced.len() == batch.num_columns()
            && announced.iter().zip(found).all(|(announced, (field, column))| {
                let is_same = announced.name() == field.name() && announced.data_type() == field.data_type();
                is_same && (announced.is_nullable() || column.null_count() == 0)
            })
    }

    /// Writes rows to the part in the making, which is begun where there is none. `number` is its number, if so.
    pub(crate) fn write(
        &mut self,
        parts: &Path,
        name: &str,
        number: u64,
        batch: &RecordBatch,
    ) -> Result<(), engine::Error> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let part = match &mut self.part {
            Some(part) => part,
            none => {
                let file = format!("{name}-{number}.parquet");
                let parquet = DurableParquet::create(&parts.join(&file), Arc::clone(&self.schema), &self.layout)?;
                none.insert(Making { file, rows: 0, parquet })
            }
        };
        part.parquet.write(batch)?;
        part.rows += batch.num_rows() as u64;
        self.step_rows += batch.num_rows() as u64;
        (self.has_news, self.is_placed) = (true, false);
        Ok(())
    }

    /// The notes since the last durable step, to add to.
    pub(crate) fn notes(&mut self) -> &mut Notes {
        (self.has_news, self.is_placed) = (true, false);
        &mut self.notes
    }

    /// Records that could not be read, since the last durable step.
    pub(crate) fn rejected_records(&self) -> usize {
        self.notes.rejected.len()
    }

    /// Notes a position that covers all that was written so far.
    pub(crate) fn place(&mut self, position: &str, requests: u64) {
        self.has_news |= self.position != position || self.requests != requests;
        (self.position, self.requests) = (position.to_owned(), requests);
        self.is_placed = true;
        self.last_step_rows = std::mem::take(&mut self.step_rows);
    }

    /// Whether the last position covers all that was written and noted.
    pub(crate) fn is_placed(&self) -> bool {
        self.is_placed
    }

    /// Whether it is time for a durable step: the part is full, or what was read has waited long enough. A part counts
    /// as full when another step as large as the last would not fit, so that a part is one row group.
    pub(crate) fn is_due(&self, now: Instant, every: Duration) -> bool {
        let is_full = self.rows() + self.last_step_rows.max(1) > PART_ROWS;
        self.has_news && (is_full || now.saturating_duration_since(self.durable_at) >= every)
    }

    /// Makes the part durable and hands out the step that says so; `None` where there is nothing new.
    pub(crate) fn take(&mut self, name: &str, now: Instant) -> Result<Option<Step>, engine::Error> {
        if !self.has_news {
            return Ok(None);
        }
        let part = self.part.take().map(Making::finish).transpose()?;
        (self.has_news, self.is_placed, self.durable_at) = (false, true, now);
        (self.step_rows, self.last_step_rows) = (0, 0);
        Ok(Some(Step::Read {
            data_set: name.to_owned(),
            position: self.position.clone(),
            requests: self.requests,
            part,
            notes: std::mem::take(&mut self.notes),
        }))
    }

    /// Drops the part in the making, the notes and the position.
    pub(crate) fn forget(&mut self, now: Instant) {
        *self = Self::new(Arc::clone(&self.schema), std::mem::take(&mut self.layout), None, now);
    }

    /// Rows in the part in the making.
    pub(crate) fn rows(&self) -> u64 {
        self.part.as_ref().map(|part| part.rows).unwrap_or_default()
    }
}

impl Making {
    fn finish(self) -> Result<Part, engine::Error> {
        let written = self.parquet.finish()?;
        Ok(Part { file: self.file, rows: written.rows, bytes: written.bytes, blake3: written.digest })
    }
}
