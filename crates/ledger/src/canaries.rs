//! When a staging table's canary last came through, and under which declaration and dictionary. Apart because it is a
//! memory of the instance's configuration, not of rows.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::error::{Error, sqlite};
use crate::ledger::Ledger;

/// A canary that came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Digest of what it was tried with: declaration and dictionary.
    pub tried_with: String,
    /// When.
    pub at: Timestamp,
}

impl Ledger {
    /// The canary of a staging table that came through last.
    pub fn canary(&self, staging_table: &str) -> Result<Option<Canary>, Error> {
        let found: Option<(String, String)> = self
            .database
            .query_row("SELECT tried_with, at FROM canaries WHERE staging_table = ?1", [staging_table], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(sqlite("read a canary"))?;
        // A moment that cannot be read is as good as none: the canary is tried again.
        Ok(found.and_then(|(tried_with, at)| Some(Canary { tried_with, at: at.parse().ok()? })))
    }

    /// Notes that a canary came through.
    pub fn note_canary(&mut self, staging_table: &str, canary: &Canary) -> Result<(), Error> {
        self.database
            .execute(
                "INSERT OR REPLACE INTO canaries (staging_table, tried_with, at) VALUES (?1, ?2, ?3)",
                params![staging_table, canary.tried_with, canary.at.to_string()],
            )
            .map_err(sqlite("note a canary"))?;
        Ok(())
    }
}
