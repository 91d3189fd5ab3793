//! The new generation of what is held: the rows that were sent in their places, everything else carried over. Apart
//! because carrying a row over is where a doubt about it must not be lost.

use flow::Outcome;
use ledger::{HeldReader, HeldRow, HeldWriter, Standing};

use crate::error::Error;
use crate::planner::Doubt;

/// Writes the new generation beside reading the one before.
pub(crate) struct Merge<'h> {
    before: HeldReader,
    doubt: Doubt,
    current: Option<HeldRow>,
    ended: bool,
    held: &'h mut HeldWriter,
}

impl<'h> Merge<'h> {
    /// `doubt` is of the plans that were on their way before this run's own.
    pub(crate) fn new(before: HeldReader, doubt: Doubt, held: &'h mut HeldWriter) -> Self {
        Self { before, doubt, current: None, ended: false, held }
    }

    /// What was held under this key, after carrying over every row before it. Keys come in rising order.
    pub(super) fn former(&mut self, row_key: &str) -> Result<Option<HeldRow>, Error> {
        loop {
            self.advance()?;
            match self.current.take() {
                Some(row) if row.row_key.as_str() < row_key => self.carry(row)?,
                Some(row) if row.row_key == row_key => return Ok(Some(row)),
                later => {
                    self.current = later;
                    return Ok(None);
                }
            }
        }
    }

    /// Writes the row of the key that was asked for last.
    pub(super) fn write(&mut self, row: &HeldRow) -> Result<(), Error> {
        Ok(self.held.write(row)?)
    }

    /// Carries over what is left.
    pub(super) fn rest(&mut self) -> Result<(), Error> {
        loop {
            self.advance()?;
            match self.current.take() {
                Some(row) => self.carry(row)?,
                None => return Ok(()),
            }
        }
    }

    fn advance(&mut self) -> Result<(), Error> {
        if self.current.is_none() && !self.ended {
            self.current = self.before.next_row()?;
            self.ended = self.current.is_none();
        }
        Ok(())
    }

    /// A row that was on its way when its run died, and that this run has not sent, stays in doubt: its note goes with
    /// this run's commit.
    fn carry(&mut self, mut row: HeldRow) -> Result<(), Error> {
        if self.doubt.has(&row.row_key)? {
            row.standing = Standing::Unresolved;
            row.outcome = Outcome::Unresolved;
            row.fingerprint.clear();
            "a run that did not end was sending it".clone_into(&mut row.comment);
        }
        self.write(&row)
    }
}
