//! Rows whose fate is unknown: those of a plan that a run was sending when it died. What is held says nothing of them,
//! so they are planned again whatever it says.
//!
//! A plan's keys rise, as those of held and staging rows do; so its file is a third stream beside them, and never whole
//! in memory.

use std::iter::Fuse;

use engine::{FileRows, TextColumn, digest_of};
use ledger::Sending;
use transform::lineage;

use crate::error::Error;
use crate::limits;

/// The keys that are in doubt.
pub(crate) enum Doubt {
    /// Those of these plans; of none where every run that sent has committed.
    Plans(Vec<PlanKeys>),
    /// Every key: a plan is gone or is not what was noted, or there are too many of them.
    Everything,
}

/// The keys of one plan, in rising order.
pub(crate) struct PlanKeys {
    rows: Fuse<FileRows>,
    keys: Option<TextColumn>,
    count: usize,
    next: usize,
}

impl Doubt {
    /// Opens the plans that the notes name. What cannot be opened is no error: everything is in doubt then.
    pub(crate) fn of(notes: &[Sending]) -> Self {
        if notes.len() > limits::DOUBTED_PLANS_MAX {
            return Self::Everything;
        }
        notes.iter().map(PlanKeys::open).collect::<Option<Vec<_>>>().map_or(Self::Everything, Self::Plans)
    }

    /// True where this key is in doubt. Keys must be asked for in rising order.
    pub(crate) fn has(&mut self, row_key: &str) -> Result<bool, Error> {
        match self {
            Self::Everything => Ok(true),
            Self::Plans(plans) => {
                let mut found = false;
                for plan in plans {
                    found |= plan.has(row_key)?;
                }
                Ok(found)
            }
        }
    }
}

impl PlanKeys {
    fn open(note: &Sending) -> Option<Self> {
        let (digest, _) = digest_of(&note.plan).ok()?;
        if digest != note.blake3 {
            return None;
        }
        Some(Self { rows: FileRows::open(&note.plan).ok()?.fuse(), keys: None, count: 0, next: 0 })
    }

    fn has(&mut self, row_key: &str) -> Result<bool, Error> {
        loop {
            while let Some(keys) = &self.keys
                && self.next < self.count
            {
                match keys.text(self.next).unwrap_or_default().cmp(row_key) {
                    std::cmp::Ordering::Less => self.next += 1,
                    std::cmp::Ordering::Equal => return Ok(true),
                    std::cmp::Ordering::Greater => return Ok(false),
                }
            }
            let Some(batch) = self.rows.next() else { return Ok(false) };
            let batch = batch?;
            let keys = batch.column_by_name(lineage::ROW_KEY).expect("a plan's rows have their keys");
            self.keys = Some(TextColumn::new(keys).map_err(transform::Error::Gather)?);
            (self.count, self.next) = (batch.num_rows(), 0);
        }
    }
}
