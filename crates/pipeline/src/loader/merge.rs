//! The new generation of what is held: the rows that were sent in their places, everything else carried over. Apart
//! because carrying a row over is where a doubt about it must not be lost.

use flow::Outcome;
use ledger::{HeldBatch, HeldReader, HeldRow, HeldWalk, HeldWriter, Standing, Values};

use crate::error::Error;
use crate::planner::{Mark, Marks};

/// Writes the new generation beside reading the one before.
pub(crate) struct Merge<'h> {
    before: HeldWalk,
    marks: Marks,
    is_in_doubt: bool,
    held: &'h mut HeldWriter,
}

impl<'h> Merge<'h> {
    /// `before` is read with the values that `held` keeps. `is_in_doubt` where nothing that is held is believed.
    pub(crate) fn new(before: HeldReader, marks: Marks, is_in_doubt: bool, held: &'h mut HeldWriter) -> Self {
        Self { before: HeldWalk::over(before), marks, is_in_doubt, held }
    }

    /// What was held under this key, after carrying over every row before it. Keys come in rising order.
    pub(crate) fn former(&mut self, row_key: &str) -> Result<Option<HeldRow>, Error> {
        loop {
            let Some((batch, row)) = self.before.current()? else { return Ok(None) };
            match batch.row_key(row).cmp(row_key) {
                std::cmp::Ordering::Less => carry(self.held, &mut self.marks, self.is_in_doubt, batch, row)?,
                std::cmp::Ordering::Greater => return Ok(None),
                std::cmp::Ordering::Equal => {
                    let former = batch.row(row);
                    self.before.advance();
                    return Ok(Some(former));
                }
            }
            self.before.advance();
        }
    }

    /// Writes the row of the key that was asked for last.
    pub(crate) fn write(&mut self, row: &HeldRow, values: &Values, place: usize) -> Result<(), Error> {
        Ok(self.held.write(row, values, place)?)
    }

    /// Carries over what is left.
    pub(crate) fn rest(&mut self) -> Result<(), Error> {
        while let Some((batch, row)) = self.before.current()? {
            carry(self.held, &mut self.marks, self.is_in_doubt, batch, row)?;
            self.before.advance();
        }
        Ok(())
    }
}

/// Carries a row over with what the plan counted of it. One that may have been on its way when its run died, and that this
/// run has not sent, stays in doubt: its note goes with this run's commit.
fn carry(
    held: &mut HeldWriter,
    marks: &mut Marks,
    is_in_doubt: bool,
    batch: &HeldBatch,
    place: usize,
) -> Result<(), Error> {
    let mark = marks.of(batch.row_key(place))?;
    if mark.is_none() && !is_in_doubt {
        return Ok(held.carry(batch, place)?);
    }
    let mut row = batch.row(place);
    match mark {
        Some(Mark::Left) => return Ok(()),
        Some(Mark::Present) => (row.missing, row.missing_since) = (0, String::new()),
        Some(Mark::Missing { snapshots, since }) => (row.missing, row.missing_since) = (snapshots, since),
        None => {}
    }
    if is_in_doubt {
        row.standing = Standing::Unresolved;
        row.outcome = Outcome::Unresolved;
        row.fingerprint.clear();
        "a run that did not end may have sent it".clone_into(&mut row.comment);
    }
    Ok(held.write(&row, batch.values(), place)?)
}
