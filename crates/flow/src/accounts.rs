//! The accounts of one pipeline in one run, and the three sums that must hold. Apart because a run
//! that does not balance fails, whoever counted.

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Counts of rows; one set a pipeline a run. The terms are those of the README.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Records of the driving data set.
    pub read: u64,
    /// Rows that the plan adds for what vanished.
    pub retire: u64,
    /// Records whose key had been seen; the newest check-in won.
    pub duplicate: u64,
    /// Records that cannot become a staging row, each with a reason.
    pub rejected: u64,
    /// Records that the pipeline's scope leaves out, each under a named rule.
    pub out_of_scope: u64,
    /// Rows in the import-set schema.
    pub staging_rows: u64,
    /// Rows that the target is proven to hold already.
    pub unchanged: u64,
    /// Rows that the target refused and that have not changed since.
    pub waiting: u64,
    /// Rows to send.
    pub planned: u64,
    /// Planned rows that a brake or a cancellation held back.
    pub not_sent: u64,
    /// Sent rows whose outcome is not proven.
    pub unresolved: u64,
    /// Rows that created a target record.
    pub inserted: u64,
    /// Rows that changed a target record.
    pub updated: u64,
    /// Rows whose target record was already so.
    pub ignored: u64,
    /// Rows that the instance left out.
    pub skipped: u64,
    /// Rows that the instance refused.
    pub error: u64,
}

/// One of the three sums does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the accounts do not balance: {left_name} is {left}, but {right_name} is {right}")]
pub struct Imbalance {
    left_name: &'static str,
    left: u64,
    right_name: &'static str,
    right: u64,
}

impl Accounts {
    /// Checks the three sums, in the order in which rows pass.
    pub fn balance(&self) -> Result<(), Imbalance> {
        let sums = [
            (
                "read + retire",
                self.read + self.retire,
                "duplicate + rejected + out_of_scope + staging_rows",
                self.duplicate + self.rejected + self.out_of_scope + self.staging_rows,
            ),
            (
                "staging_rows",
                self.staging_rows,
                "unchanged + waiting + planned",
                self.unchanged + self.waiting + self.planned,
            ),
            (
                "planned",
                self.planned,
                "not_sent + unresolved + inserted + updated + ignored + skipped + error",
                self.not_sent
                    + self.unresolved
                    + self.inserted
                    + self.updated
                    + self.ignored
                    + self.skipped
                    + self.error,
            ),
        ];
        for (left_name, left, right_name, right) in sums {
            if left != right {
                return Err(Imbalance { left_name, left, right_name, right });
            }
        }
        Ok(())
    }

    /// Counts one planned row's outcome.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ignored => self.ignored += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Inserted => self.inserted += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Error => self.error += 1,
            Outcome::Unresolved => self.unresolved += 1,
        }
    }

    /// Rows that left for the instance.
    pub fn sent(&self) -> u64 {
        self.planned - self.not_sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_is_an_imbalance_that_names_both_sides() {
        let accounts = Accounts { read: 3, staging_rows: 2, planned: 2, inserted: 2, ..Accounts::default() };
        let said = accounts.balance().expect_err("one record has no place").to_string();
        assert_eq!(
            said,
            "the accounts do not balance: read + retire is 3, but duplicate + rejected + out_of_scope + staging_rows is 2"
        );
    }

    #[test]
    fn every_outcome_has_its_place_in_the_third_sum() {
        let mut accounts = Accounts { read: 6, staging_rows: 6, planned: 6, ..Accounts::default() };
        for outcome in [
            Outcome::Ignored,
            Outcome::Updated,
            Outcome::Inserted,
            Outcome::Skipped,
            Outcome::Error,
            Outcome::Unresolved,
        ] {
            accounts.count(outcome);
        }
        assert_eq!(accounts.balance(), Ok(()));
        assert_eq!(accounts.sent(), 6);
    }
}
