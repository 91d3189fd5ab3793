//! Whether a held row whose record is not in the snapshot has vanished, and what follows. Apart because this is where a
//! mistake would retire what is alive: nothing here follows from a scope, a refusal, or a device of which nothing was read.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use engine::TextColumn;
use jiff::{SignedDuration, Timestamp};
use ledger::{HeldBatch, HeldReader, HeldWalk, Standing};
use xxhash_rust::xxh3::xxh3_64;

use super::marks::Mark;
use crate::declaration::{Pipeline, Retire, Within};
use crate::error::Error;

/// How what is held of a staging table is read, with the values of some columns.
pub(crate) type ReadHeld<'r> = &'r dyn Fn(&str, &[String]) -> Result<HeldReader, ledger::Error>;

/// The groups whose rows retire together: the devices that applications are installed on.
#[derive(Default)]
pub(crate) struct Groups {
    /// The staging column that names a row's group; none where there are no groups.
    pub(super) column: Option<String>,
    /// Rows that the snapshot has of each group, by the hash of its name.
    pub(super) present: Arc<Mutex<HashMap<u64, u32>>>,
    /// Groups that were retired themselves.
    pub(super) retired: HashSet<u64>,
}

impl Groups {
    /// Nothing but a group that was retired itself, or none.
    pub(crate) fn of_one(column: &str, retired: Option<&str>) -> Self {
        let retired = retired.map(|group| xxh3_64(group.as_bytes())).into_iter().collect();
        Self { column: Some(column.to_owned()), retired, ..Self::default() }
    }

    /// How many rows the snapshot has of a group.
    pub(super) fn present(&self, group: &str) -> u32 {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.get(&xxh3_64(group.as_bytes())).copied().unwrap_or_default()
    }

    /// True where a row is of a group that was retired: the instance has removed it.
    pub(super) fn is_retired(&self, batch: &HeldBatch, row: usize) -> bool {
        if self.retired.is_empty() {
            return false;
        }
        let group = self.column.as_ref().and_then(|column| batch.values().text(column, row));
        group.is_some_and(|group| self.retired.contains(&xxh3_64(group.as_bytes())))
    }
}

/// The groups that the rows of another pipeline are, where those are held as retired.
pub(super) fn retired_groups(
    read: ReadHeld<'_>,
    pipelines: &[Pipeline],
    within: &Within,
) -> Result<HashSet<u64>, Error> {
    let mut retired = HashSet::new();
    let Some(pipeline) = pipelines.iter().find(|pipeline| pipeline.name() == within.pipeline) else {
        return Ok(retired);
    };
    let columns = std::slice::from_ref(&within.column);
    let mut walk = HeldWalk::over(read(pipeline.staging_table(), columns)?);
    while let Some((batch, row)) = walk.current()? {
        if batch.standing(row) == Standing::Retired
            && let Some(group) = batch.values().text(&within.column, row)
        {
            retired.insert(xxh3_64(group.as_bytes()));
        }
        walk.advance();
    }
    Ok(retired)
}

/// What follows for a held row that the snapshot does not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// Nothing: it proves nothing, or the row is retired already.
    Nothing,
    /// It is counted.
    Counted(Mark),
    /// It has been gone for long enough.
    Retires,
}

/// Who judges.
pub(crate) struct Judge<'a> {
    pub(super) retire: Option<&'a Retire>,
    /// The snapshot is all of the tenant.
    pub(super) is_evidence: bool,
    /// When it was read.
    pub(super) read_at: Timestamp,
    pub(super) groups: Groups,
    /// Values of the column by which records without a key keep rows alive.
    pub(super) alive: HashSet<String>,
}

impl<'a> Judge<'a> {
    /// Who judges the rows of a snapshot that is all of the tenant, or of one of which nothing follows for what it lacks.
    pub(crate) fn new(retire: Option<&'a Retire>, is_evidence: bool, read_at: Timestamp, groups: Groups) -> Self {
        Self { retire, is_evidence, read_at, groups, alive: HashSet::new() }
    }

    /// True where what is held of a row is that it was to retire.
    pub(super) fn is_retiring(&self, batch: &HeldBatch, row: usize) -> bool {
        let first = self.retire.and_then(|retire| retire.set.iter().next());
        first.is_some_and(|(column, value)| batch.values().text(column, row) == Some(value))
    }

    /// Notes records that have no key: any row of theirs may be alive.
    pub(crate) fn keep_alive(&mut self, keyless: &RecordBatch) -> Result<(), Error> {
        let alive_by = self.retire.and_then(|retire| retire.alive_by.as_ref());
        let Some(array) = alive_by.and_then(|name| keyless.column_by_name(name)) else { return Ok(()) };
        let values = TextColumn::new(array).map_err(transform::Error::Gather)?;
        let values = (0..keyless.num_rows()).filter_map(|row| values.text(row));
        self.alive.extend(values.map(str::to_owned));
        Ok(())
    }

    pub(crate) fn judge(&self, batch: &HeldBatch, row: usize) -> Gone {
        let Some(retire) = self.retire.filter(|_| self.is_evidence) else { return Gone::Nothing };
        if batch.standing(row) == Standing::Retired {
            return Gone::Nothing;
        }
        let value = |column: &Option<String>| column.as_ref().and_then(|column| batch.values().text(column, row));
        if value(&retire.alive_by).is_some_and(|value| self.alive.contains(value)) {
            return Gone::Nothing;
        }
        if self.groups.is_retired(batch, row) {
            return Gone::Counted(Mark::Left);
        }
        // Of a device of which the snapshot has nothing it says nothing.
        if let Some(column) = &self.groups.column
            && batch.values().text(column, row).is_none_or(|group| self.groups.present(group) == 0)
        {
            return Gone::Nothing;
        }
        let since = batch.missing_since(row).parse().unwrap_or(self.read_at);
        let snapshots = batch.missing(row) + 1;
        let gone_for = self.read_at.duration_since(since);
        if snapshots >= retire.snapshots && gone_for >= SignedDuration::from_hours(retire.hours.into()) {
            Gone::Retires
        } else {
            Gone::Counted(Mark::Missing { snapshots, since: since.to_string() })
        }
    }
}
