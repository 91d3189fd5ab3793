//! Batches on their way: what left for the instance and is not yet accounted for. Apart because a note that is written
//! after its batch has left is no note: each is durable before the first byte leaves.
//!
//! ```text
//!            ┌──────▶ staged ──▶ (gone: its rows are accounted)
//!   sent ────┤                     ▲
//!            └──▶ absent ──▶ late ─┘
//!                    └─ after its window: gone
//! ```

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Row, params};

use crate::error::{Error, sqlite};
use crate::held::HeldWriter;
use crate::ledger::{Ledger, is_later};

/// What is known of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// It left, or was about to: the instance may have it.
    Sent,
    /// The instance has it.
    Staged,
    /// The instance was asked and did not have it, or had a part of it; it was sent again, and may still appear.
    Absent,
    /// It was absent and has appeared after all: its rows may stand where newer ones stood.
    Late,
}

impl BatchState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Staged => "staged",
            Self::Absent => "absent",
            Self::Late => "late",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Self::Sent, Self::Staged, Self::Absent, Self::Late];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// One batch that is not accounted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id, 32 hexadecimal digits: what its rows carry as `u_batch`.
    pub id: String,
    /// The run that sent it.
    pub run: i64,
    /// Its first row in that run's plan.
    pub first_row: u64,
    /// Its rows, one after the other in the plan.
    pub rows: u64,
    /// What is known of it.
    pub state: BatchState,
    /// The import sets that have its rows, as far as they are known.
    pub import_sets: Vec<String>,
    /// Distinct row keys that the instance was seen to have of it, where it is absent.
    pub seen_rows: u64,
    /// When it left, by this machine's clock.
    pub sent_at: Timestamp,
}

impl Ledger {
    /// Notes a batch, or what is known of it now. That it leaves is durable when this returns; what became of it
    /// outlives the process at once and a power failure a moment later: whoever finds an older note asks the instance.
    pub fn note_batch(&mut self, staging_table: &str, batch: &Batch) -> Result<(), Error> {
        let failed = sqlite("note a batch");
        let is_intent = batch.state == BatchState::Sent;
        if !is_intent {
            self.database.pragma_update(None, "synchronous", "NORMAL").map_err(&failed)?;
        }
        let noted = self.write_batch(staging_table, batch);
        if !is_intent {
            self.database.pragma_update(None, "synchronous", "FULL").map_err(&failed)?;
        }
        noted
    }

    fn write_batch(&self, staging_table: &str, batch: &Batch) -> Result<(), Error> {
        self.database
            .prepare_cached(
                "INSERT OR REPLACE INTO batches
                 (batch, run, staging_table, first_row, rows, state, import_sets, seen_rows, sent_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )
            .and_then(|mut statement| {
                statement.execute(params![
                    batch.id,
                    batch.run,
                    staging_table,
                    batch.first_row as i64,
                    batch.rows as i64,
                    batch.state.as_str(),
                    batch.import_sets.join(","),
                    batch.seen_rows as i64,
                    batch.sent_at.to_string(),
                ])
            })
            .map_err(sqlite("note a batch"))?;
        Ok(())
    }

    /// Forgets a batch: the instance cannot have it, or its rows are accounted.
    pub fn forget_batch(&mut self, id: &str) -> Result<(), Error> {
        self.database.execute("DELETE FROM batches WHERE batch = ?1", [id]).map_err(sqlite("forget a batch"))?;
        Ok(())
    }

    /// The batches of a staging table that are not accounted for, in the order in which they left.
    pub fn batches(&self, staging_table: &str) -> Result<Vec<Batch>, Error> {
        let failed = sqlite("read the batches");
        let mut statement = self
            .database
            .prepare_cached(
                "SELECT batch, run, first_row, rows, state, import_sets, seen_rows, sent_at FROM batches
                 WHERE staging_table = ?1 ORDER BY rowid",
            )
            .map_err(&failed)?;
        let rows = statement.query_map([staging_table], |row| Ok(batch_of(row))).map_err(&failed)?;
        rows.map(|row| row.map_err(&failed)?).collect()
    }

    /// Begins a generation of what a staging table's targets hold, for the rows that an earlier run sent and never
    /// accounted for.
    pub fn begin_recovered(&self, run: i64, staging_table: &str, columns: &[String]) -> Result<HeldWriter, Error> {
        // The run may have committed a generation of its own, and may be recovered more than once.
        let folder = self.folder.join("held").join(staging_table);
        crate::folder::make(&folder)?;
        let path = first_free(&folder, |number| format!("{run:06}{RECOVERED}{number}.parquet"));
        HeldWriter::create(staging_table, &path, columns)
    }

    /// Commits what an earlier run's batches turned out to be: the new generation, and that these batches are accounted.
    /// The run's note goes once none of its batches is left.
    pub fn commit_recovered(
        &mut self,
        run: i64,
        staging_table: &str,
        held: HeldWriter,
        accounted: &[Batch],
    ) -> Result<(), Error> {
        let failed = sqlite("commit what was recovered");
        let file = held.file_name();
        let written = held.finish()?;
        let before = self.held(staging_table)?;
        let snapshot_at: String = self
            .database
            .query_row("SELECT snapshot_at FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .map_err(&failed)?;
        let snapshot_at = match &before {
            Some(before) if is_later(&before.snapshot_at, &snapshot_at) => before.snapshot_at.clone(),
            _ => snapshot_at,
        };
        let basis = before.as_ref().map(|before| before.basis.to_text()).unwrap_or_default();
        let transaction = self.database.transaction().map_err(&failed)?;
        transaction
            .execute(
                "INSERT OR REPLACE INTO held (staging_table, file, blake3, rows, run, snapshot_at, basis)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![staging_table, file, written.digest, written.rows as i64, run, snapshot_at, basis],
            )
            .map_err(&failed)?;
        for batch in accounted {
            transaction.execute("DELETE FROM batches WHERE batch = ?1", [&batch.id]).map_err(&failed)?;
        }
        transaction.execute(&format!("{FORGET_NOTES} AND run = ?2"), params![staging_table, run]).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        self.remove_generation(before.as_ref(), &file);
        Ok(())
    }

    /// The plans that batches which are not accounted for were cut from.
    pub(crate) fn plans_in_use(&self) -> Result<Vec<i64>, Error> {
        let failed = sqlite("read what is on its way");
        let mut statement =
            self.database.prepare("SELECT run FROM sending UNION SELECT run FROM batches").map_err(&failed)?;
        let runs = statement.query_map([], |row| row.get(0)).map_err(&failed)?;
        runs.collect::<Result<_, _>>().map_err(&failed)
    }

    /// The file of a run's outcomes of a staging table, its folder made where it is not there yet.
    pub fn outcomes_file(&self, run: i64, staging_table: &str) -> Result<PathBuf, Error> {
        Ok(self.outcomes_folder(run)?.join(format!("{staging_table}.parquet")))
    }

    /// A file for what a later run found out about a run's outcomes, which it may do more than once.
    pub fn recovered_outcomes_file(&self, run: i64, staging_table: &str) -> Result<PathBuf, Error> {
        let folder = self.outcomes_folder(run)?;
        Ok(first_free(&folder, |number| format!("{staging_table}{RECOVERED}{number}.parquet")))
    }

    fn outcomes_folder(&self, run: i64) -> Result<PathBuf, Error> {
        let folder = self.folder.join(crate::folder::OUTCOMES).join(format!("{run:06}"));
        crate::folder::make(&folder)?;
        Ok(folder)
    }
}

/// What stands in a file's name before the number of the recovery that wrote it.
pub const RECOVERED: &str = "-recovered-";

/// The path of the first name that is not taken in a folder.
fn first_free(folder: &Path, name: impl Fn(u32) -> String) -> PathBuf {
    let mut paths = (1_u32..).map(|number| folder.join(name(number)));
    paths.find(|path| !path.exists()).expect("a folder does not hold four billion files")
}

/// Notes of a staging table whose run has no batch that is on its way, or may still appear.
pub(crate) const FORGET_NOTES: &str = "DELETE FROM sending WHERE staging_table = ?1 AND run NOT IN
     (SELECT run FROM batches WHERE staging_table = ?1)";

fn batch_of(row: &Row<'_>) -> Result<Batch, Error> {
    let failed = sqlite("read a batch");
    let text = |index: usize| row.get::<_, String>(index).map_err(&failed);
    let number = |index: usize| row.get::<_, i64>(index).map_err(&failed);
    let (state, sent_at) = (text(4)?, text(7)?);
    let Some(known) = BatchState::parse(&state) else {
        return Err(Error::Unreadable { value: state, expected: "a batch's state" });
    };
    let Ok(left) = sent_at.parse() else {
        return Err(Error::Unreadable { value: sent_at, expected: "when a batch left" });
    };
    let import_sets = text(5)?;
    Ok(Batch {
        id: text(0)?,
        run: number(1)?,
        first_row: number(2)? as u64,
        rows: number(3)? as u64,
        state: known,
        import_sets: import_sets.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        seen_rows: number(6)? as u64,
        sent_at: left,
    })
}
