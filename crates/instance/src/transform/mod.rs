//! Transforming import sets: from pending rows to target records, as `servicenow.md` §3 describes the platform.
//!
//! ```text
//!   pending rows ─▶ for each map: coalesce ─▶ rules ─▶ fields ─▶ compare ─▶ insert | update | leave
//!   (a block,                                                              │
//!    one transaction)            row state, comment, target ◀──────────────┘ ─▶ run counts
//! ```
//!
//! What must hold: a block is all or nothing, so that a row is promoted once however often the process dies; and
//! a row that fails says so in its state and comment, and fails nothing else.

mod compile;
mod dates;
mod field;
mod plan;
mod robust;
mod row;
mod rule;
mod run;
mod statements;
mod value;
mod worker;

use rusqlite::Connection;

pub(crate) use compile::property;
pub(crate) use rule::{Rule, Usage};
pub(crate) use run::{Runner, set_state};
pub(crate) use worker::{Bell, Transformer};

use crate::dictionary::Dictionary;
use crate::error::Error;
use crate::store::create_index;

/// Compiles the maps of every staging table, which fails on what cannot run, and makes the indexes that they need:
/// one over all coalesce columns of a map, one over the column that a reference is found by.
pub(crate) fn prepare(connection: &Connection, dictionary: &Dictionary) -> Result<(), Error> {
    for table in dictionary.tables().filter(|table| dictionary.is_staging(&table.name)) {
        let plan = compile::compile(connection, dictionary, &table.name)?;
        for map in &plan.maps {
            let coalesce: Vec<String> =
                map.fields.iter().filter(|field| field.coalesce).map(|field| field.target.clone()).collect();
            index_family(connection, dictionary, &map.target, &coalesce)?;
            for reference in map.fields.iter().filter_map(|field| field.reference.as_ref()) {
                index_family(connection, dictionary, &reference.table, std::slice::from_ref(&reference.field))?;
            }
        }
    }
    Ok(())
}

fn index_family(
    connection: &Connection,
    dictionary: &Dictionary,
    table: &str,
    columns: &[String],
) -> Result<(), Error> {
    if columns.is_empty() || columns == ["sys_id"] {
        return Ok(());
    }
    for member in dictionary.family(table) {
        create_index(connection, dictionary.require(member)?, columns)?;
    }
    Ok(())
}
