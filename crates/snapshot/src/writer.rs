//! A snapshot in the making: rows go into parts, a part becomes durable together with the position that its reading has
//! reached, and sealing makes one file a data set of them.
//!
//! ```text
//! write · page · rejected · drift ─▶ checkpoint(position) ─▶ part durable, then its line in the journal
//!                                                        └▶ end(account) … ─▶ seal: parts joined, manifest last
//! ```
//!
//! What a line of the journal acknowledges is on disk, and nothing is on disk twice: a row is durable only together with
//! a position behind it.

mod steps;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use engine::Layout;

use crate::error::Error;
use crate::journal::Journal;
use crate::manifest::{Completeness, PageRead};
use crate::progress::DataSetAccount;
use crate::reading::Reading;
use crate::seal;
use crate::state::{DataSetState, State};
use crate::step::{Notes, Step, columns_of};
use crate::store::Sealed;

/// The folder of parts in a snapshot's folder.
pub(crate) const PARTS: &str = "parts";

/// Writes one snapshot, alone. Dropped before [`SnapshotWriter::seal`], it leaves an unsealed snapshot that
/// [`crate::Store::resume`] goes on with from the last durable step.
///
/// After an error of a file nothing more is written: what is on disk is then known only to a new reading of it.
pub struct SnapshotWriter {
    folder: PathBuf,
    journal: Journal,
    state: State,
    readings: BTreeMap<String, Reading>,
    loose: Notes,
    now: Box<dyn Fn() -> Instant + Send>,
    checkpoint_every: Duration,
    is_broken: bool,
}

impl SnapshotWriter {
    pub(crate) fn new(folder: PathBuf, journal: Journal, state: State) -> Self {
        let (readings, loose) = (BTreeMap::new(), Notes::default());
        let (now, checkpoint_every) = (Box::new(Instant::now), crate::limits::CHECKPOINT_EVERY);
        Self { folder, journal, state, readings, loose, now, checkpoint_every, is_broken: false }
    }

    /// Another clock than the system's, for whoever owns the time.
    pub fn set_clock(&mut self, now: impl Fn() -> Instant + Send + 'static) {
        self.now = Box::new(now);
    }

    /// How long what was read may wait to become durable; [`crate::limits::CHECKPOINT_EVERY`] unless told. Nothing makes
    /// every checkpoint durable.
    pub fn set_checkpoint_every(&mut self, every: Duration) {
        self.checkpoint_every = every;
    }

    /// The snapshot's id.
    pub fn id(&self) -> &str {
        &self.state.header.snapshot
    }

    /// When its reading began, RFC 3339, UTC.
    pub fn begun_at(&self) -> &str {
        &self.state.header.begun_at
    }

    /// Begins a data set, or goes on with it after an interruption; then its columns must be the same. `few_distinct`
    /// names the text columns that repeat, see [`engine::Layout`].
    pub fn data_set(&mut self, name: &str, schema: SchemaRef, few_distinct: Vec<String>) -> Result<(), Error> {
        if !is_plain(name) {
            return Err(Error::Name(name.to_owned()));
        }
        if self.readings.contains_key(name) {
            return Err(Error::DataSet(name.to_owned()));
        }
        let state = self.state.data_sets.get(name);
        let is_other =
            |state: &DataSetState| state.columns != columns_of(&schema) || state.few_distinct != few_distinct;
        if state.is_some_and(is_other) {
            return Err(Error::Schema(name.to_owned()));
        }
        let reading = Reading::new(schema, Layout { few_distinct }, state, (self.now)());
        self.readings.insert(name.to_owned(), reading);
        Ok(())
    }

    /// Appends records to a data set that was begun. They become durable with a later [`SnapshotWriter::checkpoint`].
    pub fn write(&mut self, data_set: &str, batch: &RecordBatch) -> Result<(), Error> {
        self.sound()?;
        let parts = self.folder.join(PARTS);
        let number = self.state.data_sets.get(data_set).map_or(0, |state| state.parts_begun) + 1;
        let reading = self.going_on(data_set)?;
        if !reading.fits(batch) {
            return Err(Error::Batch(data_set.to_owned()));
        }
        let written = reading.write(&parts, data_set, number, batch);
        written.map_err(|source| self.broken(Error::Write { data_set: data_set.to_owned(), source }))
    }

    /// Notes a page; it becomes durable with its data set's next durable step. Like all that is noted of a page, it comes
    /// before the checkpoint that covers the page's rows.
    pub fn page(&mut self, page: PageRead) {
        self.notes(&page.data_set).pages.push(page);
    }

    /// Notes records of a data set that could not be read.
    pub fn rejected(&mut self, data_set: &str, rejected: Vec<flow::Rejected>) {
        if !rejected.is_empty() {
            self.notes(data_set).rejected.extend(rejected);
        }
    }

    /// Notes drift, named as the manifest is to name it; counts of one name add up over the whole snapshot.
    pub fn drift(&mut self, data_set: &str, drift: &[(String, u64)]) {
        for (name, count) in drift {
            self.notes(data_set).add_drift(name, *count);
        }
    }

    /// Notes a body that belongs to no data set. It becomes durable with the next durable step of any data set.
    pub fn left_out(&mut self, name: &str, reason: &str) {
        self.loose.left_out.push((name.to_owned(), reason.to_owned()));
    }

    /// Notes how far the reading of a data set is after all that was written of it: where to go on, in the caller's own
    /// words, and the requests spent on it so far, those before an interruption included.
    ///
    /// All of it becomes durable where the part is full ([`crate::limits::PART_ROWS`]) or the last durable step is
    /// [`SnapshotWriter::set_checkpoint_every`] ago; true when it did.
    pub fn checkpoint(&mut self, data_set: &str, position: &str, requests: u64) -> Result<bool, Error> {
        self.sound()?;
        let (now, every) = ((self.now)(), self.checkpoint_every);
        let reading = self.going_on(data_set)?;
        reading.place(position, requests);
        let is_due = reading.is_due(now, every);
        if is_due {
            let steps = self.taken(data_set)?;
            self.record(steps)?;
        }
        Ok(is_due)
    }

    /// Makes all that was written of a data set durable now. Its last position must cover it: rows beyond it would be
    /// read again after an interruption.
    pub fn make_durable(&mut self, data_set: &str) -> Result<(), Error> {
        self.sound()?;
        if self.state.is_ended(data_set) {
            return Ok(());
        }
        if !self.going_on(data_set)?.is_placed() {
            return Err(Error::Unplaced(data_set.to_owned()));
        }
        let steps = self.taken(data_set)?;
        self.record(steps)
    }

    /// Forgets all that was read of a data set, durably, also when it had ended.
    pub fn restart(&mut self, data_set: &str) -> Result<(), Error> {
        self.sound()?;
        let now = (self.now)();
        let forgotten = self.durable_parts(data_set);
        let reading = self.readings.get_mut(data_set).ok_or_else(|| Error::DataSet(data_set.to_owned()))?;
        reading.forget(now);
        self.record(vec![Step::Restarted { data_set: data_set.to_owned() }])?;
        for part in forgotten {
            // No line names the file any more; one that stays is swept when the snapshot is resumed or sealed.
            drop(std::fs::remove_file(part));
        }
        Ok(())
    }

    /// Ends a data set: all that was written of it becomes durable together with its account. Nothing can be added to it
    /// any more, unless it is restarted.
    pub fn end(&mut self, data_set: &str, account: DataSetAccount) -> Result<(), Error> {
        self.sound()?;
        self.going_on(data_set)?;
        let steps = self.ended(data_set, account)?;
        self.record(steps)
    }

    /// Rows of a data set, those included that are not durable yet.
    pub fn rows(&self, data_set: &str) -> u64 {
        let durable = self.state.data_sets.get(data_set).map(DataSetState::rows).unwrap_or_default();
        durable + self.readings.get(data_set).map(Reading::rows).unwrap_or_default()
    }

    /// Records of a data set that could not be read, those included that are not durable yet.
    pub fn rejected_records(&self, data_set: &str) -> usize {
        let durable = self.state.data_sets.get(data_set).map_or(0, |state| state.notes.rejected.len());
        durable + self.readings.get(data_set).map_or(0, Reading::rejected_records)
    }

    /// The durable parts of a data set in their order, for reading back what was read before an interruption.
    pub fn durable_parts(&self, data_set: &str) -> Vec<PathBuf> {
        let state = self.state.data_sets.get(data_set);
        state.map(|state| part_paths(&self.folder, state)).unwrap_or_default()
    }

    /// Makes one file a data set of the parts, then the manifest; only now is it a snapshot that may be carried. Data
    /// sets that have not ended are ended with [`DataSetAccount::recorded`].
    ///
    /// # Errors
    ///
    /// When a file cannot be written or a part is not what it was. The snapshot is then unsealed and can be resumed.
    pub fn seal(mut self, completeness: Completeness) -> Result<Sealed, Error> {
        self.sound()?;
        if let Some(name) = self.state.data_sets.keys().find(|name| !self.readings.contains_key(*name)) {
            return Err(Error::NotBegunAgain(name.clone()));
        }
        let names: Vec<String> = self.readings.keys().filter(|name| !self.state.is_ended(name)).cloned().collect();
        let mut steps = Vec::new();
        for name in names {
            steps.extend(self.ended(&name, DataSetAccount::recorded())?);
        }
        self.record(steps)?;
        let Self { folder, journal, state, readings, .. } = self;
        let sealed = seal::seal(folder, state, &readings, completeness);
        // The lock is kept until the journal has gone.
        drop(journal);
        sealed
    }
}

/// The parts of a data set, in their order.
pub(crate) fn part_paths(folder: &Path, state: &DataSetState) -> Vec<PathBuf> {
    state.parts.iter().map(|part| folder.join(PARTS).join(&part.file)).collect()
}

/// A data set's name is a file's name and nothing else, so that none leads out of the snapshot.
fn is_plain(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    !name.is_empty() && name.bytes().all(is_plain)
}
