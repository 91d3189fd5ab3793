//! Import sets: their numbers, modes and states, as the documentation's table of modes has them.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{ImportError, LoadOptions, Loaded};
use crate::clock;
use crate::dictionary::Dictionary;
use crate::error::Error;
use crate::records::{Memory, Records};
use crate::transform::set_state;

/// What a new import set is for.
pub(super) struct New<'n> {
    pub(super) table: &'n str,
    pub(super) user: &'n str,
    pub(super) synchronous: bool,
    pub(super) options: &'n LoadOptions,
}

/// Makes the import set of one `insertMultiple`. Its rows follow in the same transaction, so nobody sees it loading:
/// it is loaded, or it is not there.
pub(super) fn create(connection: &Connection, dictionary: &Dictionary, new: &New<'_>) -> Result<Loaded, ImportError> {
    let mut memory = Memory::default();
    let mut records = Records::new(connection, dictionary, new.user, &mut memory);
    let multi = match &new.options.multi_import_set {
        Some(id) if records.home("sys_multi_import_set", id)?.is_some() => id.clone(),
        Some(_) => return Err(ImportError::UnknownRecord("multi_import_set_id")),
        None => {
            let number = next_number(connection, "sys_multi_import_set", "MISET")?;
            records.insert("sys_multi_import_set", &[("number", number.as_str())])?
        }
    };
    let run_after = match new.options.run_after.as_deref().filter(|_| !new.synchronous) {
        Some(id) if records.home("sys_import_set", id)?.is_none() => {
            return Err(ImportError::UnknownRecord("run_after"));
        }
        other => other.unwrap_or_default(),
    };
    let number = next_number(connection, "sys_import_set", "ISET")?;
    let now = clock::now();
    let values = [
        ("number", number.as_str()),
        ("state", "loaded"),
        ("mode", if new.synchronous { "synchronous" } else { "asynchronous" }),
        ("table_name", new.table),
        ("load_completed", now.as_str()),
        ("multi_import_set", multi.as_str()),
        ("run_after", run_after),
    ];
    let import_set_id = records.insert("sys_import_set", &values)?;
    Ok(Loaded { import_set_id, multi_import_set_id: multi })
}

/// The import set that takes today's single rows of a table. At midnight the open one is processed, and the first
/// row of the day opens another.
pub(super) fn open_synchronous(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &str,
    user: &str,
) -> Result<String, Error> {
    let open: Option<(String, String)> = connection
        .prepare_cached(
            "SELECT sys_id, sys_created_on FROM sys_import_set WHERE table_name = ?1 COLLATE NOCASE \
             AND state = 'loading' COLLATE NOCASE AND mode = 'synchronous' ORDER BY rowid DESC LIMIT 1",
        )?
        .query_row([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match open {
        Some((set, created)) if created.starts_with(&clock::today()) => return Ok(set),
        Some((set, _)) => set_state(connection, &set, "processed")?,
        None => {}
    }
    let number = next_number(connection, "sys_import_set", "ISET")?;
    let values = [("number", number.as_str()), ("state", "loading"), ("mode", "synchronous"), ("table_name", table)];
    Records::new(connection, dictionary, user, &mut Memory::default()).insert("sys_import_set", &values)
}

/// `ISET0010001` and on.
fn next_number(connection: &Connection, table: &str, prefix: &str) -> Result<String, Error> {
    let sql = format!("SELECT number FROM {table} ORDER BY rowid DESC LIMIT 1");
    let last: Option<String> = connection.prepare_cached(&sql)?.query_row(params![], |row| row.get(0)).optional()?;
    let last = last.and_then(|number| number.strip_prefix(prefix)?.parse::<u64>().ok()).unwrap_or(10_000);
    Ok(format!("{prefix}{:07}", last + 1))
}
