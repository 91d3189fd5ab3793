//! The database: its tables, its version, how it is opened. Apart because a state folder outlives the program that
//! made it: every version is reached from the one before by one step.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, sqlite};

/// From an empty database to version 1, from there to version 2, and so on; each step is one transaction.
const STEPS: [&str; 4] = [
    "
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
    ",
    // What version 1 held does not say which rows wait, so it is forgotten and everything is sent once more, which
    // changes nothing in the target. It kept an instance's identity without saying what kind it was: a host has a dot
    // or a port, the property has neither.
    "
    CREATE TABLE sending (
        staging_table TEXT NOT NULL, run INTEGER NOT NULL REFERENCES runs, blake3 TEXT NOT NULL, noted_at TEXT NOT NULL,
        PRIMARY KEY (staging_table, run)
    ) STRICT;
    DELETE FROM held;
    UPDATE identity SET name = CASE WHEN instr(value, '.') + instr(value, ':') > 0 THEN 'host' ELSE 'property' END
        WHERE name = 'instance';
    ",
    // Version 2 did not note batches one by one: of a plan that it was sending, every row is in doubt. A plan without
    // its digest says so.
    "
    CREATE TABLE batches (
        batch TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, staging_table TEXT NOT NULL,
        first_row INTEGER NOT NULL, rows INTEGER NOT NULL, state TEXT NOT NULL, import_sets TEXT NOT NULL,
        seen_rows INTEGER NOT NULL, sent_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE canaries (staging_table TEXT PRIMARY KEY, tried_with TEXT NOT NULL, at TEXT NOT NULL) STRICT;
    UPDATE sending SET blake3 = '';
    ",
    // Version 3 held no values, without which nothing can be retired or compared column by column: it is forgotten as
    // version 1 was.
    "
    DELETE FROM held;
    ALTER TABLE held ADD COLUMN basis TEXT NOT NULL DEFAULT '';
    CREATE TABLE approvals (
        plan TEXT PRIMARY KEY, name TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, used_by INTEGER
    ) STRICT;
    CREATE TABLE audit (
        entry INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        plan TEXT NOT NULL, detail TEXT NOT NULL, digest TEXT NOT NULL
    ) STRICT;
    ",
];

/// The version that this program writes.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// The database's name in an integration's folder.
const FILE: &str = "ledger.sqlite";

/// Opens the database for the one who holds the lock, and brings it to this program's version.
pub(crate) fn open(folder: &Path) -> Result<Connection, Error> {
    let failed = sqlite("set up the database");
    let database = Connection::open(folder.join(FILE)).map_err(sqlite("open the database"))?;
    // FULL: what is acknowledged is on disk. WAL with NORMAL may roll back after a power loss.
    database
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .map_err(&failed)?;
    let found = version(&database)?;
    let steps = usize::try_from(found).ok().and_then(|found| STEPS.get(found..));
    let steps = steps.ok_or(Error::Newer { found, known: VERSION })?;
    if !steps.is_empty() {
        let batch = format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", steps.concat());
        database.execute_batch(&batch).map_err(&failed)?;
    }
    Ok(database)
}

/// Opens the database to look at it, beside whoever works with it; none where no run has made it yet. Runs are kept in
/// the same form since version 1, so an older database is read as it is.
pub(crate) fn open_for_reading(folder: &Path) -> Result<Option<Connection>, Error> {
    let failed = sqlite("open the database");
    let path = folder.join(FILE);
    if !path.is_file() {
        return Ok(None);
    }
    // Not read-only: the log of a writer that was killed can only be taken up by who may write.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(path, flags).map_err(&failed)?;
    database.execute_batch("PRAGMA query_only = ON;").map_err(&failed)?;
    match version(&database)? {
        0 => Ok(None),
        found if found > VERSION => Err(Error::Newer { found, known: VERSION }),
        _ => Ok(Some(database)),
    }
}

pub(crate) fn version(database: &Connection) -> Result<i64, Error> {
    database.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite("read the database's version"))
}
