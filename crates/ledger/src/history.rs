//! What runs left behind, to be looked at. Apart from the ledger, because looking takes no lock: it waits for nobody,
//! and nobody waits for it.

use std::path::{Path, PathBuf};

use engine::Part;
use rusqlite::Connection;

use crate::approvals::{self, Approval, AuditEntry};
use crate::error::{Error, sqlite};
use crate::held::{HeldBatch, HeldReader, Said};
use crate::identity::IdentityKind;
use crate::ledger::{Held, held_of, identity_of};
use crate::runs::{PipelineRecord, RunRecord, RunState};
use crate::schema;

/// The runs of one integration, read beside whoever works.
pub struct History {
    folder: PathBuf,
    database: Option<Connection>,
}

impl History {
    /// Opens what is there; an integration that has never run has no runs.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Ok(Self { folder: folder.to_owned(), database: schema::open_for_reading(folder)? })
    }

    /// All runs, oldest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        self.runs_by("ORDER BY run", i64::MAX)
    }

    /// The newest runs that were to send something, the newest first: a service's runs are a hundred a day.
    pub fn newest(&self, runs_max: usize) -> Result<Vec<RunRecord>, Error> {
        let limit = i64::try_from(runs_max).unwrap_or(i64::MAX);
        self.runs_by("WHERE state <> 'planned' ORDER BY run DESC", limit)
    }

    /// Those before this one.
    pub fn before(&self, run: i64, runs_max: usize) -> Result<Vec<RunRecord>, Error> {
        let limit = i64::try_from(runs_max).unwrap_or(i64::MAX);
        self.runs_by(&format!("WHERE state <> 'planned' AND run < {run} ORDER BY run DESC"), limit)
    }

    /// When a run ended last that did all that it should; none where none did.
    pub fn last_success(&self) -> Result<Option<String>, Error> {
        let Some(database) = &self.database else { return Ok(None) };
        let last = database.query_row("SELECT max(ended_at) FROM runs WHERE state = 'done'", [], |row| row.get(0));
        last.map_err(sqlite("read the last success"))
    }

    /// The number of the last run or plan; none where there is none.
    pub fn last(&self) -> Result<Option<i64>, Error> {
        let Some(database) = &self.database else { return Ok(None) };
        let last = database.query_row("SELECT max(run) FROM runs", [], |row| row.get(0));
        last.map_err(sqlite("read the last run"))
    }

    fn runs_by(&self, which: &str, limit: i64) -> Result<Vec<RunRecord>, Error> {
        let Some(database) = &self.database else { return Ok(Vec::new()) };
        let failed = sqlite("read the runs");
        let columns = "run, command, snapshot, snapshot_at, begun_at, ended_at, state, failure";
        let mut statement =
            database.prepare(&format!("SELECT {columns} FROM runs {which} LIMIT ?1")).map_err(&failed)?;
        let rows = statement.query_map([limit], run_of).map_err(&failed)?;
        let mut runs = Vec::new();
        for row in rows {
            let (mut record, state) = row.map_err(&failed)?;
            let Some(known) = RunState::parse(&state) else {
                return Err(Error::Unreadable { value: state, expected: "a run's state" });
            };
            record.state = known;
            record.tables = pipelines(database, record.run)?;
            runs.push(record);
        }
        Ok(runs)
    }

    /// One run and its report, which is empty while the run works and where it printed none.
    pub fn run(&self, run: i64) -> Result<(RunRecord, String), Error> {
        let record = self.runs_by(&format!("WHERE run = {run}"), 1)?.pop();
        let (Some(record), Some(database)) = (record, &self.database) else { return Err(Error::UnknownRun(run)) };
        let report = database
            .query_row("SELECT report FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .map_err(sqlite("read a run's report"))?;
        Ok((record, report))
    }

    /// The committed generation of a staging table. A run that commits another one meanwhile removes its file: whoever
    /// finds none asks again.
    pub fn held(&self, staging_table: &str) -> Result<Option<Held>, Error> {
        match &self.database {
            Some(database) if has_basis(database)? => held_of(database, &self.folder, staging_table),
            _ => Ok(None),
        }
    }

    /// Opens a part of what is held, as [`Ledger::read_held_part`](crate::Ledger::read_held_part) does.
    pub fn read_held_part(
        &self,
        staging_table: &str,
        columns: &[String],
        part: &Part<'_>,
    ) -> Result<HeldReader, Error> {
        let found = self.again(staging_table, |held| HeldReader::open(staging_table, held, columns, part))?;
        Ok(found.unwrap_or_else(|| HeldReader::empty(staging_table)))
    }

    /// The held row of a key with the values of these staging columns, as the only one of its batch.
    pub fn held_row(&self, staging_table: &str, columns: &[String], row_key: &str) -> Result<Option<HeldBatch>, Error> {
        let found = self.again(staging_table, |held| HeldBatch::with_key(staging_table, held, columns, row_key))?;
        Ok(found.flatten().filter(|batch| batch.rows() > 0))
    }

    /// Held rows that say all of this, with the values of `columns`. What few rows say comes first.
    pub fn held_rows_saying(
        &self,
        staging_table: &str,
        columns: &[String],
        all: &[Said<'_>],
    ) -> Result<Vec<HeldBatch>, Error> {
        let found = self.again(staging_table, |held| HeldBatch::saying(staging_table, held, columns, all))?;
        Ok(found.unwrap_or_default())
    }

    /// Reads the committed generation; once more where a run has committed another one meanwhile and taken its file away.
    fn again<T>(&self, staging_table: &str, read: impl Fn(&Path) -> Result<T, Error>) -> Result<Option<T>, Error> {
        let Some(mut held) = self.held(staging_table)? else { return Ok(None) };
        loop {
            let failure = match read(held.path()) {
                Ok(found) => return Ok(Some(found)),
                Err(failure) => failure,
            };
            match self.held(staging_table)? {
                Some(newer) if newer.path() != held.path() => held = newer,
                _ => return Err(failure),
            }
        }
    }

    /// The identity of one kind that the ledger is bound to.
    pub fn identity(&self, kind: IdentityKind) -> Result<Option<String>, Error> {
        match &self.database {
            Some(database) if has_basis(database)? => identity_of(database, kind),
            _ => Ok(None),
        }
    }

    /// The audit trail, oldest first.
    ///
    /// # Errors
    /// An entry that is not what was written, or is not behind the one before it.
    pub fn audit(&self) -> Result<Vec<AuditEntry>, Error> {
        match &self.database {
            Some(database) if has_basis(database)? => approvals::trail(database),
            _ => Ok(Vec::new()),
        }
    }

    /// The approval of a plan, used or not, in force or not.
    pub fn approval(&self, plan: &str) -> Result<Option<Approval>, Error> {
        match &self.database {
            Some(database) if has_basis(database)? => approvals::approval(database, plan),
            _ => Ok(None),
        }
    }
}

/// True where the database is of this program's own version: an older one held less, and is brought up by the next run.
fn has_basis(database: &Connection) -> Result<bool, Error> {
    Ok(schema::version(database)? == schema::VERSION)
}

fn pipelines(database: &Connection, run: i64) -> Result<Vec<PipelineRecord>, Error> {
    let failed = sqlite("read a run's pipelines");
    let mut statement =
        database.prepare_cached("SELECT record FROM pipelines WHERE run = ?1 ORDER BY position").map_err(&failed)?;
    let texts = statement.query_map([run], |row| row.get::<_, String>(0)).map_err(&failed)?;
    let mut records = Vec::new();
    for text in texts {
        let text = text.map_err(&failed)?;
        let record = serde_json::from_str(&text)
            .map_err(|_| Error::Unreadable { value: text, expected: "a pipeline's record" })?;
        records.push(record);
    }
    Ok(records)
}

fn run_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<(RunRecord, String)> {
    let record = RunRecord {
        run: row.get(0)?,
        command: row.get(1)?,
        snapshot: row.get(2)?,
        snapshot_at: row.get(3)?,
        begun_at: row.get(4)?,
        ended_at: row.get(5)?,
        state: RunState::Running,
        failure: row.get(7)?,
        tables: Vec::new(),
    };
    Ok((record, row.get(6)?))
}
