//! Loading import sets: request bodies into staging rows, and the sets that hold them.
//!
//! ```text
//!   body ─▶ rows (labels or names) ─▶ staging table, one transaction ─▶ asynchronous: loaded, the bell rings
//!                                                                   └▶ synchronous: transformed before the answer
//! ```

mod answer;
mod body;
mod deleter;
mod set;
mod staging;

use std::time::Instant;

use rusqlite::{Connection, OptionalExtension as _};

pub(crate) use answer::{ImportAnswer, answer};
pub(crate) use deleter::delete as delete_old;

use crate::error::Error;
use crate::instance::Shared;
use crate::transform::Runner;

/// What an import can be refused for.
#[derive(Debug)]
pub(crate) enum ImportError {
    /// There is no staging table of that name.
    InvalidTable,
    /// The body is not JSON of the expected form.
    InvalidBody(serde_json::Error),
    /// A record named by a query parameter is not there.
    UnknownRecord(&'static str),
    /// The work took longer than the quota allows, and was undone.
    QuotaSpent,
    /// The database failed.
    Failed(Error),
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(Error::from(error))
    }
}

/// The query parameters of `insertMultiple`.
#[derive(Debug, Default)]
pub(crate) struct LoadOptions {
    /// An existing multi import set to add to.
    pub(crate) multi_import_set: Option<String>,
    /// The import set that has to be processed first; heeded by asynchronous sets only.
    pub(crate) run_after: Option<String>,
    /// Stage only the first so many per cent of the rows: a fault on request.
    pub(crate) part: Option<u8>,
}

/// What `insertMultiple` answers: two ids and nothing about rows.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Loaded {
    pub(crate) import_set_id: String,
    pub(crate) multi_import_set_id: String,
}

/// How a staging table takes `insertMultiple`: a `sys_rest_insert_multiple` record, or the documented defaults.
#[derive(Clone, Copy, Debug, Default)]
struct Mapping {
    by_name: bool,
    synchronous: bool,
}

/// Loads many records as a new import set.
pub(crate) fn insert_multiple(
    shared: &Shared,
    user: &str,
    table: &str,
    body: &[u8],
    options: &LoadOptions,
) -> Result<Loaded, ImportError> {
    let began = Instant::now();
    let dictionary = shared.dictionary();
    let staging = staging::Staging::new(&dictionary, table).ok_or(ImportError::InvalidTable)?;
    let mapping = shared.database.read::<_, ImportError>(|connection| Ok(mapping(connection, table)?))?;
    let mut rows = body::records(body, &staging.keys(mapping.by_name)).map_err(ImportError::InvalidBody)?;
    if let Some(percent) = options.part {
        rows.truncate(rows.len() * usize::from(percent) / 100);
    }
    let loaded = shared.database.write::<_, ImportError>(|transaction| {
        let new = set::New { table, user, synchronous: mapping.synchronous, options };
        let loaded = set::create(transaction, &dictionary, &new)?;
        staging.insert(transaction, &loaded.import_set_id, user, 1, &rows)?;
        if mapping.synchronous {
            run(transaction, shared, &loaded.import_set_id)?;
        }
        if began.elapsed() > shared.config.import_quota {
            return Err(ImportError::QuotaSpent);
        }
        Ok(loaded)
    })?;
    shared.books.staged(rows.len() as u64);
    if !mapping.synchronous {
        shared.bell.ring();
    }
    Ok(loaded)
}

/// Loads one record, by column names, and transforms it before answering. All of a day's share one import set.
/// Answers the id of the import-set row.
pub(crate) fn insert_one(shared: &Shared, user: &str, table: &str, body: &[u8]) -> Result<String, ImportError> {
    let began = Instant::now();
    let dictionary = shared.dictionary();
    let staging = staging::Staging::new(&dictionary, table).ok_or(ImportError::InvalidTable)?;
    let row = body::record(body, &staging.keys(true)).map_err(ImportError::InvalidBody)?;
    shared.database.write(|transaction| {
        let set = set::open_synchronous(transaction, &dictionary, table, user)?;
        let number = staging.next_number(transaction, &set)?;
        let (row, id) = staging.insert_single(transaction, &set, user, number, &row)?;
        let mut runner = Runner::start(transaction, std::sync::Arc::clone(&dictionary), &set, row - 1)?;
        while runner.block(transaction)? {}
        runner.finish(transaction, false)?;
        if began.elapsed() > shared.config.import_quota {
            return Err(ImportError::QuotaSpent);
        }
        Ok(id)
    })
}

fn run(connection: &Connection, shared: &Shared, set: &str) -> Result<(), Error> {
    let mut runner = Runner::start(connection, shared.dictionary(), set, 0)?;
    while runner.block(connection)? {}
    runner.finish(connection, true)
}

fn mapping(connection: &Connection, table: &str) -> Result<Mapping, Error> {
    let mapping = connection
        .prepare_cached(
            "SELECT column_mapping, transformation FROM sys_rest_insert_multiple \
             WHERE source_table = ?1 COLLATE NOCASE ORDER BY rowid LIMIT 1",
        )?
        .query_row([table], |row| {
            Ok(Mapping {
                by_name: matches!(row.get_ref(0)?.as_str()?, "name" | "column_name"),
                synchronous: row.get_ref(1)?.as_str()? == "synchronous",
            })
        })
        .optional()?;
    Ok(mapping.unwrap_or_default())
}
