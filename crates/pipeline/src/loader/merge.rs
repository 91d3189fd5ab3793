//! The new generation of what is held: the rows that were sent in their places, everything else carried over. Apart
//! because carrying a row over is where a doubt about it must not be lost.

use flow::Outcome;
use ledger::{HeldReader, HeldRow, HeldWriter, Standing};

use crate::error::Error;

/// Writes the new generation beside reading the one before.
pub(crate) struct Merge<'h> {
    before: HeldReader,
    is_in_doubt: bool,
    current: Option<HeldRow>,
    ended: bool,
    held: &'h mut HeldWriter,
}

impl<'h> Merge<'h> {
    /// `is_in_doubt` where nothing that is held is believed.
    pub(crate) fn new(before: HeldReader, is_in_doubt: bool, held: &'h mut HeldWriter) -> Self {
        Self { before, is_in_doubt, current: None, ended: false, held }
    }

    /// What was held under this key, after carrying over every row before it. Keys come in rising order.
    pub(crate) fn former(&mut self, row_key: &str) -> Result<Option<HeldRow>, Error> {
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
    pub(crate) fn write(&mut self, row: &HeldRow) -> Result<(), Error> {
        Ok(self.held.write(row)?)
    }

    /// Carries over what is left.
    pub(crate) fn rest(&mut self) -> Result<(), Error> {
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

    /// A row that may have been on its way when its run died, and that this run has not sent, stays in doubt: its note
    /// goes with this run's commit.
    fn carry(&mut self, mut row: HeldRow) -> Result<(), Error> {
        if self.is_in_doubt {
            row.standing = Standing::Unresolved;
            row.outcome = Outcome::Unresolved;
            row.fingerprint.clear();
            "a run that did not end may have sent it".clone_into(&mut row.comment);
        }
        self.write(&row)
    }
}
