//! The job *Import Set Deleter*: daily at midnight it deletes import sets that are older than seven days, with their rows,
//! runs and errors (ServiceNow documentation, key concepts of import sets). A sender that comes back later finds nothing.

use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;

use crate::clock;
use crate::dictionary::{Dictionary, IMPORT_SET_ROW, quoted};
use crate::error::Error;
use crate::limits::IMPORT_SETS_KEPT_DAYS;

/// Deletes what is too old at a moment, and says how many import sets that were.
pub(crate) fn delete(connection: &Connection, dictionary: &Dictionary, now: Timestamp) -> Result<usize, Error> {
    let before = now.saturating_sub((24 * IMPORT_SETS_KEPT_DAYS).hours()).unwrap_or(Timestamp::MIN);
    let before = clock::of(before);
    let old = "SELECT sys_id FROM sys_import_set WHERE sys_created_on < ?1";
    let rows_of = |table: &str| format!("SELECT sys_id FROM {} WHERE sys_import_set IN ({old})", quoted(table));
    for table in dictionary.family(IMPORT_SET_ROW) {
        let targets = format!("DELETE FROM sys_import_set_target_row WHERE import_set_row IN ({})", rows_of(table));
        connection.execute(&targets, [&before])?;
        let errors = format!("DELETE FROM sys_import_set_row_error WHERE import_set_row IN ({})", rows_of(table));
        connection.execute(&errors, [&before])?;
        let rows = format!("DELETE FROM {} WHERE sys_import_set IN ({old})", quoted(table));
        connection.execute(&rows, [&before])?;
    }
    connection.execute(&format!("DELETE FROM sys_import_set_run WHERE sys_import_set IN ({old})"), [&before])?;
    Ok(connection.execute("DELETE FROM sys_import_set WHERE sys_created_on < ?1", [&before])?)
}
