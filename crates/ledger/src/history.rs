//! What runs left behind, to be looked at. Apart from the ledger, because looking takes no lock: it waits for nobody,
//! and nobody waits for it.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, sqlite};
use crate::runs::{PipelineRecord, RunRecord, RunState};
use crate::schema;

/// The runs of one integration, read beside whoever works.
pub struct History {
    database: Option<Connection>,
}

impl History {
    /// Opens what is there; an integration that has never run has no runs.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Ok(Self { database: schema::open_for_reading(folder)? })
    }

    /// All runs, oldest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        let Some(database) = &self.database else { return Ok(Vec::new()) };
        let failed = sqlite("read the runs");
        let mut statement = database
            .prepare(
                "SELECT run, command, snapshot, snapshot_at, begun_at, ended_at, state, failure FROM runs ORDER BY run",
            )
            .map_err(&failed)?;
        let rows = statement.query_map([], run_of).map_err(&failed)?;
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
        let record = self.runs()?.into_iter().find(|record| record.run == run);
        let (Some(record), Some(database)) = (record, &self.database) else { return Err(Error::UnknownRun(run)) };
        let report = database
            .query_row("SELECT report FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .map_err(sqlite("read a run's report"))?;
        Ok((record, report))
    }
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
