//! One integration's ledger: the lock, the database, the commits.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use engine::digest_of;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Error;
use crate::held::{HeldReader, HeldWriter};
use crate::runs::{NewRun, PipelineRecord, RunRecord, RunState};

/// The version of the schema below.
const VERSION: i64 = 1;

/// Everything that SQLite remembers. A run is written before anything leaves, a generation of held rows in the
/// same transaction as the accounts that it belongs to.
const SCHEMA: &str = "
    CREATE TABLE runs (
        run INTEGER PRIMARY KEY AUTOINCREMENT,
        command TEXT NOT NULL, snapshot TEXT NOT NULL, snapshot_at TEXT NOT NULL,
        begun_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL, failure TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE TABLE pipelines (
        run INTEGER NOT NULL REFERENCES runs, position INTEGER NOT NULL, pipeline TEXT NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (run, position)
    ) STRICT;
    CREATE TABLE held (
        staging_table TEXT PRIMARY KEY, file TEXT NOT NULL, blake3 TEXT NOT NULL, rows INTEGER NOT NULL,
        run INTEGER NOT NULL REFERENCES runs, snapshot_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// The committed generation of one staging table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The staging table.
    pub staging_table: String,
    /// Rows in it.
    pub rows: u64,
    /// The run that wrote it.
    pub run: i64,
    /// When the snapshot of that run was read, RFC 3339.
    pub snapshot_at: String,
    path: PathBuf,
    blake3: String,
}

/// The ledger of one integration, locked for this process.
pub struct Ledger {
    folder: PathBuf,
    database: Connection,
    _lock: File,
}

impl Ledger {
    /// Opens the ledger in an integration's folder, making both where they are not there yet.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let held = folder.join("held");
        std::fs::create_dir_all(&held).map_err(|source| at("create", &held, source))?;
        let lock = lock(folder)?;
        let database = Connection::open(folder.join("ledger.sqlite")).map_err(sqlite("open the database"))?;
        prepare(&database)?;
        Ok(Self { folder: folder.to_owned(), database, _lock: lock })
    }

    /// Notes that a run begins; its number rises from run to run.
    pub fn begin_run(&mut self, new: NewRun) -> Result<i64, Error> {
        self.database
            .execute(
                "INSERT INTO runs (command, snapshot, snapshot_at, begun_at, state) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![new.command, new.snapshot, new.snapshot_at, now(), RunState::Running.as_str()],
            )
            .map_err(sqlite("begin a run"))?;
        Ok(self.database.last_insert_rowid())
    }

    /// Notes that a run ended, with its report.
    pub fn end_run(&mut self, run: i64, failure: Option<&str>, report: &str) -> Result<(), Error> {
        let state = if failure.is_some() { RunState::Failed } else { RunState::Done };
        self.database
            .execute(
                "UPDATE runs SET ended_at = ?2, state = ?3, failure = ?4, report = ?5 WHERE run = ?1",
                params![run, now(), state.as_str(), failure.unwrap_or_default(), report],
            )
            .map_err(sqlite("end a run"))?;
        Ok(())
    }

    /// Begins a new generation of what a staging table's targets hold.
    pub fn begin_held(&self, run: i64, staging_table: &str) -> Result<HeldWriter, Error> {
        let folder = self.folder.join("held").join(staging_table);
        std::fs::create_dir_all(&folder).map_err(|source| at("create", &folder, source))?;
        HeldWriter::create(staging_table, &folder.join(generation(run)))
    }

    /// Commits one pipeline of a run: its accounts and the new generation together.
    pub fn commit_pipeline(
        &mut self,
        run: i64,
        position: usize,
        record: &PipelineRecord,
        snapshot_at: &str,
        held: HeldWriter,
    ) -> Result<(), Error> {
        let written = held.finish()?;
        let before = self.held(&record.staging_table)?;
        let text = serde_json::to_string(record).expect("a record of counts and texts is always JSON");
        let transaction = self.database.transaction().map_err(sqlite("commit a pipeline"))?;
        transaction
            .execute(
                "INSERT INTO pipelines (run, position, pipeline, record) VALUES (?1, ?2, ?3, ?4)",
                params![run, position as i64, record.pipeline, text],
            )
            .and_then(|_| {
                transaction.execute(
                    "INSERT OR REPLACE INTO held (staging_table, file, blake3, rows, run, snapshot_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        record.staging_table,
                        generation(run),
                        written.digest,
                        written.rows as i64,
                        run,
                        snapshot_at
                    ],
                )
            })
            .map_err(sqlite("commit a pipeline"))?;
        transaction.commit().map_err(sqlite("commit a pipeline"))?;
        if let Some(before) = before
            && before.run != run
        {
            // The commit no longer names it; what cannot be removed now is only disk space.
            drop(std::fs::remove_file(before.path));
        }
        Ok(())
    }

    /// The committed generation of a staging table.
    pub fn held(&self, staging_table: &str) -> Result<Option<Held>, Error> {
        let folder = self.folder.join("held").join(staging_table);
        self.database
            .query_row(
                "SELECT file, blake3, rows, run, snapshot_at FROM held WHERE staging_table = ?1",
                [staging_table],
                |row| {
                    Ok(Held {
                        staging_table: staging_table.to_owned(),
                        path: folder.join(row.get::<_, String>(0)?),
                        blake3: row.get(1)?,
                        rows: row.get::<_, i64>(2)? as u64,
                        run: row.get(3)?,
                        snapshot_at: row.get(4)?,
                    })
                },
            )
            .optional()
            .map_err(sqlite("read what is held"))
    }

    /// Opens the committed generation for reading, after checking its digest.
    pub fn read_held(&self, staging_table: &str) -> Result<HeldReader, Error> {
        let Some(held) = self.held(staging_table)? else {
            return Ok(HeldReader::empty(staging_table));
        };
        let failed = |source: engine::Error| Error::Held {
            attempt: "verify",
            table: staging_table.to_owned(),
            source: source.into(),
        };
        let (digest, _) = digest_of(&held.path).map_err(failed)?;
        if digest != held.blake3 {
            return Err(Error::Damaged { path: held.path });
        }
        HeldReader::open(staging_table, &held.path)
    }

    /// What this ledger was built with, e.g. the instance's identity.
    pub fn identity(&self, name: &str) -> Result<Option<String>, Error> {
        self.database
            .query_row("SELECT value FROM identity WHERE name = ?1", [name], |row| row.get(0))
            .optional()
            .map_err(sqlite("read an identity"))
    }

    /// Remembers what this ledger is built with; said once, never changed.
    pub fn set_identity(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.database
            .execute("INSERT OR IGNORE INTO identity (name, value) VALUES (?1, ?2)", [name, value])
            .map_err(sqlite("remember an identity"))?;
        Ok(())
    }

    /// All runs, oldest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        let failed = sqlite("read the runs");
        let mut statement = self
            .database
            .prepare(
                "SELECT run, command, snapshot, snapshot_at, begun_at, ended_at, state, failure FROM runs ORDER BY run",
            )
            .map_err(&failed)?;
        let rows = statement.query_map([], run_of).map_err(&failed)?;
        let mut runs = rows.collect::<Result<Vec<_>, _>>().map_err(&failed)?;
        for (record, state) in &mut runs {
            record.state = RunState::parse(state)
                .ok_or_else(|| Error::Unreadable { value: state.clone(), expected: "a run's state" })?;
            record.tables = self.pipelines(record.run)?;
        }
        Ok(runs.into_iter().map(|(record, _)| record).collect())
    }

    /// One run and its report, which is empty while the run works.
    pub fn run(&self, run: i64) -> Result<(RunRecord, String), Error> {
        let record = self.runs()?.into_iter().find(|record| record.run == run).ok_or(Error::UnknownRun(run))?;
        let report = self
            .database
            .query_row("SELECT report FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .map_err(sqlite("read a run's report"))?;
        Ok((record, report))
    }

    fn pipelines(&self, run: i64) -> Result<Vec<PipelineRecord>, Error> {
        let failed = sqlite("read a run's pipelines");
        let mut statement = self
            .database
            .prepare_cached("SELECT record FROM pipelines WHERE run = ?1 ORDER BY position")
            .map_err(&failed)?;
        let texts = statement.query_map([run], |row| row.get::<_, String>(0)).map_err(&failed)?;
        texts
            .map(|text| {
                let text = text.map_err(&failed)?;
                serde_json::from_str(&text)
                    .map_err(|_| Error::Unreadable { value: text, expected: "a pipeline's record" })
            })
            .collect()
    }
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

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| at("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(at("lock", &path, source)),
    }
}

fn prepare(database: &Connection) -> Result<(), Error> {
    let failed = sqlite("set up the database");
    // FULL: what is acknowledged is on disk. WAL with NORMAL may roll back after a power loss.
    database
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(&failed)?;
    let found: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    match found {
        0 => database
            .execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"))
            .map_err(&failed),
        VERSION => Ok(()),
        _ => Err(Error::Newer { found, known: VERSION }),
    }
}

fn generation(run: i64) -> String {
    format!("{run:06}.parquet")
}

fn now() -> String {
    Timestamp::now().to_string()
}

fn sqlite(attempt: &'static str) -> impl Fn(rusqlite::Error) -> Error {
    move |source| Error::Sqlite { attempt, source }
}

fn at(attempt: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { attempt, path: path.to_owned(), source }
}
